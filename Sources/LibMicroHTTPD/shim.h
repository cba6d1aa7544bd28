// libmicrohttpd with plain numbers and without variable numbers of arguments, which Swift cannot call.
// How Swift sees the library's enumerations depends on its version.
#pragma once

#include <microhttpd.h>
#include <stdbool.h>
#include <string.h>

/// Serves the pages of a server; must live as long as the server.
struct pages_service {
  int socket;                 // Bound, and listening.
  unsigned int connections;   // Answered at once; more wait in the system's queue.
  unsigned int idle_seconds;  // After which a connection that sends or takes nothing is closed.
  size_t connection_bytes;    // Memory of a connection, and so the longest head of a request.
  void *context;              // Handed to all that follow.
  /// A connection was opened; returns a number of its own, not 0.
  size_t (*opened)(void *context, int socket);
  /// A connection is about to be closed.
  void (*closing)(void *context, size_t number);
  /// A request has arrived; false closes its connection.
  bool (*answer)(void *context, struct MHD_Connection *connection, const char *method,
                 const char *target, const char *version);
  /// An answer has been sent or given up.
  void (*answered)(void *context);
};

static inline void pages_connection_changed(void *service, struct MHD_Connection *connection,
                                            void **number,
                                            enum MHD_ConnectionNotificationCode code) {
  const struct pages_service *self = (const struct pages_service *)service;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *number = (void *)self->opened(self->context, info == NULL ? -1 : info->connect_fd);
  } else {
    self->closing(self->context, (size_t)*number);
  }
}

static inline enum MHD_Result pages_answer(void *service, struct MHD_Connection *connection,
                                           const char *target, const char *method,
                                           const char *version, const char *upload,
                                           size_t *upload_size, void **request) {
  const struct pages_service *self = (const struct pages_service *)service;
  (void)upload;
  (void)upload_size;
  *request = service;  // Informs pages_answered that this one has begun.
  return self->answer(self->context, connection, method, target, version) ? MHD_YES : MHD_NO;
}

static inline void pages_answered(void *service, struct MHD_Connection *connection, void **request,
                                  enum MHD_RequestTerminationCode code) {
  const struct pages_service *self = (const struct pages_service *)service;
  (void)connection;
  (void)code;
  if (*request != NULL) self->answered(self->context);
}

/// Paths stay as they were sent.
static inline size_t pages_keep_escapes(void *context, struct MHD_Connection *connection,
                                        char *text) {
  (void)context;
  (void)connection;
  return strlen(text);
}

/// Starts a server with a thread for each connection; null where that fails.
static inline struct MHD_Daemon *pages_start(struct pages_service *self) {
  return MHD_start_daemon(
      MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC, 0,
      NULL, NULL, pages_answer, self,
      MHD_OPTION_LISTEN_SOCKET, self->socket,
      MHD_OPTION_CONNECTION_LIMIT, self->connections,
      MHD_OPTION_CONNECTION_TIMEOUT, self->idle_seconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, self->connection_bytes,
      MHD_OPTION_NOTIFY_CONNECTION, pages_connection_changed, self,
      MHD_OPTION_NOTIFY_COMPLETED, pages_answered, self,
      MHD_OPTION_UNESCAPE_CALLBACK, pages_keep_escapes, NULL,
      MHD_OPTION_END);
}

struct pages_headers {
  void *context;
  void (*take)(void *context, const char *name, const char *value);
};

static inline enum MHD_Result pages_take_header(void *headers, enum MHD_ValueKind kind,
                                                const char *name, const char *value) {
  const struct pages_headers *self = (const struct pages_headers *)headers;
  (void)kind;
  self->take(self->context, name, value == NULL ? "" : value);
  return MHD_YES;
}

/// Hands all headers of a request to a function.
static inline void pages_for_each_header(struct MHD_Connection *connection, void *context,
                                         void (*take)(void *, const char *, const char *)) {
  struct pages_headers headers = {context, take};
  (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, pages_take_header, &headers);
}

/// A response with a copy of these bytes; null where memory is exhausted.
static inline struct MHD_Response *pages_response(const void *bytes, size_t count) {
  return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

static inline bool pages_add_header(struct MHD_Response *response, const char *name,
                                    const char *value) {
  return MHD_add_response_header(response, name, value) == MHD_YES;
}

static inline bool pages_queue(struct MHD_Connection *connection, unsigned int status,
                               struct MHD_Response *response) {
  return MHD_queue_response(connection, status, response) == MHD_YES;
}

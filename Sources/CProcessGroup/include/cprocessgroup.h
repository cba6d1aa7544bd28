/// The C face of LibTorch's c10d: processes that exchange tensors.
///
/// Conventions are those of ctorch.h. Whatever fails because another process has ended, or takes longer than
/// its limit, is a status with LibTorch's message.
#ifndef CPROCESSGROUP_H
#define CPROCESSGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A connection to a table of keys and values that one process serves (TCPStore).
typedef struct CT_SAFE pg_store {
  void *impl;
} pg_store;

/// Processes that are connected with each other (ProcessGroupGloo).
typedef struct CT_SAFE pg_group {
  void *impl;
} pg_group;

/// An exchange of tensors that is in progress; null where there was nothing to exchange.
typedef struct CT_SAFE pg_work {
  void *impl;
} pg_work;

/// Connects to the store at an address.
///
/// @param serves Whether this process serves it, at a port of its own choice where `port` is 0.
/// @param milliseconds Limit of the connection and of each later request.
/// @param bound The port that it is served at.
ct_status pg_store_open(const char *host, uint16_t port, bool serves, int64_t milliseconds,
                        pg_store *out, uint16_t *bound);
void pg_store_close(pg_store self);
ct_status pg_store_set(pg_store self, const char *key, const char *value, size_t count);
/// The value of an existing key; freed with free(3).
ct_status pg_store_get(pg_store self, const char *key, char **value, size_t *count);
ct_status pg_store_contains(pg_store self, const char *key, bool *out);

/// Connects processes, which find each other through the store under a prefix.
///
/// @param address The address of this machine that the others reach it by, or the name of a network interface
///   where `is_interface`.
/// @param milliseconds Limit of the connection and of each exchange.
ct_status pg_group_open(pg_store store, const char *prefix, int rank, int size, const char *address,
                        bool is_interface, int64_t milliseconds, pg_group *out);
/// Closes the connections; the others' exchanges fail from then on.
void pg_group_close(pg_group self);

/// Begins to gather a tensor of each process, in the order of ranks: `output` is [size, ...] of the shape of `input`.
///
/// Here and below, exchanges run one after another on a thread of the group's, and the tensors live until they are
/// over, whoever waits.
ct_status pg_gather(pg_group self, ct_tensor input, ct_tensor output, pg_work *out);
/// Begins to give part i of `input` [size, ...] to process i, and to get such a part of each process.
ct_status pg_exchange(pg_group self, ct_tensor input, ct_tensor output, pg_work *out);
/// Begins to put the sum of all processes' tensors into each of them, added in c10d's own order.
ct_status pg_sum(pg_group self, ct_tensor tensor, pg_work *out);
/// Waits for an exchange to be over.
ct_status pg_wait(pg_work self);
void pg_forget(pg_work self);
/// Gives every process the values that `tensor` has in process `root`.
ct_status pg_broadcast(pg_group self, ct_tensor tensor, int root);

/// Receives a derivative as soon as it is known.
///
/// @param gradient The receiver's.
typedef void (*pg_ready)(void *context, size_t index, ct_tensor gradient);

/// As ct_derivatives, reporting each of them while the backward pass continues: on the thread that computes it, which on
/// the processor is the caller's. Each input is a parameter, and occurs once.
ct_status pg_derivatives(ct_tensor self, ct_tensor grad_output, const ct_tensor *inputs, size_t count,
                         pg_ready ready, void *context, ct_tensor *out);

/// Copies the values of a tensor of the same shape, without an objection of backward passes that began before: for
/// values that they do not need, or will find again.
ct_status pg_assign_unnoticed(ct_tensor self, ct_tensor source);

/// The address of this machine by which packets leave it for a host; freed with free(3).
ct_status pg_local_address(const char *host, char **out);

#ifdef __cplusplus
}
#endif

#endif

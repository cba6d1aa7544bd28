/// The C interface to LibTorch's c10d: processes that exchange tensors.
///
/// The conventions are those of ctorch.h. If another process has ended, or an operation exceeds its time
/// limit, the status contains LibTorch's message.
#ifndef CPROCESSGROUP_H
#define CPROCESSGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A connection to a key-value store that one process serves (TCPStore).
typedef struct CT_SAFE pg_store {
  void *impl;
} pg_store;

/// A group of connected processes (ProcessGroupGloo, and ProcessGroupNCCL if their GPUs are connected).
typedef struct CT_SAFE pg_group {
  void *impl;
} pg_group;

/// An exchange of tensors in progress; null if there was nothing to exchange.
typedef struct CT_SAFE pg_work {
  void *impl;
} pg_work;

/// Connects to the store at an address.
///
/// @param serves Whether this process serves the store; it chooses a free port if `port` is 0.
/// @param milliseconds Time limit for the connection and each later request. @param bound Receives
/// the port of the store.
/// From here on the process ignores SIGPIPE, unless it handles it.
ct_status pg_store_open(const char *host, uint16_t port, bool serves, int64_t milliseconds,
                        pg_store *out, uint16_t *bound);
void pg_store_close(pg_store self);
ct_status pg_store_set(pg_store self, const char *key, const char *value, size_t count);
/// The value of an existing key; freed with free(3).
ct_status pg_store_get(pg_store self, const char *key, char **value, size_t *count);
ct_status pg_store_contains(pg_store self, const char *key, bool *out);

/// Connects the processes, which find each other through the store under a key prefix.
///
/// @param address The address at which the others can reach this machine, or the name of a network interface
///   if `is_interface`. @param milliseconds Time limit for the connection and each exchange.
ct_status pg_group_open(pg_store store, const char *prefix, int rank, int size, const char *address,
                        bool is_interface, int64_t milliseconds, pg_group *out);
/// Identifies a GPU among those of this machine, by its position on the bus; freed with free(3). An error where
/// GPUs cannot be connected because LibTorch has no CUDA or libfacet_cuda.so is missing.
ct_status pg_gpu_identity(int32_t index, char **out);
/// Connects the GPUs of all processes of a group, which must call this together; from then on, tensors on this
/// GPU are exchanged by NCCL.
///
/// @param prefix Key prefix in the store. @param index The GPU of this process, which no other process uses.
ct_status pg_group_connect_gpus(pg_group self, pg_store store, const char *prefix, int32_t index,
                                int64_t milliseconds);
/// Closes the connections; from then on, exchanges of the others fail.
void pg_group_close(pg_group self);

/// Starts an all-gather of a tensor of each process, in the order of ranks: `output` is a new tensor [size, ...]
/// with the shape of `input`, whose values are there when the exchange is finished.
///
/// Here and below, exchanges run one after another on a thread of the group, and the tensors are retained until
/// they are finished, even if nobody waits.
ct_status pg_gather(pg_group self, ct_tensor input, ct_tensor *output, pg_work *out);
/// Starts an all-to-all exchange: part i of `input` [size, ...] goes to process i, and `output`, a new tensor of the
/// same shape, receives such a part from each process.
ct_status pg_exchange(pg_group self, ct_tensor input, ct_tensor *output, pg_work *out);
/// Starts an all-reduce that replaces each process's tensor by the sum of all, added in c10d's own
/// order.
ct_status pg_sum(pg_group self, ct_tensor tensor, pg_work *out);
/// Waits for an exchange to finish.
ct_status pg_wait(pg_work self);
void pg_forget(pg_work self);
/// Broadcasts the values of `tensor` in process `root` to all processes.
ct_status pg_broadcast(pg_group self, ct_tensor tensor, int root);

/// Receives a derivative as soon as it is computed.
///
/// @param gradient Owned by the receiver.
typedef void (*pg_ready)(void *context, size_t index, ct_tensor gradient);

/// Like ct_derivatives, but reports each derivative during the backward pass, on the thread that computes it;
/// on the CPU, this is the caller's. Each input is a parameter and must occur only once.
ct_status pg_derivatives(ct_tensor self, ct_tensor grad_output, const ct_tensor *inputs, size_t count,
                         pg_ready ready, void *context, ct_tensor *out);

/// Copies the values of a tensor of the same shape without incrementing the version, so that autograd does not
/// reject earlier backward passes: for values that they do not need, or that will be restored.
ct_status pg_assign_unnoticed(ct_tensor self, ct_tensor source);

/// The local address from which packets to a host are sent; freed with free(3).
ct_status pg_local_address(const char *host, char **out);

#ifdef __cplusplus
}
#endif

#endif

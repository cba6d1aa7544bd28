// How long threads that wait for work keep spinning before they sleep.
#pragma once

#include <stdbool.h>

/// The environment with which to restart the program; null if it is to stay unchanged because it already
/// defines how threads wait (`OMP_WAIT_POLICY`, `GOMP_SPINCOUNT`), or if memory is short.
///
/// The array is allocated; its strings are the given ones and constants.
char **waiting_environment(char *const *environment);

/// From now on, threads wait briefly while other processes need the same cores, and for libgomp's default
/// time otherwise. Does nothing if the environment defines how threads wait, on systems other than Linux,
/// and when called again.
///
/// `changed` is called on another thread when other processes start or stop needing the cores.
void waiting_watch(void (*changed)(bool is_shared));

/// Counters for determining whether other processes need the same cores, since an arbitrary time.
struct waiting_sample {
  /// Elapsed seconds.
  double wall;
  /// Seconds that the cores on which this process may run were busy with any process.
  double busy;
  /// CPU seconds of this process.
  double own;
  /// Seconds that its threads were runnable but had no core; negative if the system does not provide it.
  double delayed;
};

/// Reads the counters. False if the system does not provide them.
bool waiting_read(struct waiting_sample *sample);

/// Whether others used the same cores between two samples: they ran for a quarter of a core or more, and
/// threads of this process had to wait for a core. The second condition matters if a container sees the
/// load of the whole machine, the first if this process has more threads than cores.
bool waiting_is_shared(const struct waiting_sample *before, const struct waiting_sample *after);

/// Makes libgomp's threads wait briefly, or normally again. False if there is no libgomp.
bool waiting_shorten(bool is_short);

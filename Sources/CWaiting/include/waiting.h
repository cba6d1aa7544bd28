// How long threads that wait for work keep their core before they sleep.
#pragma once

#include <stdbool.h>

/// The environment with which the program is to start again, or null when it is to stay unchanged: when it
/// says already how threads wait (`OMP_WAIT_POLICY`, `GOMP_SPINCOUNT`), or memory is short.
///
/// The array is allocated; its strings are the given ones and constants.
char **waiting_environment(char *const *environment);

/// From now on, threads wait briefly while other processes need the same cores, and as long as libgomp
/// would have it while none does. Does nothing where the user has said how threads wait, on other systems
/// than Linux, and when called again.
///
/// `changed` is called, on another thread, when other processes begin or no longer need the cores.
void waiting_watch(void (*changed)(bool is_shared));

/// Determines whether other processes need the same cores, as counted since some moment.
struct waiting_sample {
  /// Seconds that passed.
  double wall;
  /// Seconds that the cores on which this process may run were busy, for whomever.
  double busy;
  /// Processor seconds of this process.
  double own;
  /// Seconds that its threads were ready to run and had no core; negative if the system does not provide it.
  double delayed;
};

/// Reads the counts. False where the system has none.
bool waiting_read(struct waiting_sample *sample);

/// Whether others used the same cores between two moments: they ran for a quarter of a core or more, and
/// threads of this process had to wait for a core. The second matters where a container sees the load of a
/// whole machine, the first where this process has more threads than cores.
bool waiting_is_shared(const struct waiting_sample *before, const struct waiting_sample *after);

/// Makes libgomp's threads wait briefly, or normally again. False where there is no libgomp.
bool waiting_shorten(bool is_short);

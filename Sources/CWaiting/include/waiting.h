// How long threads that wait for work keep their core before they sleep.
#pragma once

/// The environment with which the program is to start again, or null when it can stay as it is: when
/// the user has said how threads wait (`OMP_WAIT_POLICY`, `GOMP_SPINCOUNT`), or memory is short.
///
/// The array is allocated; its strings are the given ones and one constant.
char **waiting_environment(char *const *environment);

// LibTorch's threads (GNU libgomp) spin for milliseconds before they sleep, which on a machine with
// other work takes the very core that the awaited thread needs: training was ten times slower beside
// a busy neighbour. Never to spin costs nearly half of the speed on a quiet machine. A spin of some
// tens of microseconds outlasts most pauses between two operations, and little more.
//
// libgomp reads the number when it is loaded, before `main`, so the program starts again with it in
// its environment. That happens before any library is initialised, and so costs little more than
// loading them once more. A program that links this target gets it; nothing is called.
#include "waiting.h"

#include <stdlib.h>
#include <string.h>

/// Rounds of spinning; see Benchmarks/neighbour.
#define SPINS "3000"

static int names(const char *entry, const char *name) {
  size_t length = strlen(name);
  return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

char **waiting_environment(char *const *environment) {
  size_t count = 0;
  for (; environment[count] != NULL; ++count)
    if (names(environment[count], "OMP_WAIT_POLICY") ||
        names(environment[count], "GOMP_SPINCOUNT"))
      return NULL;
  char **result = malloc((count + 2) * sizeof *result);
  if (result == NULL) return NULL;
  memcpy(result, environment, count * sizeof *result);
  result[count] = "GOMP_SPINCOUNT=" SPINS;
  result[count + 1] = NULL;
  return result;
}

#ifdef __linux__
#include <unistd.h>

/// Where it cannot be started again, the program goes on as it is.
static void start_again(int count, char **arguments, char **environment) {
  char path[4096];
  if (count < 1) return;
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0 || length >= (ssize_t)sizeof path - 1) return;
  path[length] = 0;
  char **changed = waiting_environment(environment);
  if (changed == NULL) return;
  execve(path, arguments, changed);
  free(changed);
}

// Runs before the constructors of shared libraries, of which libgomp's is one.
__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(
    int, char **, char **) = start_again;
#endif

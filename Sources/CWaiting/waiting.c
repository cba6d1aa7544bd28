// LibTorch's threads (GNU libgomp) spin for milliseconds before they sleep, which on a machine with
// other work takes the very core that the awaited thread needs: training was ten times slower beside
// a busy neighbour. On a quiet machine, however, any shorter spin costs some speed. So threads spin
// for about a millisecond where something else is running when the program starts, and as libgomp
// would have it where nothing is.
//
// libgomp reads the number when it is loaded, before `main`, so the program starts again with it in
// its environment. That happens before any library is initialised, and so costs little more than
// loading them once more. A program that links this target gets it; nothing is called.
#include "waiting.h"

#include <stdlib.h>
#include <string.h>

/// Rounds of spinning; see Benchmarks/neighbour.
#define SPINS "30000"

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
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/// Whether something else runs now.
static int runs_something_else(void) {
  int file = open("/proc/stat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  // The line wanted comes after one for each processor, and one for all interrupts.
  static char text[1 << 18];
  size_t length = 0;
  ssize_t count = 0;
  while (length < sizeof text - 1 &&
         (count = read(file, text + length, sizeof text - 1 - length)) > 0)
    length += (size_t)count;
  close(file);
  text[length] = 0;
  const char *line = strstr(text, "\nprocs_running ");
  // This program is one of those that run.
  return line != NULL && strtol(line + strlen("\nprocs_running "), NULL, 10) > 1;
}

/// Whether something else runs at three moments, so that no passing process counts.
static int is_shared(void) {
  for (int moment = 0; moment < 3; ++moment) {
    struct timespec pause = {0, 5000000};
    if (moment > 0) nanosleep(&pause, NULL);
    if (!runs_something_else()) return 0;
  }
  return 1;
}

/// Where it cannot be started again, the program goes on as it is.
static void start_again(int count, char **arguments, char **environment) {
  char path[4096];
  if (count < 1) return;
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0 || length >= (ssize_t)sizeof path - 1) return;
  path[length] = 0;
  char **changed = waiting_environment(environment);
  if (changed == NULL) return;
  if (is_shared()) execve(path, arguments, changed);
  free(changed);
}

// Runs before the constructors of shared libraries, of which libgomp's is one.
__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(
    int, char **, char **) = start_again;
#endif

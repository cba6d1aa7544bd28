// LibTorch's threads (GNU libgomp) spin for milliseconds before they sleep, which on a machine with
// other work takes the very core that the awaited thread needs: training was ten times slower next to
// a busy neighbour. On a quiet machine, however, any shorter spin costs some speed.
//
// libgomp has two numbers of rounds: one for as many threads as there are cores, and a small one for
// more threads than that. It reads both from the environment when it is loaded, before `main`, so the
// program starts again with them; that happens before any library is initialised, and so costs little more
// than loading them once more. Which of the two counts is decided by the number of libgomp's threads:
// while other processes need the cores, a few threads that sleep are kept as an open team of libgomp's.
#define _GNU_SOURCE
#include "waiting.h"

#include <stdlib.h>
#include <string.h>

/// libgomp's own number of rounds where nothing is said. Said together with the policy, it leaves the
/// usual wait unchanged, and makes the short one 1,000 rounds instead of 100; see Benchmarks/neighbour.
static char *const ours[] = {"OMP_WAIT_POLICY=ACTIVE", "GOMP_SPINCOUNT=300000"};

static bool has_name_of(const char *entry, const char *setting) {
  size_t length = (size_t)(strchr(setting, '=') - setting) + 1;
  return strncmp(entry, setting, length) == 0;
}

char **waiting_environment(char *const *environment) {
  size_t count = 0;
  for (; environment[count] != NULL; ++count)
    for (int i = 0; i < 2; ++i)
      if (has_name_of(environment[count], ours[i])) return NULL;
  char **result = malloc((count + 3) * sizeof *result);
  if (result == NULL) return NULL;
  memcpy(result, environment, count * sizeof *result);
  memcpy(result + count, ours, sizeof ours);
  result[count + 2] = NULL;
  return result;
}

bool waiting_is_shared(const struct waiting_sample *before, const struct waiting_sample *after) {
  double wall = after->wall - before->wall;
  if (!(wall > 0)) return false;
  double others = (after->busy - before->busy) - (after->own - before->own);
  bool is_delayed = after->delayed < 0 || before->delayed < 0 ||
                    after->delayed - before->delayed > 0.05 * wall;
  return others > 0.25 * wall && is_delayed;
}

#ifdef __linux__
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/// Where it cannot be started again, the program continues unchanged.
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

// Counts ----------------------------------------------------------------------------------------

/// Seconds that the processors of the set were neither idle nor waiting for a disk; negative where the
/// system does not provide it.
static double busy_seconds(const cpu_set_t *processors) {
  FILE *file = fopen("/proc/stat", "re");
  if (file == NULL) return -1;
  double ticks = 0;
  bool is_found = false;
  char line[512];
  while (fgets(line, sizeof line, file) != NULL) {
    unsigned processor;
    unsigned long long user, nice, system, idle, disk, hard, soft, stolen;
    if (sscanf(line, "cpu%u %llu %llu %llu %llu %llu %llu %llu %llu", &processor, &user, &nice, &system,
               &idle, &disk, &hard, &soft, &stolen) != 9)
      continue;
    if (processor >= CPU_SETSIZE || !CPU_ISSET(processor, processors)) continue;
    is_found = true;
    ticks += (double)(user + nice + system + hard + soft);
  }
  fclose(file);
  return is_found ? ticks / (double)sysconf(_SC_CLK_TCK) : -1;
}

/// Seconds that the threads of this process waited for a core; negative if the system does not provide it.
static double delayed_seconds(void) {
  DIR *threads = opendir("/proc/self/task");
  if (threads == NULL) return -1;
  double sum = -1;
  for (struct dirent *entry; (entry = readdir(threads)) != NULL;) {
    char path[320];
    unsigned long long run, wait;
    snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", entry->d_name);
    FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "re");
    if (file == NULL) continue;
    if (fscanf(file, "%llu %llu", &run, &wait) == 2) sum = (sum < 0 ? 0 : sum) + (double)wait * 1e-9;
    fclose(file);
  }
  closedir(threads);
  return sum;
}

bool waiting_read(struct waiting_sample *sample) {
  cpu_set_t processors;
  struct timespec now;
  struct rusage used;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0 ||
      clock_gettime(CLOCK_MONOTONIC, &now) != 0 || getrusage(RUSAGE_SELF, &used) != 0)
    return false;
  sample->wall = (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
  sample->own = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
  sample->delayed = delayed_seconds();
  sample->busy = busy_seconds(&processors);
  return sample->busy >= 0;
}

// The short wait --------------------------------------------------------------------------------

static struct {
  pthread_mutex_t lock;
  pthread_cond_t change;
  /// Whether the team is needed, and the thread that has it open.
  bool is_wanted, is_open;
  pthread_t opener;
} team = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false, 0};

/// The body of each thread of the team: sleeps until the team is no longer needed.
static void sleep_in_team(void *unused) {
  (void)unused;
  prctl(PR_SET_NAME, "waiting-team");
  pthread_mutex_lock(&team.lock);
  while (team.is_wanted) pthread_cond_wait(&team.change, &team.lock);
  pthread_mutex_unlock(&team.lock);
}

typedef void parallel(void (*)(void *), void *, unsigned, unsigned);

static void *open_team(void *region) {
  // One thread more than cores, which outweighs all other threads.
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  ((parallel *)region)(sleep_in_team, NULL, (unsigned)(cores < 1 ? 2 : cores + 1), 0);
  return NULL;
}

bool waiting_shorten(bool is_short) {
  // Of the library that is loaded, whichever file it is.
  void *region = dlsym(RTLD_DEFAULT, "GOMP_parallel");
  if (region == NULL) return false;
  pthread_mutex_lock(&team.lock);
  team.is_wanted = is_short;
  pthread_cond_broadcast(&team.change);
  pthread_mutex_unlock(&team.lock);
  if (is_short && !team.is_open)
    team.is_open = pthread_create(&team.opener, NULL, open_team, region) == 0;
  if (!is_short && team.is_open) {
    pthread_join(team.opener, NULL);
    team.is_open = false;
  }
  return true;
}

static void (*tell_of_change)(bool);

static void *watch(void *unused) {
  (void)unused;
  prctl(PR_SET_NAME, "waiting-watch");
  struct waiting_sample before, after;
  // Two moments in a row, so that no passing process counts; and not back at the first quiet one.
  const int needed[] = {2, 4};
  int streak = 0;
  bool is_short = false;
  if (!waiting_read(&before)) return NULL;
  for (;;) {
    nanosleep(&(struct timespec){0, 500000000}, NULL);
    if (!waiting_read(&after)) return NULL;
    streak = waiting_is_shared(&before, &after) != is_short ? streak + 1 : 0;
    before = after;
    if (streak < needed[is_short]) continue;
    is_short = !is_short;
    streak = 0;
    tell_of_change(is_short);
    if (!waiting_shorten(is_short)) return NULL;
  }
}

/// Whether the environment is what this program gave itself.
static bool has_our_environment(void) {
  const char *policy = getenv("OMP_WAIT_POLICY"), *spins = getenv("GOMP_SPINCOUNT");
  return policy != NULL && spins != NULL && strcmp(policy, strchr(ours[0], '=') + 1) == 0 &&
         strcmp(spins, strchr(ours[1], '=') + 1) == 0;
}

void waiting_watch(void (*changed)(bool is_shared)) {
  static bool is_watched = false;
  if (is_watched || !has_our_environment()) return;
  is_watched = true;
  tell_of_change = changed;
  pthread_t thread;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // Signals are for the thread that waits for them.
  sigset_t all, former;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &former);
  pthread_create(&thread, &attributes, watch, NULL);
  pthread_sigmask(SIG_SETMASK, &former, NULL);
  pthread_attr_destroy(&attributes);
}
#else
bool waiting_read(struct waiting_sample *sample) {
  (void)sample;
  return false;
}
bool waiting_shorten(bool is_short) {
  (void)is_short;
  return false;
}
void waiting_watch(void (*changed)(bool is_shared)) { (void)changed; }
#endif

// Threads that compute together have a processor each while other processes need the processors as well.
//
// In a convolution's gradient oneDNN's threads wait for each other without ever sleeping. Alongside as many busy processes
// as there are processors, the system may leave both of two such threads on one of them, for seconds: each of
// hundreds of waits a step then lasts until the other thread has its turn, and a step takes ten times as long.
#include "bridge.h"

#include <ATen/Parallel.h>

#ifdef __linux__
#include <sched.h>

#include <atomic>
#include <mutex>
#include <vector>

#include "parallel.h"

namespace {

/// The processors that this process may use, in the system's order.
struct Processors {
  cpu_set_t all;
  std::vector<int> numbers;
};

std::mutex lock;
Processors processors;
std::atomic<bool> is_wanted{false};

/// The placement of the calling thread's own threads on processors.
struct Placement {
  bool is_spread = false;
  int threads = 0;
  Processors on;
};
thread_local Placement placement;

/// A thread that may no longer run where it should stays where it is.
void place(const cpu_set_t &where) { sched_setaffinity(0, sizeof where, &where); }

void place_on(int processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  place(one);
}

/// Gives each thread but the calling one its processor, or all.
void place_others(const Placement &placement) {
  facet::parallel_for(0, placement.threads, 1, [&](int64_t begin, int64_t) {
    if (begin == 0) return;
    if (placement.is_spread)
      place_on(placement.on.numbers[begin]);
    else
      place(placement.on.all);
  });
}

}  // namespace

void ct_spread_threads(bool wanted) {
  std::lock_guard<std::mutex> guard(lock);
  // The calling thread has not been placed, so that it may run wherever the process may.
  processors.numbers.clear();
  if (sched_getaffinity(0, sizeof processors.all, &processors.all) == 0)
    for (int number = 0; number < CPU_SETSIZE; ++number)
      if (CPU_ISSET(number, &processors.all)) processors.numbers.push_back(number);
  is_wanted = wanted;
}

void ct_spread_begin(void) {
  bool wanted = is_wanted;
  if (!wanted && !placement.is_spread) return;
  int threads = at::get_num_threads();
  if (wanted != placement.is_spread || threads != placement.threads) {
    if (!placement.is_spread) {
      std::lock_guard<std::mutex> guard(lock);
      placement.on = processors;
    }
    placement.threads = threads;
    // Fewer threads than processors are left to the system: other processes would choose the same ones.
    placement.is_spread = wanted && threads > 1 && size_t(threads) == placement.on.numbers.size();
    place_others(placement);
  }
  if (placement.is_spread) place_on(placement.on.numbers[0]);
}

void ct_spread_end(void) {
  if (placement.is_spread) place(placement.on.all);
}
#else
void ct_spread_threads(bool) {}
void ct_spread_begin(void) {}
void ct_spread_end(void) {}
#endif

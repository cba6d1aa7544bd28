// Memory for large tensors on a CPU.
//
// LibTorch asks the C library for each tensor, which gives large ones back to the system and asks
// for them again: a step of training then spends a tenth of its time on pages that the system
// clears and enters again. Here memory once got is kept, in pages of 2 MiB where the system has them.
#include "memory.h"

#include <cstdint>
#include <mutex>

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace facet {

std::optional<size_t> FreeRanges::take(size_t size) {
  auto found = by_size_.lower_bound({size, 0});
  if (found == by_size_.end()) return std::nullopt;
  auto [length, offset] = *found;
  remove(free_.find(offset));
  if (length > size) add(offset + size, length - size);
  taken_[offset] = size;
  return offset;
}

void FreeRanges::give(size_t offset) {
  auto taken = taken_.find(offset);
  size_t size = taken->second;
  taken_.erase(taken);
  auto next = free_.lower_bound(offset);
  if (next != free_.end() && next->first == offset + size) {
    size += next->second;
    remove(next);
  }
  auto before = free_.lower_bound(offset);
  if (before != free_.begin()) {
    --before;
    if (before->first + before->second == offset) {
      offset = before->first;
      size += before->second;
      remove(before);
    }
  }
  add(offset, size);
}

void FreeRanges::add(size_t offset, size_t size) {
  free_[offset] = size;
  by_size_.insert({size, offset});
}

void FreeRanges::remove(std::map<size_t, size_t>::iterator piece) {
  by_size_.erase({piece->second, piece->first});
  free_.erase(piece);
}

#if defined(__linux__)
namespace {

/// LibTorch's allocator of CPU tensors, with a range of addresses for the large ones.
class KeepingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t size) override {
    void *data = size >= smallest ? take(size) : nullptr;
    if (data == nullptr) data = c10::alloc_cpu(size);
    return {data, data, &release, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void *to, const void *from, size_t count) const override {
    default_copy_data(to, from, count);
  }

  /// Gives the pages of all free pieces back to the system.
  void release_free() {
    if (start_ == nullptr) return;
    std::lock_guard lock(mutex_);
    for (auto [offset, size] : ranges_.free()) madvise(start_ + offset, size, MADV_DONTNEED);
  }

  /// Lives as long as the process, for tensors that do.
  static KeepingAllocator &shared() {
    static auto *allocator = new KeepingAllocator;
    return *allocator;
  }

 private:
  static constexpr size_t smallest = 256 << 10, grain = 64 << 10, page = 2 << 20;

  /// Reserves addresses, which costs nothing until they are written to. Half the machine's memory
  /// beyond all of it is room for what fragments.
  KeepingAllocator()
      : capacity_(size_t(sysconf(_SC_PHYS_PAGES)) * size_t(sysconf(_SC_PAGESIZE)) / 2 * 3 / page *
                  page),
        ranges_(capacity_) {
    void *start = mmap(nullptr, capacity_ + page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) return;
    start_ = reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(start) + page - 1) / page * page);
    madvise(start_, capacity_, MADV_HUGEPAGE);
  }

  void *take(size_t size) {
    if (start_ == nullptr) return nullptr;
    std::lock_guard lock(mutex_);
    auto offset = ranges_.take((size + grain - 1) / grain * grain);
    return offset ? start_ + *offset : nullptr;
  }

  static void release(void *data) {
    auto &self = shared();
    auto *pointer = static_cast<char *>(data);
    if (self.start_ == nullptr || pointer < self.start_ || pointer >= self.start_ + self.capacity_)
      return c10::free_cpu(data);
    std::lock_guard lock(self.mutex_);
    self.ranges_.give(size_t(pointer - self.start_));
  }

  size_t capacity_;
  char *start_ = nullptr;
  std::mutex mutex_;
  FreeRanges ranges_;
};

}  // namespace

void keep_memory() {
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer)
  // Above LibTorch's own priority of 0; sanitizers watch the C library's memory.
  c10::SetCPUAllocator(&KeepingAllocator::shared(), /*priority=*/1);
#endif
}

void release_free_memory() {
  auto *allocator = dynamic_cast<KeepingAllocator *>(c10::GetCPUAllocator());
  if (allocator != nullptr) allocator->release_free();
}

#else

void keep_memory() {}
void release_free_memory() {}

#endif

}  // namespace facet

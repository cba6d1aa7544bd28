// Memory for large tensors on a CPU, which is kept.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

namespace facet {

/// Has large tensors on a CPU made from now on in memory that is kept for later ones. For the application
/// to decide: it takes addresses for one and a half times the machine's memory, and what a process once
/// used stays with it until `release_free_memory`. Linux only; does nothing elsewhere.
void keep_memory();

/// Gives the memory that is kept and not in use back to the system. Worth it after tensors that are made
/// once and larger than any later ones: the next use of the memory costs new pages.
void release_free_memory();

/// Gives out pieces of a range of `capacity` bytes and takes them back: the smallest free piece that
/// is large enough, and of equal ones the first. Pieces that are given back join their neighbours.
/// Knows offsets only and touches no memory.
class FreeRanges {
 public:
  explicit FreeRanges(size_t capacity) { add(0, capacity); }

  /// The offset of a piece, or nothing when none is large enough.
  std::optional<size_t> take(size_t size);
  /// Takes back a piece that `take` gave.
  void give(size_t offset);
  /// The sizes of the free pieces by offset.
  const std::map<size_t, size_t> &free() const { return free_; }

 private:
  void add(size_t offset, size_t size);
  void remove(std::map<size_t, size_t>::iterator piece);

  std::map<size_t, size_t> free_;
  std::set<std::pair<size_t, size_t>> by_size_;
  std::unordered_map<size_t, size_t> taken_;
};

}  // namespace facet

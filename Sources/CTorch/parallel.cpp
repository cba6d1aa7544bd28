#include "parallel.h"

#include <algorithm>

#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>
#include <c10/util/ParallelGuard.h>

namespace facet {

void parallel_for(int64_t begin, int64_t end, int64_t grain,
                  c10::function_ref<void(int64_t, int64_t)> body) {
  if (begin >= end) return;
  int64_t count = end - begin;
  int64_t parts = std::min<int64_t>(at::get_num_threads(), (count + grain - 1) / grain);
  if (parts <= 1 || at::in_parallel_region()) {
    c10::ParallelGuard guard(true);
    return body(begin, end);
  }
  // LibTorch's loop over a tensor's elements, with an element for each part: its code is compiled
  // with whatever LibTorch's threads are.
  int64_t each = (count + parts - 1) / parts;
  auto slots = at::empty({parts}, at::kByte);
  auto *first = static_cast<char *>(slots.mutable_data_ptr());
  auto loop = [&](char **data, const int64_t *, int64_t size, int64_t) {
    int64_t from = begin + (data[0] - first) * each;
    int64_t to = std::min(end, from + size * each);
    if (from < to) body(from, to);
  };
  at::TensorIterator::borrowing_nullary_op(slots).for_each(at::TensorIteratorBase::loop2d_t(loop),
                                                            /*grain_size=*/1);
}

}  // namespace facet

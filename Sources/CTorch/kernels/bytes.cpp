#include "bytes.h"


#include "../parallel.h"
#include "../dispatch.h"

namespace facet::kernels {

namespace {

typedef uint8_t Bytes __attribute__((vector_size(16)));

struct NormalizeBytes {
  FACET_INLINE static void run(const uint8_t *from, float *to, int64_t count, float mean,
                               float deviation) {
    int64_t i = 0;
    for (; i + lanes <= count; i += lanes) {
      Bytes bytes;
      std::memcpy(&bytes, from + i, sizeof bytes);
      store(to + i, (__builtin_convertvector(bytes, Floats) - mean) / deviation);
    }
    for (; i < count; ++i) to[i] = (static_cast<float>(from[i]) - mean) / deviation;
  }
};

}  // namespace

void normalize_bytes(const uint8_t *from, float *to, int64_t count, float mean, float deviation) {
  auto chosen = choice();
  parallel_for(0, count, 1 << 18, [&](int64_t begin, int64_t end) {
    dispatch<NormalizeBytes>(chosen, from + begin, to + begin, end - begin, mean, deviation);
  });
}

}  // namespace facet::kernels

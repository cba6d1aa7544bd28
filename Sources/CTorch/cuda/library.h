// Functions that need CUDA's headers, in a library of their own: libfacet_cuda.so.
#pragma once

namespace facet::cuda {

/// A table that libfacet_cuda.so exports, whose first member is the version of LibTorch whose headers it was built
/// with.
///
/// An error where the library is missing, has no such table, or was built for another LibTorch.
const void *exported(const char *name);

}  // namespace facet::cuda

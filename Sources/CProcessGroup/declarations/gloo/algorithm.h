// What LibTorch's header of its Gloo process group needs of Gloo's, which the wheel does not contain: the names
// of types that it holds pointers to. See ../README.md.
#pragma once

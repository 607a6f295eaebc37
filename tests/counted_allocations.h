// Counts what a test program allocates: operator new, and malloc as the linker's --wrap=malloc (tests/CMakeLists.txt)
// redirects it, which is what Eigen calls. To be included by one file of a program.
// Not inlined, because GCC would then take malloc and delete, or new and free, for a mismatch; malloc never fails
// in a test.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace penchant::test {
inline thread_local std::size_t allocations = 0;  // of this thread, so far
}

extern "C" void* __real_malloc(std::size_t size);
extern "C" void* __wrap_malloc(std::size_t size) {
  ++penchant::test::allocations;
  return __real_malloc(size);
}

[[gnu::noinline]] void* operator new(std::size_t size) { return std::malloc(size); }
// As std::stable_sort asks: what only one of the two were to know would be freed by the other.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

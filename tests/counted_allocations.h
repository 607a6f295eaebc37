// Counts what a test program allocates, by replacing operator new. To be included by one file of a program.
// Not inlined, because GCC would then take malloc and delete, or new and free, for a mismatch; malloc never fails
// in a test.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace penchant::test {
inline thread_local std::size_t allocations = 0;  // of this thread, so far
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++penchant::test::allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

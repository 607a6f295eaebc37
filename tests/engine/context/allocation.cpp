// Reading ASCII prompts allocates nothing once the scratch has grown.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <new>

#include "helpers.h"

namespace {

std::size_t allocations = 0;

}  // namespace

// Count what the whole test program asks for; malloc never fails in a test. Not inlined, because GCC would
// then take malloc and delete, or new and free, for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace penchant;

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(a_second_read_allocates_nothing) {
  const std::string prompt =
      "masterpiece, (anime:1.2) girl with [red|blue] {hair|2::eye} <lora:ink:0.8> AND [cat:dog:5] (cat) 35mm";
  ContextReader reader(WordLists::english());
  Context context;
  reader.read(prompt, {}, context);
  const std::size_t before = allocations;
  reader.read(prompt, {}, context);
  reader.read(std::string_view(prompt).substr(10), {Dialect::comfy}, context);
  BOOST_TEST(allocations == before);
}

BOOST_AUTO_TEST_SUITE_END()

// Reading ASCII prompts allocates nothing once the scratch has grown.
#include <boost/test/unit_test.hpp>

#include "helpers.h"
#include "tests/counted_allocations.h"

using penchant::test::allocations;
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

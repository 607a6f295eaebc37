#include "persistence/decision_id.h"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <string>

namespace penchant::test {
namespace {

constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();

BOOST_AUTO_TEST_SUITE(decision_id)

BOOST_AUTO_TEST_CASE(an_id_is_its_start_and_its_number_in_base_36) {
  BOOST_TEST(DecisionIdText({.start = 35, .number = 36}).view() == "z-10");
  BOOST_CHECK(parse_decision_id("z-10") == (DecisionId{.start = 35, .number = 36}));
}

BOOST_AUTO_TEST_CASE(the_next_number_is_counted_in_the_text) {
  DecisionIdText text({.start = 35, .number = 0});
  for (std::uint64_t number = 1; number < 100'000; ++number) {
    text.increment();
    BOOST_REQUIRE_EQUAL(text.view(), DecisionIdText({.start = 35, .number = number}).view());
  }
}

BOOST_AUTO_TEST_CASE(the_longest_id_has_27_bytes) {
  const std::string longest(DecisionIdText({.start = greatest, .number = greatest}).view());
  BOOST_TEST(longest.size() == decision_id_bytes_max);
  BOOST_CHECK(parse_decision_id(longest) == (DecisionId{.start = greatest, .number = greatest}));
  BOOST_CHECK(!parse_decision_id(longest + "0"));
  BOOST_CHECK(!parse_decision_id("zzzzzzzzzzzzz-1"));  // past 2^64
}

BOOST_AUTO_TEST_CASE(no_other_text_is_an_id) {
  for (const std::string_view text :
       {"",    "-",    "z",    "z-",   "-1",   "z-0",  "0-1",  "z-01",  "0z-1", "Z-1",
        "z-A", "z-1 ", " z-1", "z--1", "-z-1", "+z-1", "z-+1", "z-1-1", "z_1",  "z-1\xc3\xa9"}) {
    BOOST_CHECK_MESSAGE(!parse_decision_id(text), text);
  }
  BOOST_CHECK(!parse_decision_id(std::string_view("z-1\0", 4)));
  BOOST_CHECK(!parse_decision_id(std::string(1'000'000, '1')));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

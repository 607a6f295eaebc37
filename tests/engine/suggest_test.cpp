#include "engine/suggest.h"

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

struct Suggesting : Taste {
  void kept_without(std::string_view unwanted, std::string_view prompt) {
    const std::vector<Keyword> negatives = words(unwanted);
    tell({.verdict = Verdict::selected,
          .user = "ann",
          .checkpoint = "A",
          .prompt = prompt,
          .negative_keywords = negatives});
  }
  /// Best first, spaces between.
  std::string negatives(std::string_view prompt) {
    std::string told;
    const auto keywords = words(prompt);
    for (const NegativeAnswer& one :
         suggester.negatives(engine, {.user = "ann", .keywords = keywords, .at_ms = now_ms})) {
      if (!told.empty()) told += ' ';
      told += one.keyword;
    }
    return told;
  }
  Suggester suggester;
};

BOOST_FIXTURE_TEST_SUITE(suggest, Suggesting)

BOOST_AUTO_TEST_CASE(negative_words_that_have_faded_below_notice_are_not_told) {
  kept_without("blurry", "ink");
  BOOST_TEST(negatives("ink") == "blurry");
  BOOST_TEST(negatives("") == "blurry");
  days_pass(500);
  BOOST_TEST(negatives("ink") == "");
  BOOST_TEST(negatives("") == "");
}

BOOST_AUTO_TEST_CASE(a_negative_prompt_takes_nothing_over_from_one_that_was_dropped) {
  kept_without("blurry", "ink");
  days_pass(600);
  kept("ann", "A", "ink");
  days_pass(100);
  kept_without("hands", "moon");  // the landmark moves; `ink` is noticed still
  BOOST_TEST(negatives("moon") == "hands");
  BOOST_TEST(negatives("ink") == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "engine/rate_rows.h"

#include <random>

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

constexpr int models_count = 333;  // more than 16 times 16, and no multiple of it

/// A user of many models; some words are with nearly all of them, some with few, some listed, some unknown.
struct Studio : Taste {
  Studio() {
    for (int model = 0; model < models_count; ++model) {
      kept("ann", numbered('m', model), "ink", model % 7);
      rejected("ann", numbered('m', model), "ink cat", model % 5);
      if (model % 3 != 0) kept("ann", numbered('m', model), "oil moon", model % 4);
      if (model % 40 == 0) kept("ann", numbered('m', model), "neon", 5);
    }
    kept("ann", "m7", "rare");
    rejected("ann", "m9", "rare");
  }

  std::vector<std::string_view> prompts{"ink", "ink cat oil", "moon neon rare unheard", "", "rare", "oil ink rare"};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rate_rows, Studio)

BOOST_AUTO_TEST_CASE(a_batch_is_answered_as_its_questions_are_one_by_one) {
  RateRows rates;
  for (int again = 0; again < 2; ++again) {
    for (const std::string_view prompt : prompts) {
      for (const std::uint32_t top : {1U, 3U, 20U, 400U}) {
        const std::string alone = best("ann", prompt, {.top = top});
        BOOST_TEST(best_in_batch("ann", prompt, {.top = top}, rates) == alone);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_best_of_many_are_those_that_all_in_order_begin_with) {
  for (const std::string_view prompt : prompts) {
    const std::string all = best("ann", prompt, {.top = models_count});
    for (const std::uint32_t top : {1U, 2U, 15U, 16U, 17U, 100U}) {
      const std::string some = best("ann", prompt, {.top = top});
      BOOST_TEST(all.substr(0, some.size()) == some);
    }
  }
}

BOOST_AUTO_TEST_CASE(rows_of_another_time_are_made_anew) {
  decay(30);
  RateRows rates;
  (void)best_in_batch("ann", "ink cat", {.top = 5}, rates);
  days_pass(20);
  BOOST_TEST(best_in_batch("ann", "ink cat", {.top = 50}, rates) == best("ann", "ink cat", {.top = 50}));
}

BOOST_AUTO_TEST_CASE(rows_from_before_a_record_are_made_anew) {
  RateRows rates;
  const std::string before = best_in_batch("ann", "ink cat", {.top = 5}, rates);
  rejected("ann", before.substr(0, before.find(' ')), "ink cat", 50);
  BOOST_TEST(best_in_batch("ann", "ink cat", {.top = 5}, rates) == best("ann", "ink cat", {.top = 5}));
  BOOST_TEST(best_in_batch("ann", "ink cat", {.top = 5}, rates) != before);
}

BOOST_AUTO_TEST_CASE(more_rows_than_fit_are_forgotten) {
  constexpr std::size_t lines = 4096;  // 256 KiB of rates
  constexpr std::size_t fit = rate_rows_bytes_max / (lines * line_columns * sizeof(float));
  RateRows rates;
  const std::vector<std::array<float, line_floats>> counts(fit + 1);
  rates.prepare(1, lines, {5, 10}, fit);
  const float* const first = rates.rates({counts[0].data(), 0});
  for (std::size_t i = 1; i < fit; ++i) (void)rates.rates({counts[i].data(), 0});
  rates.prepare(1, lines, {5, 10}, 0);
  BOOST_TEST(rates.rates({counts[0].data(), 0}) == first);
  rates.prepare(1, lines, {5, 10}, 1);
  BOOST_TEST(rates.rates({counts[fit].data(), 0}) == first);  // its room was free again
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

#include "engine/learner/reliability.h"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <random>

#include "oracle_reliability.h"

namespace penchant::test {
namespace {

double total_count(const Reliability& told) {
  double sum = 0;
  for (const ReliabilityBin& bin : told.bins()) sum += bin.count;
  return sum;
}

BOOST_AUTO_TEST_SUITE(reliability, *boost::unit_test::tolerance(1e-6))

BOOST_AUTO_TEST_CASE(each_bin_is_the_sum_of_its_outcomes_faded) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform;
  Reliability told;
  std::vector<ForetoldOutcome> outcomes;
  for (int i = 0; i < 3000; ++i) {
    const double p = uniform(random);
    outcomes.push_back({p * p, uniform(random) < p});
    told.add(outcomes.back().probability, outcomes.back().is_kept);
    if (i % 500 != 0 && i < 2990) continue;
    const auto expected = plain_bins(outcomes);
    for (std::size_t bin = 0; bin < expected.size(); ++bin) {
      BOOST_TEST(told.bins()[bin].count == expected[bin].count);
      BOOST_TEST(told.bins()[bin].foretold == expected[bin].foretold);
      BOOST_TEST(told.bins()[bin].kept == expected[bin].kept);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_probability_between_two_bins_is_of_the_upper_one) {
  for (std::size_t i = 0; i <= Reliability::bin_count; ++i) {
    Reliability told;
    told.add(static_cast<double>(i) / 10, true);
    BOOST_TEST(told.bins()[std::min<std::size_t>(i, 9)].count == 1, i);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_probability_counts_nowhere) {
  Reliability told;
  for (const double none : {std::numeric_limits<double>::quiet_NaN(), -1e-9, 1 + 1e-9}) told.add(none, true);
  BOOST_TEST(total_count(told) == 0);
}

BOOST_AUTO_TEST_CASE(outcomes_weigh_by_half_after_a_thousand_more) {
  Reliability told;
  told.add(0.05, true);
  for (int i = 0; i < 1000; ++i) told.add(0.95, false);
  BOOST_TEST(told.bins()[0].count == 0.5);
  BOOST_TEST(told.bins()[0].kept == 0.5);
  BOOST_TEST(told.bins()[9].kept == 0);
}

BOOST_AUTO_TEST_CASE(a_bin_where_nothing_falls_any_more_is_empty_again_and_counts_stay_bounded) {
  Reliability told;
  told.add(0.05, true);
  for (int i = 0; i < 20'000; ++i) told.add(0.95, true);
  BOOST_TEST((told.bins()[0].count == 0 && told.bins()[0].foretold == 0 && told.bins()[0].kept == 0));
  BOOST_TEST((total_count(told) > 1440 && total_count(told) < 1444));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "evaluate/interval.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

namespace penchant::test {
namespace {

BOOST_AUTO_TEST_SUITE(interval)

BOOST_AUTO_TEST_CASE(students_quantiles_are_those_of_the_tables) {
  BOOST_CHECK_SMALL(student_95(5) - 2.0150484, 1e-3);
  BOOST_CHECK_SMALL(student_95(19) - 1.7291328, 1e-5);
  BOOST_CHECK_SMALL(student_95(100) - 1.6602343, 1e-6);
  BOOST_CHECK_SMALL(student_95(1e12) - normal_95, 1e-9);
}

BOOST_AUTO_TEST_CASE(wilsons_ends_are_the_shares_that_are_just_not_excluded) {
  for (const auto& [successes, trials] : {std::pair(0.0, 10.0), {3.0, 10.0}, {500.0, 1000.0}, {7.0, 7.0}}) {
    const Interval interval = wilson_interval(successes, trials);
    for (const double end : {interval.low, interval.high}) {
      if (end == 0 || end == 1) continue;
      const double deviation = std::sqrt(end * (1 - end) / trials);
      BOOST_CHECK_CLOSE(std::abs(successes / trials - end) / deviation, normal_95, 1e-6);
    }
    BOOST_TEST(interval.low >= 0);
    BOOST_TEST(interval.high <= 1);
    BOOST_TEST(interval.low < interval.high);
  }
}

BOOST_AUTO_TEST_CASE(of_no_trials_anything_may_be_the_share) {
  BOOST_TEST(wilson_interval(0, 0).low == 0);
  BOOST_TEST(wilson_interval(0, 0).high == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

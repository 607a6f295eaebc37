#include "engine/elementary.h"

#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

namespace penchant::test {
namespace {

constexpr double beyond_all = std::numeric_limits<double>::infinity();

/// How many units in the last place of `expected` they are apart.
double units_apart(double told, double expected) {
  const double unit = std::abs(std::nextafter(expected, beyond_all) - expected);
  return std::abs(told - expected) / unit;
}

BOOST_AUTO_TEST_SUITE(elementary)

BOOST_AUTO_TEST_CASE(log2_of_a_power_of_two_is_exact) {
  for (int n = -1022; n <= 1023; ++n) BOOST_REQUIRE_EQUAL(log2_exact(std::ldexp(1.0, n)), n);
}

BOOST_AUTO_TEST_CASE(log2_is_within_a_few_units_in_the_last_place) {
  double worst = 0;
  for (double exponent = -1021.9; exponent < 1023.9; exponent += 0.00373) {
    const double x = std::exp2(exponent);
    worst = std::max(worst, units_apart(log2_exact(x), std::log2(x)));
  }
  for (double x = 0.25; x < 4; x += 3.1e-6) {
    if (std::abs(x - 1) > 1e-3) worst = std::max(worst, units_apart(log2_exact(x), std::log2(x)));
  }
  for (double apart = 1e-15; apart < 1e-3; apart *= 1.01) {
    for (const double x : {1 - apart, 1 + apart}) worst = std::max(worst, units_apart(log2_exact(x), std::log2(x)));
  }
  BOOST_TEST(worst <= 4);
}

BOOST_AUTO_TEST_CASE(log2_never_falls) {
  double last = -beyond_all;
  for (double x = 0.7; x < 2.9; x += 1.7e-6) {
    BOOST_REQUIRE(log2_exact(x) >= last);
    last = log2_exact(x);
  }
  for (const double edge : {0.5, std::sqrt(0.5), 1.0, std::sqrt(2.0), 2.0}) {
    double x = edge;
    for (int i = 0; i < 1000; ++i) x = std::nextafter(x, 0);
    for (int i = 0; i < 2000; ++i) {
      const double next = std::nextafter(x, beyond_all);
      BOOST_REQUIRE(log2_exact(next) - log2_exact(x) >= -4e-16);
      x = next;
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_below_the_normal_numbers_counts_as_the_least_of_them) {
  for (const double x : {0.0, -1.0, std::numeric_limits<double>::denorm_min()}) {
    BOOST_CHECK_EQUAL(log2_exact(x), -1022);
  }
  BOOST_TEST(std::isfinite(log2_exact(std::numeric_limits<double>::max())));
}

BOOST_AUTO_TEST_CASE(exponential_and_logarithm_are_each_others_inverse) {
  for (double x = -700; x < 700; x += 0.0917) {
    BOOST_REQUIRE(std::abs(log_exact(exp_exact(x)) - x) < 1e-12);
    BOOST_REQUIRE(std::abs(exp_exact(x) / std::exp(x) - 1) < 4e-16 * (2 + std::abs(x)));
  }
}

BOOST_AUTO_TEST_CASE(logistic_is_the_probability_of_its_odds) {
  for (double x = -40; x < 40; x += 0.00417) {
    BOOST_REQUIRE(std::abs(logistic(x) / (1 / (1 + std::exp(-x))) - 1) < 2e-14);
  }
  for (double p = 1e-4; p < 1; p += 1e-4) {
    BOOST_REQUIRE(std::abs(logistic(log_odds(p)) - p) < 1e-15);
    BOOST_REQUIRE(std::abs(log_odds(p) - std::log(p / (1 - p))) < 1e-14);
  }
  BOOST_CHECK_EQUAL(logistic(0), 0.5);
}

BOOST_AUTO_TEST_CASE(logistic_never_falls_and_stays_a_probability) {
  double last = 0;
  for (double x = -800; x < 800; x += 0.013) {
    const double p = logistic(x);
    BOOST_REQUIRE((p >= last - 2e-16 && p <= 1));
    last = p;
  }
  BOOST_TEST((logistic(-1e300) >= 0 && logistic(-1e300) < 1e-300));
  BOOST_CHECK_EQUAL(logistic(1e300), 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

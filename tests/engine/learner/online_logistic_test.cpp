#include "engine/learner/online_logistic.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

#include "engine/learner/rivals.h"
#include "oracle_learner.h"

namespace penchant::test {
namespace {

using Regression = OnlineLogistic<2>;

BOOST_AUTO_TEST_SUITE(online_logistic, *boost::unit_test::tolerance(1e-9))

BOOST_AUTO_TEST_CASE(it_begins_with_its_start_and_the_priors_variance) {
  const Regression regression({0, 1});
  BOOST_TEST(regression.log_odds_at({1, 0.7}) == 0.7);
  BOOST_TEST(regression.variance_at({3, 4}, 1) == 25 / Regression::prior_precision);
}

BOOST_AUTO_TEST_CASE(each_outcome_is_a_newton_step) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  OnlineLogistic<5> told({0, 1, 0.5, 1, 0});
  OracleLogistic expected((Eigen::VectorXd(5) << 0, 1, .5, 1, 0).finished());
  for (int i = 0; i < 500; ++i) {
    const OnlineLogistic<5>::Features f{1, normal(random), 3 * normal(random), normal(random), normal(random)};
    const Eigen::VectorXd same = Eigen::Map<const Eigen::VectorXd>(f.data(), 5);
    const bool kept = random() % 2 == 0;
    const double weight = 0.25 + static_cast<double>(random() % 4);
    BOOST_TEST(told.log_odds_at(f) == expected.at(same));
    BOOST_TEST(told.variance_at(f, 1) == same.dot(expected.solved(same)));
    told.learn(f, kept, weight, 1);
    expected.learn(same, kept, weight);
  }
}

BOOST_AUTO_TEST_CASE(it_finds_the_coefficients_that_outcomes_follow) {
  std::mt19937 random(2);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  Regression regression({0, 1});
  for (int i = 0; i < 20'000; ++i) {
    const double x = normal(random);
    regression.learn({1, x}, uniform(random) < plain_logistic(0.5 - 2 * x), 1, 1);
  }
  BOOST_TEST(std::abs(regression.coefficients()[0] - 0.5) < 0.1);
  BOOST_TEST(std::abs(regression.coefficients()[1] + 2) < 0.2);
  BOOST_TEST(regression.variance_at({1, 0}, 1) < 1e-3);
}

BOOST_AUTO_TEST_CASE(the_scale_of_weights_changes_nothing) {
  Regression plain({0, 1});
  Regression scaled({0, 1});
  for (int i = 0; i < 50; ++i) {
    plain.learn({1, 0.1 * i}, i % 3 == 0, 1, 1);
    scaled.learn({1, 0.1 * i}, i % 3 == 0, 0x1p20, 0x1p20);
    if (i != 25) continue;
    scaled.scale(0x1p-10);  // the landmark moves
    scaled.scale(0x1p10);
  }
  for (std::size_t i = 0; i < 2; ++i) BOOST_TEST(plain.coefficients()[i] == scaled.coefficients()[i]);
  BOOST_TEST(plain.variance_at({1, 2}, 1) == scaled.variance_at({1, 2}, 0x1p20));
}

BOOST_AUTO_TEST_CASE(certainty_that_was_wrong_leaves_it_finite) {
  Regression regression({0, 1});
  for (int i = 0; i < 100; ++i) regression.learn({1, i % 2 == 0 ? 1e4 : -1e4}, i % 2 != 0, 1, 1);
  const Regression::Features coefficients = regression.coefficients();
  BOOST_TEST((std::isfinite(coefficients[0]) && std::isfinite(coefficients[1])));
  BOOST_TEST(std::isfinite(regression.variance_at({1, 1e4}, 1)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rivals, *boost::unit_test::tolerance(1e-9))

BOOST_AUTO_TEST_CASE(they_begin_alike) {
  const Rivals rivals;
  for (const double share : rivals.shares()) BOOST_TEST(share == 1. / 3);
}

BOOST_AUTO_TEST_CASE(shares_are_in_proportion_to_what_each_foretold) {
  Rivals told;
  OracleRivals expected;
  for (int i = 0; i < 40; ++i) {
    const Rivals::Values z{0.1 * i, 0.3, -0.2 * i};
    told.note(z, i % 3 == 0);
    expected.note(z, i % 3 == 0);
    double sum = 0;
    for (std::size_t j = 0; j < Rivals::count; ++j) {
      BOOST_TEST(told.shares()[j] == expected.shares[j]);
      sum += told.shares()[j];
    }
    BOOST_TEST(sum == 1);
  }
}

BOOST_AUTO_TEST_CASE(one_that_is_always_right_takes_all_and_none_is_lost_for_good) {
  Rivals told;
  for (int i = 0; i < 100'000; ++i) told.note({50, -50, -50}, true);
  BOOST_TEST(told.shares()[0] == 1);
  for (int i = 0; i < 200'000; ++i) told.note({-50, -50, 50}, true);
  BOOST_TEST(told.shares()[2] == 1);
}

BOOST_AUTO_TEST_CASE(a_miss_costs_no_more_than_its_bound) {
  BOOST_TEST(log_likelihood(0, true) == std::log(foretold_min));
  BOOST_TEST(log_likelihood(1, false) == std::log(foretold_min));
  BOOST_TEST(log_likelihood(1, true) == std::log(1 - foretold_min));
  BOOST_TEST(log_likelihood(0.3, false) == std::log(0.7));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "engine/policy.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

namespace penchant::test {
namespace {

using Probabilities = std::vector<double>;

constexpr double sum_tolerance = 1e-12;

/// What a policy gives `count` arms, after it is checked that they are probabilities.
template <class Fill>
Probabilities filled(std::size_t count, const Fill& fill) {
  Probabilities probabilities(count, -1);  // what was there is overwritten
  fill(probabilities);
  double sum = 0;
  for (const double p : probabilities) {
    BOOST_REQUIRE(p >= 0);
    sum += p;
  }
  BOOST_REQUIRE_SMALL(sum - 1, sum_tolerance);
  return probabilities;
}

Probabilities banded(std::size_t band_arms, std::size_t count) {
  return filled(count, [&](auto& p) { banded_probabilities(band_arms, p); });
}

Probabilities greedy(std::size_t count) {
  return filled(count, [](auto& p) { greedy_probabilities(p); });
}

Probabilities epsilon(double share, std::size_t count) {
  return filled(count, [&](auto& p) { epsilon_probabilities(share, p); });
}

Probabilities squarecb(const std::vector<double>& scores, double gamma) {
  return filled(scores.size(), [&](auto& p) { squarecb_probabilities(scores, gamma, p); });
}

Probabilities thompson(const std::vector<ScoreSpread>& arms) {
  std::vector<double> scratch(3, -1);
  return filled(arms.size(), [&](auto& p) { thompson_probabilities(arms, p, scratch); });
}

void check_close(const Probabilities& found, const Probabilities& expected, double tolerance = sum_tolerance) {
  BOOST_REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) BOOST_CHECK_SMALL(found[i] - expected[i], tolerance);
}

struct Cell {
  double alpha = 5;
  double beta = 5;
};
using Cells = std::vector<Cell>;  // of one arm, one a keyword

/// The cells of an arm of which `selected` of `observed` images were kept, with each of the prompt's keywords.
Cells seen(double selected, double observed, std::size_t keywords = 1) {
  return Cells(keywords, Cell{5 + selected, 5 + observed - selected});
}

ScoreSpread spread(const Cells& cells) {
  ScoreSpread sum;
  for (const Cell& cell : cells) {
    sum.mean += cell.alpha / (cell.alpha + cell.beta);
    sum.variance += beta_variance(cell.alpha, cell.beta);
  }
  const auto count = static_cast<double>(cells.size());
  return {sum.mean / count, sum.variance / (count * count)};
}

std::vector<ScoreSpread> spreads(const std::vector<Cells>& arms) {
  std::vector<ScoreSpread> all;
  for (const Cells& cells : arms) all.push_back(spread(cells));
  return all;
}

double beta_draw(const Cell& cell, std::mt19937_64& random) {
  const double kept = std::gamma_distribution<double>(cell.alpha)(random);
  return kept / (kept + std::gamma_distribution<double>(cell.beta)(random));
}

/// How often each arm's draw is the largest, by drawing.
Probabilities simulated(const std::vector<Cells>& arms, int draws) {
  std::mt19937_64 random(1);
  Probabilities wins(arms.size());
  for (int draw = 0; draw < draws; ++draw) {
    std::size_t winner = 0;
    double largest = -1;
    for (std::size_t arm = 0; arm < arms.size(); ++arm) {
      double sum = 0;
      for (const Cell& cell : arms[arm]) sum += beta_draw(cell, random);
      const double mean = sum / static_cast<double>(arms[arm].size());
      if (mean > largest) {
        largest = mean;
        winner = arm;
      }
    }
    wins[winner] += 1.0 / draws;
  }
  return wins;
}

void check_simulated(const std::vector<Cells>& arms, double tolerance = 0.01) {
  check_close(thompson(spreads(arms)), simulated(arms, 40'000), tolerance);
}

std::vector<Cells> with_unseen(Cells known, std::size_t unseen) {
  std::vector<Cells> arms{std::move(known)};
  arms.resize(1 + unseen, Cells(arms[0].size()));
  return arms;
}

BOOST_AUTO_TEST_SUITE(policy)

BOOST_AUTO_TEST_CASE(every_policy_is_parsed_from_its_name_and_nothing_else_is) {
  for (const Policy each : {Policy::banded, Policy::greedy, Policy::epsilon, Policy::thompson, Policy::squarecb}) {
    BOOST_TEST((parse_policy(to_string(each)) == each));
  }
  BOOST_TEST(to_string(Policy::squarecb) == "squarecb");
  for (const char* name : {"", "Greedy", "greedy ", "ucb"}) BOOST_TEST(!parse_policy(name));
}

BOOST_AUTO_TEST_CASE(the_bands_arms_share_equally) {
  check_close(banded(2, 4), {0.5, 0.5, 0, 0});
  check_close(banded(3, 3), {1.0 / 3, 1.0 / 3, 1.0 / 3});
  check_close(banded(1, 1), {1});
}

BOOST_AUTO_TEST_CASE(greedy_takes_the_best) {
  check_close(greedy(3), {1, 0, 0});
  check_close(greedy(1), {1});
}

BOOST_AUTO_TEST_CASE(epsilon_is_shared_by_all) {
  check_close(epsilon(epsilon_default, 4), {0.925, 0.025, 0.025, 0.025});
  check_close(epsilon(0, 3), {1, 0, 0});
  check_close(epsilon(1, 4), {0.25, 0.25, 0.25, 0.25});
  check_close(epsilon(0.3, 1), {1});
  epsilon(0.1, 10'000);
}

BOOST_AUTO_TEST_CASE(squarecb_weighs_by_the_inverse_of_the_gap) {
  check_close(squarecb({0.8, 0.7, 0.4}, 20), {1 - 1.0 / 5 - 1.0 / 11, 1.0 / 5, 1.0 / 11});
  check_close(squarecb({0.6}, 20), {1});
}

BOOST_AUTO_TEST_CASE(squarecb_is_uniform_at_gamma_0_and_greedy_at_a_huge_one) {
  check_close(squarecb({0.8, 0.7, 0.4, 0.1}, 0), {0.25, 0.25, 0.25, 0.25});
  check_close(squarecb({0.8, 0.7, 0.4, 0.1}, 1e300), {1, 0, 0, 0});
  squarecb(std::vector<double>(10'000, 0.5), 0);
}

BOOST_AUTO_TEST_CASE(squarecb_gives_an_arm_as_good_as_the_best_its_equal_share) {
  check_close(squarecb({0.8, 0.8, 0.5, 0.3}, 1e300), {0.75, 0.25, 0, 0});
  check_close(squarecb({0.8, 0.8 + 1e-7}, 1e9), {0.5, 0.5});  // ranked by rounded scores
}

BOOST_AUTO_TEST_CASE(squarecb_explores_less_as_evidence_grows) {
  BOOST_TEST(squarecb_gamma(0) == 0);
  BOOST_TEST(squarecb_gamma(100) == 100);
  BOOST_TEST(squarecb_gamma(400) == 200);
  BOOST_TEST(squarecb_gamma(-1e-9) == 0);
}

BOOST_AUTO_TEST_CASE(the_variance_of_a_beta_draw) {
  BOOST_TEST(beta_variance(1, 1) == 1.0 / 12);
  BOOST_TEST(beta_variance(5, 5) == 25.0 / 1100);
}

BOOST_AUTO_TEST_CASE(thompson_gives_one_arm_everything) {
  check_close(thompson({{0.5, 0.02}}), {1});
  check_close(thompson({{0.5, 0}}), {1});
}

BOOST_AUTO_TEST_CASE(thompson_gives_equal_arms_equal_shares) {
  for (const std::size_t count : {2U, 3U, 8U, 50U, 1000U, 10'000U}) {
    for (const double variance : {0.0227, 1e-6, 0.0}) {
      const Probabilities equal(count, 1 / static_cast<double>(count));
      check_close(thompson(std::vector<ScoreSpread>(count, {0.5, variance})), equal);
    }
  }
}

BOOST_AUTO_TEST_CASE(thompson_gives_nothing_to_an_arm_that_cannot_win) {
  check_close(thompson({{0.9, 1e-5}, {0.5, 1e-5}, {0.1, 1e-5}}), {1, 0, 0});
  const Probabilities beside = thompson({{0.9, 1e-4}, {0.9, 1e-4}, {0.1, 1e-5}});
  check_close(beside, {0.5, 0.5, 0});
}

BOOST_AUTO_TEST_CASE(thompson_without_variance_takes_the_best_and_shares_among_ties) {
  check_close(thompson({{0.7, 0}, {0.6, 0}}), {1, 0});
  check_close(thompson({{0.7, 0}, {0.7, 0}, {0.6, 0}}), {0.5, 0.5, 0});
  check_close(thompson({{1, 0}, {1, 0}, {0, 0}}), {0.5, 0.5, 0});
  check_close(thompson({{0, 0}, {0, 0}}), {0.5, 0.5});
}

BOOST_AUTO_TEST_CASE(thompson_sets_a_certain_arm_against_an_uncertain_one) {
  check_close(thompson({{0.5, 0}, {0.5, 0.0227}}), {0.5, 0.5}, 1e-3);
  check_close(thompson({{0.5, 0}, {0.5, 0.0227}, {0.5, 0.0227}}), {0.25, 0.375, 0.375}, 1e-3);
}

BOOST_AUTO_TEST_CASE(thompson_is_the_same_whatever_the_scratch_held_and_the_order_of_arms) {
  const std::vector<ScoreSpread> arms{{0.7, 0.01}, {0.6, 0.02}, {0.5, 0.0227}, {0.1, 1e-4}};
  Probabilities expected = thompson(arms);
  std::vector<double> scratch(1000, 7);
  Probabilities again(arms.size());
  thompson_probabilities(arms, again, scratch);
  BOOST_TEST(again == expected, boost::test_tools::per_element());

  Probabilities reversed = thompson({arms.rbegin(), arms.rend()});
  std::ranges::reverse(reversed);
  check_close(reversed, expected);
}

BOOST_AUTO_TEST_CASE(thompson_equals_drawing_for_a_few_arms) {
  check_simulated({seen(15, 20), seen(5, 20)});
  check_simulated({seen(100, 100), seen(50, 50)});
  check_simulated({seen(100, 100), seen(10, 10), seen(0, 0)});
  check_simulated({seen(20, 20), seen(10, 10), seen(5, 5), seen(0, 0)});
  check_simulated({seen(700, 1000), seen(7, 10), seen(3, 4), seen(0, 100)});
  check_simulated({seen(0, 40), seen(0, 45), seen(0, 50)});
}

BOOST_AUTO_TEST_CASE(the_worked_example) {
  const std::vector<Cells> arms{{{20, 10}, {17, 8}, {13, 7}}, {{10, 20}, {13, 12}, {11, 11}}};
  check_close(thompson(spreads(arms)), {0.9966, 0.0034}, 1e-4);
  check_simulated(arms, 0.001);
  check_close(epsilon(epsilon_default, 2), {0.95, 0.05});
  check_close(squarecb({599.0 / 900, 203.0 / 450}, squarecb_gamma(45 + 47)), {0.9557, 0.0443}, 1e-4);
}

BOOST_AUTO_TEST_CASE(thompson_equals_drawing_for_a_known_arm_among_unseen_ones) {
  check_simulated(with_unseen(seen(35, 40), 20));
  check_simulated(with_unseen(seen(35, 40, 3), 50));
  check_simulated(with_unseen(seen(395, 490), 50),
                  0.015);  // the best of 50 lies where Paulson's formula is at its worst
}

BOOST_AUTO_TEST_CASE(thompson_equals_drawing_for_random_arms) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 25; ++trial) {
    const std::size_t keywords = 1 + random() % 4;
    std::vector<Cells> arms(2 + random() % 11);
    for (Cells& cells : arms) {
      for (std::size_t keyword = 0; keyword < keywords; ++keyword) {
        const int observed = std::uniform_int_distribution<int>(0, random() % 3 == 0 ? 1000 : 30)(random);
        const int selected = std::uniform_int_distribution<int>(0, observed)(random);
        cells.push_back(seen(selected, observed)[0]);
      }
    }
    check_simulated(arms);
  }
}

BOOST_AUTO_TEST_CASE(thompson_equals_drawing_for_a_thousand_arms) {
  std::vector<Cells> arms = with_unseen(seen(180, 190), 999);
  for (std::size_t arm = 1; arm < 400; ++arm) arms[arm] = seen(18, 20);
  const Probabilities computed = thompson(spreads(arms));
  const Probabilities drawn = simulated(arms, 4000);
  const auto sum = [](const Probabilities& p, std::size_t from, std::size_t to) {
    double total = 0;
    for (std::size_t i = from; i < to; ++i) total += p[i];
    return total;
  };
  BOOST_CHECK_SMALL(computed[0] - drawn[0], 0.02);
  BOOST_CHECK_SMALL(sum(computed, 1, 400) - sum(drawn, 1, 400), 0.02);
  BOOST_CHECK_SMALL(sum(computed, 400, 1000) - sum(drawn, 400, 1000), 0.02);
}

BOOST_AUTO_TEST_CASE(thompson_survives_any_mean_and_variance) {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<ScoreSpread> arms(1 + random() % 20);
    for (ScoreSpread& arm : arms) {
      arm.mean = random() % 10 == 0 ? static_cast<double>(random() % 2) : unit(random);
      arm.variance = random() % 5 == 0 ? 0 : std::pow(10.0, -16 * unit(random));
    }
    thompson(arms);
  }
}

BOOST_AUTO_TEST_CASE(uniform_is_splitmix64_on_every_machine) {
  BOOST_TEST(uniform(0, 0) == 0x1.c4415072f63b9p-1);
  BOOST_TEST(uniform(0, 1) == 0x1.b9e279aa86e58p-2);
  BOOST_TEST(uniform(0, 2) == 0x1.b117462002500p-6);
  BOOST_TEST(uniform(1234567, 0) == 0x1.667b405fec23ep-2);  // SplitMix64's published first number, by 2^64
  BOOST_TEST(uniform(UINT64_MAX, 0) == 0x1.c9b2e2ee36ca5p-1);
}

BOOST_AUTO_TEST_CASE(a_seed_repeats_its_draws_and_another_has_others) {
  for (std::uint64_t draw = 0; draw < 100; ++draw) {
    BOOST_TEST(uniform(7, draw) == uniform(7, draw));
    BOOST_TEST(uniform(7, draw) != uniform(8, draw));
    BOOST_TEST(uniform(7, draw) != uniform(7, draw + 1));
  }
}

BOOST_AUTO_TEST_CASE(draws_are_as_frequent_as_their_probabilities) {
  constexpr int draws = 100'000;
  for (const std::uint64_t seed : {0U, 1U, 2026U}) {
    for (const Probabilities& probabilities : {banded(3, 5), epsilon(0.1, 4), squarecb({0.8, 0.7, 0.4}, 20),
                                               thompson({{0.7, 0.01}, {0.6, 0.02}, {0.5, 0.0227}})}) {
      Probabilities frequencies(probabilities.size());
      for (std::uint64_t i = 0; i < draws; ++i) frequencies[draw_arm(probabilities, uniform(seed, i))] += 1.0 / draws;
      check_close(frequencies, probabilities, 0.005);  // three standard deviations
    }
  }
}

BOOST_AUTO_TEST_CASE(one_draw_of_each_of_many_seeds_is_as_frequent_too) {
  const Probabilities probabilities{0.5, 0.3, 0.2};
  Probabilities frequencies(3);
  for (std::uint64_t seed = 0; seed < 100'000; ++seed) frequencies[draw_arm(probabilities, uniform(seed, 0))] += 1e-5;
  check_close(frequencies, probabilities, 0.005);
}

BOOST_AUTO_TEST_CASE(an_arm_of_probability_0_is_never_drawn) {
  const Probabilities probabilities{0, 0.25, 0, 0.75, 0};
  BOOST_TEST(draw_arm(probabilities, 0) == 1U);
  BOOST_TEST(draw_arm(probabilities, 0.2499) == 1U);
  BOOST_TEST(draw_arm(probabilities, 0.25) == 3U);
  BOOST_TEST(draw_arm(probabilities, 1 - 0x1p-53) == 3U);
}

BOOST_AUTO_TEST_CASE(where_rounding_leaves_the_sum_below_1_the_last_arm_that_can_be_drawn_is) {
  BOOST_TEST(draw_arm(Probabilities{0.5, 0.5 - 1e-12, 0}, 1 - 0x1p-53) == 1U);
  BOOST_TEST(draw_arm(Probabilities{1, 0}, 1 - 0x1p-53) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

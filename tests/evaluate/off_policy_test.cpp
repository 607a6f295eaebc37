#include "evaluate/off_policy.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bandit_world.h"

namespace penchant::test {
namespace {

using Outcomes = std::vector<LoggedOutcome>;

/// By the definitions, one loop each.
double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

struct Naive {
  double value = 0;
  std::vector<double> influence;  // of each outcome on the value; its mean is 0
};

Naive naive(const Outcomes& outcomes, Estimator estimator, bool is_difference) {
  std::vector<double> w, r, v, wr, wd;
  for (const LoggedOutcome& o : outcomes) {
    w.push_back(o.target_probability / o.logged_probability);
    r.push_back(o.reward);
    v.push_back(o.predicted_value);
    wr.push_back(w.back() * o.reward);
    wd.push_back(w.back() * (o.reward - o.predicted));
  }
  Naive result;
  const double snips = mean(wr) / mean(w);
  const double residual = mean(wd) / mean(w);
  result.value = estimator == Estimator::ips ? mean(wr) : estimator == Estimator::snips ? snips : mean(v) + residual;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    double z = 0;
    if (estimator == Estimator::ips) z = wr[i] - mean(wr);
    if (estimator == Estimator::snips) z = w[i] * (r[i] - snips) / mean(w);
    if (estimator == Estimator::doubly_robust) z = v[i] - mean(v) + (wd[i] - residual * w[i]) / mean(w);
    result.influence.push_back(is_difference ? z - (r[i] - mean(r)) : z);
  }
  if (is_difference) result.value -= mean(r);
  return result;
}

double standard_error(const Naive& naive) {
  double squares = 0;
  for (const double z : naive.influence) squares += z * z;
  const auto count = static_cast<double>(naive.influence.size());
  return std::sqrt(squares / count / (count - 1));
}

double naive_half_width(const Outcomes& outcomes, Estimator estimator, bool is_difference, const Bootstrap& bootstrap) {
  const Naive estimate = naive(outcomes, estimator, is_difference);
  std::vector<double> distances;
  for (std::size_t b = 0; b < bootstrap.replicates; ++b) {
    Outcomes drawn;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const double place = uniform(bootstrap.seed, b * outcomes.size() + i) * static_cast<double>(outcomes.size());
      drawn.push_back(outcomes[static_cast<std::size_t>(place)]);
    }
    const Naive replicate = naive(drawn, estimator, is_difference);
    distances.push_back(std::abs(replicate.value - estimate.value) / standard_error(replicate));
  }
  std::ranges::sort(distances);
  const double rank = std::ceil(0.9 * static_cast<double>(bootstrap.replicates + 1));
  return distances[static_cast<std::size_t>(rank) - 1] * standard_error(estimate);
}

OffPolicyReport judged(const Outcomes& outcomes, std::uint64_t seed = 1) {
  const result<OffPolicyReport> report = judge_policy(outcomes, {.replicates = 200, .seed = seed});
  BOOST_REQUIRE(report.has_value());
  return *report;
}

std::string failure(const Outcomes& outcomes, std::size_t replicates = 200) {
  const result<OffPolicyReport> report = judge_policy(outcomes, {.replicates = replicates});
  BOOST_REQUIRE(report.has_error());
  return report.error().message;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

void check_refused(const Outcomes& outcomes, std::string_view part) {
  const Judgement judgement = judged(outcomes).judgement;
  BOOST_TEST((judgement.conclusion == Conclusion::refused));
  BOOST_TEST(contains(judgement.sentence, part), judgement.sentence);
}

/// A policy that takes the first of two arms always, where a coin was thrown; `kept` per mille of each arm is kept.
Outcomes coin_tosses(std::size_t decisions, int first_kept, int second_kept) {
  Outcomes outcomes;
  const std::vector<double> logged{0.5, 0.5}, target{1, 0}, predicted{0.5, 0.5};
  Draws draws(3);
  for (std::size_t i = 0; i < decisions; ++i) {
    const std::size_t arm = i % 2;
    const double reward = draws.unit() * 1000 < (arm == 0 ? first_kept : second_kept) ? 1 : 0;
    outcomes.push_back(logged_outcome({logged, target, predicted, arm}, reward));
  }
  return outcomes;
}

Outcomes with(Outcomes outcomes, const auto& change) {
  change(outcomes.back());
  return outcomes;
}

BOOST_AUTO_TEST_SUITE(off_policy)

BOOST_AUTO_TEST_CASE(an_outcome_is_made_from_all_arms) {
  const std::vector<double> logged{0.5, 0.25, 0.25, 0}, target{0.1, 0.5, 0.1, 0.3}, predicted{0.2, 0.4, 0.6, 0.8};
  const LoggedOutcome outcome = logged_outcome({logged, target, predicted, 1}, 1);
  const auto close = boost::test_tools::tolerance(1e-12);
  BOOST_TEST(outcome.reward == 1);
  BOOST_TEST(outcome.logged_probability == 0.25);
  BOOST_TEST(outcome.target_probability == 0.5);
  BOOST_TEST(outcome.predicted == 0.4);
  BOOST_TEST(outcome.predicted_value == 0.02 + 0.2 + 0.06 + 0.24, close);
  BOOST_TEST(outcome.unlogged == 0.3);
  BOOST_TEST(outcome.expected_weight2 == 0.5 * 0.04 + 0.25 * 4 + 0.25 * 0.16, close);
  BOOST_TEST(outcome.expected_weight4 == 0.5 * 0.0016 + 0.25 * 16 + 0.25 * 0.0256, close);
}

BOOST_AUTO_TEST_CASE(values_and_intervals_are_those_of_the_definitions) {
  const BanditWorld world({.arms = 3, .logged = Choice::softmax, .temperature = 0.5}, 5);
  const Outcomes outcomes = world.life(60, 7);
  const Bootstrap bootstrap{.replicates = 100, .seed = 9};
  const result<OffPolicyReport> report = judge_policy(outcomes, bootstrap);
  BOOST_REQUIRE(report.has_value());
  for (const Estimator each : {Estimator::ips, Estimator::snips, Estimator::doubly_robust}) {
    const Estimate& estimate = report->of(each);
    BOOST_CHECK_CLOSE(estimate.value, naive(outcomes, each, false).value, 1e-9);
    BOOST_CHECK_CLOSE(estimate.difference, naive(outcomes, each, true).value, 1e-8);
    const double half = naive_half_width(outcomes, each, false, bootstrap);
    BOOST_CHECK_SMALL(estimate.value_interval.low - std::clamp(estimate.value - half, 0.0, 1.0), 1e-9);
    BOOST_CHECK_SMALL(estimate.value_interval.high - std::clamp(estimate.value + half, 0.0, 1.0), 1e-9);
    const double half_difference = naive_half_width(outcomes, each, true, bootstrap);
    BOOST_CHECK_SMALL(estimate.difference_interval.low - (estimate.difference - half_difference), 1e-9);
    BOOST_CHECK_SMALL(estimate.difference_interval.high - (estimate.difference + half_difference), 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(support_is_kishs_from_the_weights_drawn_and_from_those_expected) {
  Outcomes outcomes = coin_tosses(100, 700, 300);
  LoggedSupport support = judged(outcomes).support;
  BOOST_CHECK_CLOSE(support.effective_sample_size, 50, 1e-9);  // weights 2 and 0
  BOOST_CHECK_CLOSE(support.expected_sample_size, 50, 1e-9);
  BOOST_CHECK_CLOSE(support.expected_variance_sample_size, 50, 1e-9);
  BOOST_CHECK_CLOSE(support.mean_weight, 1, 1e-9);
  BOOST_CHECK_CLOSE(support.mean_weight_deviation, 0.1, 1e-9);

  for (std::size_t i = 1; i < 100; i += 4) outcomes[i] = outcomes[0];  // more of the first arm than the coin promised
  support = judged(outcomes).support;
  BOOST_CHECK_CLOSE(support.effective_sample_size, 75, 1e-9);
  BOOST_CHECK_CLOSE(support.expected_sample_size, 50, 1e-9);

  for (LoggedOutcome& outcome : outcomes) outcome.expected_weight2 = outcome.expected_weight4 = 0;
  BOOST_CHECK_CLOSE(judged(outcomes).support.expected_sample_size, 75, 1e-9);
}

BOOST_AUTO_TEST_CASE(a_report_is_the_same_for_the_same_seed_and_another_for_another) {
  const Outcomes outcomes = BanditWorld({.logged = Choice::softmax}, 1).life(300, 2);
  const Interval first = judged(outcomes, 4).of(Estimator::snips).value_interval;
  const Interval again = judged(outcomes, 4).of(Estimator::snips).value_interval;
  const Interval other = judged(outcomes, 5).of(Estimator::snips).value_interval;
  BOOST_TEST(first.low == again.low);
  BOOST_TEST(first.high == again.high);
  BOOST_TEST(first.low != other.low);
}

BOOST_AUTO_TEST_CASE(intervals_stay_where_a_mean_reward_can_be) {
  for (const int kept : {5, 995}) {
    for (const Estimate& estimate : judged(coin_tosses(300, kept, kept)).estimates) {
      BOOST_TEST(estimate.value_interval.low >= 0);
      BOOST_TEST(estimate.value_interval.high <= 1);
      BOOST_TEST(estimate.value_interval.low < estimate.value_interval.high);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_better_or_worse_is_called_so) {
  const Judgement better = judged(coin_tosses(400, 800, 200)).judgement;
  BOOST_TEST((better.conclusion == Conclusion::better));
  BOOST_TEST(contains(better.sentence, "Better than what was chosen, by +0."), better.sentence);
  BOOST_TEST(contains(better.sentence, ", as 400 decisions show."), better.sentence);
  BOOST_TEST(!better.more_decisions);
  const Judgement worse = judged(coin_tosses(400, 200, 800)).judgement;
  BOOST_TEST((worse.conclusion == Conclusion::worse));
  BOOST_TEST(contains(worse.sentence, "Worse than what was chosen, by -0."), worse.sentence);
}

BOOST_AUTO_TEST_CASE(where_nothing_can_be_told_yet_it_says_how_many_more_decisions_it_takes) {
  const Outcomes outcomes = coin_tosses(400, 540, 500);
  const OffPolicyReport report = judged(outcomes);
  const Judgement& judgement = report.judgement;
  BOOST_TEST((judgement.conclusion == Conclusion::unclear));
  BOOST_TEST(contains(judgement.sentence, "Not to be told apart from what was chosen: "), judgement.sentence);
  BOOST_TEST(contains(judgement.sentence, "a difference as large as the one seen takes about "), judgement.sentence);
  BOOST_REQUIRE(judgement.more_decisions.has_value());

  // So many more of the same kind do tell.
  const Estimate& estimate = report.of(Estimator::doubly_robust);
  const double half = estimate.difference_interval.high - estimate.difference;
  const double needed = 400.0 + static_cast<double>(*judgement.more_decisions);
  BOOST_TEST(half * std::sqrt(400 / needed) <= std::abs(estimate.difference));
  BOOST_TEST(half * std::sqrt(400 / (needed - 2)) > std::abs(estimate.difference));
  Outcomes repeated;
  while (static_cast<double>(repeated.size()) < 1.5 * needed) {
    repeated.insert(repeated.end(), outcomes.begin(), outcomes.end());
  }
  BOOST_TEST((judged(repeated).judgement.conclusion != Conclusion::unclear));
}

BOOST_AUTO_TEST_CASE(a_policy_that_chooses_as_was_chosen_shows_no_difference) {
  Outcomes outcomes = coin_tosses(400, 700, 300);
  for (LoggedOutcome& o : outcomes) {
    o = {.reward = o.reward,
         .logged_probability = 0.5,
         .target_probability = 0.5,
         .predicted = 0.5,
         .predicted_value = 0.5};
  }
  const OffPolicyReport report = judged(outcomes);
  BOOST_TEST((report.judgement.conclusion == Conclusion::unclear));
  BOOST_TEST(!report.judgement.more_decisions);
  BOOST_TEST(report.of(Estimator::snips).difference == 0);
  BOOST_TEST(report.of(Estimator::snips).difference_interval.high == 0);
  BOOST_TEST(report.of(Estimator::ips).value == report.logged_value);
}

BOOST_AUTO_TEST_CASE(too_few_decisions_are_refused_and_one_more_than_the_bound_is_not) {
  check_refused(coin_tosses(2, 500, 500), "Too thin to conclude: 2 decisions tell as much about this policy as 1.0");
  check_refused(coin_tosses(78, 800, 200), "as 39.0 of its own would, and 40 are needed;");
  const Judgement judgement = judged(coin_tosses(78, 800, 200)).judgement;
  BOOST_TEST(judgement.more_decisions.value_or(0) == 2U);  // for the support; the difference is large
  BOOST_TEST((judged(coin_tosses(80, 800, 200)).judgement.conclusion == Conclusion::better));
}

BOOST_AUTO_TEST_CASE(a_few_decisions_of_great_weight_are_refused_though_none_was_drawn) {
  const std::vector<double> logged{0.99, 0.01}, predicted{0.5, 0.5};
  Outcomes outcomes;
  for (std::size_t i = 0; i < 600; ++i) {
    // One context in ten disagrees.
    const std::vector<double> target = i % 10 == 0 ? std::vector<double>{0, 1} : std::vector<double>{1, 0};
    outcomes.push_back(logged_outcome({logged, target, predicted, 0}, i % 3 == 0 ? 1 : 0));
  }
  const LoggedSupport support = judged(outcomes).support;
  BOOST_TEST(support.effective_sample_size > 500);  // the weights drawn see no danger
  BOOST_TEST(support.expected_sample_size > expected_sample_size_min);
  BOOST_TEST(support.expected_variance_sample_size < variance_sample_size_min);
  check_refused(outcomes, " of great weight settle it, and 15 are needed;");
}

BOOST_AUTO_TEST_CASE(what_could_not_be_logged_cannot_be_judged) {
  Outcomes outcomes = coin_tosses(400, 800, 200);
  for (LoggedOutcome& outcome : outcomes) outcome.unlogged = unlogged_max;
  BOOST_TEST((judged(outcomes).judgement.conclusion == Conclusion::better));
  for (LoggedOutcome& outcome : outcomes) outcome.unlogged = 0.25;
  check_refused(outcomes, "Cannot be judged: 25% of what the policy would choose could not be chosen");
  BOOST_TEST(!judged(outcomes).judgement.more_decisions);
}

BOOST_AUTO_TEST_CASE(a_policy_of_which_no_arm_was_chosen_has_no_support) {
  Outcomes outcomes = coin_tosses(100, 500, 500);
  for (LoggedOutcome& outcome : outcomes) outcome = {.logged_probability = 1, .target_probability = 0};
  const OffPolicyReport report = judged(outcomes);
  BOOST_TEST(report.support.effective_sample_size == 0);
  BOOST_TEST(report.of(Estimator::snips).value_interval.low == 0);
  BOOST_TEST(report.of(Estimator::snips).value_interval.high == 1);
  check_refused(outcomes, "tell as much about this policy as 0.0 of its own would");
  BOOST_TEST(!report.judgement.more_decisions);
}

BOOST_AUTO_TEST_CASE(weights_that_do_not_average_to_1_betray_wrong_probabilities) {
  Outcomes outcomes = coin_tosses(400, 800, 200);
  for (LoggedOutcome& outcome : outcomes) outcome.logged_probability = 0.4;
  check_refused(outcomes, "the weights' mean is 1.250 and should be within");
}

BOOST_AUTO_TEST_CASE(rewards_that_are_all_the_same_tell_nothing) {
  check_refused(coin_tosses(400, 1000, 1000), "all decisions that speak of this policy had the same reward");
  check_refused(coin_tosses(400, 1000, 500), "all decisions that speak of this policy had the same reward");
  Outcomes outcomes = coin_tosses(400, 1000, 1000);
  outcomes[0].reward = 0;
  check_refused(outcomes, "too few rewards differ");
}

BOOST_AUTO_TEST_CASE(bad_input_is_told_by_its_decision) {
  const Outcomes good = coin_tosses(40, 500, 500);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto told = [&](const auto& change) { return failure(with(good, change)); };
  BOOST_TEST(told([](auto& o) { o.logged_probability = 0; }) ==
             "Decision 40 of 40 has an arm that was logged with probability 0.");
  BOOST_TEST(contains(told([](auto& o) { o.reward = 1.001; }), "a reward that is not from 0 to 1"));
  BOOST_TEST(contains(told([&](auto& o) { o.reward = nan; }), "a reward"));
  BOOST_TEST(contains(told([](auto& o) { o.logged_probability = 1.001; }), "a logged probability"));
  BOOST_TEST(contains(told([&](auto& o) { o.logged_probability = nan; }), "a logged probability"));
  BOOST_TEST(contains(told([](auto& o) { o.target_probability = -1e-9; }), "a probability of the policy"));
  BOOST_TEST(contains(told([&](auto& o) { o.predicted = nan; }), "a prediction"));
  BOOST_TEST(contains(told([](auto& o) { o.predicted_value = 1.1; }), "a prediction"));
  BOOST_TEST(contains(told([](auto& o) { o.unlogged = 1.1; }), "an expected weight"));
  BOOST_TEST(contains(told([&](auto& o) { o.expected_weight4 = INFINITY; }), "an expected weight"));
}

BOOST_AUTO_TEST_CASE(the_bounds_of_a_call_are_told) {
  BOOST_TEST(failure({}) == "There is no decision of which the outcome is known.");
  const Outcomes good = coin_tosses(4, 500, 500);
  BOOST_TEST(contains(failure(good, replicates_min - 1), "takes 100 to 100000 replicates, not 99."));
  BOOST_TEST(contains(failure(good, replicates_max + 1), "not 100001."));
  BOOST_TEST(contains(failure(Outcomes(outcomes_max + 1)), "at most 1048576 can be judged at once."));
  BOOST_TEST(judge_policy(Outcomes{good[0]}, {.replicates = replicates_min}).has_value());
}

BOOST_AUTO_TEST_CASE(images_of_a_decision_count_as_their_mean) {
  const Outcomes single = BanditWorld({.logged = Choice::softmax}, 3).life(300, 5);
  Outcomes doubled;
  for (const LoggedOutcome& outcome : single) {
    doubled.push_back(outcome);
    doubled.push_back(outcome);
    doubled.back().is_same_decision = true;
  }
  const OffPolicyReport once = judged(single), twice = judged(doubled);
  BOOST_TEST(twice.decisions == 300U);
  BOOST_TEST(std::abs(twice.support.expected_sample_size - once.support.expected_sample_size) < 1e-9);
  for (const auto estimator : {Estimator::ips, Estimator::snips, Estimator::doubly_robust}) {
    BOOST_TEST(std::abs(twice.of(estimator).value - once.of(estimator).value) < 1e-12);
    BOOST_TEST(std::abs(twice.of(estimator).value_interval.low - once.of(estimator).value_interval.low) < 1e-12);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

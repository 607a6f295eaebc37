#include "evaluate/off_policy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/check.h"
#include "engine/policy.h"
#include "evaluate/off_policy_conclusion.h"
#include "evaluate/off_policy_moments.h"

namespace penchant {
namespace {

constexpr std::array all_estimators{Estimator::ips, Estimator::snips, Estimator::doubly_robust};
constexpr double predicted_tolerance = 1e-6;  // what rounding adds to a sum of probabilities

bool is_within(double value, double low, double high) { return value >= low && value <= high; }  // false for NaN

/// What is wrong with it; empty where nothing is.
std::string_view fault_of(const LoggedOutcome& outcome) {
  constexpr double end = 1 + predicted_tolerance;
  constexpr double huge = std::numeric_limits<double>::max();
  if (!is_within(outcome.reward, 0, 1)) return "a reward that is not from 0 to 1";
  if (outcome.logged_probability == 0) return "an arm that was logged with probability 0";
  if (!is_within(outcome.logged_probability, logged_probability_min, end)) {
    return "a logged probability that is not from 0 to 1";
  }
  if (!is_within(outcome.target_probability, 0, end)) return "a probability of the policy that is not from 0 to 1";
  if (!is_within(outcome.predicted, 0, end) || !is_within(outcome.predicted_value, 0, end)) {
    return "a prediction that is not from 0 to 1";
  }
  if (!is_within(outcome.unlogged, 0, end) || !is_within(outcome.expected_weight2, 0, huge) ||
      !is_within(outcome.expected_weight4, 0, huge)) {
    return "an expected weight that is not a number from 0";
  }
  return {};
}

result<void> check(std::span<const LoggedOutcome> outcomes, const Bootstrap& bootstrap) {
  if (outcomes.empty()) return Failure{"There is no decision of which the outcome is known."};
  if (outcomes.size() > outcomes_max) {
    return Failure{"There are " + std::to_string(outcomes.size()) + " decisions; at most " +
                   std::to_string(outcomes_max) + " can be judged at once."};
  }
  if (bootstrap.replicates < replicates_min || bootstrap.replicates > replicates_max) {
    return Failure{"The bootstrap takes " + std::to_string(replicates_min) + " to " + std::to_string(replicates_max) +
                   " replicates, not " + std::to_string(bootstrap.replicates) + "."};
  }
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const std::string_view fault = fault_of(outcomes[i]);
    if (!fault.empty()) {
      return Failure{"Decision " + std::to_string(i + 1) + " of " + std::to_string(outcomes.size()) + " has " +
                     std::string(fault) + "."};
    }
  }
  return {};
}

/// Where the decision ends that begins at `first`.
std::size_t end_of_decision(std::span<const LoggedOutcome> outcomes, std::size_t first) {
  std::size_t end = first + 1;
  while (end < outcomes.size() && outcomes[end].is_same_decision) ++end;
  return end;
}

std::vector<OutcomeMoments> rows_of(std::span<const LoggedOutcome> outcomes) {
  std::vector<OutcomeMoments> rows;
  rows.reserve(outcomes.size());
  for (std::size_t first = 0; first < outcomes.size();) {
    const std::size_t end = end_of_decision(outcomes, first);
    rows.push_back(moments_of(outcomes.subspan(first, end - first)));
    first = end;
  }
  return rows;
}

/// (sum w^2)^2 / sum w^4 and its like; 0 where there is nothing.
double effective_count(double sum, double squares) { return squares > 0 ? sum * (sum / squares) : 0; }

/// What was known of the decisions before their arms were drawn.
struct ExpectedWeights {
  double unlogged = 0;
  double weight2 = 0;
  double weight4 = 0;
  bool is_known = true;
};

/// Summed over the decisions, each the mean of its images.
ExpectedWeights expected_weights(std::span<const LoggedOutcome> outcomes) {
  ExpectedWeights sum;
  for (std::size_t first = 0; first < outcomes.size();) {
    const std::size_t end = end_of_decision(outcomes, first);
    const double share = 1 / static_cast<double>(end - first);
    for (; first < end; ++first) {
      const LoggedOutcome& outcome = outcomes[first];
      sum.unlogged += share * outcome.unlogged;
      sum.weight2 += share * outcome.expected_weight2;
      sum.weight4 += share * outcome.expected_weight4;
      if (outcome.expected_weight2 == 0 && outcome.unlogged == 0) sum.is_known = false;
    }
  }
  return sum;
}

LoggedSupport support_of(std::span<const LoggedOutcome> outcomes, std::span<const OutcomeMoments> rows) {
  double weight = 0, weight2 = 0, weight4 = 0;
  for (const OutcomeMoments& row : rows) {
    const double w = row[OutcomeMoments::weight];
    weight += w;
    weight2 += w * w;
    weight4 += w * w * w * w;
  }
  const ExpectedWeights expected = expected_weights(outcomes);
  const auto count = static_cast<double>(rows.size());
  LoggedSupport support;
  support.mean_weight = weight / count;
  support.unlogged = expected.unlogged / count;
  support.effective_sample_size = effective_count(weight, weight2);
  support.expected_sample_size =
      expected.is_known ? effective_count(count - expected.unlogged, expected.weight2) : support.effective_sample_size;
  support.expected_variance_sample_size =
      expected.is_known ? effective_count(expected.weight2, expected.weight4) : effective_count(weight2, weight4);
  const double mean = expected.is_known ? 1 - support.unlogged : support.mean_weight;
  const double square = (expected.is_known ? expected.weight2 : weight2) / count;
  support.mean_weight_deviation = std::sqrt(std::max(square - mean * mean, 0.0) / count);
  return support;
}

struct JudgedQuestion {
  Estimator estimator;
  bool is_difference;
};

/// Studentised distances |estimate - replicate's| / the replicate's standard error, of one question.
double studentised(const PointEstimate& replicate, const PointEstimate& estimate) {
  if (!replicate.is_defined || !estimate.is_defined) return std::numeric_limits<double>::infinity();
  const double distance = std::abs(replicate.value - estimate.value);
  if (replicate.standard_error > 0) return distance / replicate.standard_error;
  return distance > predicted_tolerance ? std::numeric_limits<double>::infinity() : 0;
}

/// Which 90% of the distances do not exceed. Reorders them.
double quantile(std::vector<double>& distances) {
  const auto rank = static_cast<std::size_t>(std::ceil(interval_coverage * static_cast<double>(distances.size() + 1)));
  const auto place = distances.begin() + static_cast<std::ptrdiff_t>(std::min(rank, distances.size()) - 1);
  std::ranges::nth_element(distances, place);
  return *place;
}

Interval interval_around(double value, double half_width, const Interval& range) {
  if (!std::isfinite(half_width)) return range;
  return {std::clamp(value - half_width, range.low, range.high), std::clamp(value + half_width, range.low, range.high)};
}

OutcomeMoments mean_of(std::span<const OutcomeMoments> rows) {
  OutcomeMoments mean;
  for (const OutcomeMoments& row : rows) mean.add(row);
  mean.divide(static_cast<double>(rows.size()));
  return mean;
}

/// As many rows as there are, drawn with replacement.
OutcomeMoments resampled_mean(std::span<const OutcomeMoments> rows, std::uint64_t seed, std::uint64_t first_draw) {
  const auto count = static_cast<double>(rows.size());
  OutcomeMoments mean;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    mean.add(rows[static_cast<std::size_t>(uniform(seed, first_draw + i) * count)]);
  }
  mean.divide(count);
  return mean;
}

/// Whether all the rewards that the policy judged has a part in are one and the same.
bool is_reward_constant(std::span<const LoggedOutcome> outcomes) {
  const auto speaks = [](const LoggedOutcome& outcome) { return outcome.target_probability > 0; };
  const auto first = std::ranges::find_if(outcomes, speaks);
  return std::all_of(first, outcomes.end(),
                     [&](const LoggedOutcome& o) { return !speaks(o) || o.reward == first->reward; });
}

constexpr std::size_t questions = 2 * estimators;

JudgedQuestion question(std::size_t index) { return {all_estimators[index / 2], index % 2 == 1}; }

std::array<PointEstimate, questions> points(const OutcomeMoments& means, double count) {
  std::array<PointEstimate, questions> answers;
  for (std::size_t q = 0; q < questions; ++q) {
    answers[q] = point_estimate(means, question(q).estimator, question(q).is_difference, std::max(count, 2.0));
  }
  return answers;
}

/// The symmetric bootstrap-t's, infinite where the replicates do not bound it.
std::array<double, questions> half_widths(std::span<const OutcomeMoments> rows,
                                          const std::array<PointEstimate, questions>& estimates,
                                          const Bootstrap& bootstrap) {
  std::array<std::vector<double>, questions> distances;
  for (std::size_t replicate = 0; replicate < bootstrap.replicates; ++replicate) {
    const OutcomeMoments means = resampled_mean(rows, bootstrap.seed, replicate * rows.size());
    const auto replicates = points(means, static_cast<double>(rows.size()));
    for (std::size_t q = 0; q < questions; ++q) distances[q].push_back(studentised(replicates[q], estimates[q]));
  }
  std::array<double, questions> widths;
  for (std::size_t q = 0; q < questions; ++q) {
    const double t = quantile(distances[q]);
    widths[q] = std::isfinite(t) ? t * estimates[q].standard_error : t;
  }
  return widths;
}

}  // namespace

std::string_view to_string(Estimator estimator) {
  switch (estimator) {
    case Estimator::ips: return "ips";
    case Estimator::snips: return "snips";
    case Estimator::doubly_robust: return "doubly_robust";
  }
  PENCHANT_CHECK(false);
}

LoggedOutcome logged_outcome(const ArmsOfDecision& arms, double reward) {
  const std::size_t count = arms.logged.size();
  PENCHANT_CHECK(arms.chosen < count && arms.target.size() == count && arms.predicted.size() == count);
  LoggedOutcome outcome{.reward = reward,
                        .logged_probability = arms.logged[arms.chosen],
                        .target_probability = arms.target[arms.chosen],
                        .predicted = arms.predicted[arms.chosen]};
  for (std::size_t arm = 0; arm < count; ++arm) {
    const double target = arms.target[arm];
    outcome.predicted_value += target * arms.predicted[arm];
    if (arms.logged[arm] >= logged_probability_min) {
      const double w = target / arms.logged[arm];
      outcome.expected_weight2 += target * w;
      outcome.expected_weight4 += target * w * w * w;
    } else {
      outcome.unlogged += target;
    }
  }
  return outcome;
}

result<OffPolicyReport> judge_policy(std::span<const LoggedOutcome> outcomes, const Bootstrap& bootstrap) {
  if (const result<void> checked = check(outcomes, bootstrap); !checked) return checked.error();
  const std::vector<OutcomeMoments> rows = rows_of(outcomes);
  const OutcomeMoments means = mean_of(rows);
  const auto estimates = points(means, static_cast<double>(rows.size()));
  const bool is_constant = is_reward_constant(outcomes);
  auto widths = half_widths(rows, estimates, bootstrap);
  if (is_constant) widths.fill(std::numeric_limits<double>::infinity());  // what never varied in the draws may yet vary

  OffPolicyReport report{
      .decisions = rows.size(), .logged_value = means[OutcomeMoments::reward], .support = support_of(outcomes, rows)};
  for (std::size_t e = 0; e < estimators; ++e) {
    const double value = estimates[2 * e].value;
    const double difference = estimates[2 * e + 1].value;
    report.estimates[e] = {.value = value,
                           .value_interval = interval_around(value, widths[2 * e], {0, 1}),
                           .difference = difference,
                           .difference_interval = interval_around(difference, widths[2 * e + 1], {-1, 1})};
  }
  report.judgement = judge_difference(report, {.half_width = widths[questions - 1], .is_reward_constant = is_constant});
  return report;
}

}  // namespace penchant

#include "evaluate/off_policy_conclusion.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/check.h"
#include "evaluate/sentence_parts.h"

namespace penchant {
namespace {

constexpr double mean_weight_tolerance = 1e-3;  // logged probabilities are kept in single precision

std::string decisions(std::uint64_t count) { return grouped(count) + (count == 1 ? " decision" : " decisions"); }

double decisions_to_support(double count, const LoggedSupport& support) {
  return count * std::max(expected_sample_size_min / support.expected_sample_size,
                          variance_sample_size_min / support.expected_variance_sample_size);
}

Judgement refused(std::string sentence, std::optional<std::uint64_t> more_decisions = {}) {
  return {.conclusion = Conclusion::refused, .more_decisions = more_decisions, .sentence = std::move(sentence)};
}

Judgement refuse_thin(const OffPolicyReport& report, double needed) {
  const LoggedSupport& support = report.support;
  const std::optional<std::uint64_t> more_decisions = more_needed(needed, static_cast<double>(report.decisions));
  std::string reason;
  if (support.expected_sample_size < expected_sample_size_min) {
    reason = decisions(report.decisions) + " tell as much about this policy as " +
             decimals(support.expected_sample_size, "%.1f") + " of its own would, and " +
             decimals(expected_sample_size_min, "%.0f") + " are needed; ";
  } else {
    reason = "of " + decisions(report.decisions) + " some " + decimals(support.expected_variance_sample_size, "%.1f") +
             " of great weight settle it, and " + decimals(variance_sample_size_min, "%.0f") + " are needed; ";
  }
  return refused("Too thin to conclude: " + reason + it_takes(more_decisions, "a difference as large as the one seen"),
                 more_decisions);
}

Judgement conclude(const OffPolicyReport& report, double needed) {
  const Estimate& estimate = report.of(Estimator::doubly_robust);
  const std::string seen = with_interval(estimate.difference, estimate.difference_interval);
  const std::string source = ", as " + decisions(report.decisions) + " show.";
  if (estimate.difference_interval.low > 0) {
    return {.conclusion = Conclusion::better, .sentence = "Better than what was chosen, by " + seen + source};
  }
  if (estimate.difference_interval.high < 0) {
    return {.conclusion = Conclusion::worse, .sentence = "Worse than what was chosen, by " + seen + source};
  }
  Judgement judgement{.conclusion = Conclusion::unclear,
                      .sentence = "Not to be told apart from what was chosen: " + seen};
  if (estimate.difference == 0) {
    judgement.sentence += "; no difference was seen.";
    return judgement;
  }
  judgement.more_decisions = more_needed(needed, static_cast<double>(report.decisions));
  judgement.sentence += "; " + it_takes(judgement.more_decisions, "a difference as large as the one seen");
  return judgement;
}

}  // namespace

std::string_view to_string(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::better: return "better";
    case Conclusion::worse: return "worse";
    case Conclusion::unclear: return "unclear";
    case Conclusion::refused: return "refused";
  }
  PENCHANT_CHECK(false);
}

Judgement judge_difference(const OffPolicyReport& report, const DifferenceSpread& spread) {
  const LoggedSupport& support = report.support;
  if (support.unlogged > unlogged_max) {
    return refused("Cannot be judged: " + decimals(100 * support.unlogged, "%.0f%%") +
                   " of what the policy would choose could not be chosen when these decisions were made, and more of "
                   "their kind do not change that.");
  }
  const auto count = static_cast<double>(report.decisions);
  const Estimate& estimate = report.of(Estimator::doubly_robust);
  const double half_width = std::isfinite(spread.half_width) ? spread.half_width : 0;
  const double to_tell = estimate.difference != 0 ? needed_to_tell(count, estimate.difference, half_width) : 0;
  const double to_support = decisions_to_support(count, support);
  if (!(to_support <= count)) return refuse_thin(report, std::max(to_support, to_tell));
  const double weight_expected = 1 - support.unlogged;
  const double weight_tolerance = mean_weight_deviations_max * support.mean_weight_deviation + mean_weight_tolerance;
  if (std::abs(support.mean_weight - weight_expected) > weight_tolerance) {
    return refused("Cannot be judged: the weights' mean is " + decimals(support.mean_weight, "%.3f") +
                   " and should be within " + decimals(weight_tolerance, "%.3f") + " of " +
                   decimals(weight_expected, "%.3f") +
                   ": the probabilities logged are not those with which the arms were chosen.");
  }
  if (spread.is_reward_constant) {
    return refused(
        "Too thin to conclude: all decisions that speak of this policy had the same reward; about as many "
        "more may do.",
        report.decisions);
  }
  if (!std::isfinite(spread.half_width)) {
    return refused("Too thin to conclude: too few rewards differ; about as many more decisions may do.",
                   report.decisions);
  }
  return conclude(report, to_tell);
}

}  // namespace penchant

// What another policy would have been worth, from decisions that this one made: values, 90% intervals, and whether they
// suffice to say that it is better. Mathematics, and what is refused, in docs/evaluate.md.
//
//   std::vector<LoggedOutcome> outcomes;
//   outcomes.push_back(logged_outcome({logged, target, predicted, chosen}, kept ? 1 : 0));   // one a judged decision
//   const result<OffPolicyReport> report = judge_policy(outcomes, {.seed = 1});
//   if (report) print(report->judgement.sentence);
//
// Pure functions of their arguments: the same outcomes in the same order, replicates and seed give the same report.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/result.h"
#include "evaluate/interval.h"

namespace penchant {

/// One image of a decision, of which the reward came to be known.
struct LoggedOutcome {
  double reward = 0;              // from 0 to 1
  double logged_probability = 0;  // with which the arm was chosen: logged_probability_min to 1
  double target_probability = 0;  // with which the policy judged would have chosen it
  double predicted = 0;           // the reward of that arm, as it was predicted before this decision was learned
  double predicted_value = 0;     // the sum over the arms of target_probability * predicted

  // What is known beforehand, from the probabilities of all arms; 0, 0, 0 where they are not known. With w the weight
  // target / logged:
  double unlogged = 0;          // the target's probability of arms that could not have been logged
  double expected_weight2 = 0;  // E[w^2] over the arms as logged
  double expected_weight4 = 0;  // E[w^4]

  bool is_same_decision = false;  // as the outcome before: of a decision's images the means count, as one draw
};

/// A decision's arms: spans of one size, not empty, which the function reads and does not keep.
struct ArmsOfDecision {
  std::span<const double> logged;     // probabilities, as they are in the decision
  std::span<const double> target;     // the policy's that is judged
  std::span<const double> predicted;  // rewards; the model's, before it learned this one
  std::size_t chosen = 0;             // below their size
};
LoggedOutcome logged_outcome(const ArmsOfDecision& arms, double reward);

enum class Estimator : std::uint8_t { ips, snips, doubly_robust };
inline constexpr std::size_t estimators = 3;
std::string_view to_string(Estimator estimator);

struct Estimate {
  double value = 0;  // the mean reward under the policy judged
  Interval value_interval;
  double difference = 0;  // value less the mean reward that was logged, of the same decisions
  Interval difference_interval;
};

/// How much of the logged decisions speaks of the policy judged.
struct LoggedSupport {
  double effective_sample_size = 0;          // (sum w)^2 / sum w^2, Kish
  double expected_sample_size = 0;           // the same before the arms were drawn; the former where it is not known
  double expected_variance_sample_size = 0;  // (sum w^2)^2 / sum w^4: how many decisions the variance rests on
  double mean_weight = 0;                    // 1 - unlogged, but for chance
  double mean_weight_deviation = 0;          // standard deviation of that chance
  double unlogged = 0;                       // mean
};

enum class Conclusion : std::uint8_t { better, worse, unclear, refused };
std::string_view to_string(Conclusion conclusion);

/// By the doubly robust estimate of the difference.
struct Judgement {
  Conclusion conclusion = Conclusion::refused;
  std::optional<std::uint64_t> more_decisions;  // where unclear or refused, and where a number of them would do
  std::string sentence;
};

struct OffPolicyReport {
  std::uint64_t decisions = 0;
  double logged_value = 0;  // the mean reward
  std::array<Estimate, estimators> estimates;
  LoggedSupport support;
  Judgement judgement;

  const Estimate& of(Estimator estimator) const { return estimates[static_cast<std::size_t>(estimator)]; }
};

inline constexpr double expected_sample_size_min = 40;
inline constexpr double variance_sample_size_min = 15;
inline constexpr double unlogged_max = 0.02;             // a value may be wrong by as much
inline constexpr double mean_weight_deviations_max = 4;  // of its standard deviation
inline constexpr double logged_probability_min = 1e-30;  // an arm with less could not be chosen
inline constexpr std::size_t outcomes_max = std::size_t{1} << 20;
inline constexpr std::size_t replicates_min = 100;
inline constexpr std::size_t replicates_max = 100'000;

struct Bootstrap {
  std::size_t replicates = 1000;
  std::uint64_t seed = 0;
};

/// Fails on no outcomes or too many, replicates out of bounds, and a number that is not in its range, which it names.
/// Holds 160 bytes a decision while it works.
result<OffPolicyReport> judge_policy(std::span<const LoggedOutcome> outcomes, const Bootstrap& bootstrap);

}  // namespace penchant

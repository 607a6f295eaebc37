// Policies: from what is known of the arms to the probability with which each is chosen. See docs/model.md.
//
//   std::vector<double> probabilities(scores.size());
//   squarecb_probabilities(scores, squarecb_gamma(observations), probabilities);
//   const std::size_t arm = draw_arm(probabilities, uniform(seed, 0));
//
// Pure functions of their arguments, with the same bits on every machine: only IEEE operations, no libm.
// Arms come best first, as ranked, one at least. Every policy overwrites the caller's `probabilities`, one an arm: none
// is negative, and they sum to 1 within 1e-12.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace penchant {

enum class Policy : std::uint8_t { banded, greedy, epsilon, thompson, squarecb };
std::string_view to_string(Policy policy);
std::optional<Policy> parse_policy(std::string_view lower_case);

inline constexpr double epsilon_default = 0.1;

/// The first `band_arms`, from 1 to all of them, share equally.
void banded_probabilities(std::size_t band_arms, std::span<double> probabilities);

/// The best has 1.
void greedy_probabilities(std::span<double> probabilities);

/// 0 <= epsilon <= 1 is shared by all arms, the best among them; the rest is the best's.
void epsilon_probabilities(double epsilon, std::span<double> probabilities);

/// What one draw of an arm's score is spread like: the mean over the keywords of one Beta draw a cell.
struct ScoreSpread {
  double mean = 0;
  double variance = 0;
};

/// Of one cell's draw, alpha and beta > 0. The mean over k cells has the sum of their variances divided by k * k.
double beta_variance(double alpha, double beta);

/// The probability that an arm's draw is the largest, its draw taken as the Beta draw of that mean and variance;
/// computed, and within 0.01 of what drawing would find. A variance below 1e-12 counts as that. `scratch` is the
/// caller's to reuse: after warm-up nothing is allocated.
void thompson_probabilities(std::span<const ScoreSpread> arms, std::span<double> probabilities,
                            std::vector<double>& scratch);

/// Inverse gap weighting: 1 / (n + gamma * (best - score)), and the best has the rest. gamma >= 0 and finite: 0 is
/// uniform, a large one greedy but for ties with the best, which keep 1 / n.
void squarecb_probabilities(std::span<const double> scores, double gamma, std::span<double> probabilities);

/// 10 * sqrt(T), T the decayed observations of all arms in question.
double squarecb_gamma(double observations_of_all_arms);

/// In [0, 1): number `draw` of the sequence that `seed` begins.
double uniform(std::uint64_t seed, std::uint64_t draw);

/// The arm at `uniform`, in [0, 1), of the probabilities laid end to end; never one of probability 0.
std::size_t draw_arm(std::span<const double> probabilities, double uniform);

}  // namespace penchant

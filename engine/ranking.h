// How arms are ordered: by score, then by who has been seen less. See docs/model.md.
#pragma once

#include <algorithm>
#include <cstdint>

namespace penchant {

// Scores are equal when they agree to a millionth, observations when they agree to a thousandth: the seconds
// between two verdicts, and the rounding of single precision, make smaller differences and mean nothing.
inline constexpr double score_steps = 1e6;
inline constexpr double observation_steps = 1e3;
inline constexpr double least_difference = 1e-3;  // of observations and rates, where a rule has a threshold

inline constexpr unsigned observation_bits = 40;
inline constexpr std::uint64_t observation_key_max = (std::uint64_t{1} << observation_bits) - 1;

/// Its whole part is what counts.
inline double score_in_steps(double score) { return score * score_steps + 0.5; }
/// The least score that is so many steps.
inline double score_of_steps(double steps) { return (steps - 0.5) / score_steps; }

/// Larger for a higher score, then for fewer observations.
inline std::uint64_t rank_key_of_steps(double score_steps_taken, double observations) {
  const auto seen = static_cast<std::uint64_t>(
      std::min(observations * observation_steps + 0.5, static_cast<double>(observation_key_max)));
  return (static_cast<std::uint64_t>(score_steps_taken) << observation_bits) | (observation_key_max - seen);
}
inline std::uint64_t rank_key(double score, double observations) {
  return rank_key_of_steps(score_in_steps(score), observations);
}

}  // namespace penchant

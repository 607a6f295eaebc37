// The oracle's policies: with which probability each arm is chosen, and what a seed draws. Arms come best first.
#pragma once

#include <numeric>

#include "engine/policy.h"
#include "tests/engine/oracle_asked.h"

namespace penchant::test {

/// The probability that each arm's draw is the largest, a draw of an arm being the Beta draw of its mean and variance:
/// the integral over a grid.
inline std::vector<double> thompson_by_grid(const std::vector<Scored>& arms) {
  constexpr std::size_t steps = 1000;
  std::vector<std::vector<double>> density(arms.size());
  std::vector<std::vector<double>> below(arms.size());  // P(draw < the middle of the step)
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    const double mean = arms[arm].score;
    const double observations = mean * (1 - mean) / arms[arm].variance - 1;
    for (std::size_t i = 0; i < steps; ++i) {
      const double x = (static_cast<double>(i) + 0.5) / steps;
      const double log_at_mean = observations * (mean * std::log(mean) + (1 - mean) * std::log(1 - mean));
      const double log_density =
          (mean * observations - 1) * std::log(x) + ((1 - mean) * observations - 1) * std::log(1 - x) - log_at_mean;
      density[arm].push_back(std::exp(log_density));
    }
    const double total = std::accumulate(density[arm].begin(), density[arm].end(), 0.0);
    double sum = 0;
    for (double& mass : density[arm]) {
      mass /= total;
      below[arm].push_back(sum + mass / 2);
      sum += mass;
    }
  }
  std::vector<double> wins(arms.size());
  for (std::size_t i = 0; i < steps; ++i) {
    for (std::size_t arm = 0; arm < arms.size(); ++arm) {
      double others_below = density[arm][i];
      for (std::size_t other = 0; other < arms.size() && others_below > 1e-9; ++other) {
        if (other != arm) others_below *= below[other][i];
      }
      wins[arm] += others_below;
    }
  }
  return wins;
}

inline std::vector<double> probabilities_of(Policy policy, const std::vector<Scored>& arms, std::size_t band_arms) {
  const auto count = static_cast<double>(arms.size());
  std::vector<double> p(arms.size());
  double observations = 0;
  for (const Scored& arm : arms) observations += arm.observations;
  switch (policy) {
    case Policy::banded: std::fill_n(p.begin(), band_arms, 1 / static_cast<double>(band_arms)); break;
    case Policy::greedy: p[0] = 1; break;
    case Policy::epsilon:
      std::ranges::fill(p, 0.1 / count);
      p[0] += 0.9;
      break;
    case Policy::thompson: return thompson_by_grid(arms);
    case Policy::squarecb:
      p[0] = 1;
      for (std::size_t i = 1; i < arms.size(); ++i) {
        const double gap = std::max(arms[0].score - arms[i].score, 0.0);
        p[i] = 1 / (count + 10 * std::sqrt(observations) * gap);
        p[0] -= p[i];
      }
  }
  return p;
}

/// Number `draw` of the SplitMix64 sequence that `seed` begins, as one in [0, 1).
inline double splitmix64(std::uint64_t seed, std::uint64_t draw) {
  std::uint64_t z = 0;
  for (std::uint64_t i = 0; i <= draw; ++i) {
    z = (seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z = z ^ (z >> 31);
  }
  return std::ldexp(static_cast<double>(z >> 11), -53);
}

/// Where `point` falls when the chances are laid end to end.
inline std::size_t drawn(std::span<const ArmChance> chances, double point) {
  std::size_t place = 0;
  for (double end = chances[0].probability; end <= point && place + 1 < chances.size(); ++place) {
    end += chances[place + 1].probability;
  }
  return place;
}

}  // namespace penchant::test

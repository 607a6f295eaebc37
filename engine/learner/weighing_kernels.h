// The inner loops of the weighted scorers (weighing.h), on raw memory: rows are those of kernels.h, and everything that
// is said there about lines, alignment and equal bits holds here too. Columns past a row's last line have no counts and
// add nothing to any sum.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/kernels.h"

namespace penchant {

/// The strengths of the prior that log-odds are averaged over, in observations.
inline constexpr std::array log_odds_strengths{5.0, 25.0, 125.0};

/// What a keyword's counts say of it as a whole.
struct RowSpread {
  float squares = 0;   // the sum over the columns of (p - rate)^2
  float observed = 0;  // of N
};

/// A prior of so many observations and its share among the strengths.
struct StrengthShare {
  float observed = 0;
  float share = 0;
};

struct WeighingKernels {
  const char* name;

  /// p = (S + prior_observed * rate) / (N + prior_observed), with the column's rate.
  RowSpread (*spread_row)(RowView row, const float* rates, float prior_observed);
  /// sums += weight * ((S + prior.selected) / (N + prior.observed) - prior.selected / prior.observed)
  void (*add_rates)(RowView row, float weight, PriorWeights prior, float* sums);
  /// sums += weight * the sum over m of share * (log2 of the odds (S + m rate) / (N - S + m (1 - rate))
  ///         - log2_odds), with the column's rate and the log2 of that rate's odds.
  void (*add_log_odds)(RowView row, float weight, std::span<const StrengthShare> strengths, const float* rates,
                       const float* log2_odds, float* sums);
  /// From log2 of odds to what they are odds of, in place.
  void (*to_rates)(float* log2_odds, std::size_t line_count);
};

/// Those that this processor can run, as available_kernels().
std::span<const WeighingKernels> available_weighing_kernels();
const WeighingKernels& weighing_kernels();

/// The log2 of x > 0 as add_log_odds takes it: within 1e-6.
float log2_fast(float x);

}  // namespace penchant

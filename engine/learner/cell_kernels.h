// The inner loops of the learner's scorers (prompt_scores.h), on raw memory: over the cells of one word, in lines of 16
// of them (kernels.h): of columns in order, some of which have nothing, or gathered, whose columns need not follow each
// other. All variants do the same IEEE operations in the same
// order, so their results are bit-equal. Memory is 64-byte aligned.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/kernels.h"

namespace penchant {

/// A word's cells, where they lie, as they are kept: strengths and priors of counts are told on the same scale.
struct CellLines {
  const float* counts = nullptr;     // of a line: 16 selected, 16 observed
  const float* learned = nullptr;    // likewise: 16 residuals, 16 precisions
  std::size_t stride = line_floats;  // from one line to the next, of both
  const float* rates = nullptr;  // of the cells' columns, 16 a line; for log-odds, as to_rates_and_odds() gives them
  std::size_t count = 0;
  float learned_per_unit = 1;  // makes of residuals and precisions those of now, which are bounded as they are read
};

/// Far beyond what any records add up to.
inline constexpr float counts_most = 0x1p40F;
/// Likewise, and near enough that evidence's products are floats.
inline constexpr float learned_most = 0x1p36F;

inline constexpr float odds_most = 0x1p20F;  // of a column, for log-odds

/// The prior strengths that are averaged, and the share of each.
struct Strengths {
  std::array<float, 3> observed{};
  std::array<float, 3> shares{};
};

/// Their sum, by halves. They are used up.
inline float add_lanes(float (&lanes)[line_columns]) {
  for (std::size_t half = line_columns / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

struct CellKernels {
  const char* name;

  /// The sum over the cells of N.
  float (*observed)(const CellLines& cells);
  /// squares = ((S + strength * rate) / (N + strength) - rate)^2, of each cell.
  void (*squares)(const CellLines& cells, float strength, float* squares);
  /// Their sum: lane by lane in order of lines, and then add_lanes().
  float (*spread)(const CellLines& cells, float strength);
  /// sums += weight * ((S + prior.selected) / (N + prior.observed) - prior.selected / prior.observed)
  void (*add_rate_terms)(const CellLines& cells, float weight, PriorWeights prior, float* sums);
  /// sums += weight * the sum over m of share * (log2((S + m rate) / (N - S + m (1 - rate))) - log2(rate / (1 -
  /// rate))), where N is not 0
  void (*add_log_odds_terms)(const CellLines& cells, float weight, const Strengths& strengths, float* sums);
  /// sums += weight * the sum over m of share * residual / (m + precision)
  void (*add_evidence_terms)(const CellLines& cells, float weight, const Strengths& strengths, float* sums);
  /// Counts are replaced, as of now: S by the rate (S + prior) / (S + R + 2 prior), R by the odds; both bounded, as
  /// log-odds need them.
  void (*to_rates_and_odds)(float* selected, float* rejected, float prior, std::size_t line_count);
  /// log2 of each, in place: of numbers, not of 0.
  void (*to_log2)(float* values, std::size_t line_count);
  /// What has odds of that log2, in place.
  void (*to_rates)(float* log2_odds, std::size_t line_count);
};

/// Those that this processor can run: the baseline first, the fastest last.
std::span<const CellKernels> available_cell_kernels();
const CellKernels& cell_kernels();

}  // namespace penchant

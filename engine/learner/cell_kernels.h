// The inner loops of the learner's scorers (prompt_scores.h), on raw memory: over the cells of one word, in lines of 16
// of them (kernels.h) whose columns need not follow each other. All variants do the same IEEE operations in the same
// order, so their results are bit-equal. Memory is 64-byte aligned.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/kernels.h"

namespace penchant {

/// A word's cells: line i of `counts` and `learned` holds two lines of floats, of `rates` and `log2_odds` one.
struct CellLines {
  const float* counts = nullptr;   // 16 selected, 16 observed
  const float* learned = nullptr;  // 16 residuals, 16 precisions
  const float* rates = nullptr;    // of the cells' columns
  std::size_t count = 0;
};

/// The prior strengths that are averaged, and the share of each.
struct Strengths {
  std::array<float, 3> observed{};
  std::array<float, 3> shares{};
};

struct CellKernels {
  const char* name;

  /// The sum over the cells of ((S + strength * rate) / (N + strength) - rate)^2.
  float (*spread)(const CellLines& cells, float strength);
  /// terms = weight * ((S + prior.selected) / (N + prior.observed) - prior.selected / prior.observed)
  void (*rate_terms)(const CellLines& cells, float weight, PriorWeights prior, float* terms);
  /// terms = weight * the sum over m of share * log2((S + m rate) / (N - S + m (1 - rate)) * (1 - rate) / rate)
  void (*log_odds_terms)(const CellLines& cells, float weight, const Strengths& strengths, float* terms);
  /// terms = weight * the sum over m of share * residual / (m + precision)
  void (*evidence_terms)(const CellLines& cells, float weight, const Strengths& strengths, float* terms);
  /// log2 of the odds of each, and what has odds of that log2, in place.
  void (*to_log2_odds)(float* rates, std::size_t line_count);
  void (*to_rates)(float* log2_odds, std::size_t line_count);
};

/// Those that this processor can run: the baseline first, the fastest last.
std::span<const CellKernels> available_cell_kernels();
const CellKernels& cell_kernels();

}  // namespace penchant

// A user's matrix as a picture: which keywords and which checkpoints have the most observations, and two bytes for each
// pair of them, for whoever draws it.
//
//   const MatrixView view = view_matrix(engine, {.user = "ann", .keywords = 100, .at_ms = now_ms});
//   view.cells[2 * (keyword * view.checkpoints.size() + checkpoint)]   // how often it was kept: 255 is always
//
// Counts are faded to the time asked about, and the user's own: the community is no part of it. Cost: one pass over all
// the user's counts of keywords with checkpoints, one over those shown. Lifetime: names are views into the engine,
// until its next event. Threading: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/count_matrix.h"
#include "engine/engine.h"

namespace penchant {

// What a screen can show, and an answer of 5 MB: others wait meanwhile.
inline constexpr std::uint32_t matrix_keywords_max = 5000;
inline constexpr std::uint32_t matrix_checkpoints_max = 500;

struct MatrixQuestion {
  std::string_view user;
  std::uint32_t keywords = matrix_keywords_max;  // so many at most
  std::uint32_t checkpoints = matrix_checkpoints_max;
  std::int64_t at_ms = 0;
};

/// A keyword over all checkpoints, or a checkpoint over all records.
struct MatrixLine {
  std::string_view name;
  Counts counts;
};

/// Lines come with the most observations first; those that agree to a thousandth in order of first record.
struct MatrixView {
  std::vector<MatrixLine> keywords;
  std::vector<MatrixLine> checkpoints;
  /// Keyword after keyword, two bytes for each checkpoint: 255 * selected / observed, and 16 * log2(1 + observed) up to
  /// 255, each rounded; both 0 where nothing was observed.
  std::string cells;
};

/// Empty where the user is not known.
MatrixView view_matrix(const Engine& engine, const MatrixQuestion& question);

}  // namespace penchant

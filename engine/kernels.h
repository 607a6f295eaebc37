// The inner loop of scoring, on raw memory. A row of the matrix is a sequence of lines; a line holds 16
// columns: their 16 selected counts, then their 16 observed counts. One row is one sequential read.
//
// All variants (baseline: SSE2 or NEON; AVX2) do the same IEEE operations in the same order per column, so their
// results are bit-equal; the fastest the processor has is chosen at run time.
#pragma once

#include <cstddef>
#include <span>

namespace penchant {

inline constexpr std::size_t line_columns = 16;               // 64 bytes of float: a cache line
inline constexpr std::size_t line_floats = 2 * line_columns;  // selected, then observed

struct RowView {
  const float* lines = nullptr;  // 64-byte aligned
  std::size_t line_count = 0;    // columns past the last line have no counts
};

/// For every row, and column i < 16 * line_count, with S and N the row's counts there:
///   score[i] += (S + prior_selected) / (N + prior_observed);  seen[i] += N
/// and for columns past a row's last line: score[i] += prior_selected / prior_observed.
/// `score` and `seen` hold 16 * line_count floats, 64-byte aligned, and are overwritten.
void score_rows(std::span<const RowView> rows, std::size_t line_count, float prior_selected, float prior_observed,
                float* score, float* seen);

namespace detail {
// For the tests: the variants by name.
void score_rows_baseline(std::span<const RowView> rows, std::size_t line_count, float prior_selected,
                         float prior_observed, float* score, float* seen);
bool score_rows_avx2_available();
void score_rows_avx2(std::span<const RowView> rows, std::size_t line_count, float prior_selected, float prior_observed,
                     float* score, float* seen);
}  // namespace detail

}  // namespace penchant

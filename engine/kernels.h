// The inner loops of scoring, on raw memory. A row of the matrix is a sequence of lines; a line holds 16
// columns: their 16 selected counts, then their 16 observed counts. One row is one sequential read.
//
// All variants (baseline: SSE2 or NEON; AVX2; AVX-512) do the same IEEE operations in the same order per column, so
// their results are bit-equal; the fastest the processor has is chosen at run time. Memory of floats is 64-byte
// aligned, and what is written is overwritten.
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

/// The weights of the prior: p of a cell is (S + selected) / (N + observed).
struct PriorWeights {
  float selected = 0;
  float observed = 1;
  bool operator==(const PriorWeights&) const = default;
};

struct Kernels {
  const char* name;

  /// For every row, and column i < 16 * line_count, with S and N the row's counts there:
  ///   score[i] += (S + prior.selected) / (N + prior.observed);  seen[i] += N
  /// and for columns past a row's last line: score[i] += prior.selected / prior.observed.
  void (*score_rows)(std::span<const RowView> rows, std::size_t line_count, PriorWeights prior, float* score,
                     float* seen);
  /// The terms of that sum for one row.
  void (*rate_row)(RowView row, std::size_t line_count, PriorWeights prior, float* rates);
  /// Their sum, in the same order.
  void (*sum_rates)(std::span<const float* const> rows, std::size_t line_count, float* score);
};

/// Those that this processor can run: the baseline first, the fastest last.
std::span<const Kernels> available_kernels();
/// The fastest.
const Kernels& kernels();

/// Whether one of a line's 16 floats is as large as `least`.
inline bool reaches(const float* line, float least) {
  using Vector [[gnu::vector_size(16), gnu::may_alias]] = float;
  using Mask [[gnu::vector_size(16)]] = long long;
  const auto* const parts = reinterpret_cast<const Vector*>(line);
  const Mask any = reinterpret_cast<Mask>(parts[0] >= least) | reinterpret_cast<Mask>(parts[1] >= least) |
                   reinterpret_cast<Mask>(parts[2] >= least) | reinterpret_cast<Mask>(parts[3] >= least);
  return (any[0] | any[1]) != 0;
}

}  // namespace penchant

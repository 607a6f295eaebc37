// The inner loops of scoring, on raw memory. A row of the matrix is a sequence of lines; a line holds 16
// columns: their 16 selected counts, then their 16 observed counts. One row is one sequential read.
//
// All variants (baseline: SSE2 or NEON; AVX2; AVX-512) do the same IEEE operations in the same order per column, so
// their results are bit-equal; the fastest the processor has is chosen at run time. Memory of floats is 64-byte
// aligned, and what is written is overwritten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/// Which of a line's 16 floats are as large as `least`: bit i for the i-th.
inline std::uint32_t reaching(const float* line, float least) {
  std::uint32_t bits = 0;
#ifdef __SSE2__
  for (unsigned i = 0; i < line_columns; i += 4) {
    const __m128 reach = _mm_cmpge_ps(_mm_load_ps(line + i), _mm_set1_ps(least));
    bits |= static_cast<std::uint32_t>(_mm_movemask_ps(reach)) << i;
  }
#else
  for (unsigned i = 0; i < line_columns; ++i) bits |= std::uint32_t{line[i] >= least} << i;
#endif
  return bits;
}

/// A score that at least `count` of the lines' columns have, the highest that is quickly found: the count-th best of
/// the 16 bests of columns that lie a line apart. Lowest where there is none. Lines are 64-byte aligned.
float reached_by(const float* lines, std::size_t line_count, std::size_t count);

}  // namespace penchant

#include "engine/kernels.h"

#include <algorithm>

#if defined(__x86_64__)
#define PENCHANT_X86 1
#endif

namespace penchant {
namespace {

// How far ahead of its use a row is fetched: rows lie far apart, and the hardware's prefetcher stops at pages.
constexpr std::size_t prefetch_lines = 16;

using Vector16 [[gnu::vector_size(16), gnu::may_alias]] = float;
using Vector32 [[gnu::vector_size(32), gnu::may_alias]] = float;

// Inlined into each variant, so that each is compiled for its own instruction set; Vector is its register. A
// line's sums stay in registers while the rows pass by.
template <class Vector>
[[gnu::always_inline]] inline void score_rows_body(std::span<const RowView> rows, std::size_t line_count,
                                                   float prior_selected, float prior_observed, float* score,
                                                   float* seen) {
  constexpr std::size_t lanes = sizeof(Vector) / sizeof(float);
  constexpr std::size_t parts = line_columns / lanes;
  const float unseen = prior_selected / prior_observed;
  for (std::size_t line = 0; line < line_count; ++line) {
    Vector score_sum[parts]{};
    Vector seen_sum[parts]{};
    for (const RowView& row : rows) {
      if (line >= row.line_count) {
        for (Vector& sum : score_sum) sum += unseen;
        continue;
      }
      const float* cells = row.lines + line * line_floats;
      __builtin_prefetch(cells + prefetch_lines * line_floats);
      __builtin_prefetch(cells + prefetch_lines * line_floats + line_columns);
      for (std::size_t part = 0; part < parts; ++part) {
        const Vector selected = *reinterpret_cast<const Vector*>(cells + part * lanes);
        const Vector observed = *reinterpret_cast<const Vector*>(cells + line_columns + part * lanes);
        score_sum[part] += (selected + prior_selected) / (observed + prior_observed);
        seen_sum[part] += observed;
      }
    }
    for (std::size_t part = 0; part < parts; ++part) {
      *reinterpret_cast<Vector*>(score + line * line_columns + part * lanes) = score_sum[part];
      *reinterpret_cast<Vector*>(seen + line * line_columns + part * lanes) = seen_sum[part];
    }
  }
}

}  // namespace

namespace detail {

void score_rows_baseline(std::span<const RowView> rows, std::size_t line_count, float prior_selected,
                         float prior_observed, float* score, float* seen) {
  score_rows_body<Vector16>(rows, line_count, prior_selected, prior_observed, score, seen);
}

#ifdef PENCHANT_X86
bool score_rows_avx2_available() { return __builtin_cpu_supports("avx2") != 0; }

[[gnu::target("avx2")]] void score_rows_avx2(std::span<const RowView> rows, std::size_t line_count,
                                             float prior_selected, float prior_observed, float* score, float* seen) {
  score_rows_body<Vector32>(rows, line_count, prior_selected, prior_observed, score, seen);
}
#else
bool score_rows_avx2_available() { return false; }

void score_rows_avx2(std::span<const RowView> rows, std::size_t line_count, float prior_selected, float prior_observed,
                     float* score, float* seen) {
  score_rows_baseline(rows, line_count, prior_selected, prior_observed, score, seen);
}
#endif

}  // namespace detail

void score_rows(std::span<const RowView> rows, std::size_t line_count, float prior_selected, float prior_observed,
                float* score, float* seen) {
  static const bool avx2 = detail::score_rows_avx2_available();
  (avx2 ? detail::score_rows_avx2 : detail::score_rows_baseline)(rows, line_count, prior_selected, prior_observed,
                                                                 score, seen);
}

}  // namespace penchant

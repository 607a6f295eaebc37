#include "engine/kernels.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/registers.h"

namespace penchant {
namespace {

// How far ahead of its use a row is fetched: rows lie far apart, and the hardware's prefetcher stops at pages.
constexpr std::size_t prefetch_lines = 16;

// The bodies are inlined into each variant, so that each is compiled for its own instruction set, whose registers have
// so many bytes. A line's sums stay in registers while the rows pass by.
template <std::size_t register_bytes>
struct Bodies : LineParts<register_bytes> {
  using Parts = LineParts<register_bytes>;
  using Vector = typename Parts::Vector;
  using Parts::in;
  using Parts::out;
  using Parts::parts;

  [[gnu::always_inline]] static void score_rows(std::span<const RowView> rows, std::size_t line_count,
                                                PriorWeights prior, float* score, float* seen) {
    const float unseen = prior.selected / prior.observed;
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
          const Vector& observed = in(cells + line_columns, part);
          score_sum[part] += (in(cells, part) + prior.selected) / (observed + prior.observed);
          seen_sum[part] += observed;
        }
      }
      for (std::size_t part = 0; part < parts; ++part) {
        out(score + line * line_columns, part) = score_sum[part];
        out(seen + line * line_columns, part) = seen_sum[part];
      }
    }
  }

  [[gnu::always_inline]] static void rate_row(RowView row, std::size_t line_count, PriorWeights prior, float* rates) {
    const std::size_t counted = std::min(line_count, row.line_count);
    for (std::size_t line = 0; line < counted; ++line) {
      const float* cells = row.lines + line * line_floats;
      for (std::size_t part = 0; part < parts; ++part) {
        out(rates + line * line_columns, part) =
            (in(cells, part) + prior.selected) / (in(cells + line_columns, part) + prior.observed);
      }
    }
    std::fill(rates + counted * line_columns, rates + line_count * line_columns, prior.selected / prior.observed);
  }

  [[gnu::always_inline]] static void sum_rates(std::span<const float* const> rows, std::size_t line_count,
                                               float* score) {
    for (std::size_t line = 0; line < line_count; ++line) {
      Vector sum[parts]{};
      for (const float* const row : rows) {
        __builtin_prefetch(row + (line + prefetch_lines) * line_columns);
        for (std::size_t part = 0; part < parts; ++part) sum[part] += in(row + line * line_columns, part);
      }
      for (std::size_t part = 0; part < parts; ++part) out(score + line * line_columns, part) = sum[part];
    }
  }
};

// A variant's functions, for the instruction set `target`.
#define PENCHANT_KERNELS(variant, bytes, target)                                                                   \
  target void score_rows_##variant(std::span<const RowView> rows, std::size_t line_count, PriorWeights prior,      \
                                   float* score, float* seen) {                                                    \
    Bodies<bytes>::score_rows(rows, line_count, prior, score, seen);                                              \
  }                                                                                                                \
  target void rate_row_##variant(RowView row, std::size_t line_count, PriorWeights prior, float* rates) {          \
    Bodies<bytes>::rate_row(row, line_count, prior, rates);                                                       \
  }                                                                                                                \
  target void sum_rates_##variant(std::span<const float* const> rows, std::size_t line_count, float* score) {      \
    Bodies<bytes>::sum_rates(rows, line_count, score);                                                            \
  }                                                                                                                \
  constexpr Kernels variant##_kernels{#variant, score_rows_##variant, rate_row_##variant, sum_rates_##variant};

PENCHANT_KERNELS(baseline, 16, )
#ifdef PENCHANT_X86
PENCHANT_KERNELS(avx2, 32, [[gnu::target("avx2")]])
PENCHANT_KERNELS(avx512, 64, [[gnu::target("avx512f")]])
#endif
#undef PENCHANT_KERNELS

}  // namespace

float reached_by(const float* lines, std::size_t line_count, std::size_t count) {
  constexpr float lowest = std::numeric_limits<float>::lowest();
  if (count == 0 || count > line_columns || line_count == 0) return lowest;
  using Line = Bodies<16>;
  using Vector = Line::Vector;
  const auto larger = [](const Vector& a, const Vector& b) { return a > b ? a : b; };
  Vector best[Line::parts];
  for (std::size_t part = 0; part < Line::parts; ++part) best[part] = Line::in(lines, part);
  for (std::size_t line = 1; line < line_count; ++line) {
    for (std::size_t part = 0; part < Line::parts; ++part) {
      best[part] = larger(best[part], Line::in(lines + line * line_columns, part));
    }
  }
  float reached = lowest;
  for (std::size_t i = 0; i < count; ++i) {
    const Vector four = larger(larger(best[0], best[1]), larger(best[2], best[3]));
    reached = std::max(std::max(four[0], four[1]), std::max(four[2], four[3]));
    // Equal ones all go at once: what is found next is then lower than need be.
    for (Vector& part : best) part = part == reached ? Vector{} + lowest : part;
  }
  return reached;
}

std::span<const Kernels> available_kernels() {
#ifdef PENCHANT_X86
  static constexpr std::array all{baseline_kernels, avx2_kernels, avx512_kernels};
  if (__builtin_cpu_supports("avx2") == 0) return std::span(all).first(1);
  return std::span(all).first(__builtin_cpu_supports("avx512f") == 0 ? 2 : 3);
#else
  static constexpr std::array all{baseline_kernels};
  return all;
#endif
}

const Kernels& kernels() {
  static const Kernels& fastest = available_kernels().back();
  return fastest;
}

}  // namespace penchant

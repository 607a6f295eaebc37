#include "engine/weighing_kernels.h"

#include <algorithm>
#include <bit>

#include "engine/registers.h"

namespace penchant {
namespace {

// log2(1 + t) / t on [sqrt(1/2) - 1, sqrt(2) - 1], interpolated at Chebyshev's points: within 1e-7.
constexpr std::array<float, 8> log2_terms{1.4426949949F, -0.7213529314F, 0.4809167080F,  -0.3602251825F,
                                          0.2872888824F, -0.2492718221F, 0.2326525788F, -0.1427597343F};
// 2^t on [-1/2, 1/2]: the series of exp(t ln 2).
constexpr std::array<float, 7> exp2_terms{1.0F,           0.69314718056F, 0.24022650696F, 0.05550410866F,
                                          0.00961812911F, 0.00133335581F, 0.00015403530F};
constexpr float exp2_exponent_max = 120;
constexpr float whole_from_here = 12582912.0F;  // 1.5 * 2^23: what is added to it is rounded to a whole number
constexpr std::int32_t bits_of_square_root_of_half = 0x3F3504F3;
constexpr std::int32_t bits_of_one = 0x3F800000;
constexpr std::int32_t fraction_mask = 0x007FFFFF;
constexpr std::int32_t fraction_bits = 23;
constexpr std::int32_t exponent_bias = 127;

template <std::size_t register_bytes>
struct WeighingBodies : LineParts<register_bytes> {
  using Parts = LineParts<register_bytes>;
  using Vector = typename Parts::Vector;
  using Whole = typename Parts::Whole;
  using Parts::in;
  using Parts::out;
  using Parts::parts;

  [[gnu::always_inline]] static Vector log2(Vector x) {
    const Whole bits = reinterpret_cast<const Whole&>(x) + (bits_of_one - bits_of_square_root_of_half);
    const Whole exponent = (bits >> fraction_bits) - exponent_bias;
    const Whole fraction = (bits & fraction_mask) + bits_of_square_root_of_half;
    const Vector t = reinterpret_cast<const Vector&>(fraction) - 1.0F;
    Vector sum = Vector{} + log2_terms.back();
    for (std::size_t term = log2_terms.size() - 1; term > 0; --term) sum = sum * t + log2_terms[term - 1];
    return __builtin_convertvector(exponent, Vector) + sum * t;
  }

  [[gnu::always_inline]] static Vector exp2(Vector x) {
    x = x > exp2_exponent_max ? Vector{} + exp2_exponent_max : x;
    x = x < -exp2_exponent_max ? Vector{} - exp2_exponent_max : x;
    const Vector rounded = (x + whole_from_here) - whole_from_here;
    const Vector t = x - rounded;
    Vector sum = Vector{} + exp2_terms.back();
    for (std::size_t term = exp2_terms.size() - 1; term > 0; --term) sum = sum * t + exp2_terms[term - 1];
    const Whole scaled = reinterpret_cast<const Whole&>(sum) + (__builtin_convertvector(rounded, Whole) << fraction_bits);
    return reinterpret_cast<const Vector&>(scaled);
  }

  /// Lane by lane and then through the lanes: in one order, whatever the width.
  [[gnu::always_inline]] static float add_up(const Vector (&sums)[parts]) {
    alignas(64) float lanes[line_columns];
    for (std::size_t part = 0; part < parts; ++part) out(lanes, part) = sums[part];
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    return sum;
  }

  [[gnu::always_inline]] static RowSpread spread_row(RowView row, const float* rates, float prior_observed) {
    Vector squares[parts]{};
    Vector seen[parts]{};
    for (std::size_t line = 0; line < row.line_count; ++line) {
      const float* const cells = row.lines + line * line_floats;
      for (std::size_t part = 0; part < parts; ++part) {
        const Vector& rate = in(rates + line * line_columns, part);
        const Vector& observed = in(cells + line_columns, part);
        const Vector off = (in(cells, part) + prior_observed * rate) / (observed + prior_observed) - rate;
        squares[part] += off * off;
        seen[part] += observed;
      }
    }
    return {add_up(squares), add_up(seen)};
  }

  [[gnu::always_inline]] static void add_rates(RowView row, float weight, PriorWeights prior, float* sums) {
    const float unseen = prior.selected / prior.observed;
    for (std::size_t line = 0; line < row.line_count; ++line) {
      const float* const cells = row.lines + line * line_floats;
      for (std::size_t part = 0; part < parts; ++part) {
        const Vector rate = (in(cells, part) + prior.selected) / (in(cells + line_columns, part) + prior.observed);
        out(sums + line * line_columns, part) += weight * (rate - unseen);
      }
    }
  }

  [[gnu::always_inline]] static void add_log_odds(RowView row, float weight, std::span<const StrengthShare> strengths,
                                                  const float* rates, const float* log2_odds, float* sums) {
    for (std::size_t line = 0; line < row.line_count; ++line) {
      const float* const cells = row.lines + line * line_floats;
      for (std::size_t part = 0; part < parts; ++part) {
        const Vector& selected = in(cells, part);
        const Vector rejected = in(cells + line_columns, part) - selected;
        const Vector& rate = in(rates + line * line_columns, part);
        Vector sum{};
        for (const StrengthShare& strength : strengths) {
          const Vector liked = strength.observed * rate;
          sum += strength.share * log2((selected + liked) / (rejected + (strength.observed - liked)));
        }
        out(sums + line * line_columns, part) += weight * (sum - in(log2_odds + line * line_columns, part));
      }
    }
  }

  [[gnu::always_inline]] static void to_rates(float* log2_odds, std::size_t line_count) {
    for (std::size_t line = 0; line < line_count; ++line) {
      for (std::size_t part = 0; part < parts; ++part) {
        Vector& value = out(log2_odds + line * line_columns, part);
        value = 1.0F / (1.0F + exp2(-value));
      }
    }
  }
};

// A variant's functions, for the instruction set `target`.
#define PENCHANT_WEIGHING_KERNELS(variant, bytes, target)                                                         \
  target RowSpread spread_row_##variant(RowView row, const float* rates, float prior_observed) {                  \
    return WeighingBodies<bytes>::spread_row(row, rates, prior_observed);                                               \
  }                                                                                                               \
  target void add_rates_##variant(RowView row, float weight, PriorWeights prior, float* sums) {                   \
    WeighingBodies<bytes>::add_rates(row, weight, prior, sums);                                                         \
  }                                                                                                               \
  target void add_log_odds_##variant(RowView row, float weight, std::span<const StrengthShare> strengths,         \
                                     const float* rates, const float* log2_odds, float* sums) {                   \
    WeighingBodies<bytes>::add_log_odds(row, weight, strengths, rates, log2_odds, sums);                                \
  }                                                                                                               \
  target void to_rates_##variant(float* log2_odds, std::size_t line_count) {                                      \
    WeighingBodies<bytes>::to_rates(log2_odds, line_count);                                                             \
  }                                                                                                               \
  constexpr WeighingKernels variant##_weighing{#variant, spread_row_##variant, add_rates_##variant,               \
                                               add_log_odds_##variant, to_rates_##variant};

PENCHANT_WEIGHING_KERNELS(baseline, 16, )
#ifdef PENCHANT_X86
PENCHANT_WEIGHING_KERNELS(avx2, 32, [[gnu::target("avx2")]])
PENCHANT_WEIGHING_KERNELS(avx512, 64, [[gnu::target("avx512f")]])
#endif
#undef PENCHANT_WEIGHING_KERNELS

}  // namespace

std::span<const WeighingKernels> available_weighing_kernels() {
#ifdef PENCHANT_X86
  static constexpr std::array all{baseline_weighing, avx2_weighing, avx512_weighing};
#else
  static constexpr std::array all{baseline_weighing};
#endif
  return std::span<const WeighingKernels>(all).first(available_kernels().size());
}

const WeighingKernels& weighing_kernels() {
  static const WeighingKernels& fastest = available_weighing_kernels().back();
  return fastest;
}

float log2_fast(float x) {
  using Four = WeighingBodies<16>;
  return Four::log2(Four::Vector{} + x)[0];
}

}  // namespace penchant

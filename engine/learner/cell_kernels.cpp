#include "engine/learner/cell_kernels.h"

#include <algorithm>
#include <bit>

#include "engine/registers.h"

namespace penchant {
namespace {

// log2(1 + t) / t on [sqrt(1/2) - 1, sqrt(2) - 1], interpolated at Chebyshev's points: within 1e-7.
constexpr std::array<float, 8> log2_terms{1.4426949949F, -0.7213529314F, 0.4809167080F, -0.3602251825F,
                                          0.2872888824F, -0.2492718221F, 0.2326525788F, -0.1427597343F};
// 2^t on [-1/2, 1/2]: the series of exp(t ln 2).
constexpr std::array<float, 7> exp2_terms{1.0F,           0.69314718056F, 0.24022650696F, 0.05550410866F,
                                          0.00961812911F, 0.00133335581F, 0.00015403530F};
// log2((1 + z) / (1 - z)) / z by z^2, where z is at most 0.201: interpolated likewise, within 3e-9.
constexpr std::array<float, 4> ratio_terms{2.8853900747F, 0.9618022969F, 0.5763867395F, 0.4392594735F};
constexpr float exp2_exponent_max = 120;
constexpr float odds_counts_most = 0x1p22F;     // in units of a strength
constexpr float whole_from_here = 12582912.0F;  // 1.5 * 2^23: what is added to it is rounded to a whole number
constexpr std::int32_t bits_of_square_root_of_half = 0x3F3504F3;
constexpr std::int32_t bits_of_one = 0x3F800000;
constexpr std::int32_t fraction_mask = 0x007FFFFF;
constexpr std::int32_t half_an_exponent = 0x00400000;
constexpr std::int32_t fraction_bits = 23;
constexpr std::int32_t exponent_bias = 127;

/// The strengths that have a share, in units of the middle one.
struct LogOdds {
  LogOdds(const Strengths& of, float weight) : per_strength(1 / of.observed[1]) {
    for (std::size_t i = 0; i < of.observed.size(); ++i) {
      if (!(of.shares[i] > 0)) continue;
      strengths[count] = of.observed[i] * per_strength;
      weights[count] = of.shares[i] * weight;
      are_alike = are_alike && weights[count] == weights[0];
      ++count;
    }
  }

  float per_strength;
  std::array<float, 3> strengths{};
  std::array<float, 3> weights{};
  std::size_t count = 0;
  bool are_alike = true;
};

template <std::size_t register_bytes>
struct CellBodies : LineParts<register_bytes> {
  using Parts = LineParts<register_bytes>;
  using Vector = typename Parts::Vector;
  using Whole = typename Parts::Whole;
  using Parts::in;
  using Parts::out;
  using Parts::parts;

  // In place: a function that returns a wide vector has another ABI where the processor has none.
  [[gnu::always_inline]] static void to_log2(Vector& x) {
    const Whole bits = reinterpret_cast<const Whole&>(x) + (bits_of_one - bits_of_square_root_of_half);
    const Whole exponent = (bits >> fraction_bits) - exponent_bias;
    const Whole fraction = (bits & fraction_mask) + bits_of_square_root_of_half;
    const Vector t = reinterpret_cast<const Vector&>(fraction) - 1.0F;
    // By pairs, which wait for each other less than one term after the other would.
    const Vector t2 = t * t;
    const auto& c = log2_terms;
    const Vector low = (c[0] + c[1] * t) + (c[2] + c[3] * t) * t2;
    const Vector high = (c[4] + c[5] * t) + (c[6] + c[7] * t) * t2;
    const Vector sum = low + high * (t2 * t2);
    x = __builtin_convertvector(exponent, Vector) + sum * t;
  }

  /// Of above / below, which are within the range of floats: with what is left when the powers of two are taken out, a
  /// division and a short series.
  [[gnu::always_inline]] static void to_log2_of_ratio(Vector& above, const Vector& below) {
    const Whole bits = reinterpret_cast<const Whole&>(above);
    const Whole exponent = (bits - reinterpret_cast<const Whole&>(below) + half_an_exponent) >> fraction_bits;
    const Whole without = bits - (exponent << fraction_bits);
    const Vector& near = reinterpret_cast<const Vector&>(without);
    const Vector z = (near - below) / (near + below);
    const Vector z2 = z * z;
    const auto& c = ratio_terms;
    const Vector sum = (c[0] + c[1] * z2) + (c[2] + c[3] * z2) * (z2 * z2);
    above = __builtin_convertvector(exponent, Vector) + z * sum;
  }

  [[gnu::always_inline]] static void to_exp2(Vector& x) {
    x = x > exp2_exponent_max ? Vector{} + exp2_exponent_max : x;
    x = x < -exp2_exponent_max ? Vector{} - exp2_exponent_max : x;
    const Vector rounded = (x + whole_from_here) - whole_from_here;
    const Vector t = x - rounded;
    Vector sum = Vector{} + exp2_terms.back();
    for (std::size_t term = exp2_terms.size() - 1; term > 0; --term) sum = sum * t + exp2_terms[term - 1];
    const Whole whole = __builtin_convertvector(rounded, Whole);
    const Whole scaled = reinterpret_cast<const Whole&>(sum) + (whole << fraction_bits);
    x = reinterpret_cast<const Vector&>(scaled);
  }

  /// In one order, whatever the width.
  [[gnu::always_inline]] static float add_up(const Vector (&sums)[parts]) {
    alignas(64) float lanes[line_columns];
    for (std::size_t part = 0; part < parts; ++part) out(lanes, part) = sums[part];
    return add_lanes(lanes);
  }

  /// Of a line's part: as of now, and bounded.
  [[gnu::always_inline]] static void read_learned(const CellLines& cells, std::size_t line, std::size_t part,
                                                  Vector& residual, Vector& precision) {
    const float* const learned = cells.learned + line * cells.stride;
    residual = in(learned, part) * cells.learned_per_unit;
    precision = in(learned + line_columns, part) * cells.learned_per_unit;
    bound(residual, learned_most);
    residual = residual > -learned_most ? residual : Vector{} - learned_most;
    bound(precision, learned_most);
  }

  [[gnu::always_inline]] static void to_square(const CellLines& cells, std::size_t line, std::size_t part,
                                               float strength, Vector& square) {
    const float* const counts = cells.counts + line * cells.stride;
    const Vector& observed = in(counts + line_columns, part);
    const Vector& rate = in(cells.rates + line * line_columns, part);
    const Vector off = (in(counts, part) - observed * rate) / (observed + strength);
    square = off * off;
  }

  [[gnu::always_inline]] static float observed(const CellLines& cells) {
    Vector sums[parts]{};
    for (std::size_t line = 0; line < cells.count; ++line) {
      for (std::size_t part = 0; part < parts; ++part) {
        sums[part] += in(cells.counts + line * cells.stride + line_columns, part);
      }
    }
    return add_up(sums);
  }

  [[gnu::always_inline]] static void squares(const CellLines& cells, float strength, float* squares) {
    for (std::size_t line = 0; line < cells.count; ++line) {
      for (std::size_t part = 0; part < parts; ++part) {
        to_square(cells, line, part, strength, out(squares + line * line_columns, part));
      }
    }
  }

  [[gnu::always_inline]] static float spread(const CellLines& cells, float strength) {
    Vector sums[parts]{};
    for (std::size_t line = 0; line < cells.count; ++line) {
      for (std::size_t part = 0; part < parts; ++part) {
        Vector square;
        to_square(cells, line, part, strength, square);
        sums[part] += square;
      }
    }
    return add_up(sums);
  }

  [[gnu::always_inline]] static void add_rate_terms(const CellLines& cells, float weight, PriorWeights prior,
                                                    float* sums) {
    const float unseen = prior.selected / prior.observed;
    for (std::size_t line = 0; line < cells.count; ++line) {
      const float* const counts = cells.counts + line * cells.stride;
      for (std::size_t part = 0; part < parts; ++part) {
        const Vector rate = (in(counts, part) + prior.selected) / (in(counts + line_columns, part) + prior.observed);
        out(sums + line * line_columns, part) += weight * (rate - unseen);
      }
    }
  }

  /// Odds at each strength, beside the rate's, as above / below. Counts are in units of the middle strength, and
  /// all is bounded so that products of three are floats.
  template <std::size_t count>
  [[gnu::always_inline]] static void read_odds(const CellLines& cells, std::size_t line, std::size_t part,
                                               const LogOdds& of, Vector (&above)[count], Vector (&below)[count]) {
    const float* const counts = cells.counts + line * cells.stride;
    Vector selected = in(counts, part) * of.per_strength;
    Vector rejected = (in(counts + line_columns, part) - in(counts, part)) * of.per_strength;
    bound(selected, odds_counts_most);
    bound(rejected, odds_counts_most);
    const Vector& rate = in(cells.rates + line * line_columns, part);
#pragma GCC unroll 3
    for (std::size_t i = 0; i < count; ++i) {
      const Vector kept = of.strengths[i] * rate;
      above[i] = (selected + kept) * (1.0F - rate);
      below[i] = (rejected + (of.strengths[i] - kept)) * rate;
    }
  }

  /// Adds what a line's part says; a cell without counts says nothing.
  [[gnu::always_inline]] static void add_observed(const CellLines& cells, std::size_t line, std::size_t part,
                                                  const Vector& term, float* sums) {
    const Vector& observed = in(cells.counts + line * cells.stride + line_columns, part);
    out(sums + line * line_columns, part) += observed > 0.0F ? term : Vector{};
  }

  /// A logarithm for each strength.
  template <std::size_t count>
  [[gnu::always_inline]] static void add_log_odds(const CellLines& cells, const LogOdds& of, float* sums) {
    for (std::size_t line = 0; line < cells.count; ++line) {
#pragma GCC unroll 4
      for (std::size_t part = 0; part < parts; ++part) {
        Vector above[count];
        Vector below[count];
        read_odds(cells, line, part, of, above, below);
        Vector sum{};
#pragma GCC unroll 3
        for (std::size_t i = 0; i < count; ++i) {
          to_log2_of_ratio(above[i], below[i]);
          sum += of.weights[i] * above[i];
        }
        add_observed(cells, line, part, sum, sums);
      }
    }
  }

  /// One for all of them, of their product, where they weigh the same.
  template <std::size_t count>
  [[gnu::always_inline]] static void add_log_odds_alike(const CellLines& cells, const LogOdds& of, float* sums) {
    for (std::size_t line = 0; line < cells.count; ++line) {
      Vector above[parts][count];
      Vector below[parts][count];
#pragma GCC unroll 4
      for (std::size_t part = 0; part < parts; ++part) {
        read_odds(cells, line, part, of, above[part], below[part]);
#pragma GCC unroll 3
        for (std::size_t i = 1; i < count; ++i) {
          above[part][0] *= above[part][i];
          below[part][0] *= below[part][i];
        }
      }
      // Parts wait for each other's steps less than each for its own.
#pragma GCC unroll 4
      for (std::size_t part = 0; part < parts; ++part) to_log2_of_ratio(above[part][0], below[part][0]);
#pragma GCC unroll 4
      for (std::size_t part = 0; part < parts; ++part) {
        add_observed(cells, line, part, of.weights[0] * above[part][0], sums);
      }
    }
  }

  [[gnu::always_inline]] static void add_log_odds_terms(const CellLines& cells, float weight,
                                                        const Strengths& strengths, float* sums) {
    const LogOdds of(strengths, weight);
    switch (of.count) {
      case 0: return;
      case 1: return add_log_odds_alike<1>(cells, of, sums);
      case 2: return of.are_alike ? add_log_odds_alike<2>(cells, of, sums) : add_log_odds<2>(cells, of, sums);
      default: return of.are_alike ? add_log_odds_alike<3>(cells, of, sums) : add_log_odds<3>(cells, of, sums);
    }
  }

  /// The three quotients by one division: (n^2 + c1 n + c0) / ((n + m1)(n + m2)(n + m3)).
  [[gnu::always_inline]] static void add_evidence_terms(const CellLines& cells, float weight,
                                                        const Strengths& strengths, float* sums) {
    const auto& [m1, m2, m3] = strengths.observed;
    const auto& [q1, q2, q3] = strengths.shares;
    const float c2 = q1 + q2 + q3;
    const float c1 = q1 * (m2 + m3) + q2 * (m1 + m3) + q3 * (m1 + m2);
    const float c0 = q1 * m2 * m3 + q2 * m1 * m3 + q3 * m1 * m2;
    for (std::size_t line = 0; line < cells.count; ++line) {
      for (std::size_t part = 0; part < parts; ++part) {
        Vector residual;
        Vector n;
        read_learned(cells, line, part, residual, n);
        const Vector above = (c2 * n + c1) * n + c0;
        const Vector below = (n + m1) * (n + m2) * (n + m3);
        out(sums + line * line_columns, part) += weight * residual * above / below;
      }
    }
  }

  [[gnu::always_inline]] static void bound(Vector& value, float most) {
    value = value < most ? value : Vector{} + most;
  }

  [[gnu::always_inline]] static void to_rates_and_odds(float* selected, float* rejected, float prior,
                                                       std::size_t line_count) {
    for (std::size_t line = 0; line < line_count; ++line) {
      for (std::size_t part = 0; part < parts; ++part) {
        Vector& rate = out(selected + line * line_columns, part);
        Vector& odds = out(rejected + line * line_columns, part);
        Vector kept = rate;
        Vector left = odds;
        bound(kept, counts_most);
        bound(left, counts_most);
        kept += prior;
        left += prior;
        rate = kept / (kept + left);
        odds = kept / left;
        bound(rate, 1 - 1 / odds_most);
        bound(odds, odds_most);
      }
    }
  }

  [[gnu::always_inline]] static void to_log2(float* values, std::size_t line_count) {
    for (std::size_t line = 0; line < line_count; ++line) {
      for (std::size_t part = 0; part < parts; ++part) to_log2(out(values + line * line_columns, part));
    }
  }

  [[gnu::always_inline]] static void to_rates(float* log2_odds, std::size_t line_count) {
    for (std::size_t line = 0; line < line_count; ++line) {
      for (std::size_t part = 0; part < parts; ++part) {
        Vector& value = out(log2_odds + line * line_columns, part);
        value = -value;
        to_exp2(value);
        value = 1.0F / (1.0F + value);
      }
    }
  }
};

// A variant's functions, for the instruction set `target`.
#define PENCHANT_CELL_KERNELS(variant, bytes, target)                                                         \
  target float observed_##variant(const CellLines& cells) { return CellBodies<bytes>::observed(cells); }      \
  target void squares_##variant(const CellLines& cells, float strength, float* squares) {                     \
    CellBodies<bytes>::squares(cells, strength, squares);                                                     \
  }                                                                                                           \
  target float spread_##variant(const CellLines& cells, float strength) {                                     \
    return CellBodies<bytes>::spread(cells, strength);                                                        \
  }                                                                                                           \
  target void rate_terms_##variant(const CellLines& cells, float weight, PriorWeights prior, float* sums) {   \
    CellBodies<bytes>::add_rate_terms(cells, weight, prior, sums);                                            \
  }                                                                                                           \
  target void log_odds_terms_##variant(const CellLines& cells, float weight, const Strengths& strengths,      \
                                       float* sums) {                                                         \
    CellBodies<bytes>::add_log_odds_terms(cells, weight, strengths, sums);                                    \
  }                                                                                                           \
  target void evidence_terms_##variant(const CellLines& cells, float weight, const Strengths& strengths,      \
                                       float* sums) {                                                         \
    CellBodies<bytes>::add_evidence_terms(cells, weight, strengths, sums);                                    \
  }                                                                                                           \
  target void to_rates_and_odds_##variant(float* selected, float* rejected, float prior, std::size_t lines) { \
    CellBodies<bytes>::to_rates_and_odds(selected, rejected, prior, lines);                                   \
  }                                                                                                           \
  target void to_log2_##variant(float* values, std::size_t line_count) {                                      \
    CellBodies<bytes>::to_log2(values, line_count);                                                           \
  }                                                                                                           \
  target void to_rates_##variant(float* log2_odds, std::size_t line_count) {                                  \
    CellBodies<bytes>::to_rates(log2_odds, line_count);                                                       \
  }                                                                                                           \
  constexpr CellKernels variant##_cells{#variant,                                                             \
                                        observed_##variant,                                                   \
                                        squares_##variant,                                                    \
                                        spread_##variant,                                                     \
                                        rate_terms_##variant,                                                 \
                                        log_odds_terms_##variant,                                             \
                                        evidence_terms_##variant,                                             \
                                        to_rates_and_odds_##variant,                                          \
                                        to_log2_##variant,                                                    \
                                        to_rates_##variant};

PENCHANT_CELL_KERNELS(baseline, 16, )
#ifdef PENCHANT_X86
PENCHANT_CELL_KERNELS(avx2, 32, [[gnu::target("avx2")]])
PENCHANT_CELL_KERNELS(avx512, 64, [[gnu::target("avx512f")]])
#endif
#undef PENCHANT_CELL_KERNELS

}  // namespace

std::span<const CellKernels> available_cell_kernels() {
#ifdef PENCHANT_X86
  static constexpr std::array all{baseline_cells, avx2_cells, avx512_cells};
#else
  static constexpr std::array all{baseline_cells};
#endif
  return std::span<const CellKernels>(all).first(available_kernels().size());
}

const CellKernels& cell_kernels() {
  static const CellKernels& fastest = available_cell_kernels().back();
  return fastest;
}

}  // namespace penchant

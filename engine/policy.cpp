#include "engine/policy.h"

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr double squarecb_scale = 10;

// Of Thompson's integral. Beyond `reach` standard deviations a draw does not fall (3e-7).
constexpr double reach = 5;
constexpr double deviation_min = 1e-6;  // scores that agree to a millionth are equal
constexpr double step_min = 5e-8;       // of a place; the least standard deviation of one is some 3e-7
constexpr double normal_end = 7;        // the tail beyond is 1e-12
constexpr double shape_min = 0.25;      // where the approximation of a Beta draw ends

/// The normal distribution function to 1e-11, for |z| <= normal_end: Hart's rational approximation of the tail, as in
/// G. West, "Better approximations to cumulative normal functions", 2005. Straight-line code, so that a loop over it is
/// vectorised.
inline double normal_cdf(double z) {
  const double size = std::abs(z);
  // 2^x for -36 < x <= 0: adding 1.5 * 2^52 rounds to a whole number and leaves it in the low bits.
  constexpr double log2_e = 1.44269504088896340736;
  constexpr double ln2 = 0.69314718055994530942;
  constexpr double rounder = 6755399441055744.0;
  const double x = size * size * (-0.5 * log2_e);
  const double rounded = x + rounder;
  const double y = (x - (rounded - rounder)) * ln2;
  const double power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(rounded) + 1023) << 52);
  double series = 1.0 / 40320 + y * (1.0 / 362880);
  series = 1.0 / 720 + y * (1.0 / 5040 + y * series);
  series = 1.0 / 24 + y * (1.0 / 120 + y * series);
  series = 1 + y * (1 + y * (1.0 / 2 + y * (1.0 / 6 + y * series)));

  double above = 0.0352624965998911 * size + 0.700383064443688;
  above = (above * size + 6.37396220353165) * size + 33.912866078383;
  above = ((above * size + 112.079291497871) * size + 221.213596169931) * size + 220.206867912376;
  double below = 0.0883883476483184 * size + 1.75566716318264;
  below = (below * size + 16.064177579207) * size + 86.7807322029461;
  below = ((below * size + 296.564248779674) * size + 637.333633378831) * size + 793.826512519948;
  below = below * size + 440.413735824752;

  return 0.5 + std::copysign(0.5 - series * power * above / below, z);
}

/// Of 2^-1000 < x < 2^1000, to 1e-15: a guess from the exponent, then Halley's steps.
double cube_root(double x) {
  double root = std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) / 3 + 0x2A9F7893782DA1CE);
  for (int i = 0; i < 3; ++i) {
    const double cube = root * root * root;
    root *= (cube + 2 * x) / (2 * cube + x);
  }
  return root;
}

/// A Beta draw p in normal terms (E. Paulson 1942; Abramowitz and Stegun 26.6.15): with t the cube root of p / (1 - p),
/// z = (rise * t - fall) / sqrt(rise_variance * t * t + fall_variance) is nearly standard normal. Its upper tail is too
/// heavy where beta is small, and of many arms the best lies there; z + tail * z^4 for z > 0 puts most of that right:
/// at z = 3 and beta = 5, 0.02 off instead of 0.07, fitted to exact values at 1 <= alpha / beta, beta from 2 to 40.
struct DrawShape {
  double rise;
  double fall;
  double rise_variance;
  double fall_variance;
  double tail;
};

/// The Beta distribution with an arm's mean and variance.
DrawShape draw_shape(const ScoreSpread& arm) {
  const double mean = std::clamp(arm.mean, deviation_min, 1 - deviation_min);
  const double variance = std::max(arm.variance, deviation_min * deviation_min);
  const double observations = mean * (1 - mean) / variance - 1;
  const double alpha = std::max(mean * observations, shape_min);
  const double beta = std::max((1 - mean) * observations, shape_min);
  const double ratio = cube_root(beta / alpha);
  return {.rise = ratio - ratio / (9 * beta),
          .fall = 1 - 1 / (9 * alpha),
          .rise_variance = ratio * ratio / (9 * beta),
          .fall_variance = 1 / (9 * alpha),
          .tail = 0.0075 / (beta * std::sqrt(beta))};
}

/// The place of t in [0, 1], for the integral: t / (1 + t). The least that an arm's draw reaches, and the most.
double least_place(const DrawShape& arm) {
  const double ahead = arm.fall * arm.fall - reach * reach * arm.fall_variance;
  if (ahead <= 0) return 0;
  const double spread = arm.rise * arm.rise * arm.fall_variance + ahead * arm.rise_variance;
  const double t = ahead / (arm.rise * arm.fall + reach * std::sqrt(spread));
  return t / (1 + t);
}

double most_place(const DrawShape& arm) {
  return 1 - least_place({arm.fall, arm.rise, arm.fall_variance, arm.rise_variance, 0});
}

auto as_array(std::span<double> values) {
  return Eigen::Map<Eigen::ArrayXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

/// The arms that can win, while Thompson's integral goes up through the places step by step.
struct Contenders {
  std::span<double> rise;
  std::span<double> fall;
  std::span<double> rise_variance;
  std::span<double> fall_variance;
  std::span<double> tail;
  std::span<double> below_left;  // P(draw <= the step's left end)
  std::span<double> below_right;
  std::span<double> wins;

  static constexpr std::size_t fields = 8;
  Contenders(std::span<double> memory, std::size_t stride, std::size_t count)
      : rise(memory.subspan(0, count)),
        fall(memory.subspan(stride, count)),
        rise_variance(memory.subspan(2 * stride, count)),
        fall_variance(memory.subspan(3 * stride, count)),
        tail(memory.subspan(4 * stride, count)),
        below_left(memory.subspan(5 * stride, count)),
        below_right(memory.subspan(6 * stride, count)),
        wins(memory.subspan(7 * stride, count)) {}

  DrawShape shape(std::size_t i) const { return {rise[i], fall[i], rise_variance[i], fall_variance[i], tail[i]}; }

  void set(std::size_t i, const DrawShape& arm) {
    rise[i] = arm.rise;
    fall[i] = arm.fall;
    rise_variance[i] = arm.rise_variance;
    fall_variance[i] = arm.fall_variance;
    tail[i] = arm.tail;
  }

  /// P(no draw is beyond `place`); each arm's part of it into below_right.
  double all_below(double place) {
    const double rest = 1 - place;
    auto z = as_array(below_right);
    z = (as_array(rise) * place - as_array(fall) * rest) /
        (as_array(rise_variance) * (place * place) + as_array(fall_variance) * (rest * rest)).sqrt();
    z += as_array(tail) * z.max(0.0).square().square();
    z = z.max(-normal_end).min(normal_end);
    for (double& below : below_right) below = normal_cdf(below);
    if (place == 1) std::ranges::fill(below_right, 1);
    double product = 1;
    for (const double below : below_right) product *= below;
    return product;
  }

  /// The largest draw lies in the step with probability `mass`. An arm's part of that is as the growth of its
  /// log P(draw <= place), for which (r - l) / (r + l) stands.
  void share_step(double mass) {
    double total = 0;
    for (std::size_t i = 0; i < rise.size(); ++i) {
      below_left[i] = std::max((below_right[i] - below_left[i]) / (below_right[i] + below_left[i]), 0.0);
    }
    for (const double growth : below_left) total += growth;
    if (total > 0 && mass > 0) {
      const double scale = mass / total;
      for (std::size_t i = 0; i < rise.size(); ++i) wins[i] += scale * below_left[i];
    }
    std::swap(below_left, below_right);
  }
};

/// How much of the maximum's distribution a step may hold where `below` of it is passed. Steps are small at first:
/// where it doubles in one, (r - l) / (r + l) is not the growth, and an arm that seldom wins does so there.
double step_mass_max(double below) { return std::min(1.0 / 16, 1.0 / 4096 + below / 3); }

/// Integrates from `low` to `high`.
void integrate_wins(Contenders& arms, double low, double high) {
  double left = low;
  double left_mass = arms.all_below(low);
  std::swap(arms.below_left, arms.below_right);
  double step = (high - low) / 16;
  while (left < high) {
    const double right = std::min(left + step, high);
    const double right_mass = arms.all_below(right);
    const double mass = right_mass - left_mass;
    const double mass_max = step_mass_max(left_mass);
    if (mass > mass_max && step > step_min) {
      step *= std::max(0.75 * mass_max / mass, 0.125);
      continue;
    }
    arms.share_step(mass);
    left = right;
    left_mass = right_mass;
    if (mass < mass_max / 2) step *= 2;
  }
}

}  // namespace

std::string_view to_string(Policy policy) {
  switch (policy) {
    case Policy::banded: return "banded";
    case Policy::greedy: return "greedy";
    case Policy::epsilon: return "epsilon";
    case Policy::thompson: return "thompson";
    case Policy::squarecb: return "squarecb";
  }
  PENCHANT_CHECK(false);
}

std::optional<Policy> parse_policy(std::string_view lower_case) {
  using enum Policy;
  for (const Policy policy : {banded, greedy, epsilon, thompson, squarecb}) {
    if (to_string(policy) == lower_case) return policy;
  }
  return std::nullopt;
}

void banded_probabilities(std::size_t band_arms, std::span<double> probabilities) {
  PENCHANT_CHECK(band_arms >= 1 && band_arms <= probabilities.size());
  std::ranges::fill(probabilities.first(band_arms), 1 / static_cast<double>(band_arms));
  std::ranges::fill(probabilities.subspan(band_arms), 0);
}

void greedy_probabilities(std::span<double> probabilities) { banded_probabilities(1, probabilities); }

void epsilon_probabilities(double epsilon, std::span<double> probabilities) {
  PENCHANT_CHECK(!probabilities.empty() && epsilon >= 0 && epsilon <= 1);
  const double share = epsilon / static_cast<double>(probabilities.size());
  std::ranges::fill(probabilities, share);
  probabilities[0] = 1 - epsilon + share;
}

double beta_variance(double alpha, double beta) {
  const double sum = alpha + beta;
  return alpha * beta / (sum * sum * (sum + 1));
}

void thompson_probabilities(std::span<const ScoreSpread> arms, std::span<double> probabilities,
                            std::vector<double>& scratch) {
  PENCHANT_CHECK(!arms.empty() && arms.size() == probabilities.size());
  scratch.assign(Contenders::fields * arms.size(), 0);
  Contenders all(scratch, arms.size(), arms.size());
  double low = 0;  // the largest draw lies beyond it, so that an arm that does not reach it cannot win
  double high = 0;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const DrawShape shape = draw_shape(arms[i]);
    low = std::max(low, least_place(shape));
    probabilities[i] = most_place(shape);  // until it is known which arms can win
    high = std::max(high, probabilities[i]);
    all.set(i, shape);
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    if (probabilities[i] > low) all.set(count++, all.shape(i));
  }
  Contenders contenders(scratch, arms.size(), count);
  integrate_wins(contenders, low, high);

  double total = 0;
  for (const double wins : contenders.wins) total += wins;
  std::size_t contender = 0;
  for (double& p : probabilities) p = p > low ? contenders.wins[contender++] / total : 0;
}

void squarecb_probabilities(std::span<const double> scores, double gamma, std::span<double> probabilities) {
  PENCHANT_CHECK(!scores.empty() && scores.size() == probabilities.size());
  PENCHANT_CHECK(gamma >= 0 && std::isfinite(gamma));
  const auto count = static_cast<double>(scores.size());
  double others = 0;
  for (std::size_t i = 1; i < scores.size(); ++i) {
    const double gap = std::max(scores[0] - scores[i], 0.0);  // the ranking rounds
    probabilities[i] = 1 / (count + gamma * gap);
    others += probabilities[i];
  }
  probabilities[0] = 1 - others;
}

double squarecb_gamma(double observations_of_all_arms) {
  return squarecb_scale * std::sqrt(std::max(observations_of_all_arms, 0.0));
}

/// SplitMix64 (Steele, Lea, Flood 2014); its state moves by a constant, so that any draw is reached at once.
double uniform(std::uint64_t seed, std::uint64_t draw) {
  std::uint64_t bits = seed + (draw + 1) * 0x9E3779B97F4A7C15;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  bits ^= bits >> 31;
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

std::size_t draw_arm(std::span<const double> probabilities, double uniform) {
  std::size_t drawn = probabilities.size();
  double end = 0;
  for (std::size_t i = 0; i < probabilities.size() && end <= uniform; ++i) {
    if (probabilities[i] > 0) drawn = i;  // the last such where rounding left the sum below `uniform`
    end += probabilities[i];
  }
  PENCHANT_CHECK(drawn < probabilities.size());
  return drawn;
}

}  // namespace penchant

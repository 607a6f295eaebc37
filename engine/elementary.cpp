#include "engine/elementary.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

namespace penchant {
namespace {

constexpr unsigned fraction_bits = 52;
constexpr std::uint64_t fraction_mask = (std::uint64_t{1} << fraction_bits) - 1;
constexpr std::int64_t exponent_bias = 1023;
constexpr double square_root_of_2 = 1.41421356237309504880;
constexpr int series_terms = 11;  // of s^2 <= 0.0295: the next one is below 2^-58

}  // namespace

double log2_exact(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(std::max(x, std::numeric_limits<double>::min()));
  auto exponent = static_cast<double>(static_cast<std::int64_t>(bits >> fraction_bits) - exponent_bias);
  double fraction = std::bit_cast<double>((bits & fraction_mask) |
                                          (static_cast<std::uint64_t>(exponent_bias) << fraction_bits));  // 1 to 2
  if (fraction > square_root_of_2) {
    fraction /= 2;
    exponent += 1;
  }
  // log(f) = 2 atanh(s), s = (f - 1) / (f + 1), |s| <= 0.1716: the sum of 2 s^(2i + 1) / (2i + 1).
  const double s = (fraction - 1) / (fraction + 1);
  const double square = s * s;
  double sum = 0;
  for (int term = series_terms; term >= 0; --term) sum = sum * square + 1.0 / (2 * term + 1);
  return exponent + 2 * log2_e * s * sum;
}

}  // namespace penchant

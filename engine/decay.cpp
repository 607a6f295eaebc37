#include "engine/decay.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace penchant {
namespace {

constexpr double ln2 = 0.693147180559945309417232121458;
constexpr double ms_per_day = 86'400'000;

/// 1/14!, 1/13!, ..., 1/1!, 1/0!: each is rounded once, at compile time.
constexpr std::array<double, 15> exp_series = [] {
  std::array<double, 15> series{};
  double factorial = 1;
  for (int k = 0; k < 15; ++k) {
    if (k > 0) factorial *= k;
    series[static_cast<std::size_t>(14 - k)] = 1 / factorial;
  }
  return series;
}();

/// 2^n for -1022 <= n <= 1023, from its bits.
double power_of_two(int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

}  // namespace

double exp2_exact(double x) {
  if (!(x >= -1022)) return x < -1022 ? 0 : x;  // what is no number (a forged snapshot may say anything) stays none
  if (x > 1023) x = 1023;
  // floor(x + 0.5) is exact; |fraction| <= 1/2, where the series of exp needs 14 terms for a double.
  const double whole = std::floor(x + 0.5);
  const double y = (x - whole) * ln2;
  double sum = 0;
  for (const double coefficient : exp_series) sum = sum * y + coefficient;
  return sum * power_of_two(static_cast<int>(whole));
}

Decay::Decay(double days, double half_lives_at_epoch)
    : days_(days),
      half_lives_per_ms_(days > 0 ? 1 / (days * ln2 * ms_per_day) : 0),
      half_lives_at_epoch_(half_lives_at_epoch) {}

Decay Decay::changed(double days, std::int64_t now_ms) const {
  const Decay from_epoch(days, 0);
  return Decay(days, half_lives(now_ms) - from_epoch.half_lives(now_ms));
}

double unit_at(double half_lives, std::int64_t landmark) {
  const double latest = static_cast<double>(landmark) + silent_half_lives_max;
  return std::max(weight_at(std::min(half_lives, latest), landmark), exp2_exact(-silent_half_lives_max));
}

std::int64_t landmark_at(double half_lives) { return static_cast<std::int64_t>(std::floor(half_lives)); }

}  // namespace penchant

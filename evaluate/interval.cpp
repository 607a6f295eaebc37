#include "evaluate/interval.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"

namespace penchant {

/// The expansion of Cornish and Fisher (Abramowitz and Stegun 26.7.5).
double student_95(double degrees) {
  PENCHANT_CHECK(degrees >= 1);
  constexpr double z = normal_95;
  constexpr double z2 = z * z;
  constexpr double first = z * (z2 + 1) / 4;
  constexpr double second = z * ((5 * z2 + 16) * z2 + 3) / 96;
  constexpr double third = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  constexpr double fourth = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
  return z + (first + (second + (third + fourth / degrees) / degrees) / degrees) / degrees;
}

Interval wilson_interval(double successes, double trials) {
  PENCHANT_CHECK(successes >= 0 && successes <= trials);
  if (trials == 0) return {0, 1};
  constexpr double z2 = normal_95 * normal_95;
  const double share = successes / trials;
  const double middle = (successes + z2 / 2) / (trials + z2);
  const double half = normal_95 / (trials + z2) * std::sqrt(trials * share * (1 - share) + z2 / 4);
  return {std::max(middle - half, 0.0), std::min(middle + half, 1.0)};
}

}  // namespace penchant

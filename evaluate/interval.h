// 90% intervals, and the quantiles they are made with. Pure functions.
#pragma once

namespace penchant {

struct Interval {
  double low = 0;
  double high = 0;
};

inline constexpr double interval_coverage = 0.9;

/// Below it the normal distribution has 95%.
inline constexpr double normal_95 = 1.6448536269514722;

/// Below it Student's distribution has 95%; exact to 1e-3 for degrees >= 5, to 1e-5 for degrees >= 19.
double student_95(double degrees);

/// Wilson's interval of a share of which `successes` of `trials` were seen; [0, 1] where trials is 0.
/// 0 <= successes <= trials.
Interval wilson_interval(double successes, double trials);

}  // namespace penchant

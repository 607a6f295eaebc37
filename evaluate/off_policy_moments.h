// The estimators as functions of means: each is one of the means of five quantities, with a gradient, so that its
// variance follows from their covariances. A bootstrap replicate then costs one pass of additions for all of them.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "evaluate/off_policy.h"

namespace penchant {

/// Of one decision, or their means: five quantities, then the products of each pair of them.
struct OutcomeMoments {
  enum Quantity : std::size_t { weight, weighted_reward, reward, predicted_value, weighted_residual };
  static constexpr std::size_t quantities = 5;
  static constexpr std::size_t products = quantities * (quantities + 1) / 2;

  std::array<double, quantities + products> values{};

  double operator[](Quantity quantity) const { return values[quantity]; }
  void add(const OutcomeMoments& other) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += other.values[i];
  }
  void divide(double by) {
    for (double& value : values) value /= by;
  }
};
/// Of a decision's images, of which the means count; one at least.
OutcomeMoments moments_of(std::span<const LoggedOutcome> images);

struct PointEstimate {
  double value = 0;
  double standard_error = 0;  // 0 where there is no variance but rounding's
  bool is_defined = true;     // false where no weight is over 0
};

/// From the means over `count` decisions, 2 at least; less the mean reward, where `is_difference`.
PointEstimate point_estimate(const OutcomeMoments& means, Estimator estimator, bool is_difference, double count);

}  // namespace penchant

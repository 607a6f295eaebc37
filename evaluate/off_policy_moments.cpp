#include "evaluate/off_policy_moments.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"

namespace penchant {
namespace {

using Gradient = std::array<double, OutcomeMoments::quantities>;

constexpr double rounding = 1e-12;  // of the squares that a variance is the difference of

struct Linearized {
  double value = 0;
  Gradient gradient{};
};

/// Of a / weight.
Linearized ratio_to_weight(const OutcomeMoments& means, OutcomeMoments::Quantity quantity) {
  const double ratio = means[quantity] / means[OutcomeMoments::weight];
  Linearized result{.value = ratio};
  result.gradient[quantity] = 1 / means[OutcomeMoments::weight];
  result.gradient[OutcomeMoments::weight] = -ratio / means[OutcomeMoments::weight];
  return result;
}

Linearized linearize(const OutcomeMoments& means, Estimator estimator) {
  switch (estimator) {
    case Estimator::ips: {
      Linearized result{.value = means[OutcomeMoments::weighted_reward]};
      result.gradient[OutcomeMoments::weighted_reward] = 1;
      return result;
    }
    case Estimator::snips: return ratio_to_weight(means, OutcomeMoments::weighted_reward);
    case Estimator::doubly_robust: {
      Linearized result = ratio_to_weight(means, OutcomeMoments::weighted_residual);
      result.value += means[OutcomeMoments::predicted_value];
      result.gradient[OutcomeMoments::predicted_value] = 1;
      return result;
    }
  }
  PENCHANT_CHECK(false);
}

/// Of the quantities' sum weighted by the gradient.
double variance(const OutcomeMoments& means, const Gradient& gradient) {
  double sum = 0;
  double squares = 0;
  std::size_t product = OutcomeMoments::quantities;
  for (std::size_t i = 0; i < OutcomeMoments::quantities; ++i) {
    for (std::size_t j = 0; j <= i; ++j, ++product) {
      const double covariance = means.values[product] - means.values[i] * means.values[j];
      sum += (i == j ? 1 : 2) * gradient[i] * gradient[j] * covariance;
      if (i == j) squares += gradient[i] * gradient[i] * means.values[product];
    }
  }
  return sum > rounding * squares ? sum : 0;
}

}  // namespace

OutcomeMoments moments_of(std::span<const LoggedOutcome> images) {
  PENCHANT_CHECK(!images.empty());
  OutcomeMoments moments;
  for (const LoggedOutcome& image : images) {
    const double w = image.target_probability / image.logged_probability;
    moments.values[OutcomeMoments::weight] += w;
    moments.values[OutcomeMoments::weighted_reward] += w * image.reward;
    moments.values[OutcomeMoments::reward] += image.reward;
    moments.values[OutcomeMoments::predicted_value] += image.predicted_value;
    moments.values[OutcomeMoments::weighted_residual] += w * (image.reward - image.predicted);
  }
  moments.divide(static_cast<double>(images.size()));
  std::size_t product = OutcomeMoments::quantities;
  for (std::size_t i = 0; i < OutcomeMoments::quantities; ++i) {
    for (std::size_t j = 0; j <= i; ++j) moments.values[product++] = moments.values[i] * moments.values[j];
  }
  return moments;
}

PointEstimate point_estimate(const OutcomeMoments& means, Estimator estimator, bool is_difference, double count) {
  if (estimator != Estimator::ips && means[OutcomeMoments::weight] <= 0) return {.is_defined = false};
  Linearized estimate = linearize(means, estimator);
  if (is_difference) {
    estimate.value -= means[OutcomeMoments::reward];
    estimate.gradient[OutcomeMoments::reward] -= 1;
  }
  return {.value = estimate.value, .standard_error = std::sqrt(variance(means, estimate.gradient) / (count - 1))};
}

}  // namespace penchant

// OnlineLogistic: a logistic regression of few features that learns one outcome after the other: a Gaussian around its
// coefficients, moved by a Newton step each time. docs/learning.md, "The last layer".
//
// Weights are scaled to the owner's landmark: `unit` is what one outcome now weighs there. The prior does not fade, so
// its precision counts times the unit. Same bits on every machine. Owner: the learner. Threading: none.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "engine/elementary.h"
#include "engine/learner/bounded.h"

namespace penchant {

template <std::size_t size>
class OnlineLogistic {
 public:
  using Features = std::array<double, size>;
  static constexpr double prior_precision = 20;  // of each coefficient
  static constexpr double variance_min = 0.01;   // of an outcome

  explicit OnlineLogistic(const Features& start) : coefficients_(start) {}

  const Features& coefficients() const { return coefficients_; }
  double log_odds_at(const Features& features) const {
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += coefficients_[i] * features[i];
    return sum;
  }
  /// Of that sum.
  double variance_at(const Features& features, double unit) const {
    const Features solved = solve(features, unit);
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += solved[i] * features[i];
    return std::max(sum * unit, 0.0);
  }

  /// `weight`: what this outcome weighs.
  void learn(const Features& features, bool is_kept, double weight, double unit) {
    const double p = logistic(log_odds_at(features));
    const double variance = std::max(p * (1 - p), variance_min);
    Features step;
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) {
        add_bounded(precision_[i * size + j], weight * variance * features[i] * features[j]);
      }
      step[i] = weight * ((is_kept ? 1 : 0) - p) * features[i];
    }
    step = solve(step, unit);
    for (std::size_t i = 0; i < size; ++i) add_bounded(coefficients_[i], step[i]);
  }

  void scale(double factor) {
    for (double& value : precision_) value *= factor;
  }
  /// What there is to it.
  template <class Visit>
  void each_value(const Visit& visit) {
    for (double& value : coefficients_) visit(value);
    for (double& value : precision_) visit(value);
  }
  template <class Visit>
  void each_value(const Visit& visit) const {
    for (const double value : coefficients_) visit(value);
    for (const double value : precision_) visit(value);
  }

 private:
  /// (precision + unit * prior)^-1 * values, by elimination. The matrix is positive definite, and no pivot less than
  /// the prior; rounding makes one less where the prior is as nothing beside what was learned.
  Features solve(Features values, double unit) const {
    auto matrix = precision_;
    const double prior = unit * prior_precision;
    for (std::size_t i = 0; i < size; ++i) matrix[i * size + i] += prior;
    for (std::size_t i = 0; i < size; ++i) {
      matrix[i * size + i] = std::max(matrix[i * size + i], prior);
      for (std::size_t row = 0; row < size; ++row) {
        if (row == i) continue;
        const double share = matrix[row * size + i] / matrix[i * size + i];
        for (std::size_t j = i; j < size; ++j) matrix[row * size + j] -= share * matrix[i * size + j];
        values[row] -= share * values[i];
      }
    }
    for (std::size_t i = 0; i < size; ++i) values[i] = bounded(values[i] / matrix[i * size + i]);
    return values;
  }

  Features coefficients_;
  std::array<double, size * size> precision_{};  // without the prior's
};

}  // namespace penchant

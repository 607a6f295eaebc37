// Rivals: how probable each of several strengths of a prior is, by what it foretold of the outcomes so far.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "engine/elementary.h"

namespace penchant {

inline constexpr double foretold_min = 1e-4;  // a probability counts as no smaller, and 1 less it

/// The log-likelihood of an outcome that was foretold with this probability.
inline double log_likelihood(double probability, bool is_kept) {
  const double p = std::clamp(probability, foretold_min, 1 - foretold_min);
  return log_exact(is_kept ? p : 1 - p);
}

class Rivals {
 public:
  static constexpr std::size_t count = 3;
  using Values = std::array<double, count>;

  /// They add up to 1.
  const Values& shares() const { return shares_; }

  /// An outcome whose log-odds were foretold so by each.
  void note(const Values& log_odds, bool is_kept) {
    for (std::size_t i = 0; i < count; ++i) log_likelihoods_[i] += log_likelihood(logistic(log_odds[i]), is_kept);
    share_out();
  }

  /// What there is to them; share_out() follows a change.
  template <class Visit>
  void each_value(const Visit& visit) {
    for (double& value : log_likelihoods_) visit(value);
  }
  template <class Visit>
  void each_value(const Visit& visit) const {
    for (const double value : log_likelihoods_) visit(value);
  }
  void share_out() {
    const double best = *std::ranges::max_element(log_likelihoods_);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += shares_[i] = exp_exact(log_likelihoods_[i] - best);
    for (double& share : shares_) share /= sum;
  }

 private:
  Values log_likelihoods_{};
  Values shares_{1.0 / 3, 1.0 / 3, 1.0 / 3};
};

}  // namespace penchant

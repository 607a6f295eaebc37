// A world with known values: contexts, arms, the probability that an image is kept, a policy that logs and one that is
// judged. Every number follows from the seed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "engine/policy.h"
#include "evaluate/off_policy.h"

namespace penchant::test {

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : seed_(seed) {}
  double unit() { return uniform(seed_, next_++); }
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - unit()));
    return radius * std::cos(2 * std::numbers::pi * unit());
  }

 private:
  std::uint64_t seed_;
  std::uint64_t next_ = 0;
};

enum class Choice : std::uint8_t { epsilon, softmax, greedy };

struct WorldShape {
  std::size_t arms = 4;
  Choice logged = Choice::epsilon;
  Choice target = Choice::epsilon;
  double logged_noise = 0.3;  // standard deviation of what the logging policy believes
  double target_noise = 0.15;
  double temperature = 0.15;
  double model_scale = 0.8;  // predictions are too low by this factor, and noisy; 0: 1/2 for all
};

class BanditWorld {
 public:
  static constexpr std::size_t contexts = 20;

  BanditWorld(const WorldShape& shape, std::uint64_t seed) : contexts_(contexts) {
    Draws draws(seed);
    for (Context& context : contexts_) {
      std::vector<double> logged_scores, target_scores;
      for (std::size_t arm = 0; arm < shape.arms; ++arm) {
        const double kept = 0.1 + 0.8 * draws.unit();
        context.kept.push_back(kept);
        logged_scores.push_back(kept + shape.logged_noise * draws.normal());
        target_scores.push_back(kept + shape.target_noise * draws.normal());
        const double noisy = kept * shape.model_scale + 0.1 * draws.normal();
        context.predicted.push_back(shape.model_scale == 0 ? 0.5 : std::clamp(noisy, 0.01, 0.99));
      }
      context.logged = probabilities(shape.logged, logged_scores, shape.temperature);
      context.target = probabilities(shape.target, target_scores, shape.temperature);
      for (std::size_t arm = 0; arm < shape.arms; ++arm) {
        logged_value_ += context.logged[arm] * context.kept[arm] / contexts;
        target_value_ += context.target[arm] * context.kept[arm] / contexts;
      }
    }
  }

  double logged_value() const { return logged_value_; }
  double target_value() const { return target_value_; }

  std::vector<LoggedOutcome> life(std::size_t decisions, std::uint64_t seed) const {
    Draws draws(seed);
    std::vector<LoggedOutcome> outcomes;
    for (std::size_t i = 0; i < decisions; ++i) {
      const Context& context = contexts_[static_cast<std::size_t>(draws.unit() * contexts)];
      const std::size_t arm = draw_arm(context.logged, draws.unit());
      const double reward = draws.unit() < context.kept[arm] ? 1 : 0;
      outcomes.push_back(logged_outcome({context.logged, context.target, context.predicted, arm}, reward));
    }
    return outcomes;
  }

 private:
  struct Context {
    std::vector<double> kept, predicted, logged, target;
  };

  static std::vector<double> probabilities(Choice choice, const std::vector<double>& scores, double temperature) {
    const auto best = static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
    std::vector<double> chances(scores.size());
    double sum = 0;
    for (std::size_t arm = 0; arm < scores.size(); ++arm) {
      const double is_best = arm == best ? 1 : 0;
      switch (choice) {
        case Choice::epsilon: chances[arm] = 0.1 / static_cast<double>(scores.size()) + 0.9 * is_best; break;
        case Choice::softmax: chances[arm] = std::exp((scores[arm] - scores[best]) / temperature); break;
        case Choice::greedy: chances[arm] = is_best; break;
      }
      sum += chances[arm];
    }
    for (double& chance : chances) chance /= sum;
    return chances;
  }

  std::vector<Context> contexts_;
  double logged_value_ = 0;
  double target_value_ = 0;
};

}  // namespace penchant::test

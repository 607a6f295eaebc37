// Scoring: p(k,a) = (S + 10 m) / (N + 10), and score(a) = the mean of p over the prompt's keywords; without
// keywords, the same formula on the arm's overall counts. m is the prior mean, 1/2. See docs/model.md.
//
//   scorer.ask(engine, engine.find_user("ann"), context.keywords(), now_ms);
//   scorer.score_columns();                  // all of the user's checkpoints, in single precision, to rank them
//   scorer.exact(column).score               // one, in double, to show it
//
// Owner: the caller; a Scorer is scratch to be reused, and asks allocate nothing once it has grown.
// Lifetime: between ask() and the last use of its answers the engine must not change.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "engine/kernels.h"

namespace penchant {

inline constexpr double prior_mean = 0.5;
inline constexpr double prior_observations = 10;

/// The blended rate of one cell.
inline double posterior_mean(const Counts& counts) {
  return (counts.selected + prior_observations * prior_mean) / (counts.observed + prior_observations);
}

struct ArmScore {
  double score = prior_mean;
  double observations = 0;
};

class Scorer {
 public:
  /// `user` may be null: nothing is known then.
  void ask(const Engine& engine, const User* user, std::span<const Keyword> keywords, std::int64_t at_ms);

  void score_columns();
  ArmScore ranked(std::uint32_t column) const { return {score_[column], seen_[column]}; }  // after score_columns()

  ArmScore exact(std::optional<std::uint32_t> column) const;
  /// The decayed counts of the prompt's i-th keyword with an arm.
  Counts counts(std::size_t keyword, std::optional<std::uint32_t> column) const;
  Counts overall(std::uint32_t column) const;

  std::size_t keyword_count() const { return rows_.size(); }

 private:
  Counts now(Counts stored) const { return {stored.selected * per_unit_, stored.observed * per_unit_}; }

  const User* user_ = nullptr;
  double unit_ = 1;                                 // what a record now weighs against the user's landmark
  double per_unit_ = 1;                             // 1 / unit_
  std::vector<std::optional<std::uint32_t>> rows_;  // of the prompt's keywords, where the user has them
  std::vector<RowView> row_views_;
  Eigen::ArrayXf score_;
  Eigen::ArrayXf seen_;
};

}  // namespace penchant

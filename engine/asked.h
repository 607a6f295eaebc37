// Asked: a question's prompt, user and time as numbers, for those who answer it: the rows of its keywords in the user's
// tables and the community's, and what a count is worth at that time.
//
// Owner: who answers; scratch to be reused, which allocates nothing once it has grown. Lifetime: between ask() and the
// last use the engine and the community must not change.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/community.h"
#include "engine/engine.h"

namespace penchant {

inline constexpr double prior_mean = 0.5;
inline constexpr double prior_observations = 10;

/// The blended rate of one cell whose prior has the mean `prior`.
inline double posterior_mean(const Counts& counts, double prior = prior_mean) {
  return (counts.selected + prior_observations * prior) / (counts.observed + prior_observations);
}

/// An arm's columns: in the user's tables and in the community's, where it has them.
struct ArmColumns {
  ArmColumns() = default;
  ArmColumns(std::uint32_t column) : own(column) {}                         // NOLINT: a column is one
  ArmColumns(std::optional<std::uint32_t> own_column) : own(own_column) {}  // NOLINT
  ArmColumns(std::optional<std::uint32_t> own_column, std::optional<std::uint32_t> shared_column)
      : own(own_column), shared(shared_column) {}

  std::optional<std::uint32_t> own;
  std::optional<std::uint32_t> shared;
};

class Asked {
 public:
  /// `user` may be null: nothing is known then. So may be the community.
  void ask(const Engine& engine, const Community* community, const User* user, std::span<const Keyword> keywords,
           std::int64_t at_ms);

  std::size_t keyword_count() const { return keywords_.size(); }
  const User* user() const { return user_; }
  const Community* community() const { return community_; }  // null where it is empty, too
  /// Of the prompt's keyword, in the user's tables.
  std::optional<std::uint32_t> row(std::size_t keyword) const { return keywords_[keyword].row; }
  /// Its text's number; none where nobody has used it.
  std::optional<Interner::Id> keyword(std::size_t keyword) const {
    const Interner::Id id = keywords_[keyword].id;
    return id == Interner::no_id ? std::nullopt : std::optional(id);
  }
  std::optional<std::uint32_t> shared_row(std::size_t keyword) const {
    return community_ ? shared_rows_[keyword] : std::nullopt;
  }

  /// What a record now weighs against the user's landmark.
  double unit() const { return unit_; }
  double per_unit() const { return per_unit_; }
  Counts now(const Counts& stored) const { return {stored.selected * per_unit_, stored.observed * per_unit_}; }

  /// The prior mean of a cell of which the community has this: its own blended rate, or 1/2 where it does not count.
  double prior(const CommunityCell& cell) const {
    if (!cell.counts()) return prior_mean;
    return posterior_mean({cell.selected * shared_per_unit_, cell.observed * shared_per_unit_});
  }
  double prior(const Community::Table& table, std::optional<std::uint32_t> row,
               std::optional<std::uint32_t> column) const {
    const CommunityCell* const cell = row && column ? table.find(*row, *column) : nullptr;
    return cell ? prior(*cell) : prior_mean;
  }

 private:
  const User* user_ = nullptr;
  const Community* community_ = nullptr;
  double unit_ = 1;
  double per_unit_ = 1;
  double shared_per_unit_ = 1;
  std::vector<LessonKeyword> keywords_;
  std::vector<std::optional<std::uint32_t>> shared_rows_;  // empty without a community
};

}  // namespace penchant

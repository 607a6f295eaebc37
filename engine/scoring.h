// Scoring: p(k,a) = (S + 10 m) / (N + 10), and score(a) = the mean of p over the prompt's keywords; without
// keywords, the same formula on the arm's overall counts. m is the prior mean: the community's rate, or
// 1/2. See docs/model.md.
//
//   scorer.ask(engine, engine.find_user("ann"), context.keywords(), now_ms);
//   scorer.score_columns();                  // all of the user's checkpoints, in single precision, to rank them
//   scorer.exact(column).score               // one, in double, to show it
//
// Owner: the caller; a Scorer is scratch to be reused, and asks allocate nothing once it has grown.
// Lifetime: between ask() and the last use of its answers the engine must not change.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/asked.h"
#include "engine/engine.h"
#include "engine/kernels.h"
#include "engine/rate_rows.h"

namespace penchant {

struct ArmScore {
  double score = prior_mean;
  double observations = 0;
};

class Scorer {
 public:
  /// `user` may be null: nothing is known then. So may be the community.
  void ask(const Engine& engine, const Community* community, const User* user, std::span<const Keyword> keywords,
           std::int64_t at_ms);
  void ask(const Engine& engine, const User* user, std::span<const Keyword> keywords, std::int64_t at_ms) {
    ask(engine, nullptr, user, keywords, at_ms);
  }

  /// Scores all the user's checkpoints, as if there were no community, in single precision. `rates`, if given, are kept
  /// from prompt to prompt of a batch; the scores are the same.
  void score_columns(RateRows* rates = nullptr);
  // After score_columns(), to rank them: a column's score and observations, which a batch adds up when they are asked
  // for, and who has scores of their own may ask for without it; which of the 16 columns from `column` on, a multiple
  // of 16, may have this score, bit i for the i-th; and one that at least `count` columns have.
  float ranked_score(std::uint32_t column) const { return (score_[column] + unmet_) / divisor_; }
  float ranked_observations(std::uint32_t column) {
    if (!are_observations_known_) [[unlikely]] add_up_observations();
    return seen_[column] * seen_factor_;
  }
  bool are_observations_known() const { return are_observations_known_; }
  std::uint32_t may_reach(std::uint32_t column, double score) const;
  double reached_by(std::size_t count) const;

  /// By how much the community moves each arm's score. `lifts` has an element for each arm.
  void lift(std::span<const ArmColumns> arms, std::span<double> lifts);

  ArmScore exact(const ArmColumns& arm) const;
  /// The decayed counts of the prompt's i-th keyword with an arm.
  Counts counts(std::size_t keyword, const ArmColumns& arm) const;
  Counts overall(std::uint32_t column) const;
  /// The prior mean of that cell; without keywords, of the arm.
  double prior(std::size_t keyword, const ArmColumns& arm) const;
  double prior(const ArmColumns& arm) const;
  /// The variance of the score, where each cell is one draw from its Beta posterior.
  double variance(const ArmColumns& arm) const;

  /// What the prompt's i-th keyword has with each column, on the landmark's scale, where that lies in lines.
  std::optional<RowView> dense_row(std::size_t keyword) const {
    const KeywordRow& row = rows_[keyword];
    return row.kind == KeywordRow::Kind::dense ? std::optional(row.dense) : std::nullopt;
  }
  /// Calls on_cell(column, cell) for it where it does not, in order of columns.
  template <class OnCell>
  void each_cell(std::size_t keyword, const OnCell& on_cell) const;

  const Asked& asked() const { return asked_; }
  std::size_t keyword_count() const { return asked_.keyword_count(); }
  bool has_community() const { return asked_.community() != nullptr; }

 private:
  /// Where a keyword's counts are.
  struct KeywordRow {
    /// wide: a packed row whose rates a batch keeps; there are cells enough to be worth their memory.
    enum class Kind : std::uint8_t { none, dense, wide, packed, listed };
    Kind kind = Kind::none;
    std::uint32_t row = 0;
    RowView dense;
    CountMatrix::PackedRow packed;
  };
  KeywordRow look_up(std::optional<std::uint32_t> row) const;
  std::uint32_t make_room_for_columns();
  void score_overall(std::uint32_t columns_used);
  void add_cell(std::uint32_t column, const CountMatrix::Cell& cell, PriorWeights prior);
  using ListedCells = boost::container::static_vector<std::pair<std::uint32_t, CountMatrix::Cell>, listed_lessons_max>;
  ListedCells listed_cells(std::uint32_t row) const;
  void add_listed(std::uint32_t row, PriorWeights prior);
  void add_packed(KeywordRow::Kind kind, PriorWeights prior);
  void sum_rates(RateRows& rates, std::size_t lines, PriorWeights prior);
  void add_up_observations();

  Asked asked_;
  std::uint64_t engine_changes_ = 0;
  std::vector<KeywordRow> rows_;     // of the prompt's keywords
  std::vector<RowView> dense_rows_;  // the dense ones among them, for the kernel
  std::vector<const float*> rates_;
  // By column: sums over the keywords that say something about it. (score + unmet) / divisor is its score; observations
  // are on the landmark's scale.
  Eigen::ArrayXf score_;
  Eigen::ArrayXf seen_;
  bool are_observations_known_ = false;
  float unmet_ = 0;
  float divisor_ = 1;
  float seen_factor_ = 1;
  std::vector<std::uint32_t> arm_of_shared_;  // scratch of lift()
};

template <class OnCell>
void Scorer::each_cell(std::size_t keyword, const OnCell& on_cell) const {
  const KeywordRow& row = rows_[keyword];
  switch (row.kind) {
    case KeywordRow::Kind::none:
    case KeywordRow::Kind::dense: return;
    case KeywordRow::Kind::wide:
    case KeywordRow::Kind::packed:
      for (const auto& [column, cell] : row.packed) on_cell(column, cell);
      return;
    case KeywordRow::Kind::listed:
      auto cells = listed_cells(row.row);
      std::ranges::sort(cells, {}, &ListedCells::value_type::first);
      for (const auto& [column, cell] : cells) on_cell(column, cell);
      return;
  }
}

}  // namespace penchant

#include "engine/scoring.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr std::uint32_t no_arm = 0xFFFFFFFF;

double beta_variance_of(const Counts& counts, double prior) {
  const double mean = posterior_mean(counts, prior);
  return mean * (1 - mean) / (counts.observed + prior_observations + 1);
}

}  // namespace

void Scorer::ask(const Engine& engine, const Community* community, const User* user, std::span<const Keyword> keywords,
                 std::int64_t at_ms) {
  asked_.ask(engine, community, user, keywords, at_ms);
  engine_changes_ = engine.changes();
  are_observations_known_ = false;
  seen_factor_ = static_cast<float>(asked_.per_unit());
  rows_.clear();
  dense_rows_.clear();
  for (std::size_t i = 0; i < asked_.keyword_count(); ++i) {
    const KeywordRow& row = rows_.emplace_back(look_up(asked_.row(i)));
    if (row.kind == KeywordRow::Kind::dense) dense_rows_.push_back(row.dense);
  }
}

Scorer::KeywordRow Scorer::look_up(std::optional<std::uint32_t> row) const {
  if (!row) return {};
  const User& user = *asked_.user();
  const CountMatrix& matrix = user.keyword_checkpoints();
  const auto counted = user.rows().counted(*row);
  if (!counted) return {.kind = KeywordRow::Kind::listed, .row = *row};
  if (matrix.is_dense(*counted)) return {.kind = KeywordRow::Kind::dense, .dense = matrix.row(*counted)};
  constexpr std::size_t line_share = 16;  // a cell to a line
  const CountMatrix::PackedRow packed = matrix.packed_row(*counted);
  const bool is_wide = !packed.empty() && packed.size() * line_share >= user.checkpoints().size();
  return {.kind = is_wide ? KeywordRow::Kind::wide : KeywordRow::Kind::packed, .packed = packed};
}

/// By how much a cell moves its column's score from what it is without.
inline void Scorer::add_cell(std::uint32_t column, const CountMatrix::Cell& cell, PriorWeights prior) {
  constexpr auto mean = static_cast<float>(prior_mean);
  score_.data()[column] += (cell.selected + prior.selected) / (cell.observed + prior.observed) - mean;
  if (are_observations_known_) seen_.data()[column] += cell.observed;
}

inline void Scorer::add_packed(KeywordRow::Kind kind, PriorWeights prior) {
  for (const KeywordRow& row : rows_) {
    if (row.kind != kind) continue;
    for (const auto& [column, cell] : row.packed) add_cell(column, cell, prior);
  }
}

void Scorer::score_columns(RateRows* rates) {
  PENCHANT_CHECK(asked_.user());
  const std::uint32_t columns_used = make_room_for_columns();
  const std::size_t lines = (columns_used + line_columns - 1) / line_columns;
  if (keyword_count() == 0) return score_overall(columns_used);
  constexpr auto mean = static_cast<float>(prior_mean);
  const auto prior_weight = static_cast<float>(prior_observations * asked_.unit());
  const PriorWeights prior{prior_weight * mean, prior_weight};
  are_observations_known_ = rates == nullptr;
  if (rates) {
    sum_rates(*rates, lines, prior);
  } else {
    kernels().score_rows(dense_rows_, lines, prior, score_.data(), seen_.data());
    add_packed(KeywordRow::Kind::wide, prior);
  }
  add_packed(KeywordRow::Kind::packed, prior);
  for (const KeywordRow& row : rows_) {
    if (row.kind == KeywordRow::Kind::listed) add_listed(row.row, prior);
  }
  // Where a row is not dense or there is none, what it does not say is the prior mean.
  unmet_ = static_cast<float>(static_cast<double>(keyword_count() - dense_rows_.size()) * prior_mean);
  divisor_ = static_cast<float>(keyword_count());
}

/// How many columns there are.
std::uint32_t Scorer::make_room_for_columns() {
  const std::uint32_t columns_used = asked_.user()->checkpoints().size();
  const auto columns = static_cast<Eigen::Index>((columns_used + line_columns - 1) / line_columns * line_columns);
  if (score_.size() < columns) {
    score_.resize(columns);
    seen_.resize(columns);
  }
  return columns_used;
}

/// The same sums in the same order, of rows that are kept.
void Scorer::sum_rates(RateRows& rates, std::size_t lines, PriorWeights prior) {
  rates.prepare(engine_changes_, lines, prior, rows_.size());
  rates_.clear();
  for (const RowView& row : dense_rows_) rates_.push_back(rates.rates(row));
  for (const KeywordRow& row : rows_) {
    if (row.kind == KeywordRow::Kind::wide) rates_.push_back(rates.differences(row.packed));
  }
  kernels().sum_rates(rates_, lines, score_.data());
}

/// Without keywords.
void Scorer::score_overall(std::uint32_t columns_used) {
  for (std::uint32_t column = 0; column < columns_used; ++column) {
    const Counts total = overall(column);
    score_[column] = static_cast<float>(posterior_mean(total));
    seen_[column] = static_cast<float>(total.observed);
  }
  are_observations_known_ = true;
  unmet_ = 0;
  divisor_ = 1;
  seen_factor_ = 1;
}

Scorer::ListedCells Scorer::listed_cells(std::uint32_t row) const {
  ListedCells cells;
  asked_.user()->each_checkpoint(row, [&](std::uint32_t column, const Counts& counts) {
    auto at = std::ranges::find(cells, column, &ListedCells::value_type::first);
    if (at == cells.end()) at = cells.insert(at, {column, {}});
    at->second.selected += static_cast<float>(counts.selected);
    at->second.observed += static_cast<float>(counts.observed);
  });
  return cells;
}

void Scorer::add_listed(std::uint32_t row, PriorWeights prior) {
  for (const auto& [column, cell] : listed_cells(row)) add_cell(column, cell, prior);
}

/// In the order in which score_columns() adds where they are known at once.
void Scorer::add_up_observations() {
  const std::uint32_t columns_used = make_room_for_columns();
  if (keyword_count() == 0) return score_overall(columns_used);
  are_observations_known_ = true;
  seen_.head(columns_used) = 0;
  const auto add = [this](std::uint32_t column, double observed) {
    seen_.data()[column] += static_cast<float>(observed);
  };
  for (const RowView& row : dense_rows_) {
    for (std::uint32_t column = 0; column < columns_used; ++column) {
      add(column, CountMatrix::counts_in(row, column).observed);
    }
  }
  for (const auto kind : {KeywordRow::Kind::wide, KeywordRow::Kind::packed}) {
    for (const KeywordRow& row : rows_) {
      if (row.kind != kind) continue;
      for (const auto& [column, cell] : row.packed) add(column, cell.observed);
    }
  }
  for (const KeywordRow& row : rows_) {
    if (row.kind != KeywordRow::Kind::listed) continue;
    for (const auto& [column, cell] : listed_cells(row.row)) add(column, cell.observed);
  }
}

std::uint32_t Scorer::may_reach(std::uint32_t column, double score) const {
  // What single precision rounds away is far less than what is let through here.
  constexpr double margin = 1e-6;
  const double least = (score - margin) * static_cast<double>(divisor_) - static_cast<double>(unmet_);
  return reaching(score_.data() + column, static_cast<float>(least));
}

double Scorer::reached_by(std::size_t count) const {
  const std::size_t full_lines = asked_.user()->checkpoints().size() / line_columns;
  return (penchant::reached_by(score_.data(), full_lines, count) + unmet_) / divisor_;
}

void Scorer::lift(std::span<const ArmColumns> arms, std::span<double> lifts) {
  std::ranges::fill(lifts, 0);
  if (!has_community()) return;
  const Community& community = *asked_.community();
  if (keyword_count() == 0) {
    for (std::size_t i = 0; i < arms.size(); ++i) lifts[i] = exact(arms[i]).score - exact(arms[i].own).score;
    return;
  }
  arm_of_shared_.assign(community.checkpoints().size(), no_arm);
  for (std::uint32_t i = 0; i < arms.size(); ++i) {
    if (arms[i].shared) arm_of_shared_[*arms[i].shared] = i;
  }
  const double share = 1 / static_cast<double>(keyword_count());
  for (std::size_t keyword = 0; keyword < keyword_count(); ++keyword) {
    if (!asked_.shared_row(keyword)) continue;
    for (const auto& [column, cell] : community.keyword_checkpoints().row(*asked_.shared_row(keyword))) {
      const std::uint32_t arm = arm_of_shared_[column];
      if (arm == no_arm || !cell.counts()) continue;
      const double moved = prior_observations * (asked_.prior(cell) - prior_mean);
      lifts[arm] += share * moved / (counts(keyword, arms[arm]).observed + prior_observations);
    }
  }
}

ArmScore Scorer::exact(const ArmColumns& arm) const {
  if (keyword_count() == 0) {
    const Counts total = arm.own && asked_.user() ? overall(*arm.own) : Counts{};
    return {posterior_mean(total, prior(arm)), total.observed};
  }
  ArmScore sum{.score = 0, .observations = 0};
  for (std::size_t keyword = 0; keyword < keyword_count(); ++keyword) {
    const Counts cell = counts(keyword, arm);
    sum.score += posterior_mean(cell, prior(keyword, arm));
    sum.observations += cell.observed;
  }
  sum.score /= static_cast<double>(keyword_count());
  return sum;
}

double Scorer::variance(const ArmColumns& arm) const {
  if (keyword_count() == 0) {
    return beta_variance_of(arm.own && asked_.user() ? overall(*arm.own) : Counts{}, prior(arm));
  }
  double sum = 0;
  for (std::size_t keyword = 0; keyword < keyword_count(); ++keyword) {
    sum += beta_variance_of(counts(keyword, arm), prior(keyword, arm));
  }
  const auto count = static_cast<double>(keyword_count());
  return sum / (count * count);
}

Counts Scorer::counts(std::size_t keyword, const ArmColumns& arm) const {
  const KeywordRow& row = rows_[keyword];
  if (!arm.own) return {};
  switch (row.kind) {
    case KeywordRow::Kind::none: return {};
    case KeywordRow::Kind::dense: return asked_.now(CountMatrix::counts_in(row.dense, *arm.own));
    case KeywordRow::Kind::wide:
    case KeywordRow::Kind::packed: return asked_.now(CountMatrix::counts_in(row.packed, *arm.own));
    case KeywordRow::Kind::listed: return asked_.now(asked_.user()->with_checkpoint(row.row, *arm.own));
  }
  PENCHANT_CHECK(false);
}

Counts Scorer::overall(std::uint32_t column) const { return asked_.now(asked_.user()->checkpoints()[column].overall); }

double Scorer::prior(std::size_t keyword, const ArmColumns& arm) const {
  if (!has_community()) return prior_mean;
  return asked_.prior(asked_.community()->keyword_checkpoints(), asked_.shared_row(keyword), arm.shared);
}

double Scorer::prior(const ArmColumns& arm) const {
  if (!has_community() || !arm.shared) return prior_mean;
  return asked_.prior(asked_.community()->checkpoints()[*arm.shared].overall);
}

}  // namespace penchant

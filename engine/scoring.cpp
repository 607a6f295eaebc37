#include "engine/scoring.h"

#include <algorithm>

#include "engine/check.h"

namespace penchant {
namespace {

// A user silent for this many half-lives has counts that no longer tell; the float kernel needs a finite prior.
constexpr double silent_half_lives_max = 60;

}  // namespace

void Scorer::ask(const Engine& engine, const User* user, std::span<const Keyword> keywords, std::int64_t at_ms) {
  user_ = user;
  rows_.clear();
  row_views_.clear();
  unit_ = 1;
  if (user) {
    // Before the newest record nobody weighs more than it: what came later is not taken out of the counts.
    const double half_lives = std::max(engine.decay().half_lives(at_ms), user->newest_half_lives());
    unit_ = weight_at(std::min(half_lives, static_cast<double>(user->landmark()) + silent_half_lives_max),
                      user->landmark());
    // Where all that a user recorded is of a time long before the landmark, floats end.
    unit_ = std::max(unit_, exp2_exact(-silent_half_lives_max));
  }
  per_unit_ = 1 / unit_;
  for (const Keyword& keyword : keywords) {
    const auto id = user ? engine.find_keyword(keyword.text) : std::nullopt;
    const auto row = id ? user->row(*id) : std::nullopt;
    rows_.push_back(row);
    if (row) row_views_.push_back(user->matrix().row(*row));
  }
}

void Scorer::score_columns() {
  PENCHANT_CHECK(user_);
  const std::size_t lines = (user_->checkpoints().size() + line_columns - 1) / line_columns;
  const auto columns = static_cast<Eigen::Index>(lines * line_columns);
  if (score_.size() < columns) {
    score_.resize(columns);
    seen_.resize(columns);
  }
  if (rows_.empty()) {
    for (std::uint32_t column = 0; column < user_->checkpoints().size(); ++column) {
      const Counts total = overall(column);
      score_[column] = static_cast<float>(posterior_mean(total));
      seen_[column] = static_cast<float>(total.observed);
    }
    return;
  }
  const auto prior = static_cast<float>(prior_observations * unit_);
  score_rows(row_views_, lines, prior * static_cast<float>(prior_mean), prior, score_.data(), seen_.data());
  // Keywords the user never met score the prior mean; and counts come back from the landmark's scale.
  const auto unmet = static_cast<float>(static_cast<double>(rows_.size() - row_views_.size()) * prior_mean);
  const auto count = static_cast<float>(rows_.size());
  score_.head(columns) = (score_.head(columns) + unmet) / count;
  seen_.head(columns) = seen_.head(columns) * static_cast<float>(per_unit_);
}

ArmScore Scorer::exact(std::optional<std::uint32_t> column) const {
  if (rows_.empty()) {
    if (!user_ || !column) return {};
    const Counts total = overall(*column);
    return {posterior_mean(total), total.observed};
  }
  ArmScore sum{.score = 0, .observations = 0};
  for (std::size_t keyword = 0; keyword < rows_.size(); ++keyword) {
    const Counts cell = counts(keyword, column);
    sum.score += posterior_mean(cell);
    sum.observations += cell.observed;
  }
  sum.score /= static_cast<double>(rows_.size());
  return sum;
}

Counts Scorer::counts(std::size_t keyword, std::optional<std::uint32_t> column) const {
  if (!rows_[keyword] || !column) return {};
  return now(user_->matrix().counts(*rows_[keyword], *column));
}

Counts Scorer::overall(std::uint32_t column) const { return now(user_->checkpoints()[column].overall); }

}  // namespace penchant

#include "engine/learner/prompt_scores.h"

#include <algorithm>
#include <cmath>

#include "engine/asked.h"
#include "engine/check.h"
#include "engine/elementary.h"

namespace penchant {
namespace {

// Far beyond what any records add up to, and near enough that a kernel's products are floats.
constexpr float counts_most = 0x1p40F;
constexpr float learned_most = 0x1p36F;

}  // namespace

void PromptScores::begin(const ArmTable& checkpoints, double per_unit, double learned_per_unit) {
  per_unit_ = per_unit;
  learned_per_unit_ = static_cast<float>(learned_per_unit);
  words_.clear();
  columns_.clear();
  for (Floats* const floats : {&counts_, &learned_, &cell_rates_, &cell_leads_}) floats->clear();
  observed_ = 0;
  variance_ = 0;
  overall_.clear();
  const std::size_t padded = (checkpoints.size() + line_columns - 1) / line_columns * line_columns;
  rates_.assign(padded, static_cast<float>(prior_mean));
  leads_.assign(padded, static_cast<float>(prior_mean));
  for (std::uint32_t column = 0; column < checkpoints.size(); ++column) {
    const Counts& kept = checkpoints[column].overall;
    const Counts& now = overall_.emplace_back(Counts{kept.selected * per_unit, kept.observed * per_unit});
    const double rate = (now.selected + 1) / (now.observed + 2);
    rates_[column] = static_cast<float>(rate);
    leads_[column] = static_cast<float>((now.selected + log_odds_arm_strength / 2) /
                                        (now.observed + log_odds_arm_strength));
    observed_ += now.observed;
    variance_ += rate * (1 - rate);
  }
}

void PromptScores::add_word(double records) {
  // A word begins a line of its own.
  columns_.resize(cell_rates_.size());
  words_.push_back({.first_line = cell_rates_.size() / line_columns, .records = records * per_unit_});
}

void PromptScores::add_cell(std::uint32_t column, const FeatureCell& cell) {
  Word& word = words_.back();
  const std::size_t place = word.cells++ % line_columns;
  const std::size_t line = word.first_line + (word.cells - 1) / line_columns;
  if (place == 0) {
    counts_.resize(counts_.size() + line_floats);
    learned_.resize(learned_.size() + line_floats);
    cell_rates_.resize(cell_rates_.size() + line_columns, static_cast<float>(prior_mean));
    cell_leads_.resize(cell_leads_.size() + line_columns, static_cast<float>(prior_mean));
    columns_.resize(cell_rates_.size());
  }
  const auto per_unit = static_cast<float>(per_unit_);
  float* const counts = counts_.data() + line * line_floats + place;
  counts[0] = std::min(cell.selected * per_unit, counts_most);
  counts[line_columns] = std::min(cell.observed * per_unit, counts_most);
  float* const learned = learned_.data() + line * line_floats + place;
  learned[0] = std::clamp(cell.residual * learned_per_unit_, -learned_most, learned_most);
  learned[line_columns] = std::min(cell.precision * learned_per_unit_, learned_most);
  cell_rates_[line * line_columns + place] = rates_[column];
  cell_leads_[line * line_columns + place] = leads_[column];
  columns_[line * line_columns + place] = column;
}

CellLines PromptScores::lines(const Word& word, const Floats& rates) const {
  return {.counts = counts_.data() + word.first_line * line_floats,
          .learned = learned_.data() + word.first_line * line_floats,
          .rates = rates.data() + word.first_line * line_columns,
          .count = lines_of(word)};
}

/// A weight is rarity to the power and spread, each divided by its mean over the prompt.
void PromptScores::weigh() {
  double rarities = 0;
  double powers = 0;
  double spreads = 0;
  for (Word& word : words_) {
    word.rarity = log_exact(1 + (observed_ + 1) / (word.records + 1));
    const double power = word.rarity * std::sqrt(word.rarity) * std::sqrt(std::sqrt(word.rarity));  // 1.75
    const auto squares = cell_kernels().spread(lines(word, cell_rates_), static_cast<float>(spread_strength));
    const double apart = variance_ > 0 ? static_cast<double>(squares) / variance_ : 0;
    const double spread = std::sqrt(apart + spread_min);
    rarities += word.rarity;
    powers += power;
    spreads += spread;
    word.weight = power * spread;
  }
  const auto count = static_cast<double>(words_.size());
  for (Word& word : words_) {
    word.weight *= count * count / (powers * spreads);
    word.scale = std::sqrt(word.rarity * scale_squares / rarities);
  }
}

/// Adds to scores_ what the words say, times the factor.
void PromptScores::add_terms(ScorerKind kind, const Strengths& strengths, double factor) {
  terms_.resize(cell_rates_.size());
  term_unit_ = kind == ScorerKind::weighted ? 1 : ln_2;
  constexpr auto prior = static_cast<float>(prior_observations);
  for (const Word& word : words_) {
    float* const terms = terms_.data() + word.first_line * line_columns;
    const auto weight = static_cast<float>(word.weight * factor);
    switch (kind) {
      case ScorerKind::mean: PENCHANT_CHECK(false);
      case ScorerKind::weighted:
        cell_kernels().rate_terms(lines(word, cell_rates_), weight, {prior * 0.5F, prior}, terms);
        break;
      case ScorerKind::logodds:
        cell_kernels().log_odds_terms(lines(word, cell_leads_), weight, strengths, terms);
        break;
      case ScorerKind::evidence:
        cell_kernels().evidence_terms(lines(word, cell_rates_), weight, strengths, terms);
        break;
    }
    const std::uint32_t* const columns = columns_.data() + word.first_line * line_columns;
    for (std::size_t i = 0; i < word.cells; ++i) scores_[columns[i]] += terms[i];
  }
}

std::span<const float> PromptScores::score(ScorerKind kind, const Rivals::Values& shares,
                                           std::span<const ArmEvidence> arms) {
  const std::size_t line_count = rates_.size() / line_columns;
  Strengths strengths;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    strengths.observed[i] = static_cast<float>(prior_strengths[i]);
    strengths.shares[i] = static_cast<float>(shares[i] < strength_share_min ? 0 : shares[i]);
  }
  double weights = 0;
  for (const Word& word : words_) weights += word.weight;
  switch (kind) {
    case ScorerKind::mean: PENCHANT_CHECK(false);
    case ScorerKind::weighted:
      scores_.assign(rates_.size(), static_cast<float>(prior_mean));
      if (!words_.empty()) {
        add_terms(kind, strengths, 1 / weights);
        break;
      }
      for (std::size_t i = 0; i < overall_.size(); ++i) scores_[i] = static_cast<float>(posterior_mean(overall_[i]));
      break;
    case ScorerKind::logodds:
      scores_ = leads_;
      cell_kernels().to_log2_odds(scores_.data(), line_count);
      add_terms(kind, strengths, log_odds_share);
      cell_kernels().to_rates(scores_.data(), line_count);
      break;
    case ScorerKind::evidence:
      scores_.assign(rates_.size(), 0);
      for (std::size_t column = 0; column < std::min(arms.size(), overall_.size()); ++column) {
        const double per_unit = static_cast<double>(learned_per_unit_);
        scores_[column] = static_cast<float>(log2_e * arms[column].residual * per_unit /
                                             (evidence_arm_strength + arms[column].precision * per_unit));
      }
      add_terms(kind, strengths, log2_e);
      cell_kernels().to_rates(scores_.data(), line_count);
      break;
  }
  return std::span<const float>(scores_).first(overall_.size());
}

const std::uint32_t* PromptScores::find_cell(const Word& word, std::uint32_t column) const {
  const std::uint32_t* const begin = columns_.data() + word.first_line * line_columns;
  const std::uint32_t* const end = begin + word.cells;
  const std::uint32_t* const at = std::lower_bound(begin, end, column);
  return at != end && *at == column ? at : nullptr;
}

double PromptScores::term(std::size_t word, std::uint32_t column) const {
  const std::uint32_t* const at = find_cell(words_[word], column);
  return at ? term_unit_ * static_cast<double>(terms_[static_cast<std::size_t>(at - columns_.data())]) : 0;
}

FeatureCell PromptScores::cell(std::size_t word, std::uint32_t column) const {
  const std::uint32_t* const at = find_cell(words_[word], column);
  if (!at) return {};
  const auto place = static_cast<std::size_t>(at - columns_.data());
  const float* const counts = counts_.data() + place / line_columns * line_floats + place % line_columns;
  const float* const learned = learned_.data() + place / line_columns * line_floats + place % line_columns;
  return {counts[0], counts[line_columns], learned[0], learned[line_columns]};
}

}  // namespace penchant

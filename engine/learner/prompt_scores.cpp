#include "engine/learner/prompt_scores.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/asked.h"
#include "engine/check.h"
#include "engine/elementary.h"

namespace penchant {
namespace {

constexpr float below_one = 1 - 0x1p-24F;

}  // namespace

void PromptScores::begin(const ArmTable& checkpoints, double per_unit, double learned_per_unit) {
  per_unit_ = per_unit;
  learned_per_unit_ = learned_per_unit;
  words_.clear();
  cells_used_ = 0;
  observed_ = 0;
  variance_ = 0;
  overall_.resize(checkpoints.size());
  const std::size_t padded = (checkpoints.size() + line_columns - 1) / line_columns * line_columns;
  rates_.assign(padded, static_cast<float>(prior_mean));
  for (std::uint32_t column = 0; column < checkpoints.size(); ++column) {
    const Counts& kept = checkpoints[column].overall;
    const Counts& now = overall_[column] = {kept.selected * per_unit, kept.observed * per_unit};
    const double rate = (now.selected + 1) / (now.observed + 2);
    rates_[column] = std::min(static_cast<float>(rate), below_one);
    observed_ += now.observed;
    variance_ += rate * (1 - rate);
  }
}

/// Makes room for a cell of each column.
void PromptScores::begin_word() {
  words_.push_back({.first_line = cells_used_ / line_columns});
  const std::size_t end = cells_used_ + rates_.size();
  if (columns_.size() >= end) return;
  gathered_.resize(end / line_columns);
  gathered_rates_.resize(end);
  columns_.resize(end);
}

void PromptScores::end_word(double records) {
  Word& word = words_.back();
  word.cells = cells_used_ - word.first_line * line_columns;
  word.records = records * per_unit_;
  for (; cells_used_ % line_columns != 0; ++cells_used_) {  // the last line's rest
    gathered_[cells_used_ / line_columns].set(cells_used_ % line_columns, {});
    gathered_rates_[cells_used_] = static_cast<float>(prior_mean);
    columns_[cells_used_] = 0;
  }
}

void PromptScores::add_dense(double records, const float* counts, const float* learned, std::size_t stride,
                             std::size_t count) {
  words_.push_back({.dense = {.counts = counts,
                              .learned = learned,
                              .stride = stride,
                              .count = std::min(count, rates_.size() / line_columns),
                              .learned_per_unit = static_cast<float>(learned_per_unit_)},
                    .records = records * per_unit_});
}

void PromptScores::add_word(double records, std::span<const FeatureLine> lines) {
  const float* const counts = lines.front().values.data();
  add_dense(records, counts, counts + FeatureLine::learned_at, sizeof(FeatureLine) / sizeof(float), lines.size());
}

void PromptScores::add_word(const RowView& counts) {
  const CellLines all{.counts = counts.lines, .count = counts.line_count};
  add_dense(double{cell_kernels().observed(all)}, counts.lines, nullptr, line_floats, counts.line_count);
}

CellLines PromptScores::lines(const Word& word, const Floats& rates, const Floats& gathered_rates) const {
  CellLines lines = word.dense;
  lines.rates = rates.data();
  if (word.is_dense() || word.cells == 0) return lines;
  lines.counts = gathered_.data()->values.data() + word.first_line * sizeof(FeatureLine) / sizeof(float);
  lines.learned = lines.counts + FeatureLine::learned_at;
  lines.stride = sizeof(FeatureLine) / sizeof(float);
  lines.rates = gathered_rates.data() + word.first_line * line_columns;
  lines.count = (word.cells + line_columns - 1) / line_columns;
  lines.learned_per_unit = static_cast<float>(learned_per_unit_);
  return lines;
}

/// How far a word's rates are from their columns' own: the sum of the squares, added up as if all cells were dense.
double PromptScores::spread(const Word& word) {
  const auto strength = static_cast<float>(spread_strength / per_unit_);
  const CellLines cells = lines(word, rates_, gathered_rates_);
  if (word.is_dense()) return double{cell_kernels().spread(cells, strength)};
  line_scratch_.resize(std::max(line_scratch_.size(), cells.count * line_columns));
  cell_kernels().squares(cells, strength, line_scratch_.data());
  float lanes[line_columns]{};
  const std::uint32_t* const columns = columns_.data() + word.first_line * line_columns;
  for (std::size_t i = 0; i < word.cells; ++i) lanes[columns[i] % line_columns] += line_scratch_[i];
  return double{add_lanes(lanes)};
}

/// Of each word: log(1 + (records + 1) / (records with it + 1)).
void PromptScores::find_rarities() {
  const std::size_t lines = (words_.size() + line_columns - 1) / line_columns;
  line_scratch_.assign(std::max(line_scratch_.size(), lines * line_columns), 1);
  for (std::size_t word = 0; word < words_.size(); ++word) {
    line_scratch_[word] = static_cast<float>(1 + (observed_ + 1) / (words_[word].records + 1));
  }
  cell_kernels().to_log2(line_scratch_.data(), lines);
  rarities_ = 0;
  for (std::size_t word = 0; word < words_.size(); ++word) {
    words_[word].rarity = ln_2 * double{line_scratch_[word]};
    rarities_ += words_[word].rarity;
  }
}

/// A weight is rarity to the power and spread, each divided by its mean over the prompt.
void PromptScores::weigh() {
  find_rarities();
  double powers = 0;
  double spreads = 0;
  for (Word& word : words_) {
    const double root = std::sqrt(word.rarity);
    const double power = word.rarity * root * std::sqrt(root);  // 1.75
    const double apart = variance_ > 0 ? this->spread(word) / variance_ : 0;
    const double spread = std::sqrt(apart + spread_min);
    powers += power;
    spreads += spread;
    word.weight = power * spread;
  }
  const auto count = static_cast<double>(words_.size());
  for (Word& word : words_) word.weight *= count * count / (powers * spreads);
}

double PromptScores::scale(std::size_t word) const {
  return std::sqrt(words_[word].rarity * scale_squares / rarities_);
}

/// Adds what a word says, by the cells' places.
void PromptScores::add_word_terms(const Word& word, const CellLines& cells, float* sums) const {
  const auto prior = static_cast<float>(prior_observations / per_unit_);
  const auto weight = static_cast<float>(word.weight * terms_.factor);
  switch (terms_.kind) {
    case ScorerKind::mean: PENCHANT_CHECK(false);
    case ScorerKind::weighted: return cell_kernels().add_rate_terms(cells, weight, {prior * 0.5F, prior}, sums);
    case ScorerKind::logodds: return cell_kernels().add_log_odds_terms(cells, weight, terms_.strengths, sums);
    case ScorerKind::evidence: return cell_kernels().add_evidence_terms(cells, weight, terms_.strengths, sums);
  }
}

/// Likewise for all, to scores_, times the factor.
void PromptScores::add_terms(ScorerKind kind, const Strengths& strengths, double factor) {
  terms_ = {kind, strengths, factor};
  const bool is_log_odds = kind == ScorerKind::logodds;
  for (const Word& word : words_) {
    const CellLines cells = lines(word, is_log_odds ? leads_ : rates_, is_log_odds ? gathered_leads_ : gathered_rates_);
    if (word.is_dense()) {
      add_word_terms(word, cells, scores_.data());
      continue;
    }
    line_scratch_.resize(std::max(line_scratch_.size(), cells.count * line_columns));
    std::fill_n(line_scratch_.begin(), cells.count * line_columns, 0.0F);
    add_word_terms(word, cells, line_scratch_.data());
    const std::uint32_t* const columns = columns_.data() + word.first_line * line_columns;
    for (std::size_t i = 0; i < word.cells; ++i) scores_[columns[i]] += line_scratch_[i];
  }
}

/// The columns' own rates for logodds, and those of the gathered cells; their odds, as scores.
void PromptScores::lead() {
  leads_.assign(rates_.size(), 0);
  scores_.assign(rates_.size(), 0);
  float* const selected = leads_.data();
  float* const rejected = scores_.data();
  const Counts* const overall = overall_.data();
  for (std::size_t i = 0, end = overall_.size(); i < end; ++i) {
    selected[i] = static_cast<float>(overall[i].selected);
    rejected[i] = static_cast<float>(overall[i].observed - overall[i].selected);
  }
  cell_kernels().to_rates_and_odds(selected, rejected, static_cast<float>(log_odds_arm_strength / 2),
                                   leads_.size() / line_columns);
  gathered_leads_.resize(std::max(gathered_leads_.size(), cells_used_));
  for (std::size_t i = 0; i < cells_used_; ++i) gathered_leads_[i] = leads_[columns_[i]];
}

std::span<const float> PromptScores::score(ScorerKind kind, const Rivals::Values& shares,
                                           std::span<const ArmEvidence> arms) {
  const std::size_t line_count = rates_.size() / line_columns;
  Strengths strengths;
  const double unit = kind == ScorerKind::evidence ? 1 : 1 / per_unit_;  // that cells are told in
  for (std::size_t i = 0; i < shares.size(); ++i) {
    strengths.observed[i] = static_cast<float>(prior_strengths[i] * unit);
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
      lead();
      cell_kernels().to_log2(scores_.data(), line_count);
      add_terms(kind, strengths, log_odds_share);
      cell_kernels().to_rates(scores_.data(), line_count);
      break;
    case ScorerKind::evidence:
      scores_.assign(rates_.size(), 0);
      for (std::size_t column = 0; column < std::min(arms.size(), overall_.size()); ++column) {
        scores_[column] = static_cast<float>(log2_e * arms[column].residual * learned_per_unit_ /
                                             (evidence_arm_strength + arms[column].precision * learned_per_unit_));
      }
      add_terms(kind, strengths, log2_e);
      cell_kernels().to_rates(scores_.data(), line_count);
      break;
  }
  return std::span<const float>(scores_).first(overall_.size());
}

FeatureCell PromptScores::kept_cell(const Word& word, std::uint32_t column) const {
  const CellLines cells = lines(word, rates_, gathered_rates_);
  std::size_t place = column;
  if (!word.is_dense()) {
    const std::uint32_t* const begin = columns_.data() + word.first_line * line_columns;
    const std::uint32_t* const at = std::lower_bound(begin, begin + word.cells, column);
    if (at == begin + word.cells || *at != column) return {};
    place = static_cast<std::size_t>(at - begin);
  }
  if (place / line_columns >= cells.count) return {};
  const std::size_t at = place / line_columns * cells.stride + place % line_columns;
  const FeatureCell counts{cells.counts[at], cells.counts[at + line_columns]};
  if (!cells.learned) return counts;
  return {counts.selected, counts.observed, cells.learned[at], cells.learned[at + line_columns]};
}

double PromptScores::term(std::size_t word, std::uint32_t column) const {
  FeatureLine line;
  line.set(0, kept_cell(words_[word], column));
  alignas(64) std::array<float, line_columns> rates;
  rates.fill((terms_.kind == ScorerKind::logodds ? leads_ : rates_)[column]);
  alignas(64) std::array<float, line_columns> sums{};
  const CellLines cells{.counts = line.values.data(),
                        .learned = line.values.data() + FeatureLine::learned_at,
                        .rates = rates.data(),
                        .count = 1,
                        .learned_per_unit = static_cast<float>(learned_per_unit_)};
  add_word_terms(words_[word], cells, sums.data());
  return (terms_.kind == ScorerKind::weighted ? 1 : ln_2) * double{sums[0]};
}

FeatureCell PromptScores::cell(std::size_t word, std::uint32_t column) const {
  const FeatureCell kept = kept_cell(words_[word], column);
  const auto per_unit = static_cast<float>(per_unit_);
  const auto learned_per_unit = static_cast<float>(learned_per_unit_);
  return {std::min(kept.selected * per_unit, counts_most), std::min(kept.observed * per_unit, counts_most),
          std::clamp(kept.residual * learned_per_unit, -learned_most, learned_most),
          std::min(kept.precision * learned_per_unit, learned_most)};
}

WordCells PromptScores::cells_of(std::uint32_t column) const {
  WordCells cells;
  for (std::size_t word = 0; word < words_.size(); ++word) cells.push_back(cell(word, column));
  return cells;
}

}  // namespace penchant

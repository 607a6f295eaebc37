#include "engine/learner/learner.h"

#include <algorithm>
#include <cmath>

#include "engine/asked.h"
#include "engine/elementary.h"
#include "engine/learner/bounded.h"

namespace penchant {
namespace {

constexpr double quantile_95 = 1.6448536269514722;  // of the normal distribution
constexpr float cell_observations_max = 0x1p20F;    // of one record each: a float goes on counting there

double shared_out(const Rivals::Values& values, const Rivals::Values& shares) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += shares[i] * values[i];
  return sum;
}

/// What a cell's residual says at each strength, shared out.
double learned_of(const FeatureCell& cell, const Rivals::Values& shares) {
  double sum = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    sum += shares[i] * static_cast<double>(cell.residual) / (prior_strengths[i] + static_cast<double>(cell.precision));
  }
  return sum;
}

/// Of an outcome that was foretold with probability p.
double variance_of_outcome(double p) { return std::max(p * (1 - p), outcome_variance_min); }

/// What is counted is never less than nothing.
void count(FeatureCell& cell, double selected, double observed) {
  cell.selected = std::max(cell.selected + static_cast<float>(selected), 0.0F);
  cell.observed = std::max(cell.observed + static_cast<float>(observed), cell.selected);
}

void count(FeatureRow& row, double observed) {
  row.records = std::max(row.records + static_cast<float>(observed), 0.0F);
}

/// Of what a word does whatever the checkpoint, with the prior's.
double precision_of(const FeatureRow& row, double unit) {
  return row_strength * unit + static_cast<double>(row.precision);
}

}  // namespace

/// What `evidence` foretells of a column.
struct Learner::Foretold {
  std::uint32_t column = 0;
  double log_odds = 0;
};

void Learner::ask(std::span<const std::optional<std::uint32_t>> rows, const ArmTable& checkpoints, double unit,
                  PromptScores& scores) const {
  scores.begin(checkpoints, 1 / unit, 1 / learned_unit(unit));
  for (const auto& row : rows) {
    if (row) features_.prefetch(*row);
  }
  for (const auto& row : rows) {
    if (!row) {
      scores.add_word();
    } else if (features_.is_dense(*row)) {
      scores.add_word(static_cast<double>(features_[*row].records), features_.lines(*row));
    } else {
      scores.add_word(static_cast<double>(features_[*row].records), features_.packed(*row));
    }
  }
  scores.weigh();
}

std::vector<double> Learner::learn_overall(const ArmTable& checkpoints, double unit) {
  std::vector<double> rates;
  for (std::uint32_t column = 0; column < checkpoints.size(); ++column) {
    const Counts& counts = checkpoints[column].overall;
    const double rate = (counts.selected + unit) / (counts.observed + 2 * unit);
    const double precision = counts.observed * variance_of_outcome(rate);
    arm(column) = {.residual = bounded(precision * penchant::log_odds(rate)), .precision = precision};
    rates.push_back(rate);
  }
  return rates;
}

void Learner::learn_counts(std::uint32_t row, std::uint32_t column, const Counts& counts, double rate) {
  features_.change_cell(row, column, [&counts, rate](FeatureCell& cell) {
    cell.selected += static_cast<float>(counts.selected);
    cell.observed += static_cast<float>(counts.observed);
    add_bounded(cell.residual, log_odds_share * (counts.selected - counts.observed * rate));
    add_bounded(cell.precision, counts.observed * variance_of_outcome(rate));
  });
  features_[row].records += static_cast<float>(counts.observed);
}

std::span<const float> Learner::score(ScorerKind kind, PromptScores& scores) const {
  const Rivals& rivals = kind == ScorerKind::evidence ? evidence_strengths_ : log_odds_strengths_;
  return scores.score(kind, rivals.shares(), arms_);
}

ArmEvidence& Learner::arm(std::uint32_t column) {
  if (column >= arms_.size()) arms_.resize(column + 1);
  return arms_[column];
}

double Learner::arm_term(std::uint32_t column, double unit) const {
  if (column >= arms_.size()) return 0;
  return arms_[column].residual / (evidence_arm_strength * learned_unit(unit) + arms_[column].precision);
}

/// What `logodds` foretells at each strength.
Rivals::Values Learner::log_odds(const PromptScores& scores, const WordCells& cells, std::uint32_t column) const {
  const Counts& own = scores.overall(column);
  const double rate = (own.selected + log_odds_arm_strength / 2) / (own.observed + log_odds_arm_strength);
  const double base = penchant::log_odds(rate);
  Rivals::Values sums{base, base, base};
  for (std::size_t word = 0; word < scores.word_count(); ++word) {
    const FeatureCell& cell = cells[word];
    if (!(cell.observed > 0)) continue;
    const auto selected = static_cast<double>(cell.selected);
    const double rejected = static_cast<double>(cell.observed) - selected;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const double strength = prior_strengths[i];
      const double odds = (selected + strength * rate) / (rejected + strength * (1 - rate));
      sums[i] += log_odds_share * scores.weight(word) * (log_exact(odds) - base);
    }
  }
  return sums;
}

Rivals::Values Learner::evidence(const PromptScores& scores, const WordCells& cells, std::uint32_t column,
                                 double unit) const {
  const double base = arm_term(column, unit);
  Rivals::Values sums{base, base, base};
  for (std::size_t word = 0; word < scores.word_count(); ++word) {
    const FeatureCell& cell = cells[word];
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] += scores.weight(word) * static_cast<double>(cell.residual) /
                 (prior_strengths[i] + static_cast<double>(cell.precision));
    }
  }
  return sums;
}

/// What the probability that an image is kept comes from.
Learner::KeptFeatures Learner::kept_features(std::span<const std::optional<std::uint32_t>> rows,
                                             const PromptScores& scores, const Foretold& foretold, double unit) const {
  double effect = 0;
  for (std::size_t word = 0; word < scores.word_count(); ++word) {
    if (!rows[word]) continue;
    const FeatureRow& row = features_[*rows[word]];
    effect += scores.scale(word) * static_cast<double>(row.residual) / precision_of(row, unit);
  }
  const Counts& own = scores.overall(foretold.column);
  return {1, log_exact((own.selected + 0.5) / (own.observed - own.selected + 0.5)),
          foretold.log_odds - arm_term(foretold.column, unit), effect,
          log_exact(static_cast<double>(scores.word_count()) + 1) - 2};
}

KeptChance Learner::kept(std::span<const std::optional<std::uint32_t>> rows, const PromptScores& scores,
                         std::uint32_t column, double unit) const {
  const WordCells cells = scores.cells_of(column);
  const double log_odds = shared_out(evidence(scores, cells, column, unit), evidence_strengths_.shares());
  const KeptFeatures features = kept_features(rows, scores, {column, log_odds}, unit);
  double row_variance = 0;
  double cell_variance = 0;
  for (std::size_t word = 0; word < scores.word_count(); ++word) {
    const FeatureRow row = rows[word] ? features_[*rows[word]] : FeatureRow{};
    row_variance += scores.scale(word) * scores.scale(word) * unit / precision_of(row, unit);
    cell_variance += scores.weight(word) * scores.weight(word) /
                     (static_cast<double>(scores.word_count()) / 4 + static_cast<double>(cells[word].precision));
  }
  const Counts& own = scores.overall(column);
  const double arm_variance = 1 / (own.selected + 0.5) + 1 / (own.observed - own.selected + 0.5);
  const auto& coefficients = kept_.coefficients();
  const double spread =
      quantile_95 *
      std::sqrt(kept_.variance_at(features, unit) + coefficients[1] * coefficients[1] * arm_variance +
                std::abs(coefficients[2]) * cell_variance + coefficients[3] * coefficients[3] * row_variance);
  const double middle = kept_.log_odds_at(features);
  return {logistic(middle), logistic(middle - spread), logistic(middle + spread)};
}

/// How well each scorer has foretold this, its probability corrected by how it did before.
void Learner::note_losses(const PromptScores& scores, const WordCells& cells, const Outcome& outcome, double log_odds,
                          double evidence) {
  double weighted = outcome.mean_score;
  if (scores.word_count() > 0) {
    double sum = 0;
    double weights = 0;
    for (std::size_t word = 0; word < scores.word_count(); ++word) {
      const FeatureCell& cell = cells[word];
      sum += scores.weight(word) *
             posterior_mean({static_cast<double>(cell.selected), static_cast<double>(cell.observed)});
      weights += scores.weight(word);
    }
    weighted = sum / weights;
  }
  const std::array<double, scorer_count> foretold{outcome.mean_score, weighted, logistic(log_odds), logistic(evidence)};
  const double fading = exp2_exact(-1 / foretelling_half_life_outcomes);
  for (std::size_t i = 0; i < scorer_count; ++i) {
    const double p = std::clamp(foretold[i], foretold_min, 1 - foretold_min);
    const OnlineLogistic<2>::Features features{1, penchant::log_odds(p)};
    const double corrected = logistic(calibrations_[i].log_odds_at(features));
    losses_[i] = losses_[i] * fading - log_likelihood(corrected, outcome.is_kept);
    calibrations_[i].learn(features, outcome.is_kept, outcome.weight, outcome.unit);
  }
  const auto least = static_cast<std::size_t>(std::ranges::min_element(losses_) - losses_.begin());
  if (losses_[least] + switch_margin < losses_[static_cast<std::size_t>(best_)]) best_ = static_cast<ScorerKind>(least);
}

/// What the words do whatever the checkpoint; this was the probability that the image is kept.
void Learner::learn_rows(std::span<const std::uint32_t> rows, const PromptScores& scores, const Outcome& outcome,
                         double probability) {
  const double variance = std::max(probability * (1 - probability), OnlineLogistic<5>::variance_min);
  const double missed = (outcome.is_kept ? 1 : 0) - probability;
  for (std::size_t word = 0; word < scores.word_count(); ++word) {
    FeatureRow& row = features_[rows[word]];
    const double scale = scores.scale(word);
    const double says = variance * scale * scale;
    const double now = static_cast<double>(row.residual) / precision_of(row, outcome.unit);
    add_bounded(row.residual, outcome.weight * (says * now + scale * missed));
    add_bounded(row.precision, outcome.weight * says);
  }
}

/// An outcome that was foretold with this probability is added once more, or taken back.
void Learner::add_missed(std::span<const std::uint32_t> rows, const PromptScores& scores, const Outcome& outcome,
                         double foretold, double sign) {
  const double kept = outcome.is_kept ? 1 : 0;
  const double missed = sign * learned_unit(outcome.weight) * (kept - foretold);
  add_bounded(arm(outcome.column).residual, missed);
  for (std::size_t word = 0; word < rows.size(); ++word) {
    features_.change_cell(rows[word], outcome.column, [&](FeatureCell& cell) {
      add_bounded(cell.residual, missed * scores.weight(word));
      count(cell, sign * kept * outcome.weight, sign * outcome.weight);
    });
    count(features_[rows[word]], sign * outcome.weight);
  }
}

void Learner::learn(std::span<const std::uint32_t> rows, const PromptScores& scores, const WordCells& cells,
                    const Outcome& outcome, std::size_t checkpoints) {
  const Rivals::Values by_log_odds = log_odds(scores, cells, outcome.column);
  const Rivals::Values by_evidence = evidence(scores, cells, outcome.column, outcome.unit);
  const Rivals::Values shares = evidence_strengths_.shares();
  const double foretold = shared_out(by_evidence, shares);
  note_losses(scores, cells, outcome, shared_out(by_log_odds, log_odds_strengths_.shares()), foretold);

  const std::vector<std::optional<std::uint32_t>> known(rows.begin(), rows.end());
  const KeptFeatures features = kept_features(known, scores, {outcome.column, foretold}, outcome.unit);
  const double probability = logistic(kept_.log_odds_at(features));
  reliability_.add(probability, outcome.is_kept);
  learn_rows(rows, scores, outcome, probability);
  kept_.learn(features, outcome.is_kept, outcome.weight, outcome.unit);

  const double p = logistic(foretold);
  const double variance = variance_of_outcome(p);
  const double kept = outcome.is_kept ? 1 : 0;
  const double missed = kept - p;
  const double weight = learned_unit(outcome.weight);
  const double own = arm_term(outcome.column, outcome.unit);
  add_bounded(arm(outcome.column).residual, weight * (variance * own + missed));
  add_bounded(arm(outcome.column).precision, weight * variance);
  for (std::size_t word = 0; word < rows.size(); ++word) {
    const double says = variance * scores.weight(word) * scores.weight(word);
    const double now = learned_of(cells[word], shares);
    features_.change_cell(rows[word], outcome.column, [&](FeatureCell& cell) {
      add_bounded(cell.residual, weight * (says * now + scores.weight(word) * missed));
      add_bounded(cell.precision, weight * says);
      if (cell.observed > cell_observations_max * static_cast<float>(outcome.unit)) {
        cell.selected /= 2;
        cell.observed /= 2;
      }
      count(cell, kept * outcome.weight, outcome.weight);
    });
    count(features_[rows[word]], outcome.weight);
  }
  log_odds_strengths_.note(by_log_odds, outcome.is_kept);
  evidence_strengths_.note(by_evidence, outcome.is_kept);
  grow_units(checkpoints);
}

double Learner::foretold(const PromptScores& scores, const Outcome& outcome) const {
  return logistic(shared_out(evidence(scores, scores.cells_of(outcome.column), outcome.column, outcome.unit),
                             evidence_strengths_.shares()));
}

void Learner::correct(std::span<const std::uint32_t> rows, const PromptScores& scores, const Outcome& old,
                      const Outcome& outcome) {
  const double p = foretold(scores, outcome);
  add_missed(rows, scores, old, p, -1);
  add_missed(rows, scores, outcome, p, 1);
}

void Learner::unlearn(std::span<const std::uint32_t> rows, const PromptScores& scores, const Outcome& outcome) {
  add_missed(rows, scores, outcome, foretold(scores, outcome), -1);
}

void Learner::grow_units(std::size_t checkpoints) {
  const auto arms = static_cast<double>(std::max<std::size_t>(checkpoints, 1));
  outcome_units_ *= exp2_exact(1 / (evidence_half_life_outcomes * arms));
  if (outcome_units_ < outcome_units_max) return;
  const double factor = 1 / outcome_units_max;
  outcome_units_ *= factor;
  scale_tables(1, factor);
}

void Learner::scale_tables(double counts, double learned) {
  for (ArmEvidence& one : arms_) {
    one.residual *= learned;
    one.precision *= learned;
  }
  features_.scale(static_cast<float>(counts), static_cast<float>(learned));
}

void Learner::scale(double factor, double notice, Interner& texts) {
  scale_tables(factor, factor);
  kept_.scale(factor);
  for (auto& calibration : calibrations_) calibration.scale(factor);
  features_.drop_faded(static_cast<float>(notice), texts);
}

std::size_t Learner::bytes() const { return sizeof *this + features_.bytes() + arms_.capacity() * sizeof(ArmEvidence); }

}  // namespace penchant

// What a learner is made of, field by field, for the snapshot's archive. Included by engine/serialization.h.
#pragma once

#include <cmath>

#include "engine/learner/bounded.h"
#include "engine/learner/learner.h"
#include "engine/serialization_checks.h"

namespace penchant {

template <class Archive>
void Learner::save(Archive& archive) const {
  const std::uint32_t rows = features_.size();
  archive << rows;
  for (std::uint32_t row = 0; row < rows; ++row) {
    const FeatureRow& one = features_[row];
    const std::uint32_t cells = one.cells.size;
    archive << one.text << one.records << one.residual << one.precision << cells;
    features_.each_cell(row, [&archive](std::uint32_t column, const FeatureCell& cell) {
      archive << column << cell.selected << cell.observed << cell.residual << cell.precision;
    });
  }
  const auto arms = static_cast<std::uint32_t>(arms_.size());
  archive << arms;
  for (const ArmEvidence& arm : arms_) archive << arm.residual << arm.precision;
  const auto write = [&archive](double value) { archive << value; };
  log_odds_strengths_.each_value(write);
  evidence_strengths_.each_value(write);
  archive << outcome_units_;
  kept_.each_value(write);
  for (const auto& calibration : calibrations_) calibration.each_value(write);
  for (const double loss : losses_) archive << loss;
  const auto best = static_cast<std::uint8_t>(best_);
  archive << best;
  for (const ReliabilityBin& bin : reliability_.bins()) archive << bin.count << bin.foretold << bin.kept;
}

template <class Archive>
void Learner::load(Archive& archive) {
  const detail::LoadBounds& bounds = detail::bounds_of(archive);
  std::uint32_t rows = 0;
  archive >> rows;
  const auto is_bounded = [](double value) { return std::abs(value) <= learned_max; };
  std::vector<FeatureTable::Entry> entries;
  for (std::uint32_t row = 0; row < rows; ++row) {
    FeatureRow one;
    std::uint32_t cells = 0;
    archive >> one.text >> one.records >> one.residual >> one.precision >> cells;
    detail::require(one.text < bounds.keywords && !features_.find(one.text) && cells <= bounds.checkpoints);
    detail::require(one.records >= 0 && one.precision >= 0 && is_bounded(double{one.records}) &&
                    is_bounded(double{one.residual}) && is_bounded(double{one.precision}));
    features_.add(one.text);
    features_[row] = one;
    std::uint32_t least = 0;
    entries.resize(cells);
    for (auto& [column, cell] : entries) {
      archive >> column >> cell.selected >> cell.observed >> cell.residual >> cell.precision;
      detail::require(column >= least && column < bounds.checkpoints);
      detail::require(detail::are_counts(Counts{double{cell.selected}, double{cell.observed}}));
      detail::require(cell.precision >= 0 && is_bounded(double{cell.precision}) && is_bounded(double{cell.residual}));
      least = column + 1;
    }
    features_.fill(row, entries);
  }
  std::uint32_t arms = 0;
  archive >> arms;
  detail::require(arms <= bounds.checkpoints);
  arms_.resize(arms);
  const auto read = [&](double& value) {
    archive >> value;
    detail::require(is_bounded(value));
  };
  for (ArmEvidence& arm : arms_) {
    read(arm.residual);
    read(arm.precision);
    detail::require(arm.precision >= 0);
  }
  log_odds_strengths_.each_value(read);
  evidence_strengths_.each_value(read);
  log_odds_strengths_.share_out();
  evidence_strengths_.share_out();
  read(outcome_units_);
  detail::require(outcome_units_ >= 1 && outcome_units_ <= outcome_units_max);
  kept_.each_value(read);
  for (auto& calibration : calibrations_) calibration.each_value(read);
  for (double& loss : losses_) read(loss);
  std::uint8_t best = 0;
  archive >> best;
  detail::require(best < scorer_count);
  best_ = static_cast<ScorerKind>(best);
  if (bounds.format < detail::reliability_format) return;
  reliability_.each_bin([&read](ReliabilityBin& bin) {
    for (double* const value : {&bin.count, &bin.foretold, &bin.kept}) read(*value);
    detail::require(bin.foretold >= 0 && bin.foretold <= bin.count && bin.kept >= 0 && bin.kept <= bin.count);
  });
}

}  // namespace penchant

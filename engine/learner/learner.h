// Learner: what a user's outcomes have taught the scorers that learn in sequence: what each word has done with each
// checkpoint, which prior strengths foretold best, how probable it is that an image is kept, and which
// scorer foretells that best. docs/learning.md.
//
// Owner: the user. Everything is scaled to the user's landmark, `unit` being what an outcome now weighs there; what is
// learned fades by outcomes, too. A pure function of the outcomes in order, with the same bits on every machine.
// Invariant: each row refers to its word's text. Limits: the owner bounds bytes(). Threading: none.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/learner/feature_table.h"
#include "engine/learner/online_logistic.h"
#include "engine/learner/prompt_scores.h"
#include "engine/learner/reliability.h"
#include "engine/learner/rivals.h"
#include "engine/scorer_kind.h"

namespace penchant {

inline constexpr double evidence_half_life_outcomes = 500;  // times the user's checkpoints
inline constexpr double outcome_units_max = 0x1p32;         // then all is scaled down
inline constexpr double outcome_variance_min = 0.05;
inline constexpr double switch_margin = 10;  // nats by which another scorer must have foretold better
inline constexpr double row_strength = 10;   // of what a word does whatever the checkpoint
inline constexpr std::size_t scorer_count = scorer_names.size();

/// How probable it is that an image is kept, between which bounds with 90%.
struct KeptChance {
  double probability = 0.5;
  double low = 0;
  double high = 1;
};

/// A judged image, as a learner is told of it.
struct Outcome {
  std::uint32_t column = 0;  // of its checkpoint
  bool is_kept = false;
  double mean_score = 0.5;  // what `mean` scored it before
  double weight = 1;        // what it weighs against the landmark
  double unit = 1;          // what one would that is judged now
};

class Learner {
 public:
  const FeatureTable& features() const { return features_; }
  FeatureTable& features() { return features_; }

  /// Tells `scores` what it has of these rows (none: a word it does not know) and weighs them.
  void ask(std::span<const std::optional<std::uint32_t>> rows, const ArmTable& checkpoints, double unit,
           PromptScores& scores) const;
  /// Of a prompt that was asked about, by column.
  std::span<const float> score(ScorerKind kind, PromptScores& scores) const;
  /// The same of one checkpoint, whichever scorer answers.
  KeptChance kept(std::span<const std::optional<std::uint32_t>> rows, const PromptScores& scores, std::uint32_t column,
                  double unit) const;

  /// Of a new one: what was counted of each checkpoint before, whatever the words. The columns' rates of selection.
  std::vector<double> learn_overall(const ArmTable& checkpoints, double unit);
  /// Then what was counted of a row with a column of that rate: as if it had been learned by itself.
  void learn_counts(std::uint32_t row, std::uint32_t column, const Counts& counts, double rate);

  /// Learns an outcome of a prompt that was asked about since the last one; every word of it has a row, and `cells` are
  /// the outcome's column's as they were then.
  void learn(std::span<const std::uint32_t> rows, const PromptScores& scores, const WordCells& cells,
             const Outcome& outcome, std::size_t checkpoints);
  /// Takes an outcome of the same column back and adds this one, foretold alike: to first order what would have been
  /// learned of it.
  void correct(std::span<const std::uint32_t> rows, const PromptScores& scores, const Outcome& old,
               const Outcome& outcome);
  /// Takes an outcome back.
  void unlearn(std::span<const std::uint32_t> rows, const PromptScores& scores, const Outcome& outcome);

  /// The scorer that has foretold best; and what each lost, in nats that fade.
  ScorerKind best() const { return best_; }
  const std::array<double, scorer_count>& losses() const { return losses_; }
  /// Of the probability that an image is kept.
  const Reliability& reliability() const { return reliability_; }

  /// The landmark moves: everything is multiplied by `factor`, and words that have faded below `notice` are dropped.
  void scale(double factor, double notice, Interner& texts);
  std::size_t cell_count() const { return features_.cell_count(); }
  std::size_t bytes() const;

  template <class Archive>
  void save(Archive& archive) const;  // engine/learner/learner_serialization.h
  /// Into a new one.
  template <class Archive>
  void load(Archive& archive);

 private:
  struct Foretold;
  using KeptFeatures = OnlineLogistic<5>::Features;
  KeptFeatures kept_features(std::span<const std::optional<std::uint32_t>> rows, const PromptScores& scores,
                             const Foretold& foretold, double unit) const;
  double learned_unit(double unit) const { return unit * outcome_units_; }
  ArmEvidence& arm(std::uint32_t column);
  double arm_term(std::uint32_t column, double unit) const;
  Rivals::Values log_odds(const PromptScores& scores, const WordCells& cells, std::uint32_t column) const;
  Rivals::Values evidence(const PromptScores& scores, const WordCells& cells, std::uint32_t column, double unit) const;
  void note_losses(const PromptScores& scores, const WordCells& cells, const Outcome& outcome, double log_odds,
                   double evidence);
  void learn_rows(std::span<const std::uint32_t> rows, const PromptScores& scores, const Outcome& outcome,
                  double probability);
  double foretold(const PromptScores& scores, const Outcome& outcome) const;
  void add_missed(std::span<const std::uint32_t> rows, const PromptScores& scores, const Outcome& outcome,
                  double foretold, double sign);
  void grow_units(std::size_t checkpoints);
  void scale_tables(double counts, double learned);

  FeatureTable features_;
  std::vector<ArmEvidence> arms_;  // by column
  Rivals log_odds_strengths_;
  Rivals evidence_strengths_;
  double outcome_units_ = 1;  // what an outcome weighs more than the first one: what was learned fades
  OnlineLogistic<5> kept_{{0, 1, 0.5, 1, 0}};
  std::array<OnlineLogistic<2>, scorer_count> calibrations_{OnlineLogistic<2>{{0, 1}}, OnlineLogistic<2>{{0, 1}},
                                                            OnlineLogistic<2>{{0, 1}}, OnlineLogistic<2>{{0, 1}}};
  std::array<double, scorer_count> losses_{};
  Reliability reliability_;
  ScorerKind best_ = ScorerKind::evidence;
};

}  // namespace penchant

// PromptScores: what a prompt's words say of each checkpoint, by the scorers that weigh words: weighted, logodds,
// evidence. docs/learning.md has the formulas.
//
//   scores.begin(checkpoints, per_unit);       // whose columns they are, and what divides counts to be those of now
//   scores.add_word(…) for each word, add_cell(…) for what it has with a column, in order of columns
//   scores.weigh();
//   scores.score(ScorerKind::logodds, shares)[column]
//
// Owner: the caller; scratch to be reused, which allocates nothing once it has grown. Lifetime: what is answered lasts
// until the next begin(). Values are single precision, with the same bits on every machine. Threading: none.
#pragma once

#include <boost/align/aligned_allocator.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/arm_table.h"
#include "engine/learner/cell_kernels.h"
#include "engine/learner/feature_table.h"
#include "engine/learner/rivals.h"
#include "engine/scorer_kind.h"

namespace penchant {

inline constexpr double spread_min = 0.005;         // a word that has told nothing apart so far may still
inline constexpr double spread_strength = 10;       // observations of the checkpoint's rate, beside a word's own
inline constexpr double log_odds_arm_strength = 300;  // observations of 1/2, beside a checkpoint's own
inline constexpr double log_odds_share = 0.7;       // words repeat each other
inline constexpr double evidence_arm_strength = 50;
inline constexpr Rivals::Values prior_strengths{5, 25, 125};
inline constexpr double scale_squares = 10;         // the sum of the squares of a prompt's scales
inline constexpr double strength_share_min = 0.01;  // one that is less probable is left out of a score

/// What a learner has learned of a checkpoint, whatever the words.
struct ArmEvidence {
  double residual = 0;
  double precision = 0;
};

class PromptScores {
 public:
  /// `learned_per_unit`: the same for residuals and precisions.
  void begin(const ArmTable& checkpoints, double per_unit, double learned_per_unit);
  /// `records`: those with the word, as they are kept.
  void add_word(double records);
  void add_cell(std::uint32_t column, const FeatureCell& cell);
  /// After the last word.
  void weigh();

  /// By column. `shares` are those of the prior strengths; `arms` is evidence's alone.
  std::span<const float> score(ScorerKind kind, const Rivals::Values& shares, std::span<const ArmEvidence> arms);
  /// Of the last score(): what a word adds to the score of a column, or to the log-odds of which that is the
  /// probability. What is left is the column's own.
  double term(std::size_t word, std::uint32_t column) const;

  std::size_t word_count() const { return words_.size(); }
  double weight(std::size_t word) const { return words_[word].weight; }
  /// Of what it does whatever the checkpoint.
  double scale(std::size_t word) const { return words_[word].scale; }
  /// What the word has with the column, as of now; nothing where it has nothing.
  FeatureCell cell(std::size_t word, std::uint32_t column) const;
  /// Of the column, as of now.
  const Counts& overall(std::uint32_t column) const { return overall_[column]; }

 private:
  using Floats = std::vector<float, boost::alignment::aligned_allocator<float, 64>>;
  struct Word {
    std::size_t first_line = 0;
    std::size_t cells = 0;
    double records = 0;
    double rarity = 0;  // log(1 + (records + 1) / (records with the word + 1))
    double weight = 1;
    double scale = 1;
  };

  std::size_t lines_of(const Word& word) const { return (word.cells + line_columns - 1) / line_columns; }
  CellLines lines(const Word& word, const Floats& rates) const;
  void add_terms(ScorerKind kind, const Strengths& strengths, double factor);
  const std::uint32_t* find_cell(const Word& word, std::uint32_t column) const;

  double per_unit_ = 1;
  float learned_per_unit_ = 1;
  std::vector<Counts> overall_;  // by column
  double observed_ = 0;          // over all columns
  double variance_ = 0;          // the sum of rate (1 - rate)
  Floats rates_;                 // by column: (S + 1) / (N + 2)
  Floats leads_;                 // by column: (S + 150) / (N + 300)
  std::vector<Word> words_;
  std::vector<std::uint32_t> columns_;  // of the cells, line by line
  Floats counts_;
  Floats learned_;
  Floats cell_rates_;
  Floats cell_leads_;
  Floats terms_;
  Floats scores_;  // by column
  double term_unit_ = 1;  // log2 of odds are told as logarithms
};

}  // namespace penchant

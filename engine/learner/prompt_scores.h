// PromptScores: what a prompt's words say of each checkpoint, by the scorers that weigh words: weighted, logodds,
// evidence. docs/learning.md has the formulas.
//
//   scores.begin(checkpoints, per_unit, …);    // whose columns they are, and what makes counts those of now
//   scores.add_word(…) for each word: what it has with the columns
//   scores.weigh();
//   scores.score(ScorerKind::logodds, shares)[column]
//
// Dense cells are read where they lie; others are gathered, into lines of their word's own. Owner: the caller; scratch
// to be reused, which allocates nothing once it has grown. Lifetime: what is answered lasts until the next begin();
// until the last answer about cells, dense ones may not change. Values are single precision, with the same bits on
// every machine, whether cells are dense or not. Threading: none.
#pragma once

#include <boost/align/aligned_allocator.hpp>
#include <boost/container/small_vector.hpp>
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

inline constexpr double spread_min = 0.005;           // a word that has told nothing apart so far may still
inline constexpr double spread_strength = 10;         // observations of the checkpoint's rate, beside a word's own
inline constexpr double log_odds_arm_strength = 300;  // observations of 1/2, beside a checkpoint's own
inline constexpr double log_odds_share = 0.7;         // words repeat each other
inline constexpr double evidence_arm_strength = 50;
inline constexpr Rivals::Values prior_strengths{5, 25, 125};
inline constexpr double scale_squares = 10;         // the sum of the squares of a prompt's scales
inline constexpr double strength_share_min = 0.01;  // one that is less probable is left out of a score

/// What a learner has learned of a checkpoint, whatever the words.
struct ArmEvidence {
  double residual = 0;
  double precision = 0;
};

/// A cell of each word.
using WordCells = boost::container::small_vector<FeatureCell, 64>;

class PromptScores {
 public:
  /// `learned_per_unit`: the same for residuals and precisions.
  void begin(const ArmTable& checkpoints, double per_unit, double learned_per_unit);
  /// A word that nothing is known of.
  void add_word() { words_.push_back({}); }
  /// `records`: those with the word, as they are kept. Cells are in order of columns.
  void add_word(double records, std::span<const FeatureTable::Entry> cells) {
    begin_word();
    for (const auto& [column, cell] : cells) add_cell(column, cell);
    end_word(records);
  }
  void add_word(double records, std::span<const FeatureLine> lines);
  /// Of counts alone; their records are all that were observed.
  void add_word(const RowView& counts);
  /// The same, cell by cell.
  void begin_word();
  void add_cell(std::uint32_t column, const FeatureCell& cell) {
    const std::size_t at = cells_used_++;
    gathered_[at / line_columns].set(at % line_columns, cell);
    gathered_rates_[at] = rates_[column];
    columns_[at] = column;
  }
  void end_word(double records);
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
  double scale(std::size_t word) const;
  /// What the word has with the column, as of now; nothing where it has nothing.
  FeatureCell cell(std::size_t word, std::uint32_t column) const;
  WordCells cells_of(std::uint32_t column) const;
  /// Of the column, as of now.
  const Counts& overall(std::uint32_t column) const { return overall_[column]; }

 private:
  using Floats = std::vector<float, boost::alignment::aligned_allocator<float, 64>>;
  struct Word {
    CellLines dense;             // without rates; no lines: gathered
    std::size_t first_line = 0;  // of those that were gathered
    std::size_t cells = 0;
    double records = 0;
    double rarity = 0;  // log(1 + (records + 1) / (records with the word + 1))
    double weight = 1;
    bool is_dense() const { return dense.count > 0; }
  };
  /// What score() last made of terms.
  struct Terms {
    ScorerKind kind = ScorerKind::weighted;
    Strengths strengths;
    double factor = 1;
  };

  void add_dense(double records, const float* counts, const float* learned, std::size_t stride, std::size_t count);
  CellLines lines(const Word& word, const Floats& rates, const Floats& gathered_rates) const;
  void find_rarities();
  double spread(const Word& word);
  void add_word_terms(const Word& word, const CellLines& cells, float* sums) const;
  void add_terms(ScorerKind kind, const Strengths& strengths, double factor);
  void lead();
  FeatureCell kept_cell(const Word& word, std::uint32_t column) const;

  double per_unit_ = 1;
  double learned_per_unit_ = 1;
  std::vector<Counts> overall_;  // by column
  double observed_ = 0;          // over all columns
  double variance_ = 0;          // the sum of rate (1 - rate)
  double rarities_ = 0;          // of all words
  Floats rates_;                 // by column: (S + 1) / (N + 2)
  Floats leads_;                 // by column, where logodds asks: (S + 150) / (N + 300)
  std::vector<Word> words_;
  std::size_t cells_used_ = 0;          // of gathered ones; between words, whole lines
  std::vector<std::uint32_t> columns_;  // of the gathered cells, line by line
  std::vector<FeatureLine> gathered_;
  Floats gathered_rates_;
  Floats gathered_leads_;
  Floats line_scratch_;
  Floats scores_;  // by column
  Terms terms_;
};

}  // namespace penchant

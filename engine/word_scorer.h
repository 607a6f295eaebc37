// WordScorer: the scores of the scorers that weigh a prompt's words: weighted, logodds and evidence. docs/learning.md.
//
//   scorer.ask(engine, community, user, keywords, now_ms);      // engine/scoring.h
//   words.ask(engine, scorer, {keywords, other_words}, ScorerKind::logodds);
//   words.score(column);
//
// Where the user has a learner they are its words and counts; else, weighted and logodds are of the keywords' counts
// alone. Owner: the caller; scratch to be reused. Lifetime: between ask() and the last use of its answers neither the
// engine nor the scorer's question may change, and the prompt's words last. Threading: none.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/learner/features.h"
#include "engine/learner/learner.h"
#include "engine/result.h"
#include "engine/scorer_kind.h"
#include "engine/scoring.h"

namespace penchant {

struct PromptWords {
  std::span<const Keyword> keywords;
  std::span<const Keyword> others;
};

class WordScorer {
 public:
  /// Which one answers; a Failure where it takes a learner and none are kept. `user` may be null.
  static result<ScorerKind> kind_of(const Engine& engine, const User* user, const ScorerChoice& choice);

  /// `kind` is not mean. Of a user that is null all scores are 1/2.
  void ask(const Engine& engine, const Scorer& scorer, const PromptWords& prompt, ScorerKind kind);

  /// By the user's columns.
  std::span<const float> scores() const { return scores_; }
  double score(const std::optional<std::uint32_t>& column) const {
    return column ? static_cast<double>(scores_[*column]) : prior_mean;
  }
  /// The same of any arm, with what the community adds to it where there is one.
  double score(const Scorer& scorer, const ArmColumns& arm) const;
  /// The words that were looked at, and what each adds to the column's score, or its log-odds.
  std::span<const std::string_view> words() const { return words_; }
  double term(std::size_t word, std::uint32_t column) const { return prompt_scores_.term(word, column); }
  double weight(std::size_t word) const { return prompt_scores_.weight(word); }
  /// Of a user who has a learner: the probability that an image with this column is kept.
  KeptChance kept(std::uint32_t column) const { return learner_->kept(rows_, prompt_scores_, column, unit_); }
  FeatureCell cell(std::size_t word, std::uint32_t column) const { return prompt_scores_.cell(word, column); }

 private:
  void look_up(const Engine& engine, const Asked& asked);
  void ask_counts(const Scorer& scorer, std::size_t keywords);

  ScorerKind kind_ = ScorerKind::weighted;
  const Learner* learner_ = nullptr;  // the user's
  double unit_ = 1;
  Features features_;
  std::vector<std::string_view> words_;
  std::vector<std::optional<std::uint32_t>> rows_;
  PromptScores prompt_scores_;
  std::span<const float> scores_;
};

}  // namespace penchant

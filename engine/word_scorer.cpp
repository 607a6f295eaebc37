#include "engine/word_scorer.h"

#include <algorithm>

#include "engine/check.h"
#include "engine/elementary.h"

namespace penchant {

result<ScorerKind> WordScorer::kind_of(const Engine& engine, const User* user, const ScorerChoice& choice) {
  if (choice == ScorerChoice(ScorerKind::evidence) && !engine.is_learning()) {
    return Failure{"the scorer evidence learns from each record, and nobody does here: serve with --scorer auto"};
  }
  if (!choice.is_automatic) return choice.kind;
  if (!engine.is_learning()) return ScorerKind::mean;
  if (!user) return ScorerKind::evidence;
  // Whose records are all from before has counts, and evidence would know nothing of them.
  return user->learner() ? user->learner()->best() : ScorerKind::weighted;
}

void WordScorer::ask(const Engine& engine, const Scorer& scorer, const PromptWords& prompt, ScorerKind kind) {
  PENCHANT_CHECK(kind != ScorerKind::mean);
  kind_ = kind;
  scores_ = {};
  const User* const user = scorer.asked().user();
  learner_ = user ? user->learner() : nullptr;
  unit_ = scorer.asked().unit();
  words_.clear();
  for (const Keyword& keyword : prompt.keywords) words_.push_back(keyword.text);
  if (!user) return;
  if (learner_) {
    features_.read(prompt.keywords, prompt.others);
    words_.assign(features_.texts().begin(), features_.texts().end());
    look_up(engine, scorer.asked());
    learner_->ask(rows_, user->checkpoints(), unit_, prompt_scores_);
    scores_ = learner_->score(kind, prompt_scores_);
    return;
  }
  ask_counts(scorer, prompt.keywords.size());
  scores_ = prompt_scores_.score(kind, Rivals().shares(), {});
}

/// The rows of the words; the keywords' numbers are known.
void WordScorer::look_up(const Engine& engine, const Asked& asked) {
  rows_.clear();  // first the words' numbers: each waits for memory, all at the same time
  for (std::size_t word = 0; word < words_.size(); ++word) {
    rows_.push_back(word < asked.keyword_count() ? asked.keyword(word) : engine.find_keyword(words_[word]));
  }
  for (auto& row : rows_) {
    row = row ? learner_->features().find(*row) : std::nullopt;
    if (row) __builtin_prefetch(&learner_->features()[*row]);
  }
}

double WordScorer::score(const Scorer& scorer, const ArmColumns& arm) const {
  const double own = score(arm.own);
  if (!scorer.has_community() || !arm.shared) return own;
  const double shared = scorer.exact({std::nullopt, arm.shared}).score;
  const auto keywords = static_cast<double>(std::max<std::size_t>(scorer.keyword_count(), 1));
  const double observed = scorer.exact(arm).observations / keywords;
  const double share = prior_observations / (prior_observations + observed);
  if (kind_ == ScorerKind::weighted) return std::clamp(own + share * (shared - prior_mean), 0.0, 1.0);
  constexpr double end = 1e-6;  // single precision may round a score to 1
  return logistic(log_odds(std::clamp(own, end, 1 - end)) + share * log_odds(shared));
}

/// Each record with a keyword has one checkpoint: their observations are its records.
void WordScorer::ask_counts(const Scorer& scorer, std::size_t keywords) {
  const User& user = *scorer.asked().user();
  prompt_scores_.begin(user.checkpoints(), scorer.asked().per_unit(), 1);
  for (std::size_t keyword = 0; keyword < keywords; ++keyword) {
    if (const auto dense = scorer.dense_row(keyword)) {
      prompt_scores_.add_word(*dense);
      continue;
    }
    prompt_scores_.begin_word();
    double records = 0;
    scorer.each_cell(keyword, [&](std::uint32_t column, const CountMatrix::Cell& cell) {
      if (!(cell.observed > 0)) return;
      prompt_scores_.add_cell(column, {.selected = cell.selected, .observed = cell.observed});
      records += static_cast<double>(cell.observed);
    });
    prompt_scores_.end_word(records);
  }
  prompt_scores_.weigh();
}

}  // namespace penchant

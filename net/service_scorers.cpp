// Service: what the scorers make of a prompt.
#include "engine/elementary.h"
#include "engine/explain.h"
#include "engine/validate.h"
#include "net/service.h"

namespace penchant {

/// Of the prompt, where users have learners: nobody else looks at them.
std::span<const Keyword> Service::other_words(std::string_view prompt, std::span<const Keyword> keywords) {
  return engine().is_learning() ? other_words_.read(prompt, keywords) : std::span<const Keyword>{};
}

/// The one that answers, which has been asked.
result<ScorerKind> Service::ask_scorer(const ScoreRequest& request, const User* user) {
  if (auto valid = validate_question(request.user, request.prompt, {}, request.checkpoints); !valid) {
    return valid.error();
  }
  const auto kind = WordScorer::kind_of(engine(), user, request.scorer.value_or(scorer_choice_));
  if (!kind) return kind;
  const std::span<const Keyword> keywords = prompts_.read(request.prompt).keywords();
  scorer_.ask(engine(), prior(), user, keywords, now_ms());
  if (*kind != ScorerKind::mean) {
    word_scorer_.ask(engine(), scorer_, {keywords, other_words(request.prompt, keywords)}, *kind);
  }
  return kind;
}

result<std::span<const double>> Service::score(const ScoreRequest& request) {
  const User* const user = engine().find_user(request.user);
  const auto kind = ask_scorer(request, user);
  if (!kind) return kind.error();
  scores_.clear();
  for (const std::string_view checkpoint : request.checkpoints) {
    const ArmColumns columns = columns_of(user, checkpoint);
    scores_.push_back(*kind == ScorerKind::mean ? scorer_.exact(columns).score
                                               : word_scorer_.score(scorer_, columns));
  }
  return std::span<const double>(scores_);
}

result<Explanation> Service::explain(const ScoreRequest& request) {
  const User* const user = engine().find_user(request.user);
  const auto kind = ask_scorer(request, user);
  if (!kind) return kind.error();
  const std::string_view checkpoint = request.checkpoints.front();
  const ArmColumns at = columns_of(user, checkpoint);
  const std::span<const Keyword> keywords = prompts_.read(request.prompt).keywords();
  counts_.clear();
  for (std::size_t i = 0; i < keywords.size(); ++i) counts_.push_back(scorer_.counts(i, at));
  reason_.clear();
  const std::string_view name = at.own ? engine().name_text(user->checkpoints()[*at.own].name) : checkpoint;
  append_evidence(name, at, keywords, scorer_, reason_);
  Explanation told{.total = scorer_.exact(at), .scorer = *kind, .keywords = keywords, .counts = counts_};
  contributions_.clear();
  if (*kind == ScorerKind::mean) {
    explain_mean(at, keywords);
    if (keywords.empty()) told.base = told.total.score;
  } else {
    told.total.score = word_scorer_.score(scorer_, at);
    if (at.own) explain_words(*at.own);
    const bool is_sum = *kind == ScorerKind::weighted;
    told.base = is_sum ? told.total.score : log_odds(told.total.score);
    for (const Contribution& one : contributions_) told.base -= one.adds;
  }
  told.contributions = contributions_;
  told.reason = reason_;
  return told;
}

/// Each keyword's rate has the same share in the mean.
void Service::explain_mean(const ArmColumns& at, std::span<const Keyword> keywords) {
  const double share = 1 / static_cast<double>(keywords.size());
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    contributions_.push_back({keywords[i].text, 1, share * posterior_mean(counts_[i], scorer_.prior(i, at))});
  }
}

void Service::explain_words(std::uint32_t column) {
  for (std::size_t word = 0; word < word_scorer_.words().size(); ++word) {
    contributions_.push_back(
        {word_scorer_.words()[word], word_scorer_.weight(word), word_scorer_.term(word, column)});
  }
}

/// Of the arms that are told, whichever scorer has ranked them.
void Service::tell_kept(const Recommendation& recommendation, const PromptWords& words) {
  kept_.clear();
  if (!recommendation.user || !recommendation.user->learner()) return;
  if (recommendation.scorer == ScorerKind::mean) {
    word_scorer_.ask(engine(), recommender_.scorer(), words, ScorerKind::evidence);
  }
  const WordScorer& scorer = recommendation.scorer == ScorerKind::mean ? word_scorer_ : recommender_.words();
  for (const ArmAnswer& arm : recommendation.arms) {
    if (arm.column.own) kept_.push_back({arm.checkpoint, scorer.kept(*arm.column.own)});
  }
}

}  // namespace penchant

#include "evaluate/history_replay.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/check.h"
#include "engine/model_name.h"

namespace penchant {
namespace {

constexpr double probabilities_tolerance = 1e-3;  // of their sum: they are kept in single precision
constexpr std::size_t automatic = scorer_names.size();

std::size_t index_of(std::size_t scorer, std::size_t policy) { return scorer * policies.size() + policy; }

Foreteller foreteller_of(ScorerKind kind) {
  return static_cast<Foreteller>(static_cast<std::size_t>(Foreteller::mean) + static_cast<std::size_t>(kind));
}

/// Of the arms of the decision: whether they are all of them, each once, with the probabilities of a choice.
bool are_all_known(std::span<const DecisionArm> arms) {
  double sum = 0;
  for (const DecisionArm& arm : arms) {
    if (!(arm.probability >= 0 && arm.probability <= 1)) return false;
    sum += arm.probability;
  }
  return std::abs(sum - 1) < probabilities_tolerance;
}

}  // namespace

void keep_newest(std::vector<LoggedOutcome>& outcomes, std::size_t count) {
  if (outcomes.size() > count) outcomes.erase(outcomes.begin(), outcomes.end() - static_cast<std::ptrdiff_t>(count));
}

WayToChoose way_to_choose(std::size_t i) {
  const std::size_t scorer = i / policies.size();
  return {scorer == automatic ? ScorerChoice::automatic() : ScorerChoice(static_cast<ScorerKind>(scorer)),
          policies[i % policies.size()]};
}

result<HistoryReplay> HistoryReplay::begin(const HistorySettings& settings) {
  HistoryReplay replay(settings);
  if (auto changed = replay.engine_.change_decay({.decay_days = settings.decay_days}); !changed) return changed.error();
  replay.engine_.change_learning({.is_on = true});
  return replay;
}

result<void> HistoryReplay::add(const Record& told) {
  Record record = told;
  now_ms_ = std::max(now_ms_, record.at_ms.value_or(record.now_ms));
  record.now_ms = now_ms_;
  record.other_words = other_words_.read(record.prompt, record.keywords);
  const User* const user = engine_.find_user(record.user);
  const bool is_known = user && !record.id.empty() && user->known().find(record.id);
  if (!is_known && record.verdict != Verdict::neutral) {
    const double share = foretell(record);
    if (!record.shadow_checkpoint.empty()) {
      note_shadow(record, share);
    } else if (!record.decision.empty()) {
      judge_decision(record, share);
    }
    ++(record.verdict == Verdict::selected ? findings_.selected : findings_.rejected);
  }
  ++findings_.records;
  if (auto recorded = engine_.record(record); !recorded) return recorded.error();
  return {};
}

/// Each foreteller's probability is noted; the share that the user has kept so far.
double HistoryReplay::foretell(const Record& record) {
  const User* const user = engine_.find_user(record.user);
  const auto column = engine_.find_checkpoint(user, record.checkpoint);
  const double kept = user ? static_cast<double>(user->totals().selected) : 0;
  const double judged = kept + (user ? static_cast<double>(user->totals().rejected) : 0);
  const double share = (kept + 1) / (judged + 2);
  const auto key = engine_.find_name(model_key(record.checkpoint));
  const std::uint32_t group = key ? static_cast<std::uint32_t>(*key) : UINT32_MAX;

  std::array<double, scorer_names.size()> scores{};
  scorer_.ask(engine_, user, record.keywords, now_ms_);
  scores[0] = scorer_.exact({column, std::nullopt}).score;
  for (std::size_t i = 1; i < scores.size(); ++i) {
    words_.ask(engine_, scorer_, {record.keywords, record.other_words}, static_cast<ScorerKind>(i));
    scores[i] = words_.score(column);
  }
  const Learner* const learner = user ? user->learner() : nullptr;
  const ScorerKind best = learner ? learner->best() : ScorerKind::evidence;
  note(Foreteller::share, share, record, group);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    note(foreteller_of(static_cast<ScorerKind>(i)), scores[i], record, group);
  }
  note(Foreteller::automatic, scores[static_cast<std::size_t>(best)], record, group);
  note(Foreteller::kept, foretold(user, record.checkpoint, share), record, group);
  return share;
}

void HistoryReplay::note(Foreteller by, double probability, const Record& record, std::uint32_t group) {
  Foretold& foretold = findings_.foretold[static_cast<std::size_t>(by)];
  const bool is_kept = record.verdict == Verdict::selected;
  foretold.quality.add(probability, is_kept, group);
  foretold.losses.push_back(log_loss(probability, is_kept));
}

/// What `kept` says of the prompt that was asked about last with a checkpoint; where that is unknown `share`.
double HistoryReplay::foretold(const User* user, std::string_view checkpoint, double share) const {
  const auto column = engine_.find_checkpoint(user, checkpoint);
  return column && user->learner() ? words_.kept(*column).probability : share;
}

void HistoryReplay::note_shadow(const Record& record, double share) {
  const User* const user = engine_.find_user(record.user);
  findings_.shadow.push_back({.decision = std::string(record.decision),
                              .is_same = model_key(record.checkpoint) == model_key(record.shadow_checkpoint),
                              .is_kept = record.verdict == Verdict::selected,
                              .foretold = foretold(user, record.checkpoint, share),
                              .foretold_other = foretold(user, record.shadow_checkpoint, share)});
}

void HistoryReplay::judge_decision(const Record& record, double share) {
  const auto key = model_key(record.checkpoint);
  const auto arm = std::ranges::find_if(record.decision_arms,
                                        [key](const DecisionArm& one) { return model_key(one.checkpoint) == key; });
  if (!are_all_known(record.decision_arms)) {
    ++findings_.unknown_arms;
    return;
  }
  if (arm == record.decision_arms.end() || arm->probability < logged_probability_min) {
    ++findings_.own_choice;
    return;
  }
  auto found = open_.find(record.decision);
  if (found == open_.end()) {
    OpenDecision decision;
    if (!open(record, share, decision)) {
      ++findings_.unknown_arms;
      return;
    }
    if (open_.size() == open_decisions_max) close_oldest();
    found = open_.emplace(record.decision, std::move(decision)).first;
    open_order_.push_back(found);
  }
  const double reward = record.verdict == Verdict::selected ? 1 : 0;
  const auto index = static_cast<std::size_t>(arm - record.decision_arms.begin());
  if (index < found->second.logged.size()) found->second.images.push_back({index, reward});
}

/// What each way to choose would do at the decision that the record judges; false where its arms are not distinct.
bool HistoryReplay::open(const Record& record, double share, OpenDecision& decision) {
  const User* const user = engine_.find_user(record.user);
  arms_.clear();
  for (const DecisionArm& arm : record.decision_arms) {
    arms_.push_back(arm.checkpoint);
    decision.logged.push_back(arm.probability);
    decision.predicted.push_back(foretold(user, arm.checkpoint, share));
  }
  ask_ways(record, decision);
  return recommender_.arm_count() == arms_.size();
}

void HistoryReplay::ask_ways(const Record& record, OpenDecision& decision) {
  const User* const user = engine_.find_user(record.user);
  decision.targets.assign(ways_to_choose, std::vector<double>(arms_.size(), 0));
  for (std::size_t way = 0; way < index_of(automatic, 0); ++way) {
    const auto [scorer, policy] = way_to_choose(way);
    const auto answer = recommender_.recommend(engine_, {.user = record.user,
                                                         .keywords = record.keywords,
                                                         .tier = record.tier,
                                                         .among = arms_,
                                                         .at_ms = now_ms_,
                                                         .policy = policy,
                                                         .scorer = scorer,
                                                         .other_words = record.other_words});
    PENCHANT_CHECK(answer);  // there are arms, and a learner is kept
    for (const ArmChance& chance : answer->chances) decision.targets[way][chance.arm] = chance.probability;
  }
  const auto best = WordScorer::kind_of(engine_, user, ScorerChoice::automatic());
  for (std::size_t policy = 0; policy < policies.size(); ++policy) {
    decision.targets[index_of(automatic, policy)] = decision.targets[index_of(static_cast<std::size_t>(*best), policy)];
  }
}

void HistoryReplay::close_oldest() {
  const OpenDecision& decision = open_order_.front()->second;
  for (std::size_t way = 0; way < ways_to_choose; ++way) {
    auto& outcomes = findings_.outcomes[way];
    for (std::size_t i = 0; i < decision.images.size(); ++i) {
      const auto& [arm, reward] = decision.images[i];
      outcomes.push_back(logged_outcome({decision.logged, decision.targets[way], decision.predicted, arm}, reward));
      outcomes.back().is_same_decision = i > 0;
    }
    if (outcomes.size() >= 2 * judged_images_max) keep_newest(outcomes, judged_images_max);
  }
  open_.erase(open_order_.front());
  open_order_.pop_front();
}

HistoryFindings HistoryReplay::finish() && {
  while (!open_order_.empty()) close_oldest();
  for (auto& outcomes : findings_.outcomes) keep_newest(outcomes, judged_images_max);
  findings_.users = engine_.user_count();
  return std::move(findings_);
}

}  // namespace penchant

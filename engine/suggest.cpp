#include "engine/suggest.h"

#include <algorithm>
#include <cmath>

#include "engine/model_name.h"
#include "engine/ranking.h"

namespace penchant {
namespace {

/// Orders answers as arms are: by score, then fewer observations; equal ones stay as they are. Keeps the best `top`.
template <class Answer>
void rank_answers(std::vector<Answer>& answers, std::optional<std::uint32_t> top) {
  const auto key = [](const Answer& answer) { return rank_key(answer.score, answer.observations); };
  std::ranges::stable_sort(answers, std::greater{}, key);
  if (top && answers.size() > *top) answers.resize(*top);
}

}  // namespace

std::span<const LoraAnswer> Suggester::loras(const Engine& engine, const SuggestQuestion& question) {
  const User* user = engine.find_user(question.user);
  asked_.ask(engine, question.community, user, question.keywords, question.at_ms);
  const Community* const community = asked_.community();
  has_checkpoint_ = !question.checkpoint.empty();
  checkpoint_ = {engine.find_checkpoint(user, question.checkpoint),
                 community ? community->checkpoint(model_key(question.checkpoint)) : std::nullopt};
  gather_loras(engine, question);
  lora_answers_.clear();
  for (const Lora& lora : loras_) {
    if (goes_with(lora)) lora_answers_.push_back(answer_of(lora));
  }
  rank_answers(lora_answers_, question.top);
  return lora_answers_;
}

/// AMONG, else the user's, else the community's.
void Suggester::gather_loras(const Engine& engine, const SuggestQuestion& question) {
  loras_.clear();
  seen_keys_.clear();
  const User* const user = asked_.user();
  for (const std::string_view name : question.among) add_lora(engine, name);
  if (loras_.empty() && user) {
    for (std::uint32_t column = 0; column < user->loras().size(); ++column) {
      if (user->loras().is_live(column)) add_lora(engine, engine.name_text(user->loras()[column].name));
    }
  }
  if (!loras_.empty() || !asked_.community()) return;
  for (const CommunityArm& arm : asked_.community()->loras()) {
    if (arm.overall.counts()) add_lora(engine, arm.name);
  }
}

void Suggester::add_lora(const Engine& engine, std::string_view name) {
  const std::string_view key = model_key(name);
  if (!seen_keys_.insert(key).second) return;
  const User* const user = asked_.user();
  const auto own = engine.find_lora(user, name);
  const auto id = engine.find_name(key);
  loras_.push_back({own ? engine.name_text(user->loras()[*own].name) : name,
                    {own, asked_.community() ? asked_.community()->lora(key) : std::nullopt},
                    id.value_or(0),
                    id.has_value()});
}

bool Suggester::goes_with(const Lora& lora) const {
  if (!checkpoint_.own || !lora.columns.own) return true;
  const Counts pair = asked_.now(asked_.user()->checkpoint_loras().counts(*checkpoint_.own, *lora.columns.own));
  const bool is_enough = pair.observed >= incompatible_observations - least_difference;
  return !is_enough || pair.selected / pair.observed >= incompatible_rate - least_difference;
}

/// The mean of the LoRA's rates with each keyword and with the checkpoint; without either, its rate overall.
LoraAnswer Suggester::answer_of(const Lora& lora) const {
  const User* const user = asked_.user();
  const Community* const community = asked_.community();
  LoraAnswer answer{.lora = lora.name};
  std::size_t terms = 0;
  const auto add_term = [&](const Counts& counts, double prior) {
    answer.score += posterior_mean(counts, prior);
    answer.observations += counts.observed;
    ++terms;
  };
  for (std::size_t i = 0; i < asked_.keyword_count(); ++i) {
    const auto row = asked_.row(i);
    const bool is_met = row && lora.columns.own;
    add_term(
        is_met ? asked_.now(user->with_lora(*row, *lora.columns.own)) : Counts{},
        community ? asked_.prior(community->keyword_loras(), asked_.shared_row(i), lora.columns.shared) : prior_mean);
  }
  if (has_checkpoint_) {
    const bool is_met = checkpoint_.own && lora.columns.own;
    add_term(
        is_met ? asked_.now(user->checkpoint_loras().counts(*checkpoint_.own, *lora.columns.own)) : Counts{},
        community ? asked_.prior(community->checkpoint_loras(), checkpoint_.shared, lora.columns.shared) : prior_mean);
  }
  if (terms == 0) {
    const bool is_shared = community && lora.columns.shared;
    add_term(lora.columns.own ? asked_.now(user->loras()[*lora.columns.own].overall) : Counts{},
             is_shared ? asked_.prior(community->loras()[*lora.columns.shared].overall) : prior_mean);
  }
  answer.score /= static_cast<double>(terms);
  if (!user || !lora.is_known) return answer;
  const auto column = user->parameters().find({ParameterKey::lora_strength, lora.key});
  if (column) answer.strength = value_of({&*column, 1});
  return answer;
}

std::span<const NegativeAnswer> Suggester::negatives(const Engine& engine, const SuggestQuestion& question) {
  asked_.ask(engine, question.community, engine.find_user(question.user), question.keywords, question.at_ms);
  negatives_.clear();
  negative_answers_.clear();
  const std::size_t terms = std::max<std::size_t>(asked_.keyword_count(), 1);
  for (std::size_t term = 0; term < terms; ++term) {
    pairs_.clear();
    if (asked_.keyword_count() == 0) {
      add_overall_negatives(engine);
    } else {
      add_shared_negatives(term);
      add_own_negatives(engine, term);
    }
    for (const auto& [keyword, pair] : pairs_) {
      if (!pair.is_shared && pair.counts.observed <= noticed_observations) continue;
      Negative& negative = negatives_[keyword];
      negative.moved += posterior_mean(pair.counts, pair.prior) - prior_mean;
      negative.observations += pair.counts.observed;
    }
  }
  for (const auto& [keyword, negative] : negatives_) {
    negative_answers_.push_back(
        {keyword, prior_mean + negative.moved / static_cast<double>(terms), negative.observations});
  }
  // The map knows no order, and equal answers need one.
  std::ranges::sort(negative_answers_, {}, &NegativeAnswer::keyword);
  rank_answers(negative_answers_, question.top);
  return negative_answers_;
}

/// The counts of a negative keyword are the sum over the sets it is in.
void Suggester::add_set(const Engine& engine, std::uint32_t set, const Counts& stored) {
  const NegativeTable& table = asked_.user()->negatives();
  if (stored.observed <= 0 || !table.is_set(set)) return;
  const Counts counts = asked_.now(stored);
  for (const Interner::Id negative : table.keywords(set)) pairs_[engine.keyword_text(negative)].counts.add(counts);
}

void Suggester::add_own_negatives(const Engine& engine, std::size_t keyword) {
  const auto row = asked_.row(keyword);
  if (!row) return;
  asked_.user()->each_negative_set(*row,
                                   [&](std::uint32_t set, const Counts& stored) { add_set(engine, set, stored); });
}

void Suggester::add_shared_negatives(std::size_t keyword) {
  const Community* const community = asked_.community();
  if (!community || !asked_.shared_row(keyword)) return;
  for (const auto& [column, cell] : community->keyword_negatives().row(*asked_.shared_row(keyword))) {
    if (cell.counts()) pairs_[community->keyword_text(column)] = {.prior = asked_.prior(cell), .is_shared = true};
  }
}

void Suggester::add_overall_negatives(const Engine& engine) {
  if (!asked_.user()) return;
  const NegativeTable& table = asked_.user()->negatives();
  for (std::uint32_t set = 0; set < table.columns(); ++set) add_set(engine, set, table.overall(set));
}

}  // namespace penchant

#include "engine/recommend.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "engine/check.h"
#include "engine/model_name.h"
#include "engine/ranking.h"

namespace penchant {
std::string_view to_string(Band band) {
  switch (band) {
    case Band::explore: return "explore";
    case Band::hedge: return "hedge";
    case Band::exploit: return "exploit";
  }
  PENCHANT_CHECK(false);
}

Band Bands::band(double confidence) const {
  if (confidence < explore_below) return Band::explore;
  return confidence > exploit_above ? Band::exploit : Band::hedge;
}

std::uint32_t Bands::width(Band band) const {
  switch (band) {
    case Band::explore: return std::max(explore_arms, 1U);
    case Band::hedge: return std::max(hedge_arms, 1U);
    case Band::exploit: return 1;
  }
  PENCHANT_CHECK(false);
}

double confidence_of(double observations) {
  return std::floor(std::min(observations / confident_observations, 1.0) * 1e4 + 0.5) / 1e4;
}

std::uint64_t planned_images(std::uint64_t count, std::size_t band_arms, std::size_t arm) {
  return count / band_arms + (arm == 0 ? count % band_arms : 0);
}

/// The user, null where nothing is known of one.
result<const User*> Recommender::score_arms(const Engine& engine, const Question& question, RateRows* rates) {
  const User* user = engine.find_user(question.user);
  const auto kind = WordScorer::kind_of(engine, user, question.scorer);
  if (!kind) return kind.error();
  kind_ = *kind;
  if (auto gathered = gather(engine, user, question); !gathered) return gathered.error();
  scorer_.ask(engine, question.community, user, question.keywords, question.at_ms);
  if (kind_ != ScorerKind::mean) {
    words_.ask(engine, scorer_, {question.keywords, question.other_words}, kind_);
  } else if (user) {
    scorer_.score_columns(rates);
  }
  lift_candidates();
  return user;
}

result<std::span<const ArmAnswer>> Recommender::best(const Engine& engine, const Question& question, RateRows& rates) {
  const auto user = score_arms(engine, question, &rates);
  if (!user) return user.error();
  rank(std::max(question.top.value_or(1), 1U));
  answers_.clear();
  for (std::size_t i = 0; i < ranked_.size(); ++i) answers_.push_back(answer_of(engine, *user, i));
  return std::span<const ArmAnswer>(answers_);
}

result<Recommendation> Recommender::recommend(const Engine& engine, const Question& question) {
  const auto scored = score_arms(engine, question, nullptr);
  if (!scored) return scored.error();
  const User* const user = *scored;
  const bool is_banded = question.policy == Policy::banded;
  const std::size_t width_max = std::max(bands_.width(Band::explore), bands_.width(Band::hedge));
  rank(is_banded ? std::max<std::size_t>(question.top.value_or(0), width_max) : arm_count_);

  answers_.clear();
  answers_.push_back(answer_of(engine, user, 0));
  Recommendation answer;
  answer.user = user;
  answer.policy = question.policy;
  answer.scorer = kind_;
  answer.arms_in_question = arm_count_;
  answer.confidence = confidence_of(answers_.front().observations);
  answer.draft = question.tier == Tier::draft;
  answer.band = answer.draft ? Band::explore : bands_.band(answer.confidence);
  answer.band_arms = std::min<std::size_t>(bands_.width(answer.band), arm_count_);
  const std::size_t shown = question.top ? std::max(*question.top, 1U) : answer.band_arms;
  for (std::size_t i = 1; i < std::min(shown, arm_count_); ++i) answers_.push_back(answer_of(engine, user, i));
  give_chances(engine, user, question, answer.band_arms);
  for (std::size_t i = 0; i < std::min(answers_.size(), probabilities_.size()); ++i) {
    answers_[i].probability = probabilities_[i];
  }
  const std::size_t chosen = is_banded ? 0 : draw(question.seed, 0);
  answer.chosen = chosen < answers_.size() ? answers_[chosen] : answer_of(engine, user, chosen);
  answer.chosen.probability = probabilities_[chosen];
  answer.arms = answers_;
  answer.chances = chances_;
  return answer;
}

/// The probability of each ranked arm, and which arms have any.
void Recommender::give_chances(const Engine& engine, const User* user, const Question& question,
                               std::size_t band_arms) {
  probabilities_.assign(question.policy == Policy::banded ? band_arms : ranked_.size(), 0);
  scores_.clear();
  spreads_.clear();
  double observations = 0;
  const bool needs_scores = question.policy == Policy::thompson || question.policy == Policy::squarecb;
  for (std::size_t i = 0; needs_scores && i < ranked_.size(); ++i) {
    const ArmColumns& columns = candidate(engine, user, ranked_[i].number).columns;
    const ArmScore exact = this->exact(columns);
    // What ranks alike is equal: the best has no gap to those beside it.
    scores_.push_back(scores_.empty() ? exact.score : std::min(exact.score, scores_.back()));
    if (question.policy == Policy::thompson) spreads_.push_back({exact.score, scorer_.variance(columns)});
    observations += exact.observations;
  }
  switch (question.policy) {
    case Policy::banded: banded_probabilities(band_arms, probabilities_); break;
    case Policy::greedy: greedy_probabilities(probabilities_); break;
    case Policy::epsilon: epsilon_probabilities(epsilon_, probabilities_); break;
    case Policy::thompson: thompson_probabilities(spreads_, probabilities_, scratch_); break;
    case Policy::squarecb: squarecb_probabilities(scores_, squarecb_gamma(observations), probabilities_); break;
  }
  chances_.clear();
  for (std::size_t i = 0; i < probabilities_.size(); ++i) {
    if (probabilities_[i] > 0) chances_.push_back({ranked_[i].number, probabilities_[i]});
  }
}

std::size_t Recommender::draw(std::uint64_t seed, std::uint64_t draw) const {
  return draw_arm(probabilities_, uniform(seed, draw));
}

/// The arms in question: AMONG, else the pools of FAMILY and TIER, else the user's checkpoints, else the community's.
result<void> Recommender::gather(const Engine& engine, const User* user, const Question& question) {
  candidates_.clear();
  all_columns_ = false;
  const bool has_community = question.community && !question.community->empty();
  add_among(engine, user, question);
  if (candidates_.empty() && !question.family.empty()) add_pools(engine, user, question);
  if (candidates_.empty() && user) {
    all_columns_ = !has_community && question.family.empty() && user->checkpoints().size() > 0 &&
                   user->checkpoints().live_count() == user->checkpoints().size();
    if (!all_columns_) add_recorded(engine, *user, question);
  }
  if (candidates_.empty() && !all_columns_ && has_community) add_shared(engine, user, question);
  arm_count_ = all_columns_ ? user->checkpoints().size() : candidates_.size();
  if (arm_count_ > 0) return {};
  return Failure{"no checkpoints to choose from: name some with AMONG, set a pool for the family, or record a verdict"};
}

std::optional<std::uint32_t> Recommender::shared_column(const Question& question, std::string_view key) const {
  return question.community ? question.community->checkpoint(key) : std::nullopt;
}

void Recommender::add_among(const Engine& engine, const User* user, const Question& question) {
  seen_keys_.clear();
  for (const std::string_view name : question.among) {
    if (!seen_keys_.insert(model_key(name)).second) continue;
    const auto column = engine.find_checkpoint(user, name);
    candidates_.push_back({column ? engine.name_text(user->checkpoints()[*column].name) : name,
                           {column, shared_column(question, model_key(name))}});
  }
}

void Recommender::add_pools(const Engine& engine, const User* user, const Question& question) {
  seen_keys_.clear();
  for (const Pool& pool : engine.pools().all()) {
    if (pool.family != question.family || (question.tier && pool.tier != *question.tier)) continue;
    for (const PoolEntry& entry : pool.checkpoints) {
      const std::string_view key = engine.name_text(entry.key);
      if (!seen_keys_.insert(key).second) continue;
      const auto column = user ? user->checkpoints().find(entry.key) : std::nullopt;
      candidates_.push_back({engine.name_text(column ? user->checkpoints()[*column].name : entry.name),
                             {column, shared_column(question, key)}});
    }
  }
}

/// The checkpoints of the user's records, of one family if it is told.
void Recommender::add_recorded(const Engine& engine, const User& user, const Question& question) {
  const auto id = engine.find_name(question.family);
  if (!question.family.empty() && !id) return;
  for (std::uint32_t column = 0; column < user.checkpoints().size(); ++column) {
    const Arm& arm = user.checkpoints()[column];
    if (!user.checkpoints().is_live(column) || (!question.family.empty() && arm.family != *id)) continue;
    candidates_.push_back({engine.name_text(arm.name), {column, shared_column(question, engine.name_text(arm.key))}});
  }
}

/// The community's checkpoints, for whoever has none.
void Recommender::add_shared(const Engine& engine, const User* user, const Question& question) {
  const auto& arms = question.community->checkpoints();
  for (std::uint32_t column = 0; column < arms.size(); ++column) {
    const CommunityArm& arm = arms[column];
    if (!arm.overall.counts() || (!question.family.empty() && arm.family != question.family)) continue;
    candidates_.push_back({arm.name, {engine.find_checkpoint(user, arm.name), column}});
  }
}

/// What the community adds to each candidate's score; nothing where there is none.
void Recommender::lift_candidates() {
  lifts_.clear();
  if (!scorer_.has_community()) return;
  if (kind_ != ScorerKind::mean) {
    for (const Candidate& one : candidates_) {
      lifts_.push_back(words_.score(scorer_, one.columns) - words_.score(one.columns.own));
    }
    return;
  }
  candidate_columns_.clear();
  for (const Candidate& one : candidates_) candidate_columns_.push_back(one.columns);
  lifts_.resize(candidates_.size());
  scorer_.lift(candidate_columns_, lifts_);
}

Recommender::Candidate Recommender::candidate(const Engine& engine, const User* user, std::uint32_t number) const {
  if (!all_columns_) return candidates_[number];
  return {engine.name_text(user->checkpoints()[number].name), number};
}

/// Leaves the best `shown` arms in ranked_, best first.
void Recommender::rank(std::size_t shown) {
  shown = std::min(shown, arm_count_);
  // Where they were not added up yet observations are dear, and few scores are equal.
  if (!scorer_.are_observations_known() && rank_arms(shown, false)) return;
  (void)rank_arms(shown, true);
}

/// By score, then by observations; or by score alone, and false where that leaves two equal.
bool Recommender::rank_arms(std::size_t shown, bool by_observations) {
  ranked_.clear();
  worst_steps_ = all_columns_ ? std::max(std::floor(score_in_steps(reached_by(shown))), 0.0) : 0;
  for (std::uint32_t first = 0; first < arm_count_; first += line_columns) {
    // Most arms are told by one comparison, by the line.
    std::uint32_t left = (std::uint32_t{1} << std::min<std::size_t>(line_columns, arm_count_ - first)) - 1;
    if (all_columns_) left &= may_reach(first, score_of_steps(worst_steps_));
    for (; left != 0; left &= left - 1) {
      const auto number = first + static_cast<std::uint32_t>(std::countr_zero(left));
      if (!keep_if_best(number, shown, by_observations)) return false;
    }
  }
  std::ranges::sort_heap(ranked_, std::less{});
  return by_observations || std::ranges::adjacent_find(ranked_, {}, &Ranked::key) == ranked_.end();
}

/// While the arms pass by, ranked_ is a heap with the worst in front. False where the arm is as good as that one.
inline bool Recommender::keep_if_best(std::uint32_t number, std::size_t shown, bool by_observations) {
  const double steps = score_in_steps(ranked_score(number));
  if (steps < worst_steps_) return true;
  const Ranked arm{rank_key_of_steps(steps, by_observations ? ranked_observations(number) : 0), number};
  if (ranked_.size() == shown) {
    if (!by_observations && arm.key == ranked_.front().key) return false;
    if (!(arm < ranked_.front())) return true;
    std::ranges::pop_heap(ranked_, std::less{});
    ranked_.pop_back();
  }
  ranked_.push_back(arm);
  std::ranges::push_heap(ranked_, std::less{});
  if (ranked_.size() == shown) worst_steps_ = static_cast<double>(ranked_.front().key >> observation_bits);
  return true;
}

/// In single precision, to rank it.
inline double Recommender::ranked_score(std::uint32_t number) const {
  if (kind_ != ScorerKind::mean) {
    const double own = words_.score(all_columns_ ? std::optional(number) : candidates_[number].columns.own);
    return lifts_.empty() ? own : own + lifts_[number];
  }
  if (all_columns_) return scorer_.ranked_score(number);
  const ArmColumns& columns = candidates_[number].columns;
  const double score = columns.own ? scorer_.ranked_score(*columns.own) : prior_mean;
  return lifts_.empty() ? score : score + lifts_[number];
}
inline double Recommender::ranked_observations(std::uint32_t number) {
  const auto own = all_columns_ ? std::optional(number) : candidates_[number].columns.own;
  return own ? scorer_.ranked_observations(*own) : 0;
}

/// As Scorer's, of the score that answers.
std::uint32_t Recommender::may_reach(std::uint32_t column, double score) const {
  if (kind_ == ScorerKind::mean) return scorer_.may_reach(column, score);
  constexpr double margin = 1e-6;
  return reaching(words_.scores().data() + column, static_cast<float>(score - margin));
}

double Recommender::reached_by(std::size_t count) const {
  if (kind_ == ScorerKind::mean) return scorer_.reached_by(count);
  return static_cast<double>(
      penchant::reached_by(words_.scores().data(), words_.scores().size() / line_columns, count));
}

ArmScore Recommender::exact(const ArmColumns& columns) const {
  const ArmScore own = scorer_.exact(columns);
  return kind_ == ScorerKind::mean ? own : ArmScore{words_.score(scorer_, columns), own.observations};
}

/// In double precision.
ArmAnswer Recommender::arm_answer(const Engine& engine, const User* user, std::uint32_t arm) const {
  const Candidate asked = candidate(engine, user, arm);
  const ArmScore exact = this->exact(asked.columns);
  return {asked.name, asked.columns, exact.score, exact.observations, 0};
}

}  // namespace penchant

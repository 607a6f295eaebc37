#include "engine/recommend.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/check.h"
#include "engine/model_name.h"

namespace penchant {
namespace {

// Scores are equal when they agree to a millionth, observations when they agree to a thousandth: the seconds
// between two verdicts, and the rounding of single precision, make smaller differences and mean nothing.
constexpr double score_steps = 1e6;
constexpr double observation_steps = 1e3;

constexpr unsigned observation_bits = 40;
constexpr std::uint64_t observation_key_max = (std::uint64_t{1} << observation_bits) - 1;

/// Its whole part is what counts.
double score_in_steps(double score) { return score * score_steps + 0.5; }

/// Orders arms: a higher score first, then fewer observations.
std::uint64_t rank_key(double score_steps_taken, double observations) {
  const auto seen = static_cast<std::uint64_t>(
      std::min(observations * observation_steps + 0.5, static_cast<double>(observation_key_max)));
  return (static_cast<std::uint64_t>(score_steps_taken) << observation_bits) | (observation_key_max - seen);
}

}  // namespace

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

result<Recommendation> Recommender::recommend(const Engine& engine, const Question& question) {
  const User* user = engine.find_user(question.user);
  if (auto gathered = gather(engine, user, question); !gathered) return gathered.error();
  scorer_.ask(engine, user, question.keywords, question.at_ms);
  if (user) scorer_.score_columns();

  const std::size_t width_max = std::max(bands_.width(Band::explore), bands_.width(Band::hedge));
  rank(std::max<std::size_t>(question.top.value_or(0), width_max));

  answers_.clear();
  answers_.push_back(answer_of(engine, user, 0));
  Recommendation answer;
  answer.arms_in_question = arm_count_;
  answer.confidence = confidence_of(answers_.front().observations);
  answer.draft = question.tier == Tier::draft;
  answer.band = answer.draft ? Band::explore : bands_.band(answer.confidence);
  answer.band_arms = std::min<std::size_t>(bands_.width(answer.band), arm_count_);
  const std::size_t shown = question.top ? std::max(*question.top, 1U) : answer.band_arms;
  for (std::size_t i = 1; i < std::min(shown, arm_count_); ++i) answers_.push_back(answer_of(engine, user, i));
  for (std::size_t i = 0; i < std::min(answer.band_arms, answers_.size()); ++i) {
    answers_[i].probability = 1.0 / static_cast<double>(answer.band_arms);
  }
  answer.arms = answers_;
  return answer;
}

/// The arms in question: AMONG, else the pools of FAMILY and TIER, else the user's checkpoints.
result<void> Recommender::gather(const Engine& engine, const User* user, const Question& question) {
  candidates_.clear();
  all_columns_ = false;
  add_among(engine, user, question.among);
  if (candidates_.empty() && !question.family.empty()) {
    add_pools(engine, user, question);
  }
  if (candidates_.empty() && user) {
    all_columns_ = question.family.empty() && user->checkpoints().live_count() == user->checkpoints().size();
    if (!all_columns_) add_recorded(engine, *user, question.family);
  }
  arm_count_ = all_columns_ ? user->checkpoints().size() : candidates_.size();
  if (arm_count_ > 0) return {};
  return Failure{"no checkpoints to choose from: name some with AMONG, set a pool for the family, or record a verdict"};
}

void Recommender::add_among(const Engine& engine, const User* user, std::span<const std::string_view> among) {
  seen_keys_.clear();
  for (const std::string_view name : among) {
    if (!seen_keys_.insert(model_key(name)).second) continue;
    const auto column = engine.find_checkpoint(user, name);
    candidates_.push_back({column ? engine.name_text(user->checkpoints()[*column].name) : name, column});
  }
}

void Recommender::add_pools(const Engine& engine, const User* user, const Question& question) {
  seen_keys_.clear();
  for (const Pool& pool : engine.pools().all()) {
    if (pool.family != question.family || (question.tier && pool.tier != *question.tier)) continue;
    for (const PoolEntry& entry : pool.checkpoints) {
      if (!seen_keys_.insert(engine.name_text(entry.key)).second) continue;
      const auto column = user ? user->checkpoints().find(entry.key) : std::nullopt;
      candidates_.push_back({engine.name_text(column ? user->checkpoints()[*column].name : entry.name), column});
    }
  }
}

/// The checkpoints of the user's records, of one family if it is told.
void Recommender::add_recorded(const Engine& engine, const User& user, std::string_view family) {
  const auto id = engine.find_name(family);
  if (!family.empty() && !id) return;
  for (std::uint32_t column = 0; column < user.checkpoints().size(); ++column) {
    const Arm& arm = user.checkpoints()[column];
    if (!user.checkpoints().is_live(column) || (!family.empty() && arm.family != *id)) continue;
    candidates_.push_back({engine.name_text(arm.name), column});
  }
}

Recommender::Candidate Recommender::candidate(const Engine& engine, const User* user, std::uint32_t number) const {
  if (!all_columns_) return candidates_[number];
  return {engine.name_text(user->checkpoints()[number].name), number};
}

/// Leaves the best `shown` arms in ranked_, best first. While the arms pass by it is a heap with the worst in front.
void Recommender::rank(std::size_t shown) {
  ranked_.clear();
  shown = std::min(shown, arm_count_);
  double worst_steps = 0;  // of the arms kept, once there are enough: most are told by one comparison
  for (std::uint32_t number = 0; number < arm_count_; ++number) {
    const ArmScore scored = ranked_score(number);
    const double steps = score_in_steps(scored.score);
    if (steps < worst_steps) continue;
    const Ranked arm{rank_key(steps, scored.observations), number};
    if (ranked_.size() == shown) {
      if (!(arm < ranked_.front())) continue;
      std::ranges::pop_heap(ranked_, std::less{});
      ranked_.pop_back();
    }
    ranked_.push_back(arm);
    std::ranges::push_heap(ranked_, std::less{});
    if (ranked_.size() == shown) worst_steps = static_cast<double>(ranked_.front().key >> observation_bits);
  }
  std::ranges::sort_heap(ranked_, std::less{});
}

/// In single precision, to rank it.
inline ArmScore Recommender::ranked_score(std::uint32_t number) const {
  if (all_columns_) return scorer_.ranked(number);
  const std::optional<std::uint32_t> column = candidates_[number].column;
  return column ? scorer_.ranked(*column) : ArmScore{};
}

/// The i-th best, in double precision, without its probability.
ArmAnswer Recommender::answer_of(const Engine& engine, const User* user, std::size_t i) const {
  const Candidate arm = candidate(engine, user, ranked_[i].number);
  const ArmScore exact = scorer_.exact(arm.column);
  return {arm.name, arm.column, exact.score, exact.observations, 0};
}

}  // namespace penchant

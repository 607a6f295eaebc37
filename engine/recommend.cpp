#include "engine/recommend.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/model_name.h"

namespace penchant {
namespace {

// Scores are equal when they agree to a millionth, observations when they agree to a thousandth: the seconds
// between two verdicts, and the rounding of single precision, make smaller differences and mean nothing.
constexpr double score_steps = 1e6;
constexpr double observation_steps = 1e3;
constexpr std::uint64_t observation_key_max = (std::uint64_t{1} << 40) - 1;

/// Orders arms: a higher score first, then fewer observations.
std::uint64_t rank_key(const ArmScore& arm) {
  const auto score = static_cast<std::uint64_t>(arm.score * score_steps + 0.5);
  const auto observations =
      static_cast<std::uint64_t>(std::min(arm.observations * observation_steps + 0.5, double{observation_key_max}));
  return (score << 40) | (observation_key_max - observations);
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
    case Band::explore: return explore_arms;
    case Band::hedge: return hedge_arms;
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

  const std::size_t width_max = std::max({bands_.explore_arms, bands_.hedge_arms, std::uint32_t{1}});
  rank(user, std::max<std::size_t>(question.top.value_or(0), width_max));

  answers_.clear();
  for (const Ranked& ranked : ranked_) {
    const Candidate& candidate = candidates_[ranked.number];
    const ArmScore exact = scorer_.exact(candidate.column);
    answers_.push_back({candidate.name, candidate.column, exact.score, exact.observations, 0});
  }
  Recommendation answer;
  answer.arms_in_question = candidates_.size();
  answer.confidence = confidence_of(answers_.front().observations);
  answer.band = question.tier == Tier::draft ? Band::explore : bands_.band(answer.confidence);
  answer.band_arms = std::min<std::size_t>(bands_.width(answer.band), answer.arms_in_question);
  for (std::size_t i = 0; i < std::min(answer.band_arms, answers_.size()); ++i) {
    answers_[i].probability = 1.0 / static_cast<double>(answer.band_arms);
  }
  const std::size_t shown = question.top ? *question.top : answer.band_arms;
  answer.arms = std::span(answers_).first(std::min(shown, answers_.size()));
  return answer;
}

/// The arms in question: AMONG, else the pools of FAMILY and TIER, else the user's checkpoints.
result<void> Recommender::gather(const Engine& engine, const User* user, const Question& question) {
  candidates_.clear();
  seen_keys_.clear();
  for (const std::string_view name : question.among) {
    if (!seen_keys_.insert(model_key(name)).second) continue;
    const auto key = engine.find_name(model_key(name));
    const auto column = key && user ? user->checkpoints().find(*key) : std::nullopt;
    candidates_.push_back({column ? engine.name_text(user->checkpoints()[*column].name) : name, column});
  }
  if (!candidates_.empty()) return {};

  if (!question.family.empty()) {
    for (const Pool& pool : engine.pools().all()) {
      if (pool.family != question.family || (question.tier && pool.tier != *question.tier)) continue;
      add_pool(engine, user, pool);
    }
    if (!candidates_.empty()) return {};
  }
  if (user) {
    const auto family = question.family.empty() ? std::nullopt : engine.find_name(question.family);
    for (std::uint32_t column = 0; column < user->checkpoints().size(); ++column) {
      const Arm& arm = user->checkpoints()[column];
      if (!question.family.empty() && (!family || arm.family != *family)) continue;
      candidates_.push_back({engine.name_text(arm.name), column});
    }
    if (!candidates_.empty()) return {};
  }
  return Failure{"no checkpoints to choose from: name some with AMONG, set a pool for the family, or record a verdict"};
}

void Recommender::add_pool(const Engine& engine, const User* user, const Pool& pool) {
  for (const PoolEntry& entry : pool.checkpoints) {
    if (!seen_keys_.insert(engine.name_text(entry.key)).second) continue;
    const auto column = user ? user->checkpoints().find(entry.key) : std::nullopt;
    candidates_.push_back({engine.name_text(column ? user->checkpoints()[*column].name : entry.name), column});
  }
}

/// Leaves the best `shown` candidates in ranked_, best first.
void Recommender::rank(const User* user, std::size_t shown) {
  ranked_.clear();
  for (std::uint32_t number = 0; number < candidates_.size(); ++number) {
    const auto column = candidates_[number].column;
    const ArmScore score = user && column ? scorer_.ranked(*column) : ArmScore{};
    ranked_.push_back({rank_key(score), number});
  }
  const auto better = [](const Ranked& a, const Ranked& b) {
    return a.key != b.key ? a.key > b.key : a.number < b.number;
  };
  shown = std::min(shown, ranked_.size());
  std::partial_sort(ranked_.begin(), ranked_.begin() + static_cast<std::ptrdiff_t>(shown), ranked_.end(), better);
  ranked_.resize(shown);
}

}  // namespace penchant

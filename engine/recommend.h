// Recommending: which arms are in question, their order, the confidence, and the band that follows from it.
// See docs/model.md.
//
//   Recommender recommender(bands);
//   const result<Recommendation> answer = recommender.recommend(engine, question);
//
// Owner: the caller; a Recommender is scratch to be reused: after warm-up an answer allocates nothing.
// Lifetime: a Recommendation's views last until the recommender's next call or the engine's next event.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/community.h"
#include "engine/engine.h"
#include "engine/policy.h"
#include "engine/result.h"
#include "engine/scoring.h"
#include "engine/word_scorer.h"

namespace penchant {

inline constexpr double confident_observations = 100;

enum class Band : std::uint8_t { explore, hedge, exploit };
std::string_view to_string(Band band);

/// The settings of `banded`, the default policy.
struct Bands {
  double explore_below = 0.3;  // confidence
  double exploit_above = 0.7;
  std::uint32_t explore_arms = 3;
  std::uint32_t hedge_arms = 2;

  Band band(double confidence) const;
  std::uint32_t width(Band band) const;
};

/// min(observations / 100, 1), rounded to 1e-4: thirty verdicts of a moment ago are thirty.
double confidence_of(double observations);

struct Question {
  std::string_view user;
  std::span<const Keyword> keywords;
  std::string_view family;
  std::optional<Tier> tier;
  std::span<const std::string_view> among;
  std::optional<std::uint32_t> top;
  std::int64_t at_ms = 0;
  Policy policy = Policy::banded;
  ScorerChoice scorer = ScorerKind::mean;
  std::span<const Keyword> other_words;  // of the prompt, where learners are kept
  std::uint64_t seed = 0;  // of the draw, where the policy draws: the same seed, the same draw
  const Community* community = nullptr;
};

struct ArmAnswer {
  std::string_view checkpoint;
  ArmColumns column;
  double score = 0;
  double observations = 0;
  double probability = 0;
};

/// An arm that may be chosen: its number among the arms in question, in their order.
struct ArmChance {
  std::uint32_t arm = 0;
  double probability = 0;
};

struct Recommendation {
  const User* user = nullptr;  // who asked; null where nothing is known
  Policy policy = Policy::banded;
  ScorerKind scorer = ScorerKind::mean;  // that answered
  ArmAnswer chosen;  // the best, or the one drawn
  Band band = Band::explore;
  bool draft = false;         // TIER draft: it explores whatever the confidence
  double confidence = 0;      // in the best arm
  std::size_t band_arms = 0;  // how many the band asks for, at most as many as there are
  std::size_t arms_in_question = 0;
  std::span<const ArmAnswer> arms;     // best first; the band's, or TOP's
  std::span<const ArmChance> chances;  // of all arms in question, best first; those left out have none
};

class Recommender {
 public:
  explicit Recommender(const Bands& bands, double epsilon = epsilon_default) : bands_(bands), epsilon_(epsilon) {}

  /// A Failure where there is no arm to choose from.
  result<Recommendation> recommend(const Engine& engine, const Question& question);
  /// Of a batch of questions, which are cheapest about one user and time: the best TOP arms that recommend() would
  /// tell, without their probabilities. Views last until the recommender's next call.
  result<std::span<const ArmAnswer>> best(const Engine& engine, const Question& question, RateRows& rates);

  /// Of the last recommend(): the arm at a place among the arms in question.
  std::string_view arm_name(const Engine& engine, const User* user, std::uint32_t arm) const {
    return candidate(engine, user, arm).name;
  }
  /// Likewise: what is to be told of it, without its probability.
  ArmAnswer arm_answer(const Engine& engine, const User* user, std::uint32_t arm) const;
  std::size_t arm_count() const { return arm_count_; }
  /// The arms are all of the user's checkpoints, as many as arm_count(), in order of first record.
  bool are_all_columns() const { return all_columns_; }
  /// Draws again: the place in `chances` of the `draw`-th draw.
  std::size_t draw(std::uint64_t seed, std::uint64_t draw) const;

  /// The scorer as the last recommend() left it: for explaining its answer.
  const Scorer& scorer() const { return scorer_; }
  /// Likewise, where it was not `mean` that answered.
  const WordScorer& words() const { return words_; }

 private:
  struct Candidate {
    std::string_view name;
    ArmColumns columns;
  };
  struct Ranked {
    std::uint64_t key;     // larger is better; see rank_key
    std::uint32_t number;  // of the candidate, or the column where all columns are in question
    bool operator<(const Ranked& worse) const { return key != worse.key ? key > worse.key : number < worse.number; }
  };

  result<const User*> score_arms(const Engine& engine, const Question& question, RateRows* rates);
  result<void> gather(const Engine& engine, const User* user, const Question& question);
  void add_among(const Engine& engine, const User* user, const Question& question);
  void add_pools(const Engine& engine, const User* user, const Question& question);
  void add_recorded(const Engine& engine, const User& user, const Question& question);
  void add_shared(const Engine& engine, const User* user, const Question& question);
  std::optional<std::uint32_t> shared_column(const Question& question, std::string_view key) const;
  void lift_candidates();
  void give_chances(const Engine& engine, const User* user, const Question& question, std::size_t band_arms);
  Candidate candidate(const Engine& engine, const User* user, std::uint32_t number) const;
  void rank(std::size_t shown);
  bool rank_arms(std::size_t shown, bool by_observations);
  bool keep_if_best(std::uint32_t number, std::size_t shown, bool by_observations);
  double ranked_score(std::uint32_t number) const;
  std::uint32_t may_reach(std::uint32_t column, double score) const;
  double reached_by(std::size_t count) const;
  ArmScore exact(const ArmColumns& columns) const;
  double ranked_observations(std::uint32_t number);
  ArmAnswer answer_of(const Engine& engine, const User* user, std::size_t i) const {
    return arm_answer(engine, user, ranked_[i].number);
  }

  Bands bands_;
  double epsilon_;
  Scorer scorer_;
  ScorerKind kind_ = ScorerKind::mean;
  WordScorer words_;  // where that is not mean
  bool all_columns_ = false;  // the arms are the user's checkpoints, all of them; candidates_ is not used then
  std::size_t arm_count_ = 0;
  std::vector<Candidate> candidates_;
  boost::unordered_flat_set<std::string_view> seen_keys_;
  std::vector<Ranked> ranked_;  // the best, best first
  double worst_steps_ = 0;      // while they are looked for: what has a lower score is none of them
  std::vector<ArmAnswer> answers_;
  std::vector<ArmColumns> candidate_columns_;  // where there is a community
  std::vector<double> lifts_;
  std::vector<double> probabilities_;  // of the ranked arms
  std::vector<ArmChance> chances_;
  std::vector<ScoreSpread> spreads_;
  std::vector<double> scores_;
  std::vector<double> scratch_;
};

/// How many of `count` images each of the band's arms gets, best first: evenly, the remainder to the best.
std::uint64_t planned_images(std::uint64_t count, std::size_t band_arms, std::size_t arm);

}  // namespace penchant

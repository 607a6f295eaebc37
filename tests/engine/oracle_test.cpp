// Random lives, told to the engine and to the oracle: after every few events all their answers agree.
#include "tests/engine/oracle.h"

#include <boost/test/unit_test.hpp>

#include "tests/engine/random_life.h"

namespace penchant::test {
namespace {

constexpr unsigned lives = 400;
constexpr int events_in_a_life = 80;
constexpr int events_between_questions = 4;

/// Whether two scores that should be the same are, to 1e-5 of them.
bool close(const ArmScore& a, const ArmScore& b) {
  return std::abs(a.score - b.score) <= 1e-5 * b.score &&
         std::abs(a.observations - b.observations) <= 1e-4 + 1e-5 * b.observations;
}

bool close(const Counts& a, const Counts& b) {
  return close(ArmScore{posterior_mean(a), a.observed}, ArmScore{posterior_mean(b), b.observed});
}

/// The step a value is in; none where it lies so near a step's edge that rounding decides.
std::optional<double> step(double value, double steps, double tolerance) {
  const double low = std::floor((value - tolerance) * steps + 0.5);
  const double high = std::floor((value + tolerance) * steps + 0.5);
  return low == high ? std::optional(low) : std::nullopt;
}

/// Whether the tie rule puts `a` before `b` for certain; `a_is_earlier` in the order of the arms in question.
bool surely_before(const ArmScore& a, const ArmScore& b, bool a_is_earlier) {
  const auto a_score = step(a.score, 1e6, 3e-7);
  const auto b_score = step(b.score, 1e6, 3e-7);
  if (!a_score || !b_score) return a.score > b.score + 2e-6;
  if (*a_score != *b_score) return *a_score > *b_score;
  const auto a_seen = step(a.observations, 1e3, 1e-5 * (1 + a.observations));
  const auto b_seen = step(b.observations, 1e3, 1e-5 * (1 + b.observations));
  if (!a_seen || !b_seen) return a.observations < b.observations - 2e-3;
  return *a_seen != *b_seen ? *a_seen < *b_seen : a_is_earlier;
}

class Both {
 public:
  explicit Both(unsigned seed) : seed_(seed), life_(seed) {}

  void live_one_event() {
    ++event_;
    std::visit([this](const auto& event) { tell(event); }, life_.next_event());
    expect(engine_.now_ms() == oracle_.now_ms(), "the clock");
  }

  void ask() {
    const Question question = life_.next_question(engine_.now_ms());
    compare_columns(question);
    compare_recommendation(question);
    compare_totals(std::string(question.user));
  }

 private:
  void expect(bool holds, const char* what) {
    if (!holds) BOOST_FAIL(what << " differs in life " << seed_ << " after event " << event_);
  }

  void tell(const Record& event) {
    const auto recorded = engine_.record(event);
    const Recorded expected = oracle_.record(event);
    expect(recorded && recorded->kind == expected.kind, "what became of the record");
    expect(recorded->sequence == expected.sequence, "the sequence number");
  }
  void tell(const PoolSet& event) {
    expect(engine_.set_pool(event).has_value(), "setting a pool");
    oracle_.set_pool(event);
  }
  void tell(const PoolDelete& event) { expect(engine_.delete_pool(event) == oracle_.delete_pool(event), "the pool"); }
  void tell(const DecayChange& event) {
    expect(engine_.change_decay(event).has_value(), "changing the decay");
    oracle_.change_decay(event);
  }

  void compare_columns(const Question& question) {
    const User* user = engine_.find_user(question.user);
    const auto& checkpoints = oracle_.checkpoints(std::string(question.user));
    expect((user ? user->checkpoints().size() : 0) == checkpoints.size(), "the number of checkpoints");
    if (!user) return;
    scorer_.ask(engine_, user, question.keywords, question.at_ms);
    scorer_.score_columns();
    for (std::uint32_t column = 0; column < checkpoints.size(); ++column) {
      const OracleArm& arm = checkpoints[column];
      const ArmScore expected = oracle_.score(question.user, arm.key, question.keywords, question.at_ms);
      expect(engine_.name_text(user->checkpoints()[column].name) == arm.name, "a checkpoint's name");
      expect(close(scorer_.exact(column), expected), "an exact score");
      expect(close(scorer_.ranked(column), expected), "a ranked score");
      expect(close(scorer_.overall(column), oracle_.overall(question.user, arm.key, question.at_ms)), "a total");
    }
    const auto& loras = oracle_.loras(std::string(question.user));
    expect(user->loras().size() == loras.size(), "the number of LoRAs");
    const double asked = std::max(engine_.decay().half_lives(question.at_ms), user->newest_half_lives());
    const double unit = weight_at(asked, user->landmark());
    for (std::uint32_t column = 0; column < loras.size(); ++column) {
      const Counts stored = user->loras()[column].overall;
      const Counts expected = oracle_.overall_of_lora(question.user, loras[column].key, question.at_ms);
      expect(close(Counts{stored.selected / unit, stored.observed / unit}, expected), "a LoRA's total");
    }
  }

  void compare_recommendation(const Question& question) {
    const std::vector<OracleArm> arms = oracle_.arms(question);
    const auto answer = recommender_.recommend(engine_, question);
    expect(answer.has_value() == !arms.empty(), "whether there are arms");
    if (!answer) return;
    expect(answer->arms_in_question == arms.size(), "the number of arms");
    compare_band(*answer, question);
    compare_order(*answer, question, arms);
  }

  void compare_band(const Recommendation& answer, const Question& question) {
    const std::string best(model_key(answer.arms.front().checkpoint));
    const ArmScore expected = oracle_.score(question.user, best, question.keywords, question.at_ms);
    const double confidence = std::min(expected.observations / 100, 1.0);
    expect(std::abs(answer.confidence - confidence) <= 0.51e-4 + 2e-6, "the confidence");
    const Band band = question.tier == Tier::draft ? Band::explore
                      : answer.confidence < 0.3    ? Band::explore
                      : answer.confidence > 0.7    ? Band::exploit
                                                   : Band::hedge;
    expect(answer.band == band, "the band");
    const std::size_t width = band == Band::explore ? 3 : band == Band::hedge ? 2 : 1;
    expect(answer.band_arms == std::min(width, answer.arms_in_question), "the band's arms");
    const std::size_t shown = question.top ? *question.top : answer.band_arms;
    expect(answer.arms.size() == std::min(shown, answer.arms_in_question), "the number of arms shown");
    for (std::size_t i = 0; i < answer.arms.size(); ++i) {
      const double probability = i < answer.band_arms ? 1.0 / static_cast<double>(answer.band_arms) : 0;
      expect(answer.arms[i].probability == probability, "a probability");
    }
  }

  /// No arm that is shown stands behind one that should surely follow it, and none is left out that should be shown.
  void compare_order(const Recommendation& answer, const Question& question, const std::vector<OracleArm>& arms) {
    std::vector<ArmScore> scores;
    for (const OracleArm& arm : arms) {
      scores.push_back(oracle_.score(question.user, arm.key, question.keywords, question.at_ms));
    }
    std::vector<bool> is_shown(arms.size());
    for (const ArmAnswer& shown : answer.arms) {
      const auto arm = std::ranges::find(arms, shown.checkpoint, &OracleArm::name);
      expect(arm != arms.end(), "an arm's name");
      const auto number = static_cast<std::size_t>(arm - arms.begin());
      expect(!is_shown[number], "an arm shown twice");
      is_shown[number] = true;
      expect(close(ArmScore{shown.score, shown.observations}, scores[number]), "an arm's score");
      for (std::size_t later = 0; later < arms.size(); ++later) {
        if (!is_shown[later]) expect(!surely_before(scores[later], scores[number], later < number), "the order");
      }
    }
  }

  void compare_totals(const std::string& name) {
    const User* user = engine_.find_user(name);
    const Totals totals = user ? user->totals() : Totals{};
    expect(totals.records == oracle_.verdicts(name, std::nullopt), "the number of records");
    expect(totals.selected == oracle_.verdicts(name, Verdict::selected), "the number of selected");
    expect(totals.rejected == oracle_.verdicts(name, Verdict::rejected), "the number of rejected");
    expect(totals.neutral == oracle_.verdicts(name, Verdict::neutral), "the number of neutral");
  }

  unsigned seed_;
  int event_ = 0;
  RandomLife life_;
  Engine engine_;
  Oracle oracle_;
  Scorer scorer_;
  Recommender recommender_{Bands{}};
};

BOOST_AUTO_TEST_SUITE(oracle)

BOOST_AUTO_TEST_CASE(the_engine_answers_as_the_oracle_does) {
  for (unsigned seed = 0; seed < lives; ++seed) {
    Both both(seed);
    for (int event = 1; event <= events_in_a_life; ++event) {
      both.live_one_event();
      if (event % events_between_questions != 0) continue;
      for (int question = 0; question < 4; ++question) both.ask();
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

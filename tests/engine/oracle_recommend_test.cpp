// Random lives: RECOMMEND under every policy, its draws, and PLAN are what the oracle says.
#include "tests/engine/both.h"
#include "tests/engine/oracle_policies.h"

namespace penchant::test {
namespace {

class Recommended {
 public:
  Recommended(Both& both, Recommender& recommender, const Question& question, bool with_community)
      : both_(both),
        recommender_(recommender),
        question_(question),
        asked_(both.oracle, both.shared(with_community), question.user, question.keywords, question.at_ms) {}

  void compare() {
    const auto arms = asked_.arms(question_);
    if (!both_.is_sure(arms.has_value())) return;
    const auto answer = recommender_.recommend(both_.engine, question_);
    both_.expect(answer.has_value() == !arms->empty(), "whether there are arms");
    if (!answer) return;
    for (const OracleArm& arm : *arms) scored_.push_back(asked_.checkpoint(arm));
    both_.expect(answer->arms_in_question == arms->size(), "the number of arms");
    for (std::uint32_t i = 0; i < arms->size(); ++i) {
      both_.expect(recommender_.arm_name(both_.engine, answer->user, i) == (*arms)[i].name, "the arms in question");
    }
    compare_band(*answer);
    both_.compare_ranking(told(*answer), scored_, top(*answer), asked_.lost());
    compare_probabilities(*answer);
    compare_draws(*answer);
  }

 private:
  static std::vector<Told> told(const Recommendation& answer) {
    std::vector<Told> lines;
    for (const ArmAnswer& arm : answer.arms) lines.push_back({arm.checkpoint, arm.score, arm.observations});
    return lines;
  }
  std::size_t top(const Recommendation& answer) const { return question_.top ? *question_.top : answer.band_arms; }

  void compare_band(const Recommendation& answer) {
    const Scored& best = *std::ranges::find(scored_, answer.arms.front().checkpoint, &Scored::name);
    const double confidence = std::min(best.observations / 100, 1.0);
    both_.expect(Comparison::is_close(answer.confidence, confidence, 0.51e-4 + 2e-6 + asked_.lost()), "the confidence");
    const double steps = answer.confidence * 1e4;
    both_.expect(Comparison::is_close(steps, std::round(steps), 1e-8), "the confidence's rounding");
    const bool is_draft = question_.tier == Tier::draft;
    const Band band = is_draft || answer.confidence < 0.3 ? Band::explore
                      : answer.confidence > 0.7           ? Band::exploit
                                                          : Band::hedge;
    both_.expect(answer.band == band, "the band");
    const std::size_t width = band == Band::explore ? 3 : band == Band::hedge ? 2 : 1;
    both_.expect(answer.band_arms == std::min(width, scored_.size()), "the band's arms");
  }

  /// Of all arms in question; those that have none are not told.
  void compare_probabilities(const Recommendation& answer) {
    std::vector<Scored> order;
    for (const ArmChance& chance : answer.chances) order.push_back(scored_[chance.arm]);
    for (const Scored& arm : scored_) {
      if (std::ranges::find(order, arm.name, &Scored::name) == order.end()) order.push_back(arm);
    }
    const bool all_sure = std::ranges::all_of(scored_, &Scored::is_sure);
    if (!both_.is_sure(all_sure && asked_.lost() < 1e-7)) return;
    const auto expected = probabilities_of(question_.policy, order, answer.band_arms);
    double sum = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const double told = i < answer.chances.size() ? answer.chances[i].probability : 0;
      both_.expect(Comparison::is_close(told, expected[i], tolerance()), "a probability");
      sum += told;
    }
    both_.expect(Comparison::is_close(sum, 1, 1e-12), "the sum of probabilities");
    for (const ArmAnswer& arm : answer.arms) {
      const auto named = [&](const ArmChance& chance) { return scored_[chance.arm].name == arm.checkpoint; };
      const auto chance = std::ranges::find_if(answer.chances, named);
      both_.expect(arm.probability == (chance == answer.chances.end() ? 0 : chance->probability),
                   "an arm's probability");
    }
  }

  double tolerance() const {
    switch (question_.policy) {
      case Policy::thompson: return 0.01;  // docs/model.md
      case Policy::squarecb: return 1e-4;  // scores that agree to a millionth are equal
      default: return 1e-15;
    }
  }

  void compare_draws(const Recommendation& answer) {
    const bool is_banded = question_.policy == Policy::banded;
    const std::size_t place = is_banded ? 0 : drawn(answer.chances, splitmix64(question_.seed, 0));
    const ArmChance& chance = answer.chances[place];
    both_.expect(answer.chosen.checkpoint == scored_[chance.arm].name, "the arm that is drawn");
    both_.expect(answer.chosen.probability == chance.probability, "the probability of the arm that is drawn");
    for (std::uint64_t draw = 1; !is_banded && draw < 4; ++draw) {
      const std::size_t next = drawn(answer.chances, splitmix64(question_.seed, draw));
      both_.expect(recommender_.draw(question_.seed, draw) == next, "a plan's draw");
    }
    const std::size_t images = both_.life.below(20);
    std::size_t planned = 0;
    for (std::size_t arm = 0; arm < answer.band_arms; ++arm) {
      const std::size_t evenly = images / answer.band_arms;
      const std::size_t expected = arm == 0 ? images - evenly * (answer.band_arms - 1) : evenly;
      both_.expect(planned_images(images, answer.band_arms, arm) == expected, "a plan");
      planned += expected;
    }
    both_.expect(planned == images, "a plan's images");
  }

  Both& both_;
  Recommender& recommender_;
  const Question& question_;
  OracleAsked asked_;
  std::vector<Scored> scored_;  // in the order of the arms in question
};

BOOST_AUTO_TEST_SUITE(oracle)

BOOST_AUTO_TEST_CASE(the_engine_recommends_as_the_oracle_does) {
  Recommender recommender{Bands{}};
  live_and_ask([&](Both& both) {
    for (int i = 0; i < 3; ++i) {
      const bool with_community = both.life.below(3) > 0;
      Question question = both.life.next_question(both.engine.now_ms());
      question.community = both.community(with_community);
      Recommended(both, recommender, question, with_community).compare();
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

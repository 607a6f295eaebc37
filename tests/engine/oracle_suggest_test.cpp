// Random lives: LORAS, NEGATIVES and PARAMS are what the oracle says.
#include "tests/engine/oracle_suggest.h"

#include "tests/engine/both.h"

namespace penchant::test {
namespace {

class Suggested {
 public:
  Suggested(Both& both, Suggester& suggester, const SuggestQuestion& question, bool with_community)
      : both_(both), suggester_(suggester), question_(question), community_(both.shared(with_community)) {}

  void compare_loras() {
    const OracleSuggester oracle(both_.oracle, community_, question_);
    const auto expected = oracle.loras();
    if (!both_.is_sure(expected.has_value())) return;
    std::vector<Scored> scored;
    for (const ExpectedLora& lora : *expected) scored.push_back(lora.scored);
    std::vector<Told> told;
    const auto answer = suggester_.loras(both_.engine, question_);
    for (const LoraAnswer& lora : answer) told.push_back({lora.lora, lora.score, lora.observations});
    both_.compare_ranking(told, scored, question_.top, oracle.lost());
    for (const LoraAnswer& lora : answer) {
      const auto same = std::ranges::find(scored, lora.lora, &Scored::name);
      compare_value(lora.strength, (*expected)[static_cast<std::size_t>(same - scored.begin())].strength);
    }
  }

  void compare_negatives() {
    // Without keywords it is about the user's own negative prompts.
    const OracleSuggester oracle(both_.oracle, question_.keywords.empty() ? nullptr : community_, question_);
    std::vector<Told> told;
    for (const NegativeAnswer& negative : suggester_.negatives(both_.engine, question_)) {
      told.push_back({negative.keyword, negative.score, negative.observations});
    }
    both_.compare_ranking(told, oracle.negatives(), question_.top, oracle.lost());
  }

  void compare_parameters() {
    const auto answer = suggester_.parameters(both_.engine, question_);
    auto told = answer.begin();
    const auto expected = OracleSuggester(both_.oracle, nullptr, question_).parameters();
    for (const auto& [name, value] : expected) {
      const bool is_told = told != answer.end() && told->name == name;
      compare_value(is_told ? std::optional(told->value) : std::nullopt, value);
      told += is_told ? 1 : 0;
    }
    both_.expect(told == answer.end(), "the parameters, or their order");
  }

 private:
  void compare_value(const std::optional<ValueAnswer>& told, const std::optional<ExpectedValue>& expected) {
    if (expected && !both_.is_sure(expected->is_sure)) return;
    both_.expect(told.has_value() == expected.has_value(), "whether a value is told");
    if (!told) return;
    const double size = std::max(expected->largest, 1e-6);
    const double variance = told->sd * told->sd;
    both_.expect(Comparison::is_close(told->mean / size, expected->mean / size, 1e-6), "a mean");
    both_.expect(Comparison::is_close(variance / size / size, expected->variance / size / size, 1e-7), "a deviation");
    both_.expect(Comparison::is_close(told->observations, expected->observations, 1e-7 + 1e-7 * expected->observations),
                 "a value's observations");
  }

  Both& both_;
  Suggester& suggester_;
  const SuggestQuestion& question_;
  const OracleCommunity* community_;
};

BOOST_AUTO_TEST_SUITE(oracle)

BOOST_AUTO_TEST_CASE(the_engine_suggests_as_the_oracle_does) {
  Suggester suggester;
  live_and_ask([&](Both& both) {
    for (int i = 0; i < 3; ++i) {
      const bool with_community = both.life.below(3) > 0;
      SuggestQuestion question = both.life.next_suggest_question(both.engine.now_ms());
      question.community = both.community(with_community);
      Suggested suggested(both, suggester, question, with_community);
      suggested.compare_loras();
      suggested.compare_negatives();
      suggested.compare_parameters();
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

// Random lives: SCORE, EXPLAIN, STATS, USERS and KEYWORDS are what the oracle says.
#include "tests/engine/both.h"

namespace penchant::test {
namespace {

class ComparedScores {
 public:
  ComparedScores(Both& both, Scorer& scorer) : both_(both), scorer_(scorer) {}

  /// Of any checkpoint, also one that the user never recorded.
  void compare_explanation(const Question& question, bool with_community) {
    const User* const user = both_.engine.find_user(question.user);
    const Community* const community = both_.community(with_community);
    scorer_.ask(both_.engine, community, user, question.keywords, question.at_ms);
    const OracleAsked asked(both_.oracle, both_.shared(with_community), question.user, question.keywords,
                            question.at_ms);
    for (int number = 0; number < 3; ++number) {
      const std::string key = numbered('m', number);
      const ArmColumns columns{both_.engine.find_checkpoint(user, key),
                               community ? community->checkpoint(key) : std::nullopt};
      const Scored expected = asked.checkpoint({.key = key, .name = key, .family = ""});
      if (!both_.is_sure(expected.is_sure)) continue;
      const ArmScore told = scorer_.exact(columns);
      both_.expect(Comparison::is_close({key, told.score, told.observations}, expected, asked.lost()), "a score");
      both_.expect(Comparison::is_close(scorer_.variance(columns), expected.variance, 1e-6 + asked.lost()),
                   "a variance");
      for (std::size_t i = 0; i < question.keywords.size(); ++i) {
        const Counts counts = scorer_.counts(i, columns);
        const Tally cell = asked.counts({.keyword = question.keywords[i].text, .checkpoint = key});
        const double tolerance = 1e-5 + 1e-5 * cell.observed + asked.lost();
        both_.expect(Comparison::is_close(counts.selected, cell.selected, tolerance), "how many were kept");
        both_.expect(Comparison::is_close(counts.observed, cell.observed, tolerance), "how many were seen");
      }
    }
  }

  bool is_the_same_in_a_batch(std::uint32_t column) {
    return batch_scorer_.ranked_score(column) == scorer_.ranked_score(column) &&
           batch_scorer_.ranked_observations(column) == scorer_.ranked_observations(column);
  }

  /// In single precision: what ranks the arms.
  void compare_columns(const Question& question) {
    const User* const user = both_.engine.find_user(question.user);
    const Person* const person = both_.oracle.find(question.user);
    both_.expect((user != nullptr) == (person != nullptr), "whether the user is known");
    if (!user) return;
    scorer_.ask(both_.engine, user, question.keywords, question.at_ms);
    scorer_.score_columns();
    batch_scorer_.ask(both_.engine, user, question.keywords, question.at_ms);
    batch_scorer_.score_columns(&rates_);
    const OracleAsked asked(both_.oracle, nullptr, question.user, question.keywords, question.at_ms);
    both_.expect(user->checkpoints().size() == person->checkpoints.size(), "the number of columns");
    for (std::uint32_t column = 0; column < user->checkpoints().size(); ++column) {
      const OracleArm& arm = person->checkpoints[column];
      both_.expect(both_.engine.name_text(user->checkpoints()[column].name) == arm.name, "a checkpoint's name");
      const ArmScore ranked{scorer_.ranked_score(column), scorer_.ranked_observations(column)};
      both_.expect(is_the_same_in_a_batch(column), "a score from rates that are kept");
      both_.is_sure(true);
      both_.expect(
          Comparison::is_close({arm.name, ranked.score, ranked.observations}, asked.checkpoint(arm), asked.lost()),
          "a score in single precision");
    }
  }

  void compare_stats(const Person& person) {
    const User& user = *both_.engine.find_user(person.name);
    const Totals totals = user.totals();
    both_.expect(totals.records == person.records.size(), "the number of records");
    both_.expect(totals.selected == person.verdicts(Verdict::selected), "the number of selected");
    both_.expect(totals.rejected == person.verdicts(Verdict::rejected), "the number of rejected");
    both_.expect(totals.neutral == person.verdicts(Verdict::neutral), "the number of neutral");
    both_.expect(user.rows().size() == person.words.size(), "the number of keywords");
    both_.expect(user.is_sharing() == person.shares, "whether the user shares");
    const auto count_live = [](const auto& arms, const auto& is_live) {
      return static_cast<std::uint32_t>(std::ranges::count_if(arms, is_live));
    };
    both_.expect(user.checkpoints().live_count() ==
                     count_live(person.checkpoints, [&](auto& arm) { return person.names_checkpoint(arm.key); }),
                 "the number of checkpoints");
    both_.expect(
        user.loras().live_count() == count_live(person.loras, [&](auto& arm) { return person.names_lora(arm.key); }),
        "the number of LoRAs");
  }

  /// The ten best over all prompts.
  void compare_top_checkpoints(const Person& person, Recommender& recommender) {
    const Question question{.user = person.name, .top = 10, .at_ms = both_.engine.now_ms()};
    const OracleAsked asked(both_.oracle, nullptr, person.name, {}, question.at_ms);
    std::vector<Scored> expected;
    const auto arms = asked.arms(question);
    for (const OracleArm& arm : *arms) expected.push_back(asked.checkpoint(arm));
    std::vector<Told> told;
    if (const auto answer = recommender.recommend(both_.engine, question)) {
      for (const ArmAnswer& arm : answer->arms) told.push_back({arm.checkpoint, arm.score, arm.observations});
    }
    both_.compare_ranking(told, expected, 10, asked.lost());
  }

  void compare_users() {
    const auto& users = both_.engine.users();
    both_.expect(std::ranges::equal(users, both_.oracle.people(), {}, &NamedUser::name, &Person::name), "the users");
    std::uint64_t records = 0;
    for (const Person& person : both_.oracle.people()) records += person.records.size();
    both_.expect(both_.engine.record_count() == records, "the number of all records");
  }

 private:
  Both& both_;
  Scorer& scorer_;
  Scorer batch_scorer_;
  RateRows rates_;
};

BOOST_AUTO_TEST_SUITE(oracle)

BOOST_AUTO_TEST_CASE(the_engine_scores_as_the_oracle_does) {
  Scorer scorer;
  Recommender recommender{Bands{}};
  live_and_ask([&](Both& both) {
    ComparedScores compared(both, scorer);
    const Question question = both.life.next_question(both.engine.now_ms());
    compared.compare_explanation(question, both.life.below(3) > 0);
    compared.compare_columns(question);
    compared.compare_users();
    for (const Person& person : both.oracle.people()) {
      compared.compare_stats(person);
      compared.compare_top_checkpoints(person, recommender);
    }
  });
}

BOOST_AUTO_TEST_CASE(prompts_are_read_as_the_oracle_reads_them) {
  ContextReader reader(WordLists::english());
  Context context;
  for (unsigned seed = 0; seed < 20; ++seed) {
    RandomLife life(seed);
    for (int i = 0; i < 100; ++i) {
      const std::string_view prompt = life.next_prompt();
      reader.read(prompt, {}, context);
      BOOST_TEST_REQUIRE(std::ranges::equal(context.keywords(), read_words(prompt), {}, &Keyword::text), prompt);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

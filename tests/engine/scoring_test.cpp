#include "engine/scoring.h"

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(scoring, Taste, *boost::unit_test::tolerance(1e-6))

BOOST_AUTO_TEST_CASE(the_worked_example_scores_599_900ths_and_203_450ths) {
  const auto rated = [this](const char* checkpoint, const char* word, int selected, int total) {
    kept("ann", checkpoint, word, selected);
    rejected("ann", checkpoint, word, total - selected);
  };
  rated("A", "photorealistic", 15, 20);
  rated("A", "portrait", 12, 15);
  rated("A", "woman", 8, 10);
  rated("B", "photorealistic", 5, 20);
  rated("B", "portrait", 8, 15);
  rated("B", "woman", 6, 12);
  const char* prompt = "photorealistic portrait woman";
  BOOST_TEST(score("ann", "A", prompt) == 599.0 / 900);  // 0.6656
  BOOST_TEST(score("ann", "B", prompt) == 203.0 / 450);  // 0.4511
  BOOST_TEST(observations("ann", "A", prompt) == 45);
  BOOST_TEST(best("ann", prompt) == "A B");
}

BOOST_AUTO_TEST_CASE(a_checkpoint_rejected_for_anime_is_avoided_for_anime_and_no_worse_for_landscapes) {
  kept("ann", "A", "photorealistic landscape", 3);
  const double landscape = score("ann", "A", "photorealistic landscape");
  rejected("ann", "A", "anime girl blue hair", 8);
  BOOST_TEST(best_among("ann", "anime boy red hair", "A B").substr(0, 1) == "B");
  BOOST_TEST(score("ann", "A", "anime boy red hair") < 0.5);
  BOOST_CHECK_EQUAL(score("ann", "A", "photorealistic landscape"), landscape);
  BOOST_TEST(best_among("ann", "photorealistic landscape", "B A").substr(0, 1) == "A");
}

BOOST_AUTO_TEST_CASE(nothing_known_scores_the_prior) {
  kept("ann", "A", "ink cat");
  BOOST_CHECK_EQUAL(score("ann", "A", "oil dog"), 0.5);
  BOOST_CHECK_EQUAL(observations("ann", "A", "oil dog"), 0);
}

BOOST_AUTO_TEST_CASE(a_word_never_met_pulls_the_score_halfway_to_the_prior) {
  kept("ann", "A", "ink", 10);
  BOOST_TEST(score("ann", "A", "ink") == 0.75);
  BOOST_TEST(score("ann", "A", "ink zeppelin") == 0.625);
}

BOOST_AUTO_TEST_CASE(without_words_the_overall_counts_speak) {
  kept("ann", "A", "ink cat", 4);
  rejected("ann", "A", "oil dog", 2);
  kept("ann", "B", "", 1);
  BOOST_TEST(score("ann", "A", "") == 9.0 / 16);
  BOOST_TEST(observations("ann", "A", "") == 6);
  BOOST_TEST(score("ann", "B", "") == 6.0 / 11);
}

BOOST_AUTO_TEST_CASE(neutral_counts_nowhere) {
  kept("ann", "A", "ink cat", 2);
  tell(Verdict::neutral, "ann", "A", "ink cat oil", 5);
  BOOST_TEST(observations("ann", "A", "ink cat oil") == 4);
  BOOST_TEST(observations("ann", "A", "") == 2);
  BOOST_TEST(engine.find_user("ann")->totals().neutral == 5U);
  BOOST_TEST(engine.find_user("ann")->totals().records == 7U);
}

BOOST_AUTO_TEST_CASE(a_user_who_only_looked_has_the_prior_for_everything) {
  tell(Verdict::neutral, "ann", "A", "ink cat", 1);
  BOOST_CHECK_EQUAL(score("ann", "A", "ink cat"), 0.5);
  BOOST_TEST(best("ann", "ink cat") == "A");
}

BOOST_AUTO_TEST_CASE(all_columns_at_once_score_as_one_by_one) {
  for (int i = 0; i < 50; ++i) {
    kept("ann", numbered('m', i), "ink cat", i % 7);
    rejected("ann", numbered('m', i), "ink oil", i % 5 + 1);
  }
  const User& ann = *engine.find_user("ann");
  for (const char* prompt : {"", "ink", "ink cat oil", "cat zeppelin", "zeppelin"}) {
    const auto keywords = words(prompt);
    Scorer scorer;
    scorer.ask(engine, &ann, keywords, now_ms + 3 * day_ms);
    scorer.score_columns();
    for (std::uint32_t column = 0; column < ann.checkpoints().size(); ++column) {
      BOOST_TEST(scorer.ranked_score(column) == scorer.exact(column).score);
      BOOST_TEST(scorer.ranked_observations(column) == scorer.exact(column).observations);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_scorer_reused_forgets_the_last_question) {
  kept("ann", "A", "ink cat", 10);
  Scorer scorer;
  const auto first = words("ink cat");
  scorer.ask(engine, engine.find_user("ann"), first, now_ms);
  scorer.ask(engine, engine.find_user("ann"), {}, now_ms);
  BOOST_TEST(scorer.keyword_count() == 0U);
  BOOST_TEST(scorer.exact(0).observations == 10);
  scorer.ask(engine, nullptr, first, now_ms);
  BOOST_CHECK_EQUAL(scorer.exact(ArmColumns()).score, 0.5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

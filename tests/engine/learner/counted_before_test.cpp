// Learning that is turned on where there are counts already.
#include "engine/learner/learner.h"

#include "engine/word_scorer.h"
#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

struct CountedTaste : Taste {
  CountedTaste() { decay(0); }
  void learn_from_counts() {
    engine.change_learning({.now_ms = now_ms, .is_on = true, .is_from_counts = true});
  }
  const Learner& learner() { return *engine.find_user("ann")->learner(); }
  double told(ScorerKind kind, std::string_view prompt, std::string_view checkpoint) {
    const std::array among{checkpoint};
    return ask("ann", prompt, {.among = among, .scorer = kind}).chosen.score;
  }
  /// Ink is for A, oil for B; "portrait" is for A too.
  void live(int times = 1) {
    kept("ann", "A", "ink", 6 * times);
    rejected("ann", "B", "ink", 5 * times);
    kept("ann", "B", "oil cat", 7 * times);
    rejected("ann", "A", "oil cat", 4 * times);
    kept("ann", "A", "portrait", 5 * times);
  }
};

BOOST_FIXTURE_TEST_SUITE(learning_from_counts, CountedTaste)

BOOST_AUTO_TEST_CASE(counts_are_those_of_who_has_learned_all_along) {
  Taste always;
  always.decay(0);
  always.engine.change_learning({.now_ms = always.now_ms, .is_on = true});
  for (Taste* const one : {static_cast<Taste*>(this), &always}) {
    one->kept("ann", "A", "ink cat", 6);
    one->rejected("ann", "B", "ink", 30);
    one->kept("ann", "B", "oil", 7);
  }
  learn_from_counts();
  const std::array<std::string_view, 2> among{"A", "B"};
  for (const std::string_view prompt : {"ink", "oil cat", "ink cat oil", ""}) {
    const auto from_counts = ask("ann", prompt, {.among = among, .scorer = ScorerKind::weighted}).chosen.score;
    const auto learned = always.ask("ann", prompt, {.among = among, .scorer = ScorerKind::weighted}).chosen.score;
    BOOST_TEST(std::abs(from_counts - learned) < 1e-6, prompt);
  }
}

BOOST_AUTO_TEST_CASE(every_scorer_knows_at_once_what_was_kept) {
  live();
  learn_from_counts();
  for (const ScorerKind kind : word_kinds) {
    BOOST_TEST(told(kind, "ink", "A") > told(kind, "ink", "B"), to_string(kind));
    BOOST_TEST(told(kind, "oil", "B") > told(kind, "oil", "A"), to_string(kind));
  }
}

BOOST_AUTO_TEST_CASE(a_word_nobody_judged_is_known_by_how_it_begins) {
  live();
  learn_from_counts();
  BOOST_TEST(told(ScorerKind::evidence, "portraits", "A") > told(ScorerKind::evidence, "moon", "A"));
}

BOOST_AUTO_TEST_CASE(cells_are_the_records_of_each_word_and_beginning) {
  live();
  const std::size_t counted = engine.cell_count();
  learn_from_counts();
  // ink, oil and cat with both, portrait and its beginning with A.
  BOOST_TEST(learner().cell_count() == 8U);
  BOOST_TEST(engine.cell_count() == counted + 8);
  BOOST_TEST(learner().features().size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_record_from_before_is_corrected_as_any_other) {
  tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .prompt = "ink", .id = "image-1"});
  live();
  learn_from_counts();
  const double before = told(ScorerKind::weighted, "ink", "A");
  tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "A", .prompt = "ink", .id = "image-1"});
  BOOST_TEST(std::abs(told(ScorerKind::weighted, "ink", "A") - (before - 1.0 / 17)) < 1e-6);
}

BOOST_AUTO_TEST_CASE(long_ago_weighs_little) {
  decay(30);
  live();
  days_pass(300);
  learn_from_counts();
  for (const ScorerKind kind : word_kinds) BOOST_TEST(std::abs(told(kind, "ink", "A") - 0.5) < 0.01, to_string(kind));
}

BOOST_AUTO_TEST_CASE(what_is_too_long_ago_for_a_double_weighs_nothing) {
  decay(30);
  live();
  days_pass(30'000);
  learn_from_counts();
  for (const ScorerKind kind : word_kinds) BOOST_TEST(std::abs(told(kind, "ink", "A") - 0.5) < 1e-6, to_string(kind));
}

BOOST_AUTO_TEST_CASE(an_end_of_it_releases_every_text_and_cell) {
  live();
  const std::size_t bytes = engine.vocabulary_bytes();
  const std::size_t cells = engine.cell_count();
  learn_from_counts();
  engine.change_learning({.now_ms = now_ms, .is_on = false});
  BOOST_TEST((engine.vocabulary_bytes() == bytes && engine.cell_count() == cells));
}

BOOST_AUTO_TEST_CASE(who_has_recorded_nothing_has_no_learner) {
  BOOST_REQUIRE(engine.share({.now_ms = now_ms, .user = "ann", .on = true}));
  learn_from_counts();
  BOOST_TEST(engine.find_user("ann")->learner() == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

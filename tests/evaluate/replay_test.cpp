#include "evaluate/replay.h"

#include <cmath>
#include <vector>

#include "evaluate/stream_runs.h"
#include "orders.h"
#include "stream_fixture.h"

namespace penchant::test {
namespace {

const std::vector<ScorerChoice> every_scorer{ScorerKind::mean, ScorerKind::weighted, ScorerKind::logodds,
                                             ScorerKind::evidence, ScorerChoice::automatic()};

/// So many decisions by one prompt after the other, of which each has an arm that is always kept.
Stream easy_stream(std::size_t decisions, std::initializer_list<std::pair<std::string_view, std::size_t>> prompts) {
  Stream stream({"A", "B", "C"});
  for (std::size_t i = 0; i < decisions; ++i) {
    const auto& [prompt, best] = prompts.begin()[i % prompts.size()];
    std::vector<StreamOutcome> outcomes(3);
    outcomes[best] = {true, 1};
    stream.add(prompt, outcomes);
  }
  return stream;
}

double replayed(const Stream& stream, const ScorerChoice& scorer) {
  std::size_t decisions = 0;
  const auto mean = replay(stream, scorer, [&] { ++decisions; });
  BOOST_REQUIRE_MESSAGE(mean, mean.error().message);
  BOOST_TEST(decisions == stream.size());
  return *mean;
}

BOOST_AUTO_TEST_SUITE(replay_of_a_stream)

BOOST_AUTO_TEST_CASE(every_scorer_finds_the_arm_that_always_wins) {
  const Stream stream = easy_stream(300, {{"a cat in the rain", 2}});
  for (const ScorerChoice& scorer : every_scorer) {
    BOOST_TEST(replayed(stream, scorer) >= 298 / 300.0, to_string(scorer));
    BOOST_TEST(replayed(stream, scorer) < 1);  // nobody knows it before
  }
}

BOOST_AUTO_TEST_CASE(every_scorer_finds_the_arm_of_each_prompt) {
  const Stream stream = easy_stream(600, {{"a portrait of a queen", 0}, {"steam engines", 1}, {"fog on the moon", 2}});
  for (const ScorerChoice& scorer : every_scorer) BOOST_TEST(replayed(stream, scorer) > 0.95, to_string(scorer));
}

BOOST_AUTO_TEST_CASE(only_learners_know_words_that_are_no_keywords) {
  const Stream stream = easy_stream(400, {{"with the", 0}, {"without a", 1}});
  BOOST_TEST(replayed(stream, ScorerKind::mean) < 0.7);
  BOOST_TEST(replayed(stream, ScorerKind::evidence) > 0.95);
}

BOOST_AUTO_TEST_CASE(the_same_stream_gives_the_same_again) {
  const Stream stream = easy_stream(300, {{"cat", 0}, {"dog cat", 1}, {"dog", 2}, {"", 1}});
  for (const ScorerChoice& scorer : every_scorer) {
    BOOST_TEST(replayed(stream, scorer) == replayed(stream, scorer), to_string(scorer));
  }
}

BOOST_AUTO_TEST_CASE(where_arms_are_equal_the_first_is_chosen) {
  for (const ScorerChoice& scorer : every_scorer) {
    BOOST_TEST(replayed(stream_of({"prompt A B", "cat 0,0.5 0,1"}), scorer) == 0.5);
    BOOST_TEST(replayed(stream_of({"prompt A B C", "cat 0,1 0,0 0,0", "cat 0,0 0,1 0,0", "cat 0,0 0,0 0,1"}), scorer) ==
               1);
  }
}

BOOST_AUTO_TEST_CASE(or_that_which_was_seen_less) {
  const Stream stream = stream_of({"prompt A B", "cat 1,1 0,0", "cat 0,1 0,0", "cat 0,0 0,1"});
  BOOST_TEST(replayed(stream, ScorerKind::mean) == 1);
}

BOOST_AUTO_TEST_CASE(of_no_decisions_there_is_nothing) {
  for (const ScorerChoice& scorer : every_scorer) BOOST_TEST(replayed(Stream({"A"}), scorer) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(runs_of_streams, StreamFolder)

BOOST_AUTO_TEST_CASE(a_table_has_the_mean_over_seeds_and_their_deviation) {
  const std::vector<NamedStream> streams{
      {"two", {put("1.tsv", tabbed({"prompt A", "cat 1,1"})), put("2.tsv", tabbed({"prompt A", "cat 0,0.5"}))}},
      {"one", {put_compressed("3.tsv.gz", tabbed({"prompt A", "cat 1,0.25"}))}}};
  const auto table = run_streams(streams, every_scorer, backwards);
  BOOST_REQUIRE_MESSAGE(table, table.error().message);
  for (std::size_t i = 0; i < every_scorer.size(); ++i) {
    BOOST_TEST((*table)[0][i].mean == 0.75);
    BOOST_TEST(std::abs((*table)[0][i].deviation - std::sqrt(0.125)) < 1e-12);
    BOOST_TEST(((*table)[1][i].mean == 0.25 && (*table)[1][i].deviation == 0));
    BOOST_TEST(mean_of(*table, i) == 0.5);
  }
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_read_is_told) {
  const std::vector<NamedStream> streams{{"bad", {put("1.tsv", "no header\n")}}};
  const auto table = run_streams(streams, every_scorer, backwards);
  BOOST_REQUIRE(!table);
  BOOST_TEST(table.error().message.starts_with(at("1.tsv") + ", line 1: "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

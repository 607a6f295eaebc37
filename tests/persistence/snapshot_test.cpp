// A state that comes back from a snapshot is the one that went in, whatever the engine does meanwhile and afterwards.
#include "persistence/snapshot.h"

#include <optional>
#include <sstream>

#include "engine/suggest.h"
#include "tests/persistence/snapshot_lives.h"

namespace penchant::test {
namespace {

/// What random questions are answered by any scorer, to the last bit; with the community as it is now.
std::string answers(const Engine& engine, RandomLife& life) {
  const Community community = community_of(engine);
  Recommender recommender{Bands{}};
  Suggester suggester;
  std::ostringstream told;
  told << std::hexfloat;
  const auto tell_value = [&told](const ValueAnswer& value) { told << value.mean << value.sd << value.observations; };
  for (int i = 0; i < 20; ++i) {
    Question question = life.next_question(engine.now_ms());
    question.community = &community;
    if (i % 2 == 1) question.scorer = static_cast<ScorerKind>(i / 2 % 4);
    if (const auto answer = recommender.recommend(engine, question)) {
      told << answer->chosen.checkpoint << answer->confidence;
      for (const ArmAnswer& arm : answer->arms) {
        told << arm.checkpoint << arm.score << arm.observations << arm.probability;
      }
    }
    SuggestQuestion suggest = life.next_suggest_question(engine.now_ms());
    suggest.community = &community;
    for (const LoraAnswer& lora : suggester.loras(engine, suggest)) {
      told << lora.lora << lora.score << lora.observations;
      if (lora.strength) tell_value(*lora.strength);
    }
    for (const NegativeAnswer& one : suggester.negatives(engine, suggest)) {
      told << one.keyword << one.score << one.observations;
    }
    for (const ParameterAnswer& one : suggester.parameters(engine, suggest)) {
      told << one.name;
      tell_value(one.value);
    }
  }
  return told.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot)

BOOST_AUTO_TEST_CASE(the_state_that_is_read_is_the_one_that_was_written) {
  Taste taste;
  live_fully(taste);
  BOOST_TEST(taste.engine.find_user("bob")->keyword_checkpoints().heavy_cells() == 1U);
  SnapshotLife life;
  life.write(taste.engine);
  Engine read;
  HistoryHeads heads;
  const auto stamp = read_snapshot(life.disk, life.path(), read, heads);
  BOOST_REQUIRE_MESSAGE(stamp, stamp.error().message);
  BOOST_TEST(stamp->sequence == 7U);
  BOOST_TEST((stamp->store_id == store_id));
  BOOST_TEST((state_bytes(read) == state_bytes(taste.engine)));
}

BOOST_AUTO_TEST_CASE(a_state_that_was_read_goes_on_as_the_one_that_was_written) {
  Taste taste;
  live_fully(taste);
  SnapshotLife life;
  life.write(taste.engine);
  Taste read;
  HistoryHeads heads;
  BOOST_REQUIRE(read_snapshot(life.disk, life.path(), read.engine, heads));
  read.now_ms = taste.now_ms;
  for (Taste* one : {&taste, &read}) {
    one->tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "B", .prompt = "oil", .id = "2"});
    one->kept("bob", "E", "oil moon", 10);
    one->kept("dan", "A", "ink");
    one->pool("sdxl", Tier::draft, "C F");
  }
  BOOST_TEST((state_bytes(read.engine) == state_bytes(taste.engine)));
}

BOOST_AUTO_TEST_CASE(learners_come_back_and_learn_on_bit_by_bit) {
  Taste taste;
  live_and_learn(taste);
  SnapshotLife life;
  life.write(taste.engine);
  Taste read;
  HistoryHeads heads;
  BOOST_REQUIRE(read_snapshot(life.disk, life.path(), read.engine, heads));
  BOOST_TEST(read.engine.is_learning());
  BOOST_TEST((state_bytes(read.engine) == state_bytes(taste.engine)));
  read.now_ms = taste.now_ms;
  for (Taste* one : {&taste, &read}) {
    one->tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "B", .prompt = "cat", .id = "2"});
    one->kept("bob", "B", "moon portraits", 10);
    one->days_pass(1000);  // landmarks move
    one->kept("bob", "A", "ink");
  }
  BOOST_TEST((state_bytes(read.engine) == state_bytes(taste.engine)));
  read.engine.change_learning({.now_ms = read.now_ms, .is_on = false});
  BOOST_TEST(read.engine.cell_count() < taste.engine.cell_count());
}

BOOST_AUTO_TEST_CASE(an_empty_state_is_a_state) {
  SnapshotLife life;
  life.write(Engine());
  BOOST_TEST(life.refusal() == "");
}

BOOST_AUTO_TEST_CASE(random_lives_come_back_and_go_on_bit_by_bit) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Engine engine;
    RandomLife life(seed);
    engine.change_learning({.is_on = seed % 2 == 1});
    for (int i = 0; i < 150; ++i) tell_engine(engine, life.next_event());
    SnapshotLife saved;
    saved.write(engine);
    Engine read;
    HistoryHeads heads;
    BOOST_REQUIRE(read_snapshot(saved.disk, saved.path(), read, heads));
    BOOST_TEST((state_bytes(read) == state_bytes(engine)), "seed " << seed);
    for (int i = 0; i < 100; ++i) {
      const RandomLife::AnyEvent event = life.next_event();
      tell_engine(engine, event);
      tell_engine(read, event);
      if (i % 10 > 0) continue;
      RandomLife asking(seed + static_cast<unsigned>(i));
      RandomLife asking_again(seed + static_cast<unsigned>(i));
      BOOST_TEST(answers(read, asking) == answers(engine, asking_again), "seed " << seed << ", event " << i);
    }
    BOOST_TEST((state_bytes(read) == state_bytes(engine)), "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(a_state_that_is_frozen_stays_what_it_was_while_the_engine_goes_on) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Engine engine;
    Engine undisturbed;
    RandomLife life(seed);
    std::optional<FrozenState> frozen;
    std::string then;
    for (Engine* const one : {&engine, &undisturbed}) one->change_learning({.is_on = seed % 2 == 1});
    for (int i = 0; i < 300; ++i) {
      if (i == 150) {
        frozen.emplace(engine, HistoryHeads());
        then = state_bytes(engine);
      }
      const RandomLife::AnyEvent event = life.next_event();
      tell_engine(engine, event);
      tell_engine(undisturbed, event);
    }
    SnapshotLife saved;
    BOOST_REQUIRE(write_snapshot(saved.disk, folder, {store_id, saved.sequence}, std::move(*frozen)));
    Engine read;
    HistoryHeads heads;
    BOOST_REQUIRE(read_snapshot(saved.disk, saved.path(), read, heads));
    BOOST_TEST((state_bytes(read) == then), "seed " << seed);
    BOOST_TEST((state_bytes(engine) == state_bytes(undisturbed)), "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

// A user who moves from one engine to another: nothing that is known changes, and nothing that is learned from then on.
#include <algorithm>
#include <array>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <string>

#include "engine/limits.h"
#include "engine/recommend.h"
#include "engine/suggest.h"
#include "tests/engine/full_vocabulary.h"
#include "tests/engine/random_life.h"
#include "tests/engine/taste.h"

namespace penchant::test {

BOOST_AUTO_TEST_SUITE(adopt_test)

/// All users of a random life, in one engine, and spread over three.
class Spread {
 public:
  void tell(const RandomLife::AnyEvent& event) {
    std::visit([&](const auto& told) { tell(told); }, event);
  }
  void spread() {
    for (Engine& part : parts_) {
      part = Engine();
      BOOST_REQUIRE(part.change_decay({whole.now_ms(), whole.decay().days(), whole.decay().half_lives_at_epoch()}));
      part.change_learning({whole.now_ms(), whole.is_learning()});
      for (const Pool& pool : whole.pools().all()) {
        std::vector<std::string_view> names;
        for (const PoolEntry& entry : pool.checkpoints) names.push_back(whole.name_text(entry.name));
        BOOST_REQUIRE(part.set_pool({0, pool.family, pool.tier, names}));
      }
    }
    for (const NamedUser& user : whole.users()) BOOST_REQUIRE(part_of(user.name).adopt(whole, user));
    is_spread_ = true;
  }
  Engine& part_of(std::string_view user) { return parts_[static_cast<unsigned char>(user.back()) % parts_.size()]; }
  std::size_t records() const {
    std::size_t records = 0;
    for (const Engine& part : parts_) records += part.record_count();
    return records;
  }
  std::size_t cells() const {
    std::size_t cells = 0;
    for (const Engine& part : parts_) cells += part.cell_count();
    return cells;
  }
  /// Texts that nobody holds any more would stay.
  void forget_all() {
    for (Engine& part : parts_) {
      while (!part.users().empty()) part.forget({part.now_ms(), std::string(part.users().front().name)});
      while (!part.pools().all().empty()) {
        const Pool pool = part.pools().all().front();
        part.delete_pool({part.now_ms(), pool.family, pool.tier});
      }
      BOOST_TEST(part.vocabulary_bytes() == 0U);
      BOOST_TEST(part.cell_count() == 0U);
      BOOST_TEST(part.record_count() == 0U);
    }
  }

  Engine whole;

 private:
  void tell(const Record& record) {
    Record late = record;
    late.now_ms = std::max(record.now_ms, whole.now_ms());  // one clock for all
    late.at_ms = std::min(record.at_ms.value_or(late.now_ms), late.now_ms);
    const auto told = whole.record(late);
    if (!is_spread_) return;
    const auto same = part_of(record.user).record(late);
    BOOST_REQUIRE(told.has_value() == same.has_value());
    if (told) BOOST_TEST(told->sequence == same->sequence);
  }
  void tell(const PoolSet& event) {
    (void)whole.set_pool(event);
    if (is_spread_)
      for (Engine& part : parts_) (void)part.set_pool(event);
  }
  void tell(const PoolDelete& event) {
    whole.delete_pool(event);
    if (is_spread_)
      for (Engine& part : parts_) part.delete_pool(event);
  }
  void tell(const DecayChange& event) {
    DecayChange late = event;
    late.now_ms = std::max(event.now_ms, whole.now_ms());
    (void)whole.change_decay(late);
    late.half_lives_at_epoch = whole.decay().half_lives_at_epoch();
    if (is_spread_)
      for (Engine& part : parts_) BOOST_REQUIRE(part.change_decay(late));
  }
  void tell(const Share& event) {
    (void)whole.share(event);
    if (is_spread_) (void)part_of(event.user).share(event);
  }
  void tell(const Forget& event) {
    whole.forget(event);
    if (is_spread_) part_of(event.user).forget(event);
  }

  std::array<Engine, 3> parts_;
  bool is_spread_ = false;
};

/// Every bit of an answer.
class Answers {
 public:
  std::string to(const Engine& engine, const Question& question) {
    text_.clear();
    const auto answer = recommender_.recommend(engine, question);
    if (!answer) return answer.error().message;
    add(answer->chosen.checkpoint, answer->confidence, 0);
    for (const ArmAnswer& arm : answer->arms) {
      add(arm.checkpoint, arm.score, arm.observations);
      add("", arm.probability, 0);
    }
    for (const ArmChance& chance : answer->chances) {
      add(recommender_.arm_name(engine, answer->user, chance.arm), chance.probability, 0);
    }
    return text_;
  }
  std::string to(const Engine& engine, const SuggestQuestion& question) {
    text_.clear();
    for (const LoraAnswer& one : suggester_.loras(engine, question)) {
      add(one.lora, one.score, one.observations);
      if (one.strength) add("", one.strength->mean, one.strength->sd);
    }
    for (const NegativeAnswer& one : suggester_.negatives(engine, question)) {
      add(one.keyword, one.score, one.observations);
    }
    for (const ParameterAnswer& one : suggester_.parameters(engine, question)) {
      add(one.name, one.value.mean, one.value.sd);
    }
    return text_;
  }

 private:
  void add(std::string_view name, double a, double b) {
    text_.append(name);
    for (const double number : {a, b}) text_ += ' ' + std::to_string(std::bit_cast<std::uint64_t>(number));
    text_ += ';';
  }

  Recommender recommender_{Bands{}};
  Suggester suggester_;
  std::string text_;
};

void expect_same_answers(RandomLife& life, Spread& spread) {
  Answers answers;
  for (int i = 0; i < 20; ++i) {
    Question question = life.next_question(spread.whole.now_ms());
    question.scorer = static_cast<ScorerKind>(i % 4);
    BOOST_TEST(answers.to(spread.part_of(question.user), question) == answers.to(spread.whole, question));
    const SuggestQuestion suggest = life.next_suggest_question(spread.whole.now_ms());
    BOOST_TEST(answers.to(spread.part_of(suggest.user), suggest) == answers.to(spread.whole, suggest));
  }
}

BOOST_AUTO_TEST_CASE(who_moves_is_answered_the_same_to_the_bit_then_and_later) {
  for (unsigned seed = 0; seed < 24; ++seed) {
    RandomLife life(seed);
    Spread spread;
    spread.whole.change_learning({.is_on = seed % 2 == 1});
    for (int part = 0; part < 4; ++part) {
      for (int i = 0; i < 150; ++i) spread.tell(life.next_event());
      if (part % 2 == 0) spread.spread();
      BOOST_TEST(spread.records() == spread.whole.record_count());
      BOOST_TEST(spread.cells() == spread.whole.cell_count());
      expect_same_answers(life, spread);
    }
    spread.forget_all();
  }
}

BOOST_AUTO_TEST_CASE(nobody_moves_where_he_is_already) {
  Taste one;
  Taste other;
  one.kept("ann", "A", "ink cat");
  other.kept("ann", "B", "fog");
  const auto adopted = other.engine.adopt(one.engine, one.engine.users().front());
  BOOST_REQUIRE(!adopted);
  BOOST_TEST(adopted.error().message == "there is a user ann already");
  BOOST_TEST(other.engine.record_count() == 1U);
}

BOOST_AUTO_TEST_CASE(nobody_moves_to_where_the_texts_do_not_fit_and_nothing_changes) {
  Engine full;
  fill_vocabulary(full);
  const std::size_t bytes = full.vocabulary_bytes();
  BOOST_TEST(bytes > vocabulary_bytes_max - (model_name_bytes_max + Interner::bytes_per_text));
  Taste one;
  one.kept("bob", long_text(7, model_name_bytes_max), "ink");
  one.kept("cyd", "A", "");
  const auto adopted = full.adopt(one.engine, one.engine.users().front());
  BOOST_REQUIRE(!adopted);
  BOOST_TEST(adopted.error().message == vocabulary_full().message);
  BOOST_TEST(full.vocabulary_bytes() == bytes);
  BOOST_TEST(!full.find_user("bob"));
  BOOST_TEST(full.adopt(one.engine, one.engine.users().back()).has_value());
  BOOST_TEST(full.vocabulary_bytes() == bytes);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

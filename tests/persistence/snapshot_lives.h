// States for snapshots: full ones, long ones, and what may be done with one that was read.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/community.h"
#include "engine/explain.h"
#include "tests/engine/random_life.h"
#include "tests/persistence/snapshot_fixture.h"

namespace penchant::test {

/// Everything a state can hold: users, LoRAs, families, IDs, corrections, pools, heavy cells, a changed
/// decay, a landmark that moved.
inline void live_fully(Taste& taste) {
  const LoraTag loras[] = {{"wash", 0.5, 0.5}, {"detail.safetensors", 1, 1}};
  taste.kept("ann", "sdxl/A.safetensors", "ink cat", 3);
  taste.tell(
      {.user = "ann", .checkpoint = "B", .prompt = "ink", .family = "sdxl", .id = "1", .loras = loras});
  taste.tell(
      {.verdict = Verdict::selected, .user = "ann", .checkpoint = "B", .prompt = "ink moon", .id = "2"});
  taste.tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "B", .prompt = "ink", .id = "2"});
  taste.pool("sdxl", Tier::quality, "A B C");
  taste.pool("sd15", Tier::draft, "D");
  taste.days_pass(900);
  taste.decay(7);
  taste.kept("bob", "E", "oil", 5000);
  taste.days_pass(1);
  taste.rejected("bob", "E", "oil cat");
  taste.tell({.user = "cyd", .checkpoint = "A", .prompt = ""});
}

/// Users whose learners know several models, one of them better than another; one outcome was corrected.
inline void live_and_learn(Taste& taste) {
  taste.engine.change_learning({.now_ms = taste.now_ms, .is_on = true});
  constexpr Keyword others[] = {{"of"}};
  taste.kept("ann", "A", "ink portrait", 3);
  taste.rejected("ann", "B", "ink");
  taste.tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "B", .prompt = "cat", .id = "2"});
  taste.tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "B", .prompt = "cat", .id = "2"});
  taste.days_pass(40);
  taste.tell({.verdict = Verdict::selected, .user = "bob", .checkpoint = "A", .prompt = "moon", .other_words = others});
}

inline void require_share(double value) { BOOST_REQUIRE((value >= 0 && value <= 1)); }

/// Every question, record and correction that concerns what the state holds. What they answer is made up, but is made
/// of numbers.
inline void live_on(Engine& engine) {
  const auto keywords = words("ink cat moon oil");
  const LoraTag loras[] = {{"wash"}, {"detail"}};
  Recommender recommender{Bands{}};
  std::string told;
  const auto ask = [&](const Question& question) {
    const auto answer = recommender.recommend(engine, question);
    if (!answer) return;
    append_reason(*answer, question.keywords, recommender.scorer(), told);
    const User* const user = answer->user;
    for (const ArmAnswer& arm : answer->arms) {
      require_share(arm.score);
      if (answer->scorer == ScorerKind::mean || !arm.column.own || !user->learner()) continue;
      const KeptChance kept = recommender.words().kept(*arm.column.own);
      for (const double chance : {kept.low, kept.probability, kept.high}) require_share(chance);
    }
  };
  std::vector<std::string> users;
  for (const NamedUser& named : engine.users()) users.push_back(named.name);
  for (const std::string& user : users) {
    ask({.user = user, .keywords = keywords, .at_ms = engine.now_ms()});
    ask({.user = user, .family = "sdxl", .at_ms = engine.now_ms()});
    for (const Verdict verdict : {Verdict::selected, Verdict::rejected, Verdict::neutral}) {
      for (const char* id : {"", "1", "2"}) {
        (void)engine.record({.now_ms = engine.now_ms() / 2 + 1,
                             .verdict = verdict,
                             .user = user,
                             .checkpoint = "B",
                             .id = id,
                             .keywords = keywords,
                             .loras = loras});
      }
    }
    ask({.user = user, .keywords = keywords, .top = 10, .at_ms = engine.now_ms()});
    for (const ScorerKind scorer : {ScorerKind::weighted, ScorerKind::logodds, ScorerKind::evidence}) {
      ask({.user = user, .keywords = keywords, .at_ms = engine.now_ms(), .scorer = scorer});
    }
    ask({.user = user, .keywords = keywords, .scorer = ScorerChoice::automatic()});
  }
  for (const std::string& user : users) (void)engine.share({.now_ms = engine.now_ms(), .user = user, .on = true});
  const Community community = community_of(engine);
  for (const std::string& user : users) {
    ask({.user = user, .keywords = keywords, .top = 10, .at_ms = engine.now_ms(), .community = &community});
  }
  for (const Pool& pool : engine.pools().all()) told += to_string(pool.tier);
}

inline void tell_engine(Engine& engine, const RandomLife::AnyEvent& event) {
  if (const auto* record = std::get_if<Record>(&event)) BOOST_REQUIRE(engine.record(*record));
  if (const auto* change = std::get_if<DecayChange>(&event)) BOOST_REQUIRE(engine.change_decay(*change));
  if (const auto* pool = std::get_if<PoolSet>(&event)) BOOST_REQUIRE(engine.set_pool(*pool));
  if (const auto* erased = std::get_if<PoolDelete>(&event)) engine.delete_pool(*erased);
  if (const auto* shared = std::get_if<Share>(&event)) BOOST_REQUIRE(engine.share(*shared));
  if (const auto* forgotten = std::get_if<Forget>(&event)) engine.forget(*forgotten);
}

inline Bytes cut(Bytes bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

/// More than `bytes` of state: names of many models.
inline void live_long(Taste& taste, std::size_t bytes) {
  for (int i = 0; state_bytes(taste.engine).size() < bytes; ++i) {
    std::string names;
    for (int j = 0; j < 500; ++j) names += std::string(400, 'x') + std::to_string(j) + " ";
    taste.pool(numbered('f', i), Tier::draft, names + numbered('m', i));
    taste.kept("ann", numbered('m', i), "ink cat");
    for (int j = 0; j < 300; ++j) {
      const std::string id = numbered('i', i * 300 + j);
      taste.tell({.user = "ann", .checkpoint = "A", .prompt = "ink", .id = id + std::string(240, '-')});
    }
  }
}

}  // namespace penchant::test

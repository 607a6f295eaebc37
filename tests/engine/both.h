// Both: one random life, told to the engine and to the oracle.
#pragma once

#include "tests/engine/comparison.h"
#include "tests/engine/random_life.h"

namespace penchant::test {

class Both : public Comparison {
 public:
  static constexpr unsigned lives = 400;
  static constexpr int events_in_a_life = 80;
  static constexpr int events_between_questions = 4;

  RandomLife life;
  Engine engine;
  Oracle oracle;

  explicit Both(unsigned seed) : Comparison(seed), life(seed) {}

  /// Lives on until it is time for questions, if it is not over.
  bool live() {
    if (event_ == events_in_a_life) return false;
    for (int i = 0; i < events_between_questions; ++i) {
      ++event_;
      std::visit([this](const auto& event) { tell(event); }, life.next_event());
      expect(engine.now_ms() == oracle.now_ms(), "the clock");
    }
    if (life.below(3) > 0) make_community();
    return true;
  }

  /// As it was when it was made last; null where a question goes without.
  const Community* community(bool is_asked) const { return is_asked ? &community_ : nullptr; }
  const OracleCommunity* shared(bool is_asked) const { return is_asked && shared_ ? &*shared_ : nullptr; }

 private:
  void tell(const Record& event) {
    const auto recorded = engine.record(event);
    const Recorded expected = oracle.record(event);
    expect(recorded && recorded->kind == expected.kind, "what became of the record");
    expect(recorded->sequence == expected.sequence, "the sequence number");
  }
  void tell(const PoolSet& event) {
    expect(engine.set_pool(event).has_value(), "setting a pool");
    oracle.set_pool(event);
  }
  void tell(const PoolDelete& event) { expect(engine.delete_pool(event) == oracle.delete_pool(event), "the pool"); }
  void tell(const DecayChange& event) {
    expect(engine.change_decay(event).has_value(), "changing the decay");
    oracle.change_decay(event);
    if (shared_) shared_->change_decay({oracle.now_ms(), event.decay_days});
  }
  void tell(const Share& event) {
    expect(engine.share(event).has_value(), "sharing");
    oracle.share(event);
  }
  /// Now and then while the community is made.
  void tell(const Forget& event) {
    CommunityBuilder builder;
    builder.start(engine);
    const bool is_done = builder.advance(engine, 1) == CommunityBuilder::Turn::done;
    expect(engine.forget(event) == oracle.forget(event), "how many records are forgotten");
    if (!is_done) finish(builder);
  }

  void make_community() {
    CommunityBuilder builder;
    builder.start(engine);
    finish(builder);
  }
  void finish(CommunityBuilder& builder) {
    const std::size_t cells = life.below(2) == 0 ? 1 : 1'000'000;
    for (;;) {
      const auto turn = builder.advance(engine, cells);
      if (turn == CommunityBuilder::Turn::done) break;
      if (turn == CommunityBuilder::Turn::stale) builder.start(engine);
    }
    community_ = builder.take();
    shared_.emplace(oracle);
  }

  Community community_;
  std::optional<OracleCommunity> shared_;
};

/// Lives them all, and asks in between; nearly all answers are told for certain.
template <class Ask>
void live_and_ask(const Ask& ask) {
  std::uint64_t compared = 0;
  std::uint64_t doubtful = 0;
  for (unsigned seed = 0; seed < Both::lives; ++seed) {
    Both both(seed);
    while (both.live()) ask(both);
    compared += both.compared;
    doubtful += both.doubtful;
  }
  BOOST_TEST_MESSAGE(compared << " compared, " << doubtful << " doubtful");
  BOOST_TEST(compared > 10'000U);
  BOOST_TEST(doubtful * 100 < compared, doubtful << " doubtful of " << compared);
}

}  // namespace penchant::test

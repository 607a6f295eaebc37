// Both: one random life, told to the engine and to the oracle; and how their answers are compared.
//
// Counts in single precision, and the millionth and thousandth to which ties are told, leave room at the edges. What
// lies in it is taken as doubtful and counted, so that a test can say how little that is.
#pragma once

#include <boost/test/unit_test.hpp>
#include <iomanip>
#include <sstream>

#include "tests/engine/oracle_asked.h"
#include "tests/engine/random_life.h"

namespace penchant::test {

/// One line of an answer that is ranked.
struct Told {
  std::string_view name;
  double score = 0;
  double observations = 0;
};

class Both {
 public:
  static constexpr unsigned lives = 400;
  static constexpr int events_in_a_life = 80;
  static constexpr int events_between_questions = 4;

  RandomLife life;
  Engine engine;
  Oracle oracle;
  std::uint64_t compared = 0;
  std::uint64_t doubtful = 0;

  explicit Both(unsigned seed) : life(seed), seed_(seed) {}

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

  void expect(bool holds, const char* what) const {
    if (!holds) BOOST_FAIL(what << " differs in life " << seed_ << " after event " << event_ << lines_);
  }

  /// Whether a comparison is to be made; those that are not are counted.
  bool is_sure(bool sure) {
    ++(sure ? compared : doubtful);
    return sure;
  }

  static bool is_close(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance; }
  static bool is_close(const Told& told, const Scored& expected, double lost) {
    const double terms = 64;  // a prompt has no more
    return is_close(told.score, expected.score, 2e-6 + lost) &&
           is_close(told.observations, expected.observations, 1e-5 + 1e-5 * expected.observations + terms * lost);
  }

  /// No line stands behind one that should surely follow it, none is left out that should be there, and each is right.
  /// `expected` is in the order that breaks ties.
  void compare_ranking(const std::vector<Told>& told, const std::vector<Scored>& expected,
                       std::optional<std::size_t> top, double lost) {
    lines_ = shown(told) + "\nfor" + shown(expected);
    const auto optional = static_cast<std::size_t>(std::ranges::count(expected, true, &Scored::is_optional));
    const std::size_t most = std::min(top.value_or(expected.size()), expected.size());
    expect(told.size() <= most && told.size() >= std::min(most, expected.size() - optional), "how many are told");
    std::vector<bool> is_told(expected.size());
    for (const Told& line : told) {
      const auto found = std::ranges::find(expected, line.name, &Scored::name);
      expect(found != expected.end(), "a name");
      const auto number = static_cast<std::size_t>(found - expected.begin());
      expect(!is_told[number], "that each is told once");
      is_told[number] = true;
      if (!is_sure(found->is_sure)) continue;
      expect(is_close(line, *found, lost), "a score, or observations");
      for (std::size_t later = 0; later < expected.size(); ++later) {
        const Scored& other = expected[later];
        if (is_told[later] || !other.is_sure || other.is_optional) continue;
        expect(!surely_before(other, *found, later < number, lost), "the order");
      }
    }
    lines_.clear();
  }

  /// As it was when it was made last; null where a question goes without.
  const Community* community(bool is_asked) const { return is_asked ? &community_ : nullptr; }
  const OracleCommunity* shared(bool is_asked) const { return is_asked && shared_ ? &*shared_ : nullptr; }

 private:
  template <class Lines>
  static std::string shown(const Lines& lines) {
    std::ostringstream text;
    text << std::setprecision(9);
    for (const auto& line : lines) text << "\n  " << line.name << ' ' << line.score << ' ' << line.observations;
    return text.str();
  }

  /// The step a value is in; none where it lies so near a step's edge that rounding decides.
  static std::optional<double> step(double value, double steps, double tolerance) {
    const double low = std::floor((value - tolerance) * steps + 0.5);
    const double high = std::floor((value + tolerance) * steps + 0.5);
    return low == high ? std::optional(low) : std::nullopt;
  }

  /// Whether the tie rule puts `a` before `b` for certain; `a_is_earlier` in the order that breaks ties.
  static bool surely_before(const Scored& a, const Scored& b, bool a_is_earlier, double lost) {
    const double score_tolerance = 3e-7 + lost;
    const auto a_score = step(a.score, 1e6, score_tolerance);
    const auto b_score = step(b.score, 1e6, score_tolerance);
    if (!a_score || !b_score) return a.score > b.score + 1.4e-6 + 2 * score_tolerance;
    if (*a_score != *b_score) return *a_score > *b_score;
    const auto seen = [lost](const Scored& one) {
      return step(one.observations, 1e3, 1e-5 * (1 + one.observations) + 64 * lost);
    };
    if (!seen(a) || !seen(b)) return a.observations < b.observations - 2e-3 - 128 * lost;
    return *seen(a) != *seen(b) ? *seen(a) < *seen(b) : a_is_earlier;
  }

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
    (void)builder.advance(engine, 1);
    expect(engine.forget(event) == oracle.forget(event), "how many records are forgotten");
    if (builder.is_running()) finish(builder);
  }

  void make_community() {
    CommunityBuilder builder;
    builder.start(engine);
    finish(builder);
  }
  void finish(CommunityBuilder& builder) {
    const std::size_t cells = life.below(2) == 0 ? 1 : 1'000'000;
    for (;;) {
      auto made = builder.advance(engine, cells);
      if (!made) continue;
      community_ = std::move(*made);
      shared_.emplace(oracle);
      return;
    }
  }

  unsigned seed_;
  int event_ = 0;
  Community community_;
  std::optional<OracleCommunity> shared_;
  std::string lines_;  // that are being compared
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

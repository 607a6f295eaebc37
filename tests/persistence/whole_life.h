// A whole life of a store, step by step: records with and without ids, corrections, pools, sharing, decisions, an
// import, a FORGET, snapshots in the foreground and the background, segments that close, are compressed and let go,
// starts anew, another decay, learners begun from what was counted. And the oracle of such a life: what the events it
// sends give, one after the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "persistence/decision_ring.h"
#include "persistence/replay.h"
#include "tests/persistence/export_fixture.h"
#include "tests/persistence/segment_fixture.h"

namespace penchant::test {

inline constexpr std::size_t life_steps = 40;
inline constexpr std::size_t forget_step = 21;

class WholeLife : public KeptLife {
 public:
  /// `is_plain`: writes events and nothing else, so that each of them stays as it was written.
  explicit WholeLife(bool is_plain = false, bool lets_go = false) : is_plain_(is_plain), lets_go_(lets_go) {
    if (is_plain) options.segments.compress = false;
  }
  ~WholeLife() { ring.reset(); }
  WholeLife(const WholeLife&) = delete;
  WholeLife& operator=(const WholeLife&) = delete;

  std::unique_ptr<DecisionRing> ring;
  bool was_replayed = false;                          // from the first event, because no snapshot could be read
  std::map<std::string, std::string> told_decisions;  // prompts by id
  Texts lasting_decisions;                            // ids of those that were written

  /// Why the start was refused, if it was.
  std::string start() {
    ring.reset();
    if (auto why = try_open(); !why.empty()) return why;
    for (const std::string& warning : store->warnings()) {
      was_replayed |= warning.find("the journal is used from its beginning") != std::string::npos;
    }
    auto opened = DecisionRing::open(files, folder, {}, now_ms);
    if (!opened) return opened.error().message;
    ring = std::move(*opened);
    return "";
  }
  void end() {
    ring.reset();
    store.reset();
  }

  /// Lives from this step on, of which the first `skip` events are there already; the step that was refused, or
  /// life_steps.
  std::size_t run(std::size_t step = 0, std::size_t skip = 0) {
    while (step < life_steps && run_one(step, std::exchange(skip, 0))) ++step;
    return step;
  }
  bool run_one(std::size_t step, std::size_t skip = 0) {
    begin_step(step);
    if (!take(step, skip) || !acknowledged()) return false;
    acknowledged_events = store->written_sequence();
    return true;
  }
  /// Sets the clock: what the step does happens then, also when a start has to finish it.
  void begin_step(std::size_t step) { now_ms = 1'750'000'000'000 + static_cast<std::int64_t>(step) * 3'600'000; }

  bool tell_decision() {
    const std::string prompt = "decision " + std::to_string(told_decisions.size());
    const DecisionArms arms{.set = 7, .count = 1, .rest_probability = 1, .listed = {}};
    const std::string id(ring->add({.at_ms = now_ms, .user = "ann", .prompt = prompt, .checkpoint = "m1"}, arms,
                                   [](std::uint32_t) { return std::string_view("m1"); }));
    told_decisions[id] = prompt;
    ring->mark_judged(told_decisions.begin()->first);
    if (ring->wait_until_written()) lasting_decisions.push_back(id);
    return true;
  }

  std::uint64_t acknowledged_events = 0;

 private:
  bool take(std::size_t step, std::size_t skip) {
    switch (step) {
      case 0: return start().empty();
      case 5: return pool("sdxl", "m1 m2").has_value();
      case 7:
      case 19:
      case 34: return save_or_not();
      case 9: return store->share({.now_ms = now_ms, .user = "bob", .on = true}).has_value();
      case 10: return correct();
      case 11:
      case 23: return tell_decision();
      case 12: return start().empty();
      case 14:
      case 26: return save_beside();
      case 15:
      case 31: return compress();
      case 17: return import_file();
      case forget_step: return store->forget(victim, now_ms).has_value();
      case 22: return erase_files();
      case 25: return change_settings();
      case 28: return store->delete_pool({.now_ms = now_ms, .family = "sdxl", .tier = Tier::draft}).has_value();
      case 37: return fresh("back again").has_value();
      case 38: return start().empty();
      default: return record_three(step, skip);
    }
  }

  bool record_three(std::size_t step, std::size_t skip) {
    static constexpr Keyword others[] = {{"of"}, {"the"}};
    for (std::size_t i = skip; i < 3; ++i) {
      const std::string text = std::to_string(step) + "-" + std::to_string(i);
      const std::string prompt = "ink cat " + text;
      Record record{.verdict = i == 1 ? Verdict::rejected : Verdict::selected,
                    .user = step % 3 == 0 && step < forget_step ? std::string_view(victim)
                            : i == 2                            ? "bob"
                                                                : "ann",
                    .checkpoint = i == 0 ? "m1" : "m2",
                    .prompt = prompt,
                    .other_words = others};
      if (i != 1) record.id = text;
      if (!tell(record)) return false;
    }
    return true;
  }
  bool correct() {
    return tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "m1", .prompt = "ink cat 1-0", .id = "1-0"})
        .has_value();
  }
  bool import_file() {
    static constexpr std::string_view text =
        R"({"format":"penchant-preferences","version":1,"user_id":"cyd","preferences":[
        {"checkpoint":"A","action":"selected","prompt":"old moon","timestamp":"2024-05-01T00:00:00Z","id":"x1"},
        {"checkpoint":"B","action":"rejected","prompt":"old sea","timestamp":"2024-06-01T00:00:00Z"},
        {"checkpoint":"B","action":"selected","prompt":"old sky","id":"x3"}],
        "stats":[],"pools":[{"family":"sd15","tier":"quality","checkpoints":["A","B"]}]})";
    StoreTarget target(*store, WordLists::english(), now_ms);
    target.commit_along();
    return import_into(target, text).has_value();
  }
  bool change_settings() {
    options.decay_days = 60;
    options.is_learning = true;
    if (lets_go_) options.segments.history_bytes = 1;
    return start().empty();
  }

  // What writes no event, and whose failure is no refusal.
  bool save_or_not() {
    if (!is_plain_) (void)store->save(now_ms);
    return true;
  }
  bool save_beside() {
    if (is_plain_ || !store->save_in_background(now_ms)) return true;
    while (store->saving()) {
      (void)store->tick(now_ms);
      std::this_thread::yield();
    }
    return true;
  }
  bool compress() {
    if (!is_plain_) (void)keep();
    return true;
  }
  bool erase_files() {
    if (!is_plain_) (void)erase();
    return true;
  }

  const bool is_plain_;
  const bool lets_go_;
};

/// A record as the oracle and the store are compared by it.
inline std::string line_of(const Record& record) {
  return std::string(record.user) + " " + std::string(to_string(record.verdict)) + " " +
         std::string(record.checkpoint) + " " + std::string(record.prompt);
}
inline Texts lines_of(Store& store) {
  Texts lines;
  const auto told = store.each_record("", [&](const HistoryRecord& one) -> result<void> {
    lines.push_back(line_of(one.record));
    return {};
  });
  BOOST_REQUIRE_MESSAGE(told, told.error().message);
  return lines;
}

/// What an engine answers, to the last bit.
inline std::string answers_of(const Engine& engine) {
  std::string told =
      std::to_string(engine.user_count()) + " users, " + std::to_string(engine.record_count()) + " records";
  for (const std::string_view user : {"ann", "bob", "cyd", "ann-the-forgotten"}) {
    const User* const who = engine.find_user(user);
    for (const char* const prompt : {"ink cat", "old moon", ""}) {
      const auto keywords = words(prompt);
      Scorer scorer;
      scorer.ask(engine, who, keywords, 1'760'000'000'000);
      for (const std::string_view checkpoint : {"m1", "m2", "A", "B"}) {
        const auto column = engine.find_checkpoint(who, checkpoint);
        if (!column) continue;
        const ArmScore score = scorer.exact(*column);
        char text[96];
        std::snprintf(text, sizeof text, " %a/%a", score.score, score.observations);
        told.append("\n").append(user).append(" ").append(checkpoint).append(text);
      }
    }
  }
  return told;
}

/// By the number of events that were replayed into an engine of its own: the state, and the records that stand, in the
/// order of their last versions. By the number of steps: the events they sent.
struct Oracle {
  std::vector<std::string> states;
  std::vector<std::string> answers;
  std::vector<Texts> records;
  std::vector<std::size_t> after_step;

  Oracle() {
    WholeLife life(true);
    for (std::size_t step = 0; step < life_steps; ++step) {
      BOOST_REQUIRE(life.run_one(step));
      after_step.push_back(static_cast<std::size_t>(life.store->written_sequence()));
    }
    life.end();
    note();
    EventDecoder decoder;
    const auto read = recover_journal(life.disk, folder, 1, [&](const JournalEvent& event) -> result<void> {
      const auto decoded = decoder.decode(event.payload);
      if (!decoded) return decoded.error();
      if (auto done = std::visit(Replay{engine_, heads_, event.place}, *decoded); !done) return done;
      std::visit([this](const auto& one) { follow(one); }, *decoded);
      note();
      return {};
    });
    BOOST_REQUIRE_MESSAGE(read, read.error().message);
    BOOST_REQUIRE(engine_.find_user("ann")->learner());
  }
  std::size_t events() const { return states.size() - 1; }
  /// The first step whose events are not all among the first `events`, and how many of its are.
  std::pair<std::size_t, std::size_t> step_after(std::size_t events) const {
    const auto step = static_cast<std::size_t>(std::ranges::upper_bound(after_step, events) - after_step.begin());
    return {step, events - (step == 0 ? 0 : after_step[step - 1])};
  }

 private:
  struct Line {
    std::string user;
    std::string id;
    std::string text;
  };
  void note() {
    states.push_back(state_bytes(engine_));
    answers.push_back(answers_of(engine_));
    Texts now;
    for (const Line& line : lines_) now.push_back(line.text);
    records.push_back(std::move(now));
  }
  void follow(const Record& record) {
    std::erase_if(lines_, [&](const Line& line) {
      return !record.id.empty() && line.user == record.user && line.id == record.id;
    });
    lines_.push_back({std::string(record.user), std::string(record.id), line_of(record)});
  }
  void follow(const Forget& event) {
    std::erase_if(lines_, [&](const Line& line) { return line.user == event.user; });
  }
  template <class Other>
  void follow(const Other&) {}

  Engine engine_;
  HistoryHeads heads_;
  std::vector<Line> lines_;
};

}  // namespace penchant::test

// The words that the tests of a history are written in: a Person records verdicts and judges decisions.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/word_lists.h"
#include "evaluate/history_replay.h"

namespace penchant::test {

using Arms = std::vector<DecisionArm>;
inline const Arms even{{"A", 0.5}, {"B", 0.5}};

class Person {
 public:
  explicit Person(const HistorySettings& settings = {.decay_days = 0}) : replay_(*HistoryReplay::begin(settings)) {}

  /// A record of `checkpoint`; of a decision, where one is named.
  void record(Verdict verdict, std::string_view checkpoint, std::string_view prompt = "", std::string_view id = "",
              std::string_view decision = "", const Arms& arms = {}, std::string_view shadow = "") {
    const Record record{.at_ms = ++time_ms_,
                        .verdict = verdict,
                        .user = "ann",
                        .checkpoint = checkpoint,
                        .prompt = prompt,
                        .id = id,
                        .decision = decision,
                        .keywords = prompts_.read(prompt).keywords(),
                        .decision_arms = arms,
                        .shadow_checkpoint = shadow};
    const auto added = replay_.add(record);
    BOOST_REQUIRE_MESSAGE(added, added.error().message);
  }
  void keep(std::string_view checkpoint, std::string_view prompt = "") {
    record(Verdict::selected, checkpoint, prompt);
  }
  void reject(std::string_view checkpoint, std::string_view prompt = "") {
    record(Verdict::rejected, checkpoint, prompt);
  }
  void judge(std::string_view decision, bool is_kept, std::string_view checkpoint, const Arms& arms,
             std::string_view prompt = "") {
    record(is_kept ? Verdict::selected : Verdict::rejected, checkpoint, prompt, "", decision, arms);
  }
  /// A decision that told `told`, where Penchant would have told `would_be`.
  void shadow(std::string_view decision, bool is_kept, std::string_view told, std::string_view would_be,
              const Arms& arms) {
    record(is_kept ? Verdict::selected : Verdict::rejected, told, "", "", decision, arms, would_be);
  }

  const Engine& engine() const { return replay_.engine(); }
  HistoryFindings findings() { return std::move(replay_).finish(); }

 private:
  HistoryReplay replay_;
  RecentContexts prompts_{WordLists::english()};
  std::int64_t time_ms_ = 0;
};

/// The i-th decision's id.
inline std::string decision_id(std::size_t i) { return "d-" + std::to_string(i); }

}  // namespace penchant::test

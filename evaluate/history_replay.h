// HistoryReplay: a person's records, replayed in order. Each verdict is foretold by every scorer before it is learned,
// and each decision that was judged is put to every scorer and policy again. docs/evaluate.md.
//
//   HistoryReplay replay({.decay_days = 30});
//   for (…) if (auto added = replay.add(record); !added) …
//   const HistoryFindings findings = std::move(replay).finish();
//
// Owner: the caller; it has an engine of its own. A pure function of the records in order. Memory: the engine, 200
// bytes a verdict, 2 kB an image of a decision that can be judged, of which the newest judged_images_max stay. Errors:
// what an engine refuses. Threading: none.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/other_words.h"
#include "engine/recommend.h"
#include "evaluate/history_findings.h"

namespace penchant {

inline constexpr std::size_t open_decisions_max = 1024;  // whose next verdict still belongs to them

struct HistorySettings {
  double decay_days = 30;
  Bands bands;
};

class HistoryReplay {
 public:
  /// Fails on a decay out of bounds.
  static result<HistoryReplay> begin(const HistorySettings& settings);

  /// The next record, whole and valid. It is foretold at its time, at_ms or else now_ms, or that of the one before,
  /// whichever is later.
  result<void> add(const Record& record);
  HistoryFindings finish() &&;

  const Engine& engine() const { return engine_; }

 private:
  explicit HistoryReplay(const HistorySettings& settings) : recommender_(settings.bands) {}

  /// A decision of which some images were judged.
  struct OpenDecision {
    std::vector<double> logged;     // by arm
    std::vector<double> predicted;  // by arm: what `kept` said before the first verdict
    std::vector<std::vector<double>> targets;  // by way to choose, by arm
    std::vector<JudgedImage> images;
  };

  using OpenDecisions = std::map<std::string, OpenDecision, std::less<>>;

  double foretell(const Record& record);
  void note(Foreteller by, double probability, const Record& record, std::uint32_t group);
  double foretold(const User* user, std::string_view checkpoint, double share) const;
  void note_shadow(const Record& record, double share);
  void judge_decision(const Record& record, double share);
  bool open(const Record& record, double share, OpenDecision& decision);
  void ask_ways(const Record& record, OpenDecision& decision);
  void close_oldest();

  Engine engine_;
  Recommender recommender_;
  Scorer scorer_;
  WordScorer words_;
  OtherWords other_words_;
  std::int64_t now_ms_ = 0;
  std::vector<std::string_view> arms_;  // of the decision at hand
  HistoryFindings findings_;
  OpenDecisions open_;  // by id
  std::deque<OpenDecisions::iterator> open_order_;  // by first verdict
};

}  // namespace penchant

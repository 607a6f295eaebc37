// What replaying a person's records finds (evaluate/history_replay.h): how well each way to foretell them did, and what
// is known of each way to choose.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/policy.h"
#include "engine/scorer_kind.h"
#include "evaluate/off_policy.h"
#include "evaluate/prediction_quality.h"
#include "evaluate/shadow.h"

namespace penchant {

/// What foretells whether an image is kept: the share kept so far, each scorer, and the probability `kept`.
enum class Foreteller : std::uint8_t { share, mean, weighted, logodds, evidence, automatic, kept };
inline constexpr std::array<std::string_view, 7> foreteller_names{"share",    "mean", "weighted", "logodds",
                                                                  "evidence", "auto", "kept"};

struct Foretold {
  PredictionQuality quality;
  std::vector<double> losses;  // record by record
};

/// A scorer with a policy.
struct WayToChoose {
  ScorerChoice scorer;
  Policy policy;
};
inline constexpr std::array<Policy, 5> policies{Policy::banded, Policy::greedy, Policy::epsilon, Policy::thompson,
                                                Policy::squarecb};
inline constexpr std::size_t ways_to_choose = (scorer_names.size() + 1) * policies.size();

/// The i-th: by scorer, `auto` last, then by policy.
WayToChoose way_to_choose(std::size_t i);

/// More than these, the newest, are not judged.
inline constexpr std::size_t judged_images_max = 100'000;
void keep_newest(std::vector<LoggedOutcome>& outcomes, std::size_t count);

/// An image of a decision, judged.
struct JudgedImage {
  std::size_t arm = 0;
  double reward = 0;
};

struct HistoryFindings {
  std::uint64_t records = 0;
  std::uint64_t users = 0;
  std::uint64_t selected = 0;
  std::uint64_t rejected = 0;
  std::array<Foretold, foreteller_names.size()> foretold;

  // Of decisions that can be judged, by way to choose: an outcome an image, those of one decision one behind the other.
  std::array<std::vector<LoggedOutcome>, ways_to_choose> outcomes;
  std::uint64_t unknown_arms = 0;  // verdicts on decisions whose arms are not all known
  std::uint64_t own_choice = 0;    // verdicts on checkpoints that the decision could not have told

  std::vector<ShadowImage> shadow;

  const Foretold& of(Foreteller by) const { return foretold[static_cast<std::size_t>(by)]; }
};

}  // namespace penchant

// Reliability: how probabilities came true: what was foretold in each tenth of them, and how much of it was kept.
// docs/learning.md, "Reliability".
//
// Fades by outcomes, so that it tells of now: the owner's landmark is nothing to it. Same bits on every machine.
// Owner: the learner. Limits: all counts together stay below 1,444. Threading: none.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "engine/elementary.h"

namespace penchant {

inline constexpr double foretelling_half_life_outcomes = 1000;  // of what is kept of how well something was foretold
inline constexpr double bin_notice = 1e-6;                      // of fewer outcomes nothing is kept

/// Of probabilities in one tenth. Invariant: 0 <= kept <= count, 0 <= foretold <= count.
struct ReliabilityBin {
  double count = 0;
  double foretold = 0;  // the sum of the probabilities
  double kept = 0;
};

class Reliability {
 public:
  static constexpr std::size_t bin_count = 10;  // [0, 0.1), ..., [0.9, 1]

  std::span<const ReliabilityBin, bin_count> bins() const { return bins_; }

  /// An outcome that was foretold so. What is no probability (a forged learner may say anything) counts nowhere.
  void add(double probability, bool is_kept) {
    if (!(probability >= 0 && probability <= 1)) return;
    const double fading = exp2_exact(-1 / foretelling_half_life_outcomes);
    for (ReliabilityBin& bin : bins_) {
      bin.count *= fading;
      bin.foretold *= fading;
      bin.kept *= fading;
      if (bin.count < bin_notice) bin = {};
    }
    ReliabilityBin& own = bins_[std::min(static_cast<std::size_t>(probability * bin_count), bin_count - 1)];
    own.count += 1;
    own.foretold += probability;
    own.kept += is_kept ? 1 : 0;
  }

  /// What there is to it.
  template <class Visit>
  void each_bin(const Visit& visit) {
    for (ReliabilityBin& bin : bins_) visit(bin);
  }

 private:
  std::array<ReliabilityBin, bin_count> bins_{};
};

}  // namespace penchant

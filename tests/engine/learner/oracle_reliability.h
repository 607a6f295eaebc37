// The oracle of reliability: its bins, from all outcomes so far.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace penchant::test {

struct ForetoldOutcome {
  double probability = 0;
  bool is_kept = false;
};

struct PlainBin {
  double count = 0;
  double foretold = 0;
  double kept = 0;
};

/// Of outcomes in order: each one weighs half for each thousand after it.
inline std::array<PlainBin, 10> plain_bins(const std::vector<ForetoldOutcome>& outcomes) {
  std::array<PlainBin, 10> bins;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double weight = std::exp2(-static_cast<double>(outcomes.size() - 1 - i) / 1000);
    const double p = outcomes[i].probability;
    PlainBin& bin = bins[p == 1 ? 9 : static_cast<std::size_t>(std::floor(p * 10))];
    bin.count += weight;
    bin.foretold += weight * p;
    bin.kept += outcomes[i].is_kept ? weight : 0;
  }
  return bins;
}

}  // namespace penchant::test

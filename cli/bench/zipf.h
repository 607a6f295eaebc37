// Zipf: ranks from 0, the k-th as likely as 1 / (k + 1)^exponent. With exponent 0 all are alike.
//
// Memory: 8 bytes a rank. Time: a binary search a draw. Threading: draws may run at once, each with its own generator.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace penchant::bench {

class Zipf {
 public:
  /// At least one rank.
  Zipf(std::uint32_t ranks, double exponent) : up_to_(ranks) {
    double sum = 0;
    for (std::uint32_t k = 0; k < ranks; ++k) up_to_[k] = sum += std::pow(static_cast<double>(k) + 1, -exponent);
  }

  std::uint32_t draw(std::mt19937_64& random) const {
    const double share = static_cast<double>(random() >> 11) * 0x1p-53;  // [0, 1)
    const auto found = std::ranges::upper_bound(up_to_, share * up_to_.back());
    return static_cast<std::uint32_t>(std::min(found, up_to_.end() - 1) - up_to_.begin());
  }

 private:
  std::vector<double> up_to_;  // the shares of all ranks up to each, not scaled
};

}  // namespace penchant::bench

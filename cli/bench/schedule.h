// Schedule: when requests are due, in nanoseconds from the start. It knows no clock: whoever is late finds the same
// times due, so that a wait of the server's is a wait of all that was due meanwhile.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

#include "cli/bench/load.h"

namespace penchant::bench {

class Schedule {
 public:
  /// rate_per_s > 0.
  Schedule(std::uint32_t rate_per_s, Arrival arrival)
      : mean_gap_ns_(1e9 / static_cast<double>(rate_per_s)), arrival_(arrival) {
    if (arrival_ == Arrival::poisson) advance();
  }

  std::int64_t due_ns() const { return static_cast<std::int64_t>(due_ns_); }

  /// On to the next request.
  void advance() {
    if (arrival_ == Arrival::fixed) {
      due_ns_ = static_cast<double>(++passed_) * mean_gap_ns_;  // a product: sums would drift
    } else {
      const double share = static_cast<double>((random_() >> 11) + 1) * 0x1p-53;  // (0, 1]
      due_ns_ -= std::log(share) * mean_gap_ns_;
    }
  }

 private:
  double mean_gap_ns_;
  Arrival arrival_;
  double due_ns_ = 0;
  std::uint64_t passed_ = 0;
  std::mt19937_64 random_{7};
};

}  // namespace penchant::bench

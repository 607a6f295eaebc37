// LatencyHistogram: how long something took, each time, in a fixed amount of memory: four buckets for each power of two
// nanoseconds, so that what it tells is at most a quarter too high. Adding to it takes a few instructions.
//
// Owner: whoever counts. Units: nanoseconds. Limits: below 128 ns and from 69 s on there is one bucket each.
// Threading: none.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace penchant {

class LatencyHistogram {
 public:
  static constexpr unsigned least_exponent = 7;
  static constexpr unsigned most_exponent = 36;
  static constexpr std::size_t buckets = ((most_exponent - least_exponent) << 2) + 2;

  void add(std::uint64_t ns) {
    ++counts_[bucket_of(ns)];
    total_ns_ += ns;
  }
  void add(const LatencyHistogram& other) {
    for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
    total_ns_ += other.total_ns_;
  }

  std::uint64_t count() const { return count_below_bucket(buckets); }
  std::uint64_t total_ns() const { return total_ns_; }
  /// How many took less than 2^exponent, which is one of those above.
  std::uint64_t count_below(unsigned exponent) const {
    return count_below_bucket(std::size_t{1} + ((exponent - least_exponent) << 2));
  }
  /// What at least this share of them took less than; 0 where there are none.
  std::uint64_t quantile_ns(double share) const;

  static std::size_t bucket_of(std::uint64_t ns) {
    const auto exponent = static_cast<unsigned>(std::bit_width(ns | 1)) - 1;
    if (exponent < least_exponent) return 0;
    if (exponent >= most_exponent) return buckets - 1;
    return 1 + ((exponent - least_exponent) << 2) + (ns >> (exponent - 2) & 3);
  }
  /// Where a bucket ends: what took so long is in the next one.
  static std::uint64_t end_ns(std::size_t bucket) {
    return std::uint64_t{4 + bucket % 4} << (bucket / 4 + least_exponent - 2);
  }

 private:
  std::uint64_t count_below_bucket(std::size_t bucket) const {
    return std::accumulate(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(bucket), std::uint64_t{0});
  }

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t total_ns_ = 0;
};

inline std::uint64_t LatencyHistogram::quantile_ns(double share) const {
  const std::uint64_t all = count();
  std::uint64_t reached = 0;
  for (std::size_t i = 0; i < buckets && all > 0; ++i) {
    reached += counts_[i];
    if (static_cast<double>(reached) >= share * static_cast<double>(all)) return end_ns(i);
  }
  return 0;
}

}  // namespace penchant

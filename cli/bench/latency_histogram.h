// LatencyHistogram: how many latencies there were of which length, in constant memory.
//
// Log-linear: a counter for each nanosecond up to 2 * steps, then `steps` counters for each power of two, up to
// 2^bits_max ns; what is longer goes into the last one. A percentile is the upper end of its counter, never above the
// greatest latency, which is kept exactly. So it is never less than the true one, and less than 1/steps above it.
//
// Memory: 36 kB. Threading: none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace penchant::bench {

class LatencyHistogram {
 public:
  static constexpr std::uint64_t steps = 128;
  static constexpr unsigned bits_max = 42;  // 73 minutes

  /// Negative ones count as 0.
  void add(std::int64_t latency_ns);

  std::uint64_t count() const { return count_; }
  std::uint64_t max_ns() const { return max_ns_; }

  /// The least latency that so many of 100,000 do not exceed; 0 where there is none. 99.9% is 99'900.
  std::uint64_t percentile_ns(std::uint32_t of_100_000) const;

  /// How many do not exceed it, as far as the counters tell.
  std::uint64_t count_up_to(std::uint64_t latency_ns) const;

  /// As if what was added to the other had been added here too.
  void add_all(const LatencyHistogram& other);

 private:
  // 2 * steps for the first nanoseconds, then `steps` for each further bit.
  static constexpr std::size_t counters = steps * (bits_max - 6);
  static_assert(steps == 1U << 7U && counters == 4608);

  static std::size_t counter_of(std::uint64_t latency_ns);
  static std::uint64_t upper_end(std::size_t counter);

  std::array<std::uint64_t, counters> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ns_ = 0;
};

}  // namespace penchant::bench

#include "cli/bench/latency_histogram.h"

#include <algorithm>
#include <bit>

namespace penchant::bench {

std::size_t LatencyHistogram::counter_of(std::uint64_t latency_ns) {
  if (latency_ns < 2 * steps) return latency_ns;
  if (latency_ns >> bits_max != 0) return counters - 1;
  const auto dropped_bits = static_cast<unsigned>(std::bit_width(latency_ns)) - 8;
  return dropped_bits * steps + (latency_ns >> dropped_bits);
}

std::uint64_t LatencyHistogram::upper_end(std::size_t counter) {
  if (counter < 2 * steps) return counter;
  const std::uint64_t dropped_bits = counter / steps - 1;
  return ((counter - dropped_bits * steps + 1) << dropped_bits) - 1;
}

void LatencyHistogram::add(std::int64_t latency_ns) {
  const auto length = static_cast<std::uint64_t>(std::max<std::int64_t>(latency_ns, 0));
  ++counts_[counter_of(length)];
  ++count_;
  max_ns_ = std::max(max_ns_, length);
}

std::uint64_t LatencyHistogram::percentile_ns(std::uint32_t of_100_000) const {
  constexpr std::uint64_t all = 100'000;
  // Rounded up, so that no fewer than that share are within; in two parts, so that no product overflows.
  const std::uint64_t rank =
      std::max<std::uint64_t>(count_ / all * of_100_000 + (count_ % all * of_100_000 + all - 1) / all, 1);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counters; ++i) {
    seen += counts_[i];
    if (seen >= rank) return i == counters - 1 ? max_ns_ : std::min(upper_end(i), max_ns_);
  }
  return 0;
}

std::uint64_t LatencyHistogram::count_up_to(std::uint64_t latency_ns) const {
  if (latency_ns >= max_ns_) return count_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counters && upper_end(i) <= latency_ns; ++i) seen += counts_[i];
  return seen;
}

void LatencyHistogram::add_all(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counters; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
}

}  // namespace penchant::bench

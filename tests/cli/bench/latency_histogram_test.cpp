#include "cli/bench/latency_histogram.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

namespace penchant::bench {
namespace {

LatencyHistogram histogram_of(const std::vector<std::int64_t>& latencies) {
  LatencyHistogram histogram;
  for (const std::int64_t latency : latencies) histogram.add(latency);
  return histogram;
}

/// By definition: the least one that so many do not exceed.
std::uint64_t true_percentile(std::vector<std::int64_t> latencies, std::uint32_t of_100_000) {
  std::ranges::sort(latencies);
  const std::size_t rank = (latencies.size() * of_100_000 + 99'999) / 100'000;
  return static_cast<std::uint64_t>(latencies[std::max<std::size_t>(rank, 1) - 1]);
}

BOOST_AUTO_TEST_SUITE(latency_histogram)

BOOST_AUTO_TEST_CASE(an_empty_one_has_no_latency) {
  const LatencyHistogram empty;
  BOOST_TEST(empty.count() == 0);
  BOOST_TEST(empty.max_ns() == 0);
  BOOST_TEST(empty.percentile_ns(50'000) == 0);
  BOOST_TEST(empty.count_up_to(1'000'000) == 0);
}

BOOST_AUTO_TEST_CASE(short_latencies_are_exact) {
  for (std::int64_t latency = 0; latency < 256; ++latency) {
    const auto histogram = histogram_of({latency, 1000});
    BOOST_TEST(histogram.percentile_ns(50'000) == static_cast<std::uint64_t>(latency));
  }
}

BOOST_AUTO_TEST_CASE(any_latency_is_told_never_less_and_less_than_a_128th_more) {
  for (unsigned bit = 0; bit < LatencyHistogram::bits_max; ++bit) {
    for (const std::int64_t off : {-1, 0, 1, 12345}) {
      const std::int64_t latency = std::max<std::int64_t>((std::int64_t{1} << bit) + off, 0);
      if (latency >> LatencyHistogram::bits_max != 0) continue;
      const auto told = static_cast<std::int64_t>(histogram_of({latency, INT64_MAX}).percentile_ns(50'000));
      BOOST_TEST(told >= latency);
      BOOST_TEST((told - latency) * 128 <= latency);
    }
  }
}

BOOST_AUTO_TEST_CASE(percentiles_are_those_of_the_sorted_latencies_within_the_bound) {
  std::mt19937_64 random(3);
  for (const std::size_t count : {1U, 2U, 3U, 10U, 999U, 1000U, 1001U, 30'000U}) {
    std::vector<std::int64_t> latencies(count);
    for (std::int64_t& latency : latencies) latency = static_cast<std::int64_t>(random() >> (24 + random() % 36));
    const auto histogram = histogram_of(latencies);
    for (const std::uint32_t share : {1U, 50'000U, 90'000U, 99'000U, 99'900U, 99'990U, 100'000U}) {
      const std::uint64_t wanted = true_percentile(latencies, share);
      const std::uint64_t told = histogram.percentile_ns(share);
      BOOST_TEST(told >= wanted);
      BOOST_TEST((told - wanted) * 128 <= wanted);
    }
    BOOST_TEST(histogram.max_ns() == true_percentile(latencies, 100'000));
  }
}

BOOST_AUTO_TEST_CASE(one_in_a_thousand_shows_above_the_999th) {
  std::vector<std::int64_t> latencies(999, 100);
  latencies.push_back(5'000'000);
  const auto histogram = histogram_of(latencies);
  BOOST_TEST(histogram.percentile_ns(99'900) == 100);
  BOOST_TEST(histogram.percentile_ns(99'901) == 5'000'000);
}

BOOST_AUTO_TEST_CASE(what_is_longer_than_it_counts_is_told_by_the_greatest) {
  constexpr std::int64_t first_beyond = std::int64_t{1} << LatencyHistogram::bits_max;
  const auto histogram = histogram_of({first_beyond, INT64_MAX});
  BOOST_TEST(histogram.count() == 2);
  BOOST_TEST(histogram.percentile_ns(100'000) == static_cast<std::uint64_t>(INT64_MAX));
}

BOOST_AUTO_TEST_CASE(a_negative_latency_is_none) { BOOST_TEST(histogram_of({-5}).percentile_ns(100'000) == 0); }

BOOST_AUTO_TEST_CASE(it_counts_up_to_a_latency) {
  const auto histogram = histogram_of({10, 20, 30'000'000});
  BOOST_TEST(histogram.count_up_to(9) == 0);
  BOOST_TEST(histogram.count_up_to(10) == 1);
  BOOST_TEST(histogram.count_up_to(1'000'000) == 2);
  BOOST_TEST(histogram.count_up_to(30'000'000) == 3);
}

BOOST_AUTO_TEST_CASE(two_added_are_as_one) {
  auto sum = histogram_of({10, 20'000});
  sum.add_all(histogram_of({7, 1'000'000'000}));
  const auto one = histogram_of({10, 20'000, 7, 1'000'000'000});
  BOOST_TEST(sum.count() == one.count());
  BOOST_TEST(sum.max_ns() == one.max_ns());
  for (const std::uint32_t share : {25'000U, 50'000U, 75'000U, 100'000U}) {
    BOOST_TEST(sum.percentile_ns(share) == one.percentile_ns(share));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::bench

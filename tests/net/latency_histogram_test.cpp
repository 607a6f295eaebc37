#include "net/latency_histogram.h"

#include <boost/test/unit_test.hpp>

namespace penchant::test {
namespace {

using Histogram = LatencyHistogram;

BOOST_AUTO_TEST_SUITE(latency_histogram)

BOOST_AUTO_TEST_CASE(each_duration_is_in_the_bucket_that_ends_behind_it) {
  for (std::size_t bucket = 0; bucket + 1 < Histogram::buckets; ++bucket) {
    const std::uint64_t end = Histogram::end_ns(bucket);
    BOOST_TEST(Histogram::bucket_of(end - 1) == bucket, end);
    BOOST_TEST(Histogram::bucket_of(end) == bucket + 1, end);
  }
  BOOST_TEST(Histogram::bucket_of(0) == 0U);
  BOOST_TEST(Histogram::end_ns(0) == 128U);
  BOOST_TEST(Histogram::end_ns(Histogram::buckets - 2) == std::uint64_t{1} << 36);
  BOOST_TEST(Histogram::bucket_of(UINT64_MAX) == Histogram::buckets - 1);
}

BOOST_AUTO_TEST_CASE(a_bucket_is_at_most_a_quarter_wide) {
  for (std::size_t bucket = 1; bucket + 1 < Histogram::buckets; ++bucket) {
    const std::uint64_t begin = Histogram::end_ns(bucket - 1);
    BOOST_TEST((Histogram::end_ns(bucket) - begin) * 4 <= begin, begin);
  }
}

BOOST_AUTO_TEST_CASE(durations_are_counted_and_added_up) {
  Histogram one;
  for (const std::uint64_t ns : {100U, 1000U, 1023U, 1024U, 5'000'000U}) one.add(ns);
  BOOST_TEST(one.count() == 5U);
  BOOST_TEST(one.total_ns() == 5'003'147U);
  BOOST_TEST(one.count_below(7) == 1U);
  BOOST_TEST(one.count_below(10) == 3U);
  BOOST_TEST(one.count_below(36) == 5U);
  Histogram both;
  both.add(one);
  both.add(one);
  BOOST_TEST(both.count() == 10U);
  BOOST_TEST(both.total_ns() == 2 * one.total_ns());
}

BOOST_AUTO_TEST_CASE(a_quantile_is_the_end_of_the_bucket_it_lies_in) {
  Histogram all;
  BOOST_TEST(all.quantile_ns(0.5) == 0U);
  for (int i = 0; i < 99; ++i) all.add(1000);
  all.add(1'000'000);
  BOOST_TEST(all.quantile_ns(0.5) == 1024U);
  BOOST_TEST(all.quantile_ns(0.99) == 1024U);
  BOOST_TEST(all.quantile_ns(0.999) == 1'048'576U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

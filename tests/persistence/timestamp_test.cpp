#include "persistence/timestamp.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>

namespace penchant::test {

BOOST_AUTO_TEST_SUITE(timestamps)

BOOST_AUTO_TEST_CASE(milliseconds_are_told_in_utc) {
  BOOST_TEST(timestamp(0) == "1970-01-01T00:00:00.000Z");
  BOOST_TEST(timestamp(1'709'210'096'007) == "2024-02-29T12:34:56.007Z");
  BOOST_TEST(timestamp(-1) == "1969-12-31T23:59:59.999Z");
  BOOST_TEST(timestamp(INT64_MAX) == "9999-12-31T23:59:59.999Z");
  BOOST_TEST(timestamp(INT64_MIN) == "0000-01-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(what_is_told_reads_back) {
  for (std::int64_t ms = 1; ms < 253'402'300'800'000; ms = ms * 3 + 1) {
    BOOST_TEST(parse_timestamp_us(timestamp(ms)).value() == ms * 1000);
  }
}

BOOST_AUTO_TEST_CASE(zones_digits_and_spaces_are_read) {
  const std::int64_t noon = parse_timestamp_us("2026-01-31T12:00:00Z").value();
  for (const char* const same : {"2026-01-31 12:00:00", "2026-01-31t12:00z", "2026-01-31T14:30:00+02:30",
                                 "2026-01-31T10:00:00.000000000-0200", "2026-01-31T12:00:00,0Z"}) {
    BOOST_TEST(parse_timestamp_us(same).value() == noon, same);
  }
  BOOST_TEST(parse_timestamp_us("2026-01-31T12:00:00.1234567Z").value() == noon + 123'456);
  BOOST_TEST(parse_timestamp_us("2026-01-31T12:00:60Z").value() == noon + 60'000'000);
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused) {
  for (const char* const text :
       {"", "now", "2026", "2026-01-31", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:61Z", "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00+2", "2026-01-31T12:00:00ZZ", "2026-01-31T12:00:00 Z", "26-01-31T12:00:00Z",
        "2026-01-31T12:00:00+24:00", "-026-01-31T12:00:00Z"}) {
    BOOST_TEST(!parse_timestamp_us(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

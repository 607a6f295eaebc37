#include "persistence/crc32c.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <string_view>
#include <vector>

namespace {

using penchant::crc32c;
using penchant::crc32c_by_table;
using Bytes = std::vector<std::byte>;

Bytes random_bytes(std::size_t size) {
  std::mt19937 random(7);
  Bytes bytes(size);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::byte>(random() & 0xff); });
  return bytes;
}

Bytes counted(int first, int step) {
  Bytes bytes;
  for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<std::byte>(first + step * i));
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crc32c_of)

BOOST_AUTO_TEST_CASE(rfc_3720_vectors) {
  const std::vector<std::pair<Bytes, std::uint32_t>> vectors = {
      {Bytes(32, std::byte{0}), 0x8a9136aa},
      {Bytes(32, std::byte{0xff}), 0x62a8ab43},
      {counted(0, 1), 0x46dd794e},
      {counted(31, -1), 0x113fdb5c},
  };
  for (const auto& [bytes, crc] : vectors) {
    BOOST_TEST(crc32c(bytes) == crc);
    BOOST_TEST(crc32c_by_table(bytes) == crc);
  }
}

BOOST_AUTO_TEST_CASE(check_value_of_the_digits) {
  BOOST_TEST(crc32c(std::as_bytes(std::span(std::string_view("123456789")))) == 0xe3069283);
}

BOOST_AUTO_TEST_CASE(nothing_changes_nothing) {
  BOOST_TEST(crc32c({}) == 0U);
  BOOST_TEST(crc32c({}, 0x12345678) == 0x12345678U);
}

BOOST_AUTO_TEST_CASE(every_size_and_offset_equals_the_table) {
  const Bytes bytes = random_bytes(320);
  for (std::size_t offset = 0; offset < 16; ++offset) {
    for (std::size_t size = 0; size <= 300; ++size) {
      const auto part = std::span(bytes).subspan(offset, size);
      BOOST_REQUIRE_EQUAL(crc32c(part), crc32c_by_table(part));
    }
  }
}

BOOST_AUTO_TEST_CASE(goes_on_across_every_split) {
  const Bytes bytes = random_bytes(100);
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    const auto head = std::span(bytes).first(split);
    const auto tail = std::span(bytes).subspan(split);
    BOOST_REQUIRE_EQUAL(crc32c(tail, crc32c(head)), crc32c(bytes));
    BOOST_REQUIRE_EQUAL(crc32c_by_table(tail, crc32c_by_table(head)), crc32c(bytes));
  }
}

BOOST_AUTO_TEST_SUITE_END()

#include "persistence/portable_archive.h"

#include <boost/archive/impl/archive_serializer_map.ipp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/version.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace penchant::test {

/// A class of version 3 that had no `later` before.
struct Grown {
  std::uint16_t first = 0;
  std::uint16_t later = 9;

  template <class Archive>
  void serialize(Archive& archive, unsigned version) {
    archive& first;
    if (version >= 3) archive& later;
  }
};

struct Reals {
  double values[2] = {};

  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& boost::serialization::make_array(values, 2);
  }
};

}  // namespace penchant::test

BOOST_CLASS_VERSION(penchant::test::Grown, 3)
BOOST_CLASS_IMPLEMENTATION(penchant::test::Reals, boost::serialization::object_serializable)

namespace penchant::test {
namespace {

enum class Colour : std::uint8_t { red = 1, blue = 2 };

class HexSink final : public ByteSink {
 public:
  void write(std::span<const std::byte> bytes) override {
    for (const std::byte byte : bytes) {
      hex += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4];
      hex += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15];
    }
  }
  std::string hex;
};

class HexSource final : public ByteSource {
 public:
  explicit HexSource(std::string_view hex) : hex_(hex) {}
  /// Byte by byte, so that whatever is read lies across two of them.
  std::span<const std::byte> next() override {
    if (hex_.empty()) throw std::runtime_error("it ends");
    byte_ = static_cast<std::byte>(digit(hex_[0]) << 4 | digit(hex_[1]));
    hex_.remove_prefix(2);
    return {&byte_, 1};
  }

 private:
  static unsigned digit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }
  std::string_view hex_;
  std::byte byte_{};
};

template <class Value>
std::string saved(const Value& value) {
  HexSink sink;
  PortableOutputArchive archive(sink);
  archive << value;
  archive.flush();
  return sink.hex;
}

template <class Value>
Value loaded(std::string_view hex) {
  HexSource source(hex);
  PortableInputArchive archive(source);
  Value value{};
  archive >> value;
  return value;
}

template <class Value>
std::string why_not(std::string_view hex) {
  try {
    (void)loaded<Value>(hex);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

template <class Value>
void goes(const Value& value, std::string_view hex) {
  BOOST_TEST(saved(value) == hex);
  BOOST_TEST((loaded<Value>(hex) == value), hex);
}

/// Bytes of zeros without end.
class EndlessSource final : public ByteSource {
 public:
  explicit EndlessSource(std::uint32_t first) { store_little_endian(first_.data(), first); }
  std::span<const std::byte> next() override {
    return std::exchange(is_first_, false) ? std::span<const std::byte>(first_) : rest_;
  }

 private:
  std::array<std::byte, 4> first_{};
  std::array<std::byte, 64> rest_{};
  bool is_first_ = true;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(portable_archive)

BOOST_AUTO_TEST_CASE(integers_are_little_endian_in_their_own_width) {
  goes<std::uint8_t>(0xfe, "fe");
  goes<std::uint16_t>(0x0102, "0201");
  goes<std::uint32_t>(0x01020304, "04030201");
  goes<std::int32_t>(-2, "feffffff");
  goes<std::uint64_t>(0x0102030405060708, "0807060504030201");
  goes<std::int64_t>(std::numeric_limits<std::int64_t>::min(), "0000000000000080");
}

BOOST_AUTO_TEST_CASE(reals_are_ieee_bits) {
  goes(1.0, "000000000000f03f");
  goes(-0.5F, "000000bf");
  goes(std::numeric_limits<double>::infinity(), "000000000000f07f");
  goes(5e-324, "0100000000000000");
  BOOST_TEST(std::signbit(loaded<double>(saved(-0.0))));
}

BOOST_AUTO_TEST_CASE(truth_and_enums_are_one_byte) {
  goes(true, "01");
  goes(Colour::blue, "02");
}

BOOST_AUTO_TEST_CASE(a_text_is_its_length_and_its_bytes) {
  goes<std::string>("", "00000000");
  goes<std::string>("ab", "020000006162");
}

BOOST_AUTO_TEST_CASE(arrays_of_reals_are_their_elements) {
  Reals reals;
  reals.values[0] = 1;
  BOOST_TEST(saved(reals) == "000000000000f03f0000000000000000");
  BOOST_TEST(loaded<Reals>("000000000000f03f000000000000f03f").values[1] == 1.0);
}

BOOST_AUTO_TEST_CASE(what_is_longer_than_the_buffer_goes_through_it_whole) {
  for (const std::size_t size : {detail::archive_buffer_bytes - 5, detail::archive_buffer_bytes - 4,
                                 detail::archive_buffer_bytes, 3 * detail::archive_buffer_bytes}) {
    const std::vector<std::string> texts{std::string(size, 'a'), "b", std::string(size, 'c')};
    HexSink sink;
    PortableOutputArchive archive(sink);
    for (const std::string& text : texts) archive << text;
    archive.flush();
    HexSource source(sink.hex);
    PortableInputArchive input(source);
    for (const std::string& text : texts) {
      std::string read;
      input >> read;
      BOOST_TEST((read == text));
    }
    BOOST_TEST(input.is_at_end());
  }
}

BOOST_AUTO_TEST_CASE(a_class_says_its_version_once) {
  HexSink sink;
  PortableOutputArchive archive(sink);
  const Grown one{1, 2};
  const Grown other{3, 4};
  archive << one << other;
  archive.flush();
  BOOST_TEST(sink.hex ==
             "0003"
             "01000200"
             "03000400");
}

BOOST_AUTO_TEST_CASE(an_older_version_is_read_as_it_was_written) {
  const auto old = loaded<Grown>("00020500");
  BOOST_TEST(old.first == 5U);
  BOOST_TEST(old.later == 9U);
}

BOOST_AUTO_TEST_CASE(a_source_that_ends_is_told) {
  BOOST_TEST(why_not<std::uint32_t>("010203") == "it ends");
  BOOST_TEST(why_not<std::string>("0300000061") == "it ends");
  BOOST_TEST(why_not<bool>("02") == "a flag is neither 0 nor 1");
  BOOST_TEST(why_not<Grown>("0003010002") == "it ends");
}

BOOST_AUTO_TEST_CASE(a_text_has_a_bound) {
  constexpr std::uint32_t bound = 1U << 24;
  EndlessSource at_bound(bound);
  EndlessSource beyond(bound + 1);
  std::string text;
  PortableInputArchive(at_bound) >> text;
  BOOST_TEST(text.size() == bound);
  PortableInputArchive archive(beyond);
  BOOST_CHECK_EXCEPTION(archive >> text, std::runtime_error,
                        [](const auto& error) { return std::string(error.what()) == "a text is too long"; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

#include <boost/test/unit_test.hpp>
#include <string>

#include "engine/validate.h"

namespace penchant::test {
namespace {

std::string encoded(char32_t c) {
  const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  const auto tail = [&](unsigned shift) { return byte(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000) return {byte(0xE0 | c >> 12), tail(6), tail(0)};
  return {byte(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

/// Whether `piece` is text wherever it stands among ASCII, at every position against blocks of eight bytes.
bool is_text_everywhere(const std::string& piece) {
  const bool alone = is_text(piece);
  for (std::size_t before = 0; before <= 17; ++before) {
    for (std::size_t after = 0; after <= 9; ++after) {
      const std::string text = std::string(before, 'a') + piece + std::string(after, 'z');
      BOOST_REQUIRE_EQUAL(is_text(text), alone);
    }
  }
  return alone;
}

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(every_character_but_zero_is_text_and_no_surrogate_is) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    const bool is_character = c != 0 && (c < 0xD800 || c > 0xDFFF);
    BOOST_REQUIRE_MESSAGE(is_text(encoded(c)) == is_character, "U+" << std::hex << static_cast<std::uint32_t>(c));
  }
}

BOOST_AUTO_TEST_CASE(every_pair_of_bytes_is_text_only_as_two_ascii_or_one_character) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string pair{static_cast<char>(first), static_cast<char>(second)};
      const bool ascii = first > 0 && first < 0x80 && second > 0 && second < 0x80;
      const bool character = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      BOOST_REQUIRE_MESSAGE(is_text(pair) == (ascii || character), first << ' ' << second);
    }
  }
}

BOOST_AUTO_TEST_CASE(characters_are_text_at_every_place_in_a_block) {
  for (const char32_t c : {U'a', U'\x7F', U'\x80', U'é', U'\x7FF', U'\x800', U'漢', U'\xD7FF', U'\xE000', U'\xFFFD',
                           U'\xFFFF', U'\x10000', U'🐈', U'\x10FFFF'}) {
    BOOST_TEST(is_text_everywhere(encoded(c)));
  }
  BOOST_TEST(is_text_everywhere("é漢🐈é漢🐈é漢🐈"));
}

BOOST_AUTO_TEST_CASE(a_zero_byte_is_no_text_at_any_place) {
  BOOST_TEST(!is_text_everywhere(std::string(1, '\0')));
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      text[at] = '\0';
      BOOST_REQUIRE(!is_text(text));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_character_cut_at_any_byte_is_no_text) {
  for (const char* character : {"é", "漢", "🐈"}) {
    const std::string whole = character;
    for (std::size_t size = 1; size < whole.size(); ++size) {
      BOOST_TEST(!is_text_everywhere(whole.substr(0, size)));
      BOOST_TEST(!is_text_everywhere(whole.substr(size)));
    }
  }
}

BOOST_AUTO_TEST_CASE(overlong_forms_and_what_is_past_the_last_character_are_no_text) {
  for (const char* wrong : {"\xC0\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE0\x9F\xBF", "\xF0\x80\x80\xAF",
                            "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE",
                            "\xFF", "\x80", "\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xED\xA0\xBD\xED\xB8\x80"}) {
    BOOST_TEST(!is_text_everywhere(wrong));
  }
}

BOOST_AUTO_TEST_CASE(no_bytes_are_text) { BOOST_TEST(is_text("")); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

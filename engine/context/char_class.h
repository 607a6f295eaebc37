// What each byte of a prompt is to the scanner: one table look-up a byte instead of a chain of comparisons.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace penchant {

enum class CharClass : std::uint8_t {
  separator,   // ends a word and a boilerplate phrase; also every control character
  joiner,      // a separator that joins some words, as in 1.8 and don't
  gap,         // white space and '-': ends a word, a phrase goes on
  underscore,  // a gap, or the start of a wildcard
  letter,
  digit,
  grammar,  // may change a weight, start a tag, a comment or an escape
  foreign,  // part of a character that is not ASCII
};

inline constexpr std::array<CharClass, 256> char_classes = [] {
  std::array<CharClass, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = CharClass::letter;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = CharClass::digit;
  for (unsigned c = 0x80; c <= 0xFF; ++c) table[c] = CharClass::foreign;
  for (const char c : std::string_view(" \t\n\v\f\r-")) table[static_cast<unsigned char>(c)] = CharClass::gap;
  for (const char c : std::string_view(".',;")) table[static_cast<unsigned char>(c)] = CharClass::joiner;
  for (const char c : std::string_view("()[]{}|:<#\\")) {
    table[static_cast<unsigned char>(c)] = CharClass::grammar;
  }
  table[static_cast<unsigned char>('_')] = CharClass::underscore;
  return table;
}();

constexpr CharClass char_class(char c) { return char_classes[static_cast<unsigned char>(c)]; }
constexpr bool is_letter(char c) { return char_class(c) == CharClass::letter; }
constexpr bool is_digit(char c) { return char_class(c) == CharClass::digit; }
constexpr bool is_foreign(char c) { return char_class(c) == CharClass::foreign; }
constexpr bool is_joiner(char c) { return char_class(c) == CharClass::joiner; }
constexpr bool is_alnum(char c) { return is_letter(c) || is_digit(c); }
constexpr bool is_word_part(char c) { return is_alnum(c) || is_foreign(c); }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_space(char c) { return c != '-' && char_class(c) == CharClass::gap; }

}  // namespace penchant

// UAX 29 words of ASCII text, without ICU, and where ICU has to take over.
//
// The rules that are left of UAX 29 on ASCII, once `_` is a space: letters and digits join; `.` and `'`
// join two letters or two digits; `,` and `;` join two digits; everything else ends a word. (`:` would join
// letters in plain UAX 29; CLDR's root locale, which ICU uses, takes that back.) A test compares this path
// with ICU's on random and on real text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "engine/context/char_class.h"

namespace penchant {

// A longer word is no keyword.
inline constexpr std::size_t keyword_bytes_max = 128;

// How many zero bytes a text given to the functions below has after its end.
inline constexpr std::size_t text_padding = 16;

/// Whether `joiner` makes one word of the characters around it.
constexpr bool joins(char before, char joiner, char after) {
  if (is_digit(before) && is_digit(after)) return true;
  return (joiner == '.' || joiner == '\'') && is_letter(before) && is_letter(after);
}

/// The end of the word that the letter or digit text[begin] starts. Where ends_foreign() holds of that end,
/// the word goes on in characters that are not ASCII and has to be read by UnicodeWords.
inline std::size_t ascii_word_end(const char* text, std::size_t begin) {
  std::size_t i = begin + 1;
  for (;;) {
    while (is_alnum(text[i])) ++i;
    if (!is_joiner(text[i]) || !joins(text[i - 1], text[i], text[i + 1])) return i;
    i += 2;
  }
}

inline bool ends_foreign(const char* text, std::size_t end) {
  return is_foreign(text[end]) || (is_joiner(text[end]) && is_foreign(text[end + 1]));
}

// A longer run is cut, so that ICU's scratch stays small.
inline constexpr std::size_t unicode_run_bytes_max = 4096;

/// Where ICU starts to read the word text[begin] whose ASCII part ends at `end` and which goes on there. Of a word that
/// is too long already its last bytes are enough to tell, and they reach `end` in one run: no byte is looked at twice.
inline std::size_t unicode_run_begin(std::size_t begin, std::size_t end) {
  static_assert(2 * keyword_bytes_max < unicode_run_bytes_max);
  return end - std::min(end - begin, 2 * keyword_bytes_max);
}

/// The end of the run of text that ICU reads in one go: it starts at `begin`, holds no grammar, and ends
/// where both sides of the cut are words, or none, whatever stands on the other side.
std::size_t unicode_run_end(std::string_view text, std::size_t begin);

}  // namespace penchant

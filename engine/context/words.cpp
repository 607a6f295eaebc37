#include "engine/context/words.h"

#include <algorithm>

namespace penchant {
namespace {

/// Whether a run goes on over the ASCII character text[i], which is not its first. What follows it matters: a
/// run must not swallow an ASCII word that the grammar knows (AND, BREAK), nor be cut inside a word.
bool run_goes_on(std::string_view text, std::size_t i) {
  const char c = text[i];
  if (is_alnum(c)) return true;
  if (char_class(c) == CharClass::grammar) return false;
  if (c == '\'' && is_foreign(text[i - 1])) return true;  // UAX 29 keeps it with a Hebrew letter
  if (i + 1 == text.size()) return false;
  const char next = text[i + 1];
  if (is_foreign(next)) return true;
  return is_joiner(c) && (is_digit(next) || (is_letter(next) && (c == '.' || c == '\'')));
}

constexpr std::size_t utf8_trail_bytes_max = 3;
bool is_utf8_trail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::size_t unicode_run_end(std::string_view text, std::size_t begin) {
  const std::size_t limit = begin + std::min(unicode_run_bytes_max, text.size() - begin);
  std::size_t last_gap = begin;
  for (std::size_t i = begin; i < limit; ++i) {
    if (is_foreign(text[i])) continue;
    if (!run_goes_on(text, i)) return i;
    if (char_class(text[i]) == CharClass::gap) last_gap = i;
  }
  if (limit == text.size()) return limit;
  if (last_gap > begin) return last_gap;
  std::size_t cut = limit;
  while (limit - cut < utf8_trail_bytes_max && is_utf8_trail(text[cut])) --cut;
  return cut;
}

}  // namespace penchant

#include "engine/context/split_words.h"

#include <algorithm>

#include "engine/context/char_class.h"
#include "engine/context/words.h"

namespace penchant {
namespace {

void append_unicode_words(UnicodeWords& splitter, std::string_view run, std::vector<std::string>& words) {
  splitter.start(run);
  while (const auto word = splitter.next()) words.emplace_back(word->text);
}

}  // namespace

std::vector<std::string> split_words(std::string_view text, UnicodeWords& splitter) {
  std::string folded(text);
  std::transform(folded.begin(), folded.end(), folded.begin(), to_lower);
  folded.append(text_padding, '\0');
  const std::string_view padded(folded.data(), text.size());

  std::vector<std::string> words;
  for (std::size_t i = 0; i < padded.size();) {
    std::size_t end = i + 1;
    bool is_foreign_run = is_foreign(padded[i]);
    if (is_alnum(padded[i])) {
      end = ascii_word_end(padded.data(), i);
      is_foreign_run = ends_foreign(padded.data(), end);
      if (!is_foreign_run && end - i <= keyword_bytes_max) words.emplace_back(padded.substr(i, end - i));
    }
    if (is_foreign_run) {
      const std::size_t begin = is_alnum(padded[i]) ? unicode_run_begin(i, end) : i;
      end = unicode_run_end(padded, begin);
      append_unicode_words(splitter, padded.substr(begin, end - begin), words);
    }
    i = end;
  }
  return words;
}

std::vector<std::string> split_words_by_icu(std::string_view text, UnicodeWords& splitter) {
  std::vector<std::string> words;
  append_unicode_words(splitter, text, words);
  return words;
}

}  // namespace penchant

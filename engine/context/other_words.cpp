#include "engine/context/other_words.h"

#include <algorithm>

namespace penchant {

/// Keywords come in the order of the words; where one is not the next it is looked for.
std::span<const Keyword> OtherWords::read(std::string_view prompt, std::span<const Keyword> keywords) {
  others_.clear();
  std::size_t next = 0;
  for (const Keyword& word : words_.read(prompt).keywords()) {
    if (next < keywords.size() && keywords[next].text == word.text) {
      ++next;
    } else if (std::ranges::find(keywords, word.text, &Keyword::text) == keywords.end()) {
      others_.push_back({word.text});
    }
  }
  return others_;
}

}  // namespace penchant

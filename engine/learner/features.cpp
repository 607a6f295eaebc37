#include "engine/learner/features.h"

#include <algorithm>

#include "engine/text_hash.h"

namespace penchant {
namespace {

constexpr char beginning_sign = '*';

bool begins_letter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

/// Its first letters, or nothing where it has no more than these.
std::string_view beginning_of(std::string_view word) {
  std::size_t letters = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (begins_letter(word[i]) && letters++ == beginning_letters) return word.substr(0, i);
  }
  return {};
}

}  // namespace

void Features::read(std::span<const Keyword> keywords, std::span<const Keyword> others) {
  texts_.clear();
  beginnings_.clear();
  ends_.clear();
  for (const Keyword& keyword : keywords) texts_.push_back(keyword.text);
  for (const Keyword& other : others) texts_.push_back(other.text);
  for (const Keyword& keyword : keywords) {
    const std::string_view beginning = beginning_of(keyword.text);
    if (beginning.empty()) continue;
    beginnings_.append(beginning).push_back(beginning_sign);
    ends_.push_back(beginnings_.size());
  }
  const std::size_t words = texts_.size();
  for (std::size_t i = 0; i < ends_.size(); ++i) {  // nothing moves any more
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    const std::string_view text = std::string_view(beginnings_).substr(begin, ends_[i] - begin);
    const auto earlier = std::span(texts_).subspan(words);
    const auto is_same = [text](std::string_view other) { return TextEqual()(text, other); };
    if (std::ranges::none_of(earlier, is_same)) texts_.push_back(text);
  }
}

}  // namespace penchant

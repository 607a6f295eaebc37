// Features: what a learner knows a prompt by: its keywords, its other words, and how its longer keywords begin, so that
// a word nobody has judged yet is known by those that are like it ("portraits" by "portrait").
//
// Owner: the caller; scratch to be reused. Lifetime: texts last until the next read(), and as long as what it read.
// Threading: none. Limits: keywords_max of each.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/context.h"

namespace penchant {

inline constexpr std::size_t beginning_letters = 4;

class Features {
 public:
  /// Each text once: `others` has none of the keywords.
  void read(std::span<const Keyword> keywords, std::span<const Keyword> others);
  std::span<const std::string_view> texts() const { return texts_; }

 private:
  std::string beginnings_;  // one behind the other, each with a sign behind it that no word has
  std::vector<std::size_t> ends_;
  std::vector<std::string_view> texts_;
};

}  // namespace penchant

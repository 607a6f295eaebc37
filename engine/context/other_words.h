// OtherWords: the words of a prompt that are no keywords: function words and boilerplate. Learners know prompts by
// them, too (engine/learner/features.h).
//
//   OtherWords other_words;
//   other_words.read("a portrait of the sea", context.keywords());   // of, the
//
// Owner: the caller. Lifetime: what is answered lasts until the next read() or forget(). Threading: none. Limits:
// keywords_max.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/context/recent_contexts.h"
#include "engine/context/word_lists.h"

namespace penchant {

class OtherWords {
 public:
  OtherWords() : words_(WordLists::none()) {}

  std::span<const Keyword> read(std::string_view prompt, std::span<const Keyword> keywords);
  /// Nothing of any prompt stays.
  void forget() { words_.forget(); }

 private:
  RecentContexts words_;
  std::vector<Keyword> others_;
};

}  // namespace penchant

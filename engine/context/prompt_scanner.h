// One pass over a prompt: words go to the collector, brackets to the weight groups, LoRA tags to a list.
//
// The scanner works on a copy of the prompt whose ASCII letters are lower case, so that a keyword is a place
// in that copy. Words that ICU had to fold and that become keywords are appended to it, without moving it.
// Owner: the reader owns all that is passed in; a scanner lives for one prompt. Time: linear; every look
// ahead either consumes what it saw or stops before the next character that can start another look ahead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/keyword_collector.h"
#include "engine/context/number.h"
#include "engine/context/text_masks.h"
#include "engine/context/unicode_words.h"
#include "engine/context/weight_groups.h"

namespace penchant {

inline constexpr std::size_t wildcard_name_bytes_max = 128;  // a longer __name is text

// What a reader keeps from prompt to prompt.
struct ReaderScratch {
  explicit ReaderScratch(const WordLists& lists) : keywords(lists) {}

  KeywordCollector keywords;
  WeightGroups groups;
  UnicodeWords unicode_words;
  TextMasks masks;
};

class PromptScanner {
 public:
  /// `text` becomes the copy of `prompt` described above; `prompt` must not be a view into it. Tags are
  /// appended to `loras`.
  PromptScanner(std::string_view prompt, Dialect dialect, std::string& text, std::vector<LoraTag>& loras,
                ReaderScratch& scratch);

  void scan();

 private:
  // Each reads what starts at i and answers where the next thing starts.
  std::size_t read_unusual_word(std::size_t i);
  std::size_t read_event(std::size_t i);
  std::size_t read_keyword_of_grammar(std::size_t begin);
  std::size_t read_unicode_run(std::size_t i);
  std::size_t read_underscore(std::size_t i);
  std::size_t read_grammar(std::size_t i);
  std::size_t read_colon(std::size_t i);
  std::size_t read_bar(std::size_t i);
  std::size_t read_choice(std::size_t i);
  std::size_t read_option_weight(std::size_t i, double& weight) const;
  std::size_t read_tag(std::size_t i);
  std::size_t skip_embedding(std::size_t i);

  MaskView fold();
  void add_word(std::size_t begin, std::size_t end);
  void take_lora(std::size_t begin, std::size_t end);
  std::optional<std::size_t> end_weighted(const PromptNumber& number);
  bool is_at(std::size_t begin, std::string_view keyword_of_grammar) const;
  bool is_gap(std::size_t begin, std::size_t end) const;
  bool is_wildcard_start(std::size_t i) const;

  std::string_view prompt_;  // as written
  Dialect dialect_;
  std::string& text_;
  std::vector<LoraTag>& loras_;
  ReaderScratch& scratch_;
  MaskView masks_;
  std::size_t last_end_ = 0;  // of the last word, or of the last thing that ends a phrase
};

}  // namespace penchant

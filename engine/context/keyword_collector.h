// From the words of a prompt to its keywords: boilerplate, function words and single characters go, repeats
// are merged, the first keywords_max stay.
//
// Owner: the reader, one for all its prompts, so that a prompt allocates nothing. Lifetime: words that are
// not transient lie in the text given to start() and stay there until after finish(); transient words are
// copied when they are kept, to the end of that text. Threading: none of its own.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/weight_groups.h"
#include "engine/context/word_key.h"
#include "engine/context/word_lists.h"

namespace penchant {

class KeywordCollector {
 public:
  struct Word {
    WordKey key;
    WeightGroups::Id group = 0;
    bool is_single = false;     // a Latin letter or a digit: no keyword, but it can be part of a phrase
    bool is_transient = false;  // its text is gone after add()
  };

  // What the kept transient words of one prompt can take.
  static constexpr std::size_t room = keywords_max * keyword_bytes_max;

  explicit KeywordCollector(const WordLists& lists) : lists_(&lists) {}

  /// Requires room for `room` more bytes in text's capacity.
  void start(std::string& text);

  /// Words are held back because they may be the start of a boilerplate phrase.
  bool is_holding() const { return held_count_ > 0; }

  /// The words held back are no phrase with what follows.
  void end_phrase() {
    if (held_count_ > 0) settle(true);
  }

  void add(const Word& word) {
    const WordLists::Entry* entry = lists_->find(word.key);
    if (held_count_ == 0 && (entry == nullptr || entry->phrase == 0)) {
      if (!word.is_single && (entry == nullptr || !entry->is_stop)) keep(word);
    } else {
      hold(word, entry);
    }
  }

  /// Once per start(), after the last word.
  void finish(const WeightGroups& groups, std::vector<Keyword>& keywords);

 private:
  struct Candidate {
    Word word;
    const WordLists::Entry* entry = nullptr;
    std::array<char, keyword_bytes_max> text{};  // of a transient word
  };
  struct Slot {
    WordKey key;
    WeightGroups::Id first_group = 0;
    WeightGroups::Id last_group = 0;
  };
  struct Repeat {  // a keyword once more, in another group
    std::uint32_t slot = 0;
    WeightGroups::Id group = 0;
  };

  void hold(const Word& word, const WordLists::Entry* entry);
  void settle(bool is_final);
  std::size_t matched_words(bool& may_grow) const;
  void drop_held(std::size_t count);
  void keep(const Word& word) {
    std::size_t at = word.key.hash % table_size;
    for (; table_[at] != 0; at = (at + 1) % table_size) {
      const std::size_t index = table_[at] - 1u;
      if (!(slots_[index].key == word.key)) continue;
      if (slots_[index].last_group != word.group) repeat(index, word.group);
      return;
    }
    if (slot_count_ == keywords_max) return;
    Slot& slot = slots_[slot_count_++];
    slot = {word.key, word.group, word.group};
    table_[at] = static_cast<std::uint8_t>(slot_count_);
    if (word.is_transient) slot.key.text = copied(word.key.text);
  }
  void repeat(std::size_t index, WeightGroups::Id group);
  std::string_view copied(std::string_view transient);

  static constexpr std::size_t table_size = 256;  // a power of two, a few times keywords_max

  const WordLists* lists_;
  std::string* text_ = nullptr;
  // A ring would save the copies of drop_held; with a few words in a phrase they do not show.
  std::array<Candidate, phrase_words_max> held_;
  std::size_t held_count_ = 0;
  std::array<Slot, keywords_max> slots_;
  std::size_t slot_count_ = 0;
  std::array<std::uint8_t, table_size> table_{};  // open addressing: slot + 1, or 0
  std::vector<Repeat> repeats_;
};

}  // namespace penchant

// Which words are no keywords: function words, and the boilerplate that every prompt carries.
//
//   [stop]                 one word a line
//   the
//   [boilerplate]          one phrase a line, of up to phrase_words_max words
//   best quality           # a comment
//
// Entries are folded and split as prompts are (docs/context.md, section 3), so "Best-Quality" is the same
// entry. Owner: whoever parsed it; a ContextReader keeps a reference. Threading: const, for any number of
// threads. Errors: parse() answers one sentence that names the line.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/word_key.h"
#include "engine/result.h"

namespace penchant {

inline constexpr std::size_t phrase_words_max = 8;
inline constexpr std::size_t word_list_entries_max = 100'000;

class WordLists {
 public:
  using Node = std::uint32_t;  // of the tree of boilerplate phrases; 0 is its root

  struct Entry {
    std::uint32_t id = 0;
    Node phrase = 0;  // where the phrases that start with this word go on; 0: none does
    bool is_stop = false;
  };

  static const WordLists& english();
  static const WordLists& none();
  static result<WordLists> parse(std::string_view text);

  /// Null for a word that is in no list.
  const Entry* find(const WordKey& word) const {
    const auto found = entries_.find(word);
    return found == entries_.end() ? nullptr : &found->second;
  }

  /// The node that word `id` leads to from `node`; 0 where no phrase goes on so.
  Node follow(Node node, std::uint32_t id) const;
  bool ends_phrase(Node node) const { return nodes_[node].is_end; }
  bool has_longer(Node node) const { return nodes_[node].has_longer; }

 private:
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(const WordKey& word) const { return word.hash; }
  };
  struct PhraseNode {
    bool is_end = false;
    bool has_longer = false;
  };

  Entry& intern(const std::string& word);
  void add_phrase(const std::vector<std::string>& words);
  static std::uint64_t step(Node node, std::uint32_t id) { return std::uint64_t{node} << 32 | id; }

  std::deque<std::string> texts_;  // what the keys of entries_ point to; a deque never moves them
  boost::unordered_flat_map<WordKey, Entry, Hash> entries_;
  std::vector<PhraseNode> nodes_{PhraseNode{}};
  boost::unordered_flat_map<std::uint64_t, Node> steps_;  // from a node by a word's id to the next; not from the root
};

/// The source of WordLists::english().
extern const std::string_view english_word_lists;

}  // namespace penchant

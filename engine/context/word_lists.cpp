#include "engine/context/word_lists.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "engine/context/number.h"
#include "engine/context/split_words.h"

namespace penchant {
namespace {

enum class Section { none, stop, boilerplate };

Failure failure(std::size_t line, const std::string& what) {
  return {"word list line " + std::to_string(line) + ": " + what};
}

/// The next line of `rest`, without its comment and the white space around it.
std::string_view cut_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(line.substr(0, std::min(line.find('#'), line.size())));
}

}  // namespace

const WordLists& WordLists::none() {
  static const WordLists empty;
  return empty;
}

const WordLists& WordLists::english() {
  static const WordLists lists = [] {
    result<WordLists> parsed = parse(english_word_lists);
    PENCHANT_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return lists;
}

result<WordLists> WordLists::parse(std::string_view text) {
  WordLists lists;
  UnicodeWords splitter;
  Section section = Section::none;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = cut_line(text);
    if (line.empty()) continue;
    if (line.front() == '[') {
      if (line != "[stop]" && line != "[boilerplate]") {
        return failure(number, "a section is [stop] or [boilerplate]");
      }
      section = line == "[stop]" ? Section::stop : Section::boilerplate;
      continue;
    }
    if (section == Section::none) return failure(number, "an entry stands after [stop] or [boilerplate]");
    const std::vector<std::string> words = split_words(line, splitter);
    if (words.empty()) return failure(number, "an entry has at least one letter or digit");
    if (section == Section::stop && words.size() > 1) {
      return failure(number, "a stop entry is one word, this one has " + std::to_string(words.size()));
    }
    if (words.size() > phrase_words_max) {
      return failure(number, "a phrase has at most " + std::to_string(phrase_words_max) + " words");
    }
    if (section == Section::stop) {
      lists.intern(words.front()).is_stop = true;
    } else {
      lists.add_phrase(words);
    }
    if (lists.entries_.size() > word_list_entries_max) {
      return failure(number, "the lists have more than " + std::to_string(word_list_entries_max) + " words");
    }
  }
  return lists;
}

WordLists::Entry& WordLists::intern(const std::string& word) {
  if (const auto found = entries_.find(word_key(word)); found != entries_.end()) return found->second;
  texts_.push_back(word);
  const auto id = static_cast<std::uint32_t>(entries_.size());
  return entries_.emplace(word_key(texts_.back()), Entry{id, 0, false}).first->second;
}

void WordLists::add_phrase(const std::vector<std::string>& words) {
  Node node = 0;
  for (const std::string& word : words) {
    Entry& entry = intern(word);
    Node& next = node == 0 ? entry.phrase : steps_[step(node, entry.id)];
    if (next == 0) {
      next = static_cast<Node>(nodes_.size());
      nodes_[node].has_longer = true;
      nodes_.emplace_back();
    }
    node = next;
  }
  nodes_[node].is_end = true;
}

WordLists::Node WordLists::follow(Node node, std::uint32_t id) const {
  const auto found = steps_.find(step(node, id));
  return found == steps_.end() ? 0 : found->second;
}

}  // namespace penchant

#include "engine/context/keyword_collector.h"

#include <algorithm>

#include "engine/check.h"

namespace penchant {

void KeywordCollector::start(std::string& text) {
  PENCHANT_CHECK(text.capacity() - text.size() >= room);
  text_ = &text;
  held_count_ = 0;
  slot_count_ = 0;
  table_.fill(0);
  repeats_.clear();
}

void KeywordCollector::hold(const Word& word, const WordLists::Entry* entry) {
  PENCHANT_CHECK(held_count_ < held_.size());
  Candidate& candidate = held_[held_count_++];
  candidate.word = word;
  candidate.entry = entry;
  if (word.is_transient) std::copy(word.key.text.begin(), word.key.text.end(), candidate.text.begin());
  settle(false);
}

/// How many of the held words are the longest phrase that starts with the first one.
std::size_t KeywordCollector::matched_words(bool& may_grow) const {
  std::size_t matched = 0;
  std::size_t walked = 0;
  WordLists::Node node = 0;
  for (; walked < held_count_ && held_[walked].entry != nullptr; ++walked) {
    const WordLists::Entry& entry = *held_[walked].entry;
    const WordLists::Node next = walked == 0 ? entry.phrase : lists_->follow(node, entry.id);
    if (next == 0) break;
    node = next;
    if (lists_->ends_phrase(node)) matched = walked + 1;
  }
  may_grow = walked == held_count_ && lists_->has_longer(node);
  return matched;
}

/// Decides what the held words are, as far as it can be known by now; all of them if final.
void KeywordCollector::settle(bool is_final) {
  while (held_count_ > 0) {
    bool may_grow = false;
    const std::size_t matched = matched_words(may_grow);
    if (may_grow && !is_final) return;
    if (matched == 0) {
      Candidate& first = held_[0];
      Word& word = first.word;
      if (word.is_transient) word.key.text = {first.text.data(), word.key.text.size()};
      if (!word.is_single && (first.entry == nullptr || !first.entry->is_stop)) keep(word);
    }
    drop_held(std::max<std::size_t>(matched, 1));
  }
}

void KeywordCollector::drop_held(std::size_t count) {
  const auto begin = held_.begin() + static_cast<std::ptrdiff_t>(count);
  std::copy(begin, held_.begin() + static_cast<std::ptrdiff_t>(held_count_), held_.begin());
  held_count_ -= count;
}

void KeywordCollector::repeat(std::size_t index, WeightGroups::Id group) {
  slots_[index].last_group = group;
  repeats_.push_back({static_cast<std::uint32_t>(index), group});
}

std::string_view KeywordCollector::copied(std::string_view transient) {
  const std::size_t begin = text_->size();
  text_->append(transient);
  return std::string_view(*text_).substr(begin);
}

void KeywordCollector::finish(const WeightGroups& groups, std::vector<Keyword>& keywords) {
  end_phrase();
  keywords.resize(slot_count_);
  for (std::size_t i = 0; i < slot_count_; ++i) {
    keywords[i] = {slots_[i].key.text, static_cast<float>(groups.weight(slots_[i].first_group))};
  }
  for (const Repeat& repeat : repeats_) {
    float& weight = keywords[repeat.slot].weight;
    weight = std::max(weight, static_cast<float>(groups.weight(repeat.group)));
  }
}

}  // namespace penchant

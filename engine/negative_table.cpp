#include "engine/negative_table.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

namespace penchant {

std::uint64_t NegativeTable::slot(std::span<const Interner::Id> keywords) const {
  std::uint64_t key = boost::hash_range(keywords.begin(), keywords.end());
  for (auto it = columns_.find(key); it != columns_.end(); it = columns_.find(++key)) {
    if (std::ranges::equal(sets_[it->second].keywords, keywords)) break;
  }
  return key;
}

std::optional<std::uint32_t> NegativeTable::find(std::span<const Interner::Id> keywords) const {
  const auto it = columns_.find(slot(keywords));
  return it == columns_.end() ? std::nullopt : std::optional(it->second);
}

std::uint32_t NegativeTable::add(std::span<const Interner::Id> keywords) {
  std::uint32_t column = static_cast<std::uint32_t>(sets_.size());
  if (free_.empty()) {
    sets_.emplace_back();
  } else {
    column = free_.back();
    free_.pop_back();
  }
  columns_.emplace(slot(keywords), column);
  sets_[column] = {{keywords.begin(), keywords.end()}, {}, 0};
  return column;
}

void NegativeTable::scale(double factor, double unit) {
  matrix_.scale(factor, unit);
  for (Set& set : sets_) set.overall.scale(factor);
}

void NegativeTable::drop_faded(double notice, Interner& interner) {
  const std::size_t had = free_.size();
  for (std::uint32_t column = 0; column < sets_.size(); ++column) {
    Set& set = sets_[column];
    if (set.keywords.empty() || set.named > 0 || set.overall.observed >= notice) continue;
    for (const Interner::Id keyword : set.keywords) interner.release(keyword);
    set = {};
    free_.push_back(column);
  }
  if (free_.size() == had) return;
  make_index();
}

/// Keys depend on which others were there before: all are made anew.
void NegativeTable::make_index() {
  columns_.clear();
  for (std::uint32_t column = 0; column < sets_.size(); ++column) {
    if (is_set(column)) columns_.emplace(slot(sets_[column].keywords), column);
  }
}

}  // namespace penchant

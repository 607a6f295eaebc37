#include "engine/interner.h"

#include <algorithm>

namespace penchant {

Interner::Id Interner::add(std::string_view text) {
  Id id = static_cast<Id>(texts_.size());
  if (free_.empty()) {
    texts_.emplace_back(text);
    references_.push_back(0);
  } else {
    id = free_.back();
    free_.pop_back();
    texts_[id] = text;
  }
  ids_.emplace(texts_[id], id);
  bytes_ += text.size() + bytes_per_text;
  return id;
}

void Interner::remove(Id id) {
  bytes_ -= texts_[id].size() + bytes_per_text;
  ids_.erase(texts_[id]);
  std::string().swap(texts_[id]);  // not only emptied: what a user who is forgotten wrote is in it
  free_.push_back(id);
}

bool Interner::are_all_referred_to() const {
  const auto idle = std::ranges::count(references_, 0U);
  return static_cast<std::size_t>(idle) == free_.size();
}

}  // namespace penchant

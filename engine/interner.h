// Interner: each distinct text once, known by a small number from then on. Keywords and model names repeat
// across a hundred thousand users; their matrices hold numbers only.
//
// Owner: the engine. Views from text() last as long as the interner. Numbers are dense, from 0, in order of
// first appearance, so that the same events give the same numbers.
#pragma once

#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "engine/text_hash.h"

namespace penchant {

class Interner {
 public:
  using Id = std::uint32_t;

  Interner() = default;
  Interner(Interner&&) = default;  // never copied: the map's keys point into the texts
  Interner& operator=(Interner&&) = default;

  std::optional<Id> find(std::string_view text) const {
    const auto it = ids_.find(text);
    return it == ids_.end() ? std::nullopt : std::optional(it->second);
  }

  Id intern(std::string_view text) {
    if (const auto id = find(text)) return *id;
    const Id id = static_cast<Id>(texts_.size());
    ids_.emplace(texts_.emplace_back(text), id);
    return id;
  }

  std::string_view text(Id id) const { return texts_[id]; }
  std::size_t size() const { return texts_.size(); }

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  std::deque<std::string> texts_;  // a deque: the keys of ids_ point into its strings
  boost::unordered_flat_map<std::string_view, Id, TextHash> ids_;
};

}  // namespace penchant

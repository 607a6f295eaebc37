// Interner: each distinct text once, known by a small number for as long as anything refers to it. Keywords and model
// names repeat across a hundred thousand users; their tables hold numbers only.
//
// References are counted: acquire() and hold() take one, release() gives one back, and a text without any is gone, so
// that nothing of a user who is forgotten stays behind. Numbers are dense, from 0, in order of first appearance; one
// that has become free is given again, the last one first: the same calls give the same numbers.
// Owner: the engine. Lifetime: what text() gives lasts as long as the reference. Limits: the owner bounds bytes().
#pragma once

#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/check.h"
#include "engine/text_hash.h"

namespace penchant {

class Interner {
 public:
  using Id = std::uint32_t;
  static constexpr Id no_id = 0xFFFFFFFF;  // of no text

  static constexpr std::size_t bytes_per_text = 64;  // about what a text takes beside its characters

  Interner() = default;
  Interner(Interner&&) = default;  // never copied: the map's keys point into the texts
  Interner& operator=(Interner&&) = default;

  std::optional<Id> find(std::string_view text) const {
    const auto it = ids_.find(text);
    return it == ids_.end() ? std::nullopt : std::optional(it->second);
  }

  /// The text's number, with a reference more.
  Id acquire(std::string_view text) {
    const auto known = find(text);
    const Id id = known ? *known : add(text);
    ++references_[id];
    return id;
  }
  Id hold(Id id) {
    ++references_[id];
    return id;
  }
  void release(Id id) {
    PENCHANT_CHECK(references_[id] > 0);
    if (--references_[id] == 0) remove(id);
  }

  std::string_view text(Id id) const { return texts_[id]; }
  std::size_t size() const { return ids_.size(); }
  /// One more than the largest number given.
  std::size_t numbers() const { return texts_.size(); }
  std::size_t bytes() const { return bytes_; }

  /// After loading and holding all that refers to a text: whether each text is referred to.
  bool are_all_referred_to() const;

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  Id add(std::string_view text);
  void remove(Id id);

  std::deque<std::string> texts_;  // a deque: the keys of ids_ point into its strings; empty where free
  std::vector<std::uint32_t> references_;
  std::vector<Id> free_;
  boost::unordered_flat_map<std::string_view, Id, TextHash, TextEqual> ids_;
  std::size_t bytes_ = 0;
};

/// The texts of an engine.
struct Vocabulary {
  Interner keywords;
  Interner names;  // of models and families, by key and as first seen, and of parameters

  std::size_t bytes() const { return keywords.bytes() + names.bytes(); }
};

}  // namespace penchant

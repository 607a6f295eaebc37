// ArmTable: one user's arms of one kind (checkpoints, or LoRAs), each a column of the user's matrices, with
// the counts over all of the user's records, whatever their prompts.
//
// Arms are columns in order of first record, and are never removed; one that no record names any more, because a
// correction names another, is not live. Each refers to its texts. Limits: the owner bounds size().
#pragma once

#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/arena.h"
#include "engine/count_matrix.h"
#include "engine/interner.h"

namespace penchant {

struct Arm {
  static constexpr Interner::Id no_family = 0xFFFFFFFF;

  Interner::Id key = 0;     // of the model key
  Interner::Id name = 0;    // of the name as first seen
  Interner::Id family = no_family;  // of the model family as last recorded; no_family where never
  std::uint64_t records = 0;  // that name it, neutral ones too
  Counts overall;

  bool has_family() const { return family != no_family; }
};

class ArmTable {
 public:
  std::optional<std::uint32_t> find(Interner::Id key) const {
    const auto it = columns_.find(key);
    return it == columns_.end() ? std::nullopt : std::optional(it->second);
  }

  /// The column of a new arm.
  std::uint32_t add(Interner::Id key, Interner::Id name) {
    const std::uint32_t column = size();
    columns_.emplace(key, column);
    reserve_for(arms_, column + 1);
    arms_.push_back({.key = key, .name = name});
    return column;
  }

  const Arm& operator[](std::uint32_t column) const { return arms_[column]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(arms_.size()); }
  std::uint32_t live_count() const { return live_count_; }
  bool is_live(std::uint32_t column) const { return arms_[column].records > 0; }

  void set_family(std::uint32_t column, Interner::Id family) { arms_[column].family = family; }

  void add_record(std::uint32_t column) { live_count_ += arms_[column].records++ == 0 ? 1 : 0; }
  void take_record_back(std::uint32_t column) { live_count_ -= --arms_[column].records == 0 ? 1 : 0; }
  void count(std::uint32_t column, const Counts& added) { arms_[column].overall.add(added); }

  /// Gives the texts the numbers that renamed(text) says; different ones stay different.
  template <class Renamed>
  void rename(const Renamed& renamed) {
    columns_.clear();
    for (std::uint32_t column = 0; column < size(); ++column) {
      Arm& arm = arms_[column];
      arm.key = renamed(arm.key);
      arm.name = renamed(arm.name);
      if (arm.has_family()) arm.family = renamed(arm.family);
      columns_.emplace(arm.key, column);
    }
  }

  void scale(double factor) {
    for (Arm& arm : arms_) arm.overall.scale(factor);
  }

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  std::vector<Arm> arms_;
  std::uint32_t live_count_ = 0;
  boost::unordered_flat_map<Interner::Id, std::uint32_t> columns_;
};

}  // namespace penchant

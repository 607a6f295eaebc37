// ParameterTable: the values of selected records' parameters, of one user: for each keyword, for each checkpoint and
// over all records, the moments of each parameter.
//
// A parameter is a column: a name within a model family, or the strength of a LoRA. Rows of keywords are the user's;
// columns are never removed. Owner: the user. Weights are scaled to the user's landmark. Limits: the owner bounds
// column_count() and bytes().
#pragma once

#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/interner.h"
#include "engine/moments.h"
#include "engine/packed_rows.h"

namespace penchant {

/// Which parameter: `name` of records of `family`; or, where family is lora_strength, how strong the LoRA `name` was.
struct ParameterKey {
  static constexpr Interner::Id no_family = 0xFFFFFFFF;
  static constexpr Interner::Id lora_strength = 0xFFFFFFFE;

  Interner::Id family = no_family;
  Interner::Id name = 0;
  bool operator==(const ParameterKey&) const = default;

  bool has_family() const { return family < lora_strength; }
};

struct LessonParameter {
  std::uint32_t column = 0;
  double value = 0;
};

class ParameterTable {
 public:
  using Row = std::span<const PackedRows<PackedMoments>::Entry>;

  std::uint32_t column_count() const { return static_cast<std::uint32_t>(keys_.size()); }
  const ParameterKey& key(std::uint32_t column) const { return keys_[column]; }
  std::optional<std::uint32_t> find(const ParameterKey& key) const {
    const auto it = columns_.find(packed(key));
    return it == columns_.end() ? std::nullopt : std::optional(it->second);
  }
  /// The column of a new key.
  std::uint32_t add(const ParameterKey& key);

  /// A value of a record with this keyword, or checkpoint; and once for the record. The weight is negative to take it
  /// back.
  void count_keyword(std::uint32_t row, const LessonParameter& parameter, double weight);
  void count_checkpoint(std::uint32_t checkpoint, const LessonParameter& parameter, double weight);
  void count_record(const LessonParameter& parameter, double weight) {
    overall_[parameter.column].add(weight, parameter.value);
  }

  Moments of_keyword(std::uint32_t row, std::uint32_t column) const { return of(keywords_, row, column); }
  Moments of_checkpoint(std::uint32_t checkpoint, std::uint32_t column) const {
    return of(checkpoints_, checkpoint, column);
  }
  const Moments& overall(std::uint32_t column) const { return overall_[column]; }

  /// Whether there are no rows but those below.
  bool are_within(std::size_t keywords, std::size_t checkpoints) const {
    return keywords_.row_count() <= keywords && checkpoints_.row_count() <= checkpoints;
  }

  /// Gives the texts the numbers that renamed(text) says; different ones stay different.
  template <class Renamed>
  void rename(const Renamed& renamed) {
    columns_.clear();
    for (std::uint32_t column = 0; column < column_count(); ++column) {
      ParameterKey& key = keys_[column];
      key.name = renamed(key.name);
      if (key.has_family()) key.family = renamed(key.family);
      columns_.emplace(packed(key), column);
    }
  }

  std::size_t cells() const { return keywords_.cells() + checkpoints_.cells(); }
  std::size_t bytes() const { return keywords_.bytes() + checkpoints_.bytes(); }

  void scale(double factor);
  void keep_rows(std::span<const std::uint32_t> kept) { keywords_.keep_rows(kept); }

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  static std::uint64_t packed(const ParameterKey& key) { return std::uint64_t{key.family} << 32 | key.name; }
  static Moments of(const PackedRows<PackedMoments>& rows, std::uint32_t row, std::uint32_t column) {
    const PackedMoments* const cell = rows.find(row, column);
    return cell ? cell->get() : Moments{};
  }

  std::vector<ParameterKey> keys_;
  std::vector<Moments> overall_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> columns_;
  PackedRows<PackedMoments> keywords_;
  PackedRows<PackedMoments> checkpoints_;
};

}  // namespace penchant

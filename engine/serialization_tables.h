// What a user's tables are made of, field by field; see serialization.h, whose first half this is.
#pragma once

#include <algorithm>
#include <boost/serialization/array_wrapper.hpp>
#include <boost/serialization/collection_size_type.hpp>
#include <boost/serialization/is_bitwise_serializable.hpp>
#include <boost/serialization/level.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/tracking.hpp>
#include <utility>
#include <vector>

#include "engine/serialization_checks.h"

namespace penchant {
namespace detail {

inline constexpr std::uint8_t counted_row = 0xFF;  // in place of how many lessons a row lists

// No table has more columns.
inline constexpr std::size_t packed_row_cells_max =
    std::max({arms_per_user_max, negative_prompts_per_user_max, parameters_per_user_max});
inline constexpr std::uint64_t reserved_max = 1 << 16;  // elements, before any is read: a length may be anything

template <class Archive, class Vector>
void save_sequence(Archive& archive, const Vector& values) {
  const std::uint64_t count = values.size();
  archive << count;
  if constexpr (std::is_arithmetic_v<typename Vector::value_type>) {
    archive << boost::serialization::make_array(values.data(), values.size());
  } else {
    for (const auto& value : values) archive << value;
  }
}

template <class Archive, class Vector>
void load_sequence(Archive& archive, Vector& values, std::uint64_t count_max) {
  constexpr std::uint64_t at_once = 4096;
  std::uint64_t count = 0;
  archive >> count;
  require(count <= count_max);
  values.clear();
  if constexpr (std::is_arithmetic_v<typename Vector::value_type>) {
    while (values.size() < count) {
      const std::size_t size = values.size();
      const std::size_t more = std::min(count - size, at_once);
      values.resize(size + more);
      archive >> boost::serialization::make_array(values.data() + size, more);
    }
  } else {
    for (; count > 0; --count) archive >> values.emplace_back();
  }
}

/// `size` cells of a packed row, in ascending columns.
template <class Archive, class Arena>
void load_packed_row(Archive& archive, std::uint32_t size, Arena& arena, typename Arena::Place& row) {
  require(size <= packed_row_cells_max);
  const auto cells = arena.add_row(row, size);
  archive >> boost::serialization::make_array(cells.data(), cells.size());
  const auto not_ascending = [](const auto& a, const auto& b) { return a.column >= b.column; };
  require(std::ranges::adjacent_find(cells, not_ascending) == cells.end());
}

}  // namespace detail
}  // namespace penchant

// Parts of a user, whose version stands in the archive for all of them: looking each part's up would take longer than
// the part itself.
#define PENCHANT_PART_OF_A_USER(type)                                                \
  BOOST_CLASS_IMPLEMENTATION(type, boost::serialization::object_serializable)        \
  BOOST_CLASS_TRACKING(type, boost::serialization::track_never)
PENCHANT_PART_OF_A_USER(penchant::Counts)
PENCHANT_PART_OF_A_USER(penchant::CountMatrix::Cell)
PENCHANT_PART_OF_A_USER(penchant::Arm)
PENCHANT_PART_OF_A_USER(penchant::Moments)
PENCHANT_PART_OF_A_USER(penchant::PackedMoments)
PENCHANT_PART_OF_A_USER(penchant::ParameterKey)
PENCHANT_PART_OF_A_USER(penchant::LessonParameter)
PENCHANT_PART_OF_A_USER(penchant::Totals)
PENCHANT_PART_OF_A_USER(penchant::PoolEntry)
PENCHANT_PART_OF_A_USER(penchant::PackedRows<penchant::PackedMoments>)
PENCHANT_PART_OF_A_USER(penchant::CountMatrix)
PENCHANT_PART_OF_A_USER(penchant::ArmTable)
PENCHANT_PART_OF_A_USER(penchant::ParameterTable)
PENCHANT_PART_OF_A_USER(penchant::NegativeTable)
PENCHANT_PART_OF_A_USER(penchant::KnownRecords)

// In memory they are, on a little-endian machine, what they are in the archive: rows of them are copied in one piece.
#define PENCHANT_ENTRY_OF_A_ROW(cell)                        \
  PENCHANT_PART_OF_A_USER(penchant::PackedEntry<cell>)       \
  BOOST_IS_BITWISE_SERIALIZABLE(penchant::PackedEntry<cell>) \
  static_assert(sizeof(penchant::PackedEntry<cell>) == sizeof(std::uint32_t) + sizeof(cell));
PENCHANT_ENTRY_OF_A_ROW(penchant::CountMatrix::Cell)
PENCHANT_ENTRY_OF_A_ROW(penchant::PackedMoments)
#undef PENCHANT_ENTRY_OF_A_ROW
#undef PENCHANT_PART_OF_A_USER

namespace penchant {

template <class Archive>
void serialize(Archive& archive, Counts& counts, unsigned) {
  archive& counts.selected& counts.observed;
}

template <class Archive>
void serialize(Archive& archive, CountMatrix::Cell& cell, unsigned) {
  archive& cell.selected& cell.observed;
}

template <class Archive, class Cell>
void serialize(Archive& archive, PackedEntry<Cell>& entry, unsigned) {
  archive& entry.column& entry.cell;
}

template <class Archive>
void Interner::save(Archive& archive, unsigned) const {
  detail::save_sequence(archive, texts_);
  detail::save_sequence(archive, free_);
}

/// Without references: who refers to the texts takes them again.
template <class Archive>
void Interner::load(Archive& archive, unsigned) {
  detail::load_sequence(archive, texts_, texts_max);
  detail::load_sequence(archive, free_, texts_.size());
  references_.assign(texts_.size(), 0);
  std::vector<bool> is_free(texts_.size());
  for (const Id id : free_) {
    detail::require(id < texts_.size() && texts_[id].empty() && !is_free[id]);
    is_free[id] = true;
  }
  ids_.clear();
  ids_.reserve(texts_.size() - free_.size());
  bytes_ = 0;
  for (Id id = 0; id < texts_.size(); ++id) {
    if (is_free[id]) continue;
    detail::require(ids_.emplace(texts_[id], id).second);
    bytes_ += texts_[id].size() + bytes_per_text;
  }
}

template <class Cell>
template <class Archive>
void PackedRows<Cell>::save(Archive& archive, unsigned) const {
  const std::uint64_t rows = places_.size();
  std::uint64_t room = 0;  // of the arena, so that it need not grow while the rows are read
  for (const auto& place : places_) room += PackedArena<Cell>::room_for(place);
  archive << rows << room;
  for (const auto& place : places_) {
    archive << place.size << boost::serialization::make_array(arena_.view(place).data(), place.size);
  }
}

/// The columns are the caller's to check.
template <class Cell>
template <class Archive>
void PackedRows<Cell>::load(Archive& archive, unsigned) {
  *this = {};
  std::uint64_t rows = 0;
  std::uint64_t room = 0;
  archive >> rows >> room;
  detail::require(rows <= keywords_per_user_max);
  places_.reserve(rows);
  arena_.reserve(std::min(room, detail::reserved_max));
  for (; rows > 0; --rows) {
    std::uint32_t size = 0;
    archive >> size;
    detail::load_packed_row(archive, size, arena_, places_.emplace_back());
    cells_ += size;
  }
}

template <class Archive>
void CountMatrix::save(Archive& archive, unsigned) const {
  const std::uint64_t rows = places_.size();
  std::uint64_t room = 0;
  for (const Place& place : places_) room += place.size == dense_size ? 0 : PackedArena<Cell>::room_for(place);
  archive << rows << room;
  for (std::uint32_t r = 0; r < rows; ++r) {
    const bool dense = is_dense(r);
    const std::uint32_t size = dense ? static_cast<std::uint32_t>(row(r).line_count) : places_[r].size;
    archive << dense << size;
    if (dense) {
      archive << boost::serialization::make_array(row(r).lines, std::size_t{size} * line_floats);
      continue;
    }
    archive << boost::serialization::make_array(packed_row(r).data(), size);
  }
  std::vector<std::pair<std::uint64_t, Counts>> heavy(heavy_.begin(), heavy_.end());
  std::ranges::sort(heavy, {}, [](const auto& cell) { return cell.first; });
  const std::uint64_t heavy_cells = heavy.size();
  archive << heavy_cells;
  for (const auto& [key, counts] : heavy) archive << key << counts;
}

/// That rows and columns are there is the caller's to check, by are_within().
template <class Archive>
void CountMatrix::load(Archive& archive, unsigned) {
  *this = {};
  std::uint64_t rows = 0;
  std::uint64_t room = 0;
  archive >> rows >> room;
  detail::require(rows <= keywords_per_user_max);
  places_.reserve(rows);
  packed_.reserve(std::min(room, detail::reserved_max));
  for (; rows > 0; --rows) {
    bool dense = false;
    std::uint32_t size = 0;
    archive >> dense >> size;
    Place& place = places_.emplace_back();
    if (dense) {
      detail::require(size > 0 && size <= negative_prompts_per_user_max / line_columns);
      make_dense(place, size);
      Row& lines = dense_[place.begin].lines.write();
      archive >> boost::serialization::make_array(lines.data(), static_cast<std::size_t>(lines.size()));
      detail::require(detail::are_counts(lines));
      continue;
    }
    detail::load_packed_row(archive, size, packed_, place);
    packed_cells_ += place.size;
    detail::require(detail::are_counts(packed_.view(place)) && bytes() <= 2 * table_bytes_per_user_max);
  }
  std::uint64_t heavy_cells = 0;
  archive >> heavy_cells;
  for (; heavy_cells > 0; --heavy_cells) {
    std::uint64_t key = 0;
    Counts counts;
    archive >> key >> counts;
    const auto row = static_cast<std::uint32_t>(key >> 32);
    detail::require(row < row_count() && has_cell(row, static_cast<std::uint32_t>(key)));
    detail::require(detail::are_counts(counts) && heavy_.emplace(key, counts).second);
  }
}

template <class Archive>
void serialize(Archive& archive, Arm& arm, unsigned) {
  archive& arm.key& arm.name& arm.family& arm.records& arm.overall;
}

template <class Archive>
void ArmTable::save(Archive& archive, unsigned) const {
  detail::save_sequence(archive, arms_);
}

template <class Archive>
void ArmTable::load(Archive& archive, unsigned) {
  detail::load_sequence(archive, arms_, arms_per_user_max);
  const std::size_t names = detail::bounds_of(archive).names;
  columns_.clear();
  live_count_ = 0;
  for (const Arm& arm : arms_) {
    detail::require(arm.key < names && arm.name < names && (arm.family < names || arm.family == Arm::no_family));
    detail::require(detail::are_counts(arm.overall));
    columns_.emplace(arm.key, static_cast<std::uint32_t>(columns_.size()));
    live_count_ += arm.records > 0 ? 1 : 0;
  }
  detail::require(columns_.size() == arms_.size());
}

template <class Archive>
void serialize(Archive& archive, Moments& moments, unsigned) {
  archive& moments.weight& moments.mean& moments.squares;
  if constexpr (Archive::is_loading::value) detail::require(detail::are_moments(moments));
}

/// Without a look at what it is: whole rows of them load at once.
template <class Archive>
void serialize(Archive& archive, PackedMoments& cell, unsigned) {
  Moments moments = cell.get();
  archive& moments.weight& moments.mean& moments.squares;
  cell = PackedMoments(moments);
}

template <class Archive>
void serialize(Archive& archive, ParameterKey& key, unsigned) {
  archive& key.family& key.name;
}

template <class Archive>
void ParameterTable::save(Archive& archive, unsigned) const {
  detail::save_sequence(archive, keys_);
  detail::save_sequence(archive, overall_);
  archive << keywords_ << checkpoints_;
}

template <class Archive>
void ParameterTable::load(Archive& archive, unsigned) {
  detail::load_sequence(archive, keys_, parameters_per_user_max);
  detail::load_sequence(archive, overall_, parameters_per_user_max);
  archive >> keywords_ >> checkpoints_;
  const detail::LoadBounds& bounds = detail::bounds_of(archive);
  columns_.clear();
  for (const ParameterKey& key : keys_) {
    detail::require(key.name < bounds.names && (!key.has_family() || key.family < bounds.names));
    columns_.emplace(packed(key), static_cast<std::uint32_t>(columns_.size()));
  }
  detail::require(columns_.size() == keys_.size() && overall_.size() == keys_.size());
  for (const PackedRows<PackedMoments>* const rows : {&keywords_, &checkpoints_}) {
    for (std::uint32_t row = 0; row < rows->row_count(); ++row) {
      const auto cells = rows->row(row);
      detail::require(cells.empty() || cells.back().column < keys_.size());
      for (const auto& [column, cell] : cells) detail::require(detail::are_moments(cell.get()));
    }
  }
}

template <class Archive>
void NegativeTable::save(Archive& archive, unsigned) const {
  const std::uint64_t sets = sets_.size();
  archive << sets;
  for (const Set& set : sets_) {
    archive << set.overall << set.named;
    detail::save_sequence(archive, set.keywords);
  }
  detail::save_sequence(archive, free_);
  archive << matrix_;
}

template <class Archive>
void NegativeTable::load(Archive& archive, unsigned) {
  std::uint64_t sets = 0;
  archive >> sets;
  detail::require(sets <= negative_prompts_per_user_max);
  const std::size_t keyword_bound = detail::bounds_of(archive).keywords;
  const auto not_ascending = [](Interner::Id a, Interner::Id b) { return a >= b; };
  for (sets_.clear(); sets > 0; --sets) {
    Set& set = sets_.emplace_back();
    archive >> set.overall >> set.named;
    detail::load_sequence(archive, set.keywords, keywords_max);
    detail::require(std::ranges::adjacent_find(set.keywords, not_ascending) == set.keywords.end());
    detail::require(detail::are_counts(set.overall) && detail::are_below(set.keywords, keyword_bound));
  }
  detail::load_sequence(archive, free_, sets_.size());
  archive >> matrix_;
  columns_.clear();
  for (std::uint32_t column = 0; column < sets_.size(); ++column) {
    if (!is_set(column)) continue;
    detail::require(!find(sets_[column].keywords));
    columns_.emplace(slot(sets_[column].keywords), column);
  }
  std::vector<bool> is_free(sets_.size());
  for (const std::uint32_t column : free_) {
    detail::require(column < sets_.size() && !is_set(column) && !is_free[column]);
    is_free[column] = true;
  }
  detail::require(columns_.size() + free_.size() == sets_.size());
}

}  // namespace penchant

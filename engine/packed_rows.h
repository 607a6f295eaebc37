// PackedRows: rows of which most hold few cells, each cell beside the number of its column, in order of columns.
//
// All rows lie in one arena: a row of one cell costs that cell and 8 bytes. Owner: a user's tables. Limits: none of its
// own; bytes() tells the owner. Lifetime: what row() and find() give lasts until a cell is added. Threading: none.
#pragma once

#include <algorithm>
#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/arena.h"

namespace penchant {

template <class Cell>
struct PackedEntry {
  std::uint32_t column = 0;
  Cell cell{};
};

/// The memory under packed rows. Where a row lies is kept by whoever owns the row.
template <class Cell>
class PackedArena {
 public:
  using Entry = PackedEntry<Cell>;
  struct Place {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };

  std::span<const Entry> view(const Place& place) const { return {entries_.data(place.begin), place.size}; }

  const Cell* find(const Place& place, std::uint32_t column) const {
    const auto row = view(place);
    const auto at = std::ranges::lower_bound(row, column, {}, &Entry::column);
    return at != row.end() && at->column == column ? &at->cell : nullptr;
  }
  Cell* find(const Place& place, std::uint32_t column) {
    return const_cast<Cell*>(std::as_const(*this).find(place, column));
  }

  /// The cell, new and empty where there is none.
  Cell& find_or_add(Place& place, std::uint32_t column) {
    const std::span<Entry> row(entries_.data(place.begin), place.size);
    const auto at = std::ranges::lower_bound(row, column, {}, &Entry::column);
    if (at != row.end() && at->column == column) return at->cell;
    const auto index = static_cast<std::uint32_t>(at - row.begin());
    place.begin = entries_.make_room(place.begin, place.size);
    Entry* const begin = entries_.data(place.begin);
    std::move_backward(begin + index, begin + place.size, begin + place.size + 1);
    ++place.size;
    begin[index] = {column, {}};
    return begin[index].cell;
  }

  /// A row of `size` cells, to be filled.
  std::span<Entry> add_row(Place& place, std::uint32_t size) {
    place = {size == 0 ? 0 : entries_.take(size), size};
    return {entries_.data(place.begin), size};
  }

  void free(Place& place) {
    if (place.size > 0) entries_.give_back(place.begin, place.size);
    place = {};
  }

  template <class Function>
  void each_cell(const Function& function) {
    for (Entry& entry : entries_.all()) function(entry.cell);  // also what lies in free places: it means nothing
  }

  /// Makes room for so many cells in all, those included by which places are too large.
  void reserve(std::size_t cells) { entries_.reserve(cells); }
  static std::size_t room_for(const Place& place) { return Arena<Entry>::room_for(place.size); }

  std::size_t bytes() const { return entries_.bytes(); }
  /// What a row of so many cells takes.
  static std::size_t row_bytes(std::size_t cells) {
    return Arena<Entry>::room_for(static_cast<std::uint32_t>(cells)) * sizeof(Entry);
  }

 private:
  Arena<Entry> entries_;
};

template <class Cell>
class PackedRows {
 public:
  using Entry = typename PackedArena<Cell>::Entry;

  std::uint32_t row_count() const { return static_cast<std::uint32_t>(places_.size()); }
  std::size_t cells() const { return cells_; }
  std::size_t bytes() const { return arena_.bytes() + places_.capacity() * sizeof(typename PackedArena<Cell>::Place); }

  /// Rows that nothing was ever added to are empty, however far behind the last one.
  std::span<const Entry> row(std::uint32_t row) const {
    return row < places_.size() ? arena_.view(places_[row]) : std::span<const Entry>{};
  }
  const Cell* find(std::uint32_t row, std::uint32_t column) const {
    return row < places_.size() ? arena_.find(places_[row], column) : nullptr;
  }
  Cell& find_or_add(std::uint32_t row, std::uint32_t column) {
    if (row >= places_.size()) {
      reserve_for(places_, row + 1);
      places_.resize(row + 1);
    }
    const std::uint32_t had = places_[row].size;
    Cell& cell = arena_.find_or_add(places_[row], column);
    cells_ += places_[row].size - had;
    return cell;
  }

  template <class Function>
  void each_cell(const Function& function) {
    arena_.each_cell(function);
  }

  /// Keeps these rows, in this order, numbered from 0: `kept` is ascending.
  void keep_rows(std::span<const std::uint32_t> kept) {
    PackedRows left;
    for (std::uint32_t to = 0; to < kept.size(); ++to) left.copy_row(to, row(kept[to]));
    *this = std::move(left);
  }

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  void copy_row(std::uint32_t to, std::span<const Entry> from) {
    if (from.empty()) return;
    places_.resize(to + 1);
    std::ranges::copy(from, arena_.add_row(places_[to], static_cast<std::uint32_t>(from.size())).begin());
    cells_ += from.size();
  }

  std::vector<typename PackedArena<Cell>::Place> places_;
  PackedArena<Cell> arena_;
  std::size_t cells_ = 0;
};

}  // namespace penchant

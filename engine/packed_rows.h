// PackedRows: rows of which most hold few cells, each cell beside the number of its column, in order of columns.
//
// All rows lie in one piece of memory: a row of one cell costs that cell and 8 bytes. A row that grows moves to a
// place twice as large; its old place serves another. Owner: a user's tables. Limits: none of its own; bytes() tells
// the owner. Lifetime: what row() and find() give lasts until a cell is added. Threading: none.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace penchant {

/// The memory under packed rows. Where a row lies is kept by whoever owns the row.
template <class Cell>
class PackedArena {
 public:
  struct Entry {
    std::uint32_t column = 0;
    Cell cell{};
  };
  struct Place {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };

  std::span<const Entry> view(const Place& place) const { return {entries_.data() + place.begin, place.size}; }

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
    const std::span<Entry> row(entries_.data() + place.begin, place.size);
    const auto at = std::ranges::lower_bound(row, column, {}, &Entry::column);
    if (at != row.end() && at->column == column) return at->cell;
    const auto index = static_cast<std::uint32_t>(at - row.begin());
    make_room(place);
    Entry* const begin = entries_.data() + place.begin;
    std::move_backward(begin + index, begin + place.size, begin + place.size + 1);
    ++place.size;
    begin[index] = {column, {}};
    return begin[index].cell;
  }

  /// A row of `size` cells, to be filled: for loading.
  std::span<Entry> add_row(Place& place, std::uint32_t size) {
    place = {take(std::bit_ceil(size)), size};
    return {entries_.data() + place.begin, size};
  }

  void free(Place& place) {
    if (place.size > 0) give_back(place.begin, std::bit_ceil(place.size));
    place = {};
  }

  template <class Function>
  void each_cell(const Function& function) {
    for (Entry& entry : entries_) function(entry.cell);  // also what lies in free places: it means nothing
  }

  std::size_t bytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  static constexpr std::size_t classes = 27;  // places of 1, 2, 4, ... entries

  void make_room(Place& place) {
    if (place.size > 0 && !std::has_single_bit(place.size)) return;
    const std::uint32_t begin = take(std::max(2 * place.size, 1U));
    if (place.size > 0) {
      std::copy_n(entries_.begin() + place.begin, place.size, entries_.begin() + begin);
      give_back(place.begin, place.size);
    }
    place.begin = begin;
  }

  std::uint32_t take(std::uint32_t size) {
    if (size == 0) return 0;
    const auto kind = static_cast<std::size_t>(std::countr_zero(size));
    if (free_[kind] != none) return std::exchange(free_[kind], entries_[free_[kind]].column);
    const std::size_t begin = entries_.size();
    if (begin + size > entries_.capacity()) entries_.reserve(begin + size + begin / 4);
    entries_.resize(begin + size);
    return static_cast<std::uint32_t>(begin);
  }

  /// The places of one size are a list: each holds where the next one is.
  void give_back(std::uint32_t begin, std::uint32_t size) {
    const auto kind = static_cast<std::size_t>(std::countr_zero(size));
    entries_[begin].column = std::exchange(free_[kind], begin);
  }

  std::vector<Entry> entries_;
  std::array<std::uint32_t, classes> free_ = [] {
    std::array<std::uint32_t, classes> empty{};
    empty.fill(none);
    return empty;
  }();
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
    if (row >= places_.size()) places_.resize(row + 1);
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

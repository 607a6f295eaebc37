// FeatureTable: what a learner has counted and learned of each word with each checkpoint, and of each word alone.
//
// Rows are numbered from 0, each a word (or the beginning of one, features.h). A row with cells in most of its columns
// is dense: lines of 16 columns, which the kernels read where they lie. A shorter row is packed (packed_rows.h): its
// cells with their columns, in order. A row takes about 44 bytes, a packed cell 20, a line 256: at most twice what its
// cells would take packed. What is answered does not depend on the form.
//
// Owner: the learner, who holds a reference to each row's text. Values are scaled to the owner's landmark. Limits: none
// of its own; the owner bounds bytes(). Lifetime: what packed() and lines() give lasts until a cell is changed.
// Threading: none.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/arena.h"
#include "engine/interner.h"
#include "engine/kernels.h"
#include "engine/packed_rows.h"

namespace penchant {

struct FeatureCell {
  float selected = 0;
  float observed = 0;
  float residual = 0;   // what was kept beyond what was foretold, weighed
  float precision = 0;  // how much that says
};

/// The cells of 16 columns: their selected counts, then their observed ones, residuals and precisions. A column without
/// a cell has nothing, and its selected count is -0.
struct alignas(64) FeatureLine {
  static constexpr std::size_t learned_at = line_floats;
  std::array<float, 2 * line_floats> values{};

  bool has(std::size_t place) const { return !std::signbit(values[place]); }
  FeatureCell cell(std::size_t place) const {
    const float* const at = values.data() + place;
    return {has(place) ? at[0] : 0, at[line_columns], at[learned_at], at[learned_at + line_columns]};
  }
  void set(std::size_t place, const FeatureCell& cell) {
    float* const at = values.data() + place;
    at[0] = cell.selected + 0.0F;  // -0 becomes 0
    at[line_columns] = cell.observed;
    at[learned_at] = cell.residual;
    at[learned_at + line_columns] = cell.precision;
  }
  void clear();
};

struct FeatureRow {
  Interner::Id text = 0;
  PackedArena<FeatureCell>::Place cells;  // how many, and where: a packed row's place, or the beginning of the lines
  std::uint32_t lines = 0;                // none: it is packed
  float records = 0;                      // with the word
  float residual = 0;                     // of its own effect, whatever the checkpoint
  float precision = 0;
};

class FeatureTable {
 public:
  using Entry = PackedArena<FeatureCell>::Entry;

  std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
  std::optional<std::uint32_t> find(Interner::Id text) const {
    const auto at = places_.find(text);
    return at == places_.end() ? std::nullopt : std::optional(at->second);
  }
  /// The row of a text that has none.
  std::uint32_t add(Interner::Id text) {
    places_.emplace(text, size());
    rows_.push_back({.text = text});
    return size() - 1;
  }
  FeatureRow& operator[](std::uint32_t row) { return rows_[row]; }
  const FeatureRow& operator[](std::uint32_t row) const { return rows_[row]; }

  bool is_dense(std::uint32_t row) const { return rows_[row].lines > 0; }
  /// Of a dense row.
  std::span<const FeatureLine> lines(std::uint32_t row) const {
    return {lines_.data(rows_[row].cells.begin), rows_[row].lines};
  }
  /// Of any other.
  std::span<const Entry> packed(std::uint32_t row) const { return packed_.view(rows_[row].cells); }
  /// Calls function(column, cell) for every cell, in order of columns.
  template <class Function>
  void each_cell(std::uint32_t row, const Function& function) const;
  /// Calls change(cell), which may change it; new and empty where there is none.
  template <class Change>
  void change_cell(std::uint32_t row, std::uint32_t column, const Change& change);
  /// The cells of a row that has none.
  void fill(std::uint32_t row, std::span<const Entry> cells);

  void prefetch(std::uint32_t row) const {
    if (is_dense(row)) {
      __builtin_prefetch(lines_.data(rows_[row].cells.begin));
    } else {
      __builtin_prefetch(packed(row).data());
    }
  }

  void scale(float counts, float learned);
  /// Leaves out the rows whose word has come up in no more than `notice` records, and releases their texts.
  void drop_faded(float notice, Interner& texts);
  template <class Renamed>
  void rename(const Renamed& renamed) {
    places_.clear();
    for (std::uint32_t row = 0; row < size(); ++row) {
      rows_[row].text = renamed(rows_[row].text);
      places_.emplace(rows_[row].text, row);
    }
  }

  std::size_t cell_count() const { return cell_count_; }
  std::size_t bytes() const;

 private:
  static bool is_dense_enough(std::size_t cells, std::size_t lines);
  FeatureCell* find_packed(std::uint32_t row, std::uint32_t column) {
    return is_dense(row) ? nullptr : packed_.find(rows_[row].cells, column);
  }
  FeatureLine* find_line(std::uint32_t row, std::uint32_t column) {
    const bool is_there = column / line_columns < rows_[row].lines;
    return is_there ? lines_.data(rows_[row].cells.begin) + column / line_columns : nullptr;
  }
  void make_place_for(FeatureRow& row, std::uint32_t column);
  void make_dense(FeatureRow& row, std::uint32_t lines);
  void make_packed(FeatureRow& row);
  void widen(FeatureRow& row, std::uint32_t lines);

  std::vector<FeatureRow> rows_;
  PackedArena<FeatureCell> packed_;
  Arena<FeatureLine> lines_;
  std::size_t cell_count_ = 0;
  boost::unordered_flat_map<Interner::Id, std::uint32_t> places_;
};

template <class Function>
void FeatureTable::each_cell(std::uint32_t row, const Function& function) const {
  if (!is_dense(row)) {
    for (const auto& [column, cell] : packed(row)) function(column, cell);
    return;
  }
  const auto lines = this->lines(row);
  for (std::uint32_t column = 0; column < lines.size() * line_columns; ++column) {
    const FeatureLine& line = lines[column / line_columns];
    if (line.has(column % line_columns)) function(column, line.cell(column % line_columns));
  }
}

template <class Change>
void FeatureTable::change_cell(std::uint32_t row, std::uint32_t column, const Change& change) {
  if (FeatureCell* const found = find_packed(row, column)) return change(*found);
  const std::size_t place = column % line_columns;
  const FeatureLine* const found = find_line(row, column);
  if (!found || !found->has(place)) {
    make_place_for(rows_[row], column);
    ++cell_count_;
    if (!is_dense(row)) return change(packed_.find_or_add(rows_[row].cells, column));
    ++rows_[row].cells.size;
  }
  FeatureLine& line = *find_line(row, column);
  FeatureCell cell = line.cell(place);
  change(cell);
  line.set(place, cell);
}

}  // namespace penchant

// CountMatrix: one user's decayed counts, a keyword (or a checkpoint) a row, an arm a column, in single precision.
//
// A row with counts in most of its columns is dense: an Eigen array of lines (kernels.h), as wide as the last column it
// has a count in, so a new column costs nothing until a row uses it. A shorter row is packed (packed_rows.h): its cells
// with their columns, as long as that takes less memory.
//
// Precision: a float stops counting at 2^24, and is off by parts in a thousand long before. A cell with more
// than heavy_observations is kept beside the matrix in double, and the matrix holds its rounded value.
//
// Units: counts are scaled to the owner's landmark (decay.h); `unit` is what one record now weighs on that scale.
// Limits: none of its own; the owner bounds rows and bytes(). Threading: none.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/copy_on_write.h"
#include "engine/kernels.h"
#include "engine/packed_rows.h"

namespace penchant {

struct Counts {
  double selected = 0;
  double observed = 0;

  /// `added` may be negative: what was added before is taken back.
  void add(const Counts& added);
  void scale(double factor) {
    selected *= factor;
    observed *= factor;
  }
};

class CountMatrix {
 public:
  struct Cell {
    float selected = 0;
    float observed = 0;
  };
  using Row = Eigen::Array<float, static_cast<int>(line_floats), Eigen::Dynamic>;  // a line a column
  using PackedRow = std::span<const PackedArena<Cell>::Entry>;

  static constexpr double heavy_observations = 4096;

  /// Rows that nothing was ever added to are empty, however far behind the last one.
  std::uint32_t row_count() const { return static_cast<std::uint32_t>(places_.size()); }
  std::size_t cells() const { return packed_cells_ + dense_cells_; }
  std::size_t dense_rows() const { return dense_.size() - free_dense_.size(); }
  std::size_t heavy_cells() const { return heavy_.size(); }
  std::size_t bytes() const;

  /// Adds to one cell; `added` may be negative, to take back what was added before.
  void add(std::uint32_t row, std::uint32_t column, Counts added, double unit);

  Counts counts(std::uint32_t row, std::uint32_t column) const;
  /// The same, of a row that was looked up.
  static Counts counts_in(const RowView& row, std::uint32_t column) {
    if (column / line_columns >= row.line_count) return {};
    const float* const cell = row.lines + cell_at(column);
    return {cell[0], cell[line_columns]};
  }
  static Counts counts_in(PackedRow row, std::uint32_t column) {
    const auto at = std::ranges::lower_bound(row, column, {}, &PackedArena<Cell>::Entry::column);
    return at != row.end() && at->column == column ? Counts{at->cell.selected, at->cell.observed} : Counts{};
  }

  bool is_dense(std::uint32_t row) const { return row < places_.size() && places_[row].size == dense_size; }
  /// Of a dense row.
  RowView row(std::uint32_t row) const { return dense_[places_[row].begin].view; }
  /// Of any other.
  PackedRow packed_row(std::uint32_t row) const {
    return row < places_.size() ? packed_.view(places_[row]) : PackedRow{};
  }
  /// Calls function(column, counts) for every cell with a count.
  template <class Function>
  void each_in_row(std::uint32_t row, const Function& function) const;
  /// Fetches how a row begins.
  void prefetch_row(std::uint32_t row) const {
    if (is_dense(row)) {
      __builtin_prefetch(&dense_[places_[row].begin]);
    } else if (row < places_.size()) {
      __builtin_prefetch(packed_.view(places_[row]).data());
    }
  }

  /// Whether there is memory for the cell.
  bool has_cell(std::uint32_t row, std::uint32_t column) const;
  /// Whether there are no rows and columns but those below.
  bool are_within(std::size_t rows, std::size_t columns) const;

  /// The largest number of observations in the row.
  double observed_max(std::uint32_t row) const;

  /// Multiplies every count by `factor`, a power of two: the landmark moves.
  /// Cells no longer heavy at `unit` (of the new scale) go back to the matrix alone.
  void scale(double factor, double unit);

  /// Keeps these rows, in this order, numbered from 0; `kept` is ascending.
  void keep_rows(std::span<const std::uint32_t> kept);

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  /// Copies of the matrix share its dense rows until they are written to.
  struct DenseRow {
    RowView view;  // of `lines`, at hand without another step
    CopyOnWrite<Row> lines;

    float* write();
    void resize(std::size_t line_count);  // new lines are zero
  };

  using Place = PackedArena<Cell>::Place;
  static constexpr std::uint32_t dense_size = 0xFFFFFFFF;  // of a place: then `begin` is an index of dense_

  static std::uint64_t heavy_key(std::uint32_t row, std::uint32_t column) {
    return (std::uint64_t{row} << 32) | column;
  }
  /// The selected count in the memory of a dense row; its observed count lies line_columns behind.
  static std::size_t cell_at(std::uint32_t column) {
    return column / line_columns * line_floats + column % line_columns;
  }
  static bool is_dense_smaller(std::size_t cells, std::size_t lines);
  void make_place_for(Place& place, std::uint32_t column);
  void make_dense(Place& place, std::size_t lines);
  void make_packed(Place& place);
  void widen(DenseRow& row, std::size_t line_count);

  std::vector<Place> places_;
  PackedArena<Cell> packed_;
  std::vector<DenseRow> dense_;
  std::vector<std::uint32_t> free_dense_;  // of dense_, whose rows were packed again
  boost::unordered_flat_map<std::uint64_t, Counts> heavy_;
  std::size_t packed_cells_ = 0;
  std::size_t dense_cells_ = 0;
};

template <class Function>
void CountMatrix::each_in_row(std::uint32_t row_number, const Function& function) const {
  if (!is_dense(row_number)) {
    for (const auto& [column, cell] : packed_row(row_number)) function(column, Counts{cell.selected, cell.observed});
    return;
  }
  const RowView view = row(row_number);
  for (std::uint32_t column = 0; column < view.line_count * line_columns; ++column) {
    const float* const cell = view.lines + cell_at(column);
    if (cell[line_columns] > 0) function(column, Counts{cell[0], cell[line_columns]});
  }
}

}  // namespace penchant

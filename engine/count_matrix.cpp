#include "engine/count_matrix.h"

#include <algorithm>

#include "engine/check.h"

namespace penchant {
namespace {

// Of one record's weight: far above what single precision loses in cells of up to heavy_observations, far below a
// count.
constexpr double residue_share = 1e-4;

}  // namespace

void Counts::add(const Counts& added) {
  selected += added.selected;
  observed += added.observed;
  if (added.observed >= 0) return;
  // Taking back leaves what rounding makes of nothing, on either side of zero. Nothing is what it stands for.
  const double residue = -added.observed * residue_share;
  if (observed < residue) observed = 0;
  if (selected < residue) selected = 0;
  selected = std::min(selected, observed);
}

std::size_t CountMatrix::bytes() const {
  return packed_.bytes() + places_.capacity() * sizeof(Place) + dense_cells_ * sizeof(Cell) +
         dense_.capacity() * (sizeof(DenseRow) + sizeof(Row)) +
         heavy_.size() * (sizeof(std::uint64_t) + sizeof(Counts));
}

bool CountMatrix::is_dense_smaller(std::size_t cells, std::size_t lines) {
  return PackedArena<Cell>::row_bytes(cells) >= lines * line_floats * sizeof(float);
}

float* CountMatrix::DenseRow::write() {
  float* const data = lines.write().data();
  view.lines = data;
  return data;
}

void CountMatrix::DenseRow::resize(std::size_t line_count) {
  Row& row = lines.write();
  const Eigen::Index had = row.cols();
  const auto wanted = static_cast<Eigen::Index>(line_count);
  row.conservativeResize(Eigen::NoChange, wanted);
  row.rightCols(wanted - had).setZero();
  view = {row.data(), line_count};
}

void CountMatrix::widen(DenseRow& row, std::size_t line_count) {
  dense_cells_ += (line_count - row.view.line_count) * line_columns;
  row.resize(line_count);
}

void CountMatrix::make_dense(Place& place, std::size_t lines) {
  if (free_dense_.empty()) {
    free_dense_.push_back(static_cast<std::uint32_t>(dense_.size()));
    dense_.emplace_back();
  }
  const std::uint32_t index = free_dense_.back();
  free_dense_.pop_back();
  DenseRow& row = dense_[index];
  widen(row, lines);
  float* const data = row.write();
  for (const auto& [column, cell] : packed_.view(place)) {
    float* const at = data + cell_at(column);
    at[0] = cell.selected;
    at[line_columns] = cell.observed;
  }
  packed_cells_ -= place.size;
  packed_.free(place);
  place = {index, dense_size};
}

void CountMatrix::make_packed(Place& place) {
  const std::uint32_t index = place.begin;
  const DenseRow row = std::exchange(dense_[index], DenseRow());
  free_dense_.push_back(index);
  dense_cells_ -= row.view.line_count * line_columns;
  place = {};
  for (std::uint32_t column = 0; column < row.view.line_count * line_columns; ++column) {
    const float* const cell = row.view.lines + cell_at(column);
    if (cell[line_columns] > 0) packed_.find_or_add(place, column) = {cell[0], cell[line_columns]};
  }
  packed_cells_ += place.size;
}

/// Brings the row into the form that takes less memory with a cell in `column`.
void CountMatrix::make_place_for(Place& place, std::uint32_t column) {
  const std::size_t lines = column / line_columns + 1;
  if (place.size != dense_size) {
    const auto row = packed_.view(place);
    const std::size_t lines_needed = row.empty() ? lines : std::max(lines, row.back().column / line_columns + 1);
    if (is_dense_smaller(row.size() + 1, lines_needed)) make_dense(place, lines_needed);
    return;
  }
  DenseRow& row = dense_[place.begin];
  if (lines <= row.view.line_count) return;
  const auto cells = static_cast<std::size_t>((row.lines->bottomRows<line_columns>() > 0).count());
  is_dense_smaller(cells + 1, lines) ? widen(row, lines) : make_packed(place);
}

void CountMatrix::add(std::uint32_t row, std::uint32_t column, Counts added, double unit) {
  if (row >= places_.size()) {
    reserve_for(places_, row + 1);
    places_.resize(row + 1);
  }
  Place& place = places_[row];
  Cell* packed = place.size == dense_size ? nullptr : packed_.find(place, column);
  if (!packed) {
    make_place_for(place, column);
    if (place.size != dense_size) {
      packed = &packed_.find_or_add(place, column);
      ++packed_cells_;
    }
  }
  float* const dense = packed ? nullptr : dense_[place.begin].write() + cell_at(column);
  float* const selected = packed ? &packed->selected : dense;
  float* const observed = packed ? &packed->observed : dense + line_columns;

  Counts counts{*selected, *observed};
  Counts* exact = &counts;
  if (!heavy_.empty() || *observed >= heavy_observations * unit) [[unlikely]] {
    const auto it = heavy_.find(heavy_key(row, column));
    if (it != heavy_.end()) {
      exact = &it->second;
    } else if (*observed >= heavy_observations * unit) {
      exact = &heavy_.emplace(heavy_key(row, column), counts).first->second;
    }
  }
  exact->add(added);
  *selected = static_cast<float>(exact->selected);
  *observed = static_cast<float>(exact->observed);
}

Counts CountMatrix::counts(std::uint32_t row, std::uint32_t column) const {
  return is_dense(row) ? counts_in(this->row(row), column) : counts_in(packed_row(row), column);
}

bool CountMatrix::has_cell(std::uint32_t row_number, std::uint32_t column) const {
  if (is_dense(row_number)) return column / line_columns < row(row_number).line_count;
  return row_number < row_count() && packed_.find(places_[row_number], column);
}

bool CountMatrix::are_within(std::size_t rows, std::size_t columns) const {
  if (row_count() > rows) return false;
  const std::size_t lines = (columns + line_columns - 1) / line_columns;
  for (std::uint32_t r = 0; r < row_count(); ++r) {
    if (is_dense(r)) {
      if (row(r).line_count > lines) return false;
    } else if (!packed_row(r).empty() && packed_row(r).back().column >= columns) {
      return false;
    }
  }
  return true;
}

double CountMatrix::observed_max(std::uint32_t row_number) const {
  double most = 0;
  each_in_row(row_number, [&most](std::uint32_t, const Counts& counts) { most = std::max(most, counts.observed); });
  return most;
}

void CountMatrix::scale(double factor, double unit) {
  // In double and rounded once: factor may be below the least float while the product is not.
  for (DenseRow& row : dense_) {
    Row& lines = row.lines.write();
    lines = (lines.cast<double>() * factor).cast<float>();
    row.view.lines = lines.data();
  }
  packed_.each_cell([factor](Cell& cell) {
    cell.selected = static_cast<float>(cell.selected * factor);
    cell.observed = static_cast<float>(cell.observed * factor);
  });
  for (auto& [key, counts] : heavy_) counts.scale(factor);
  boost::unordered::erase_if(heavy_,
                             [unit](const auto& cell) { return cell.second.observed < heavy_observations / 2 * unit; });
}

void CountMatrix::keep_rows(std::span<const std::uint32_t> kept) {
  CountMatrix left;
  const auto keep = [&](std::uint32_t to, std::uint32_t from) {
    each_in_row(from, [&](std::uint32_t column, const Counts& counts) { left.add(to, column, counts, 1e300); });
  };
  for (std::uint32_t to = 0; to < kept.size(); ++to) keep(to, kept[to]);
  for (const auto& [key, counts] : heavy_) {
    const auto at = std::ranges::lower_bound(kept, static_cast<std::uint32_t>(key >> 32));
    if (at == kept.end() || *at != key >> 32) continue;
    const auto row = static_cast<std::uint32_t>(at - kept.begin());
    left.heavy_.emplace(heavy_key(row, static_cast<std::uint32_t>(key)), counts);
  }
  *this = std::move(left);
}

}  // namespace penchant

#include "engine/learner/feature_table.h"

#include <algorithm>
#include <utility>

namespace penchant {
namespace {

constexpr std::size_t dense_bytes_share = 2;  // of what the cells take packed: dense rows are read many times faster

std::uint32_t lines_for(std::uint32_t column) { return column / static_cast<std::uint32_t>(line_columns) + 1; }

}  // namespace

void FeatureLine::clear() {
  values.fill(0);
  for (std::size_t place = 0; place < line_columns; ++place) values[place] = -0.0F;
}

bool FeatureTable::is_dense_enough(std::size_t cells, std::size_t lines) {
  return dense_bytes_share * cells * sizeof(Entry) >= lines * sizeof(FeatureLine);
}

void FeatureTable::widen(FeatureRow& row, std::uint32_t lines) {
  while (row.lines < lines) {
    row.cells.begin = lines_.make_room(row.cells.begin, row.lines);
    lines_.data(row.cells.begin)[row.lines++].clear();
  }
}

void FeatureTable::make_dense(FeatureRow& row, std::uint32_t lines) {
  PackedArena<FeatureCell>::Place packed = std::exchange(row.cells, {});
  row.cells.size = packed.size;
  widen(row, lines);
  FeatureLine* const begin = lines_.data(row.cells.begin);
  for (const auto& [column, cell] : packed_.view(packed)) begin[column / line_columns].set(column % line_columns, cell);
  packed_.free(packed);
}

void FeatureTable::make_packed(FeatureRow& row) {
  PackedArena<FeatureCell>::Place packed;
  Entry* to = packed_.add_row(packed, row.cells.size).data();
  each_cell(static_cast<std::uint32_t>(&row - rows_.data()), [&to](std::uint32_t column, const FeatureCell& cell) {
    *to++ = {column, cell};
  });
  lines_.give_back(row.cells.begin, row.lines);
  row.cells = packed;
  row.lines = 0;
}

/// Brings the row into its form with one more cell, in `column`.
void FeatureTable::make_place_for(FeatureRow& row, std::uint32_t column) {
  const std::uint32_t lines = lines_for(column);
  if (row.lines > 0) {
    if (lines <= row.lines) return;
    is_dense_enough(row.cells.size + 1, lines) ? widen(row, lines) : make_packed(row);
    return;
  }
  const auto cells = packed_.view(row.cells);
  const std::uint32_t needed = cells.empty() ? lines : std::max(lines, lines_for(cells.back().column));
  if (is_dense_enough(cells.size() + 1, needed)) make_dense(row, needed);
}

void FeatureTable::fill(std::uint32_t row, std::span<const Entry> cells) {
  FeatureRow& to = rows_[row];
  cell_count_ += cells.size();
  std::ranges::copy(cells, packed_.add_row(to.cells, static_cast<std::uint32_t>(cells.size())).begin());
  if (cells.empty()) return;
  const std::uint32_t lines = lines_for(cells.back().column);
  if (is_dense_enough(cells.size(), lines)) make_dense(to, lines);
}

void FeatureTable::scale(float counts, float learned) {
  const auto scale_cell = [counts, learned](FeatureCell& cell) {
    cell.selected *= counts;
    cell.observed *= counts;
    cell.residual *= learned;
    cell.precision *= learned;
  };
  packed_.each_cell(scale_cell);
  for (FeatureRow& row : rows_) {
    row.records *= counts;
    row.residual *= counts;
    row.precision *= counts;
    for (std::uint32_t line = 0; line < row.lines; ++line) {
      auto& values = lines_.data(row.cells.begin)[line].values;
      for (std::size_t i = 0; i < values.size(); ++i) values[i] *= i < FeatureLine::learned_at ? counts : learned;
    }
  }
}

void FeatureTable::drop_faded(float notice, Interner& texts) {
  FeatureTable left;
  std::vector<Entry> cells;
  for (std::uint32_t row = 0; row < size(); ++row) {
    if (rows_[row].records <= notice) {
      texts.release(rows_[row].text);
      continue;
    }
    cells.clear();
    each_cell(row, [&cells](std::uint32_t column, const FeatureCell& cell) { cells.push_back({column, cell}); });
    const std::uint32_t to = left.add(rows_[row].text);
    left.rows_[to].records = rows_[row].records;
    left.rows_[to].residual = rows_[row].residual;
    left.rows_[to].precision = rows_[row].precision;
    left.fill(to, cells);
  }
  *this = std::move(left);
}

std::size_t FeatureTable::bytes() const {
  constexpr std::size_t bytes_per_place = 16;  // of the map, free places included
  return rows_.capacity() * sizeof(FeatureRow) + packed_.bytes() + lines_.bytes() + places_.size() * bytes_per_place;
}

}  // namespace penchant

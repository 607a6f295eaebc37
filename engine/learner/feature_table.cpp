#include "engine/learner/feature_table.h"

#include <utility>

namespace penchant {

void FeatureTable::scale(float counts, float learned) {
  for (FeatureRow& row : rows_) {
    row.records *= counts;
    row.residual *= counts;
    row.precision *= counts;
  }
  cells_.each_cell([counts, learned](FeatureCell& cell) {
    cell.selected *= counts;
    cell.observed *= counts;
    cell.residual *= learned;
    cell.precision *= learned;
  });
}

void FeatureTable::drop_faded(float notice, Interner& texts) {
  FeatureTable left;
  for (std::uint32_t row = 0; row < size(); ++row) {
    if (rows_[row].records <= notice) {
      texts.release(rows_[row].text);
      continue;
    }
    const std::uint32_t to = left.add(rows_[row].text);
    const auto from = cells(row);
    left.rows_[to] = rows_[row];
    const auto copied = left.add_cells(to, static_cast<std::uint32_t>(from.size()));
    std::ranges::copy(from, copied.begin());
  }
  *this = std::move(left);
}

std::size_t FeatureTable::bytes() const {
  constexpr std::size_t bytes_per_place = 16;  // of the map, free places included
  return rows_.capacity() * sizeof(FeatureRow) + cells_.bytes() + places_.size() * bytes_per_place;
}

}  // namespace penchant

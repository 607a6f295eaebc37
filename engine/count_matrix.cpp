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

std::uint32_t CountMatrix::add_row() {
  rows_.emplace_back();
  return row_count() - 1;
}

std::size_t CountMatrix::growth(std::uint32_t row, std::uint32_t column) const {
  const std::size_t lines = column / line_columns + 1;
  const std::size_t have = row < rows_.size() ? static_cast<std::size_t>(rows_[row].cols()) : 0;
  return lines > have ? (lines - have) * line_columns : 0;
}

void CountMatrix::add(std::uint32_t row, std::uint32_t column, Counts added, double unit) {
  PENCHANT_CHECK(row < rows_.size());
  Row& lines = rows_[row];
  const Eigen::Index line = column / line_columns;
  const Eigen::Index lane = column % line_columns;
  if (line >= lines.cols()) {
    const Eigen::Index had = lines.cols();
    cells_ += growth(row, column);
    lines.conservativeResize(Eigen::NoChange, line + 1);
    lines.rightCols(line + 1 - had).setZero();
  }
  float& selected = lines(lane, line);
  float& observed = lines(lane + static_cast<Eigen::Index>(line_columns), line);

  Counts counts{selected, observed};
  Counts* exact = &counts;
  if (!heavy_.empty() || observed >= heavy_observations * unit) [[unlikely]] {
    const auto it = heavy_.find(heavy_key(row, column));
    if (it != heavy_.end()) {
      exact = &it->second;
    } else if (observed >= heavy_observations * unit) {
      exact = &heavy_.emplace(heavy_key(row, column), counts).first->second;
    }
  }
  exact->add(added);
  selected = static_cast<float>(exact->selected);
  observed = static_cast<float>(exact->observed);
}

Counts CountMatrix::counts(std::uint32_t row, std::uint32_t column) const {
  const Row& lines = rows_[row];
  const Eigen::Index line = column / line_columns;
  const Eigen::Index lane = column % line_columns;
  if (line >= lines.cols()) return {};
  return {lines(lane, line), lines(lane + static_cast<Eigen::Index>(line_columns), line)};
}

void CountMatrix::scale(double factor, double unit) {
  // In double and rounded once: factor may be below the least float while the product is not.
  for (Row& row : rows_) row = (row.cast<double>() * factor).cast<float>();
  for (auto& [key, counts] : heavy_) {
    counts.selected *= factor;
    counts.observed *= factor;
  }
  boost::unordered::erase_if(heavy_,
                             [unit](const auto& cell) { return cell.second.observed < heavy_observations / 2 * unit; });
}

}  // namespace penchant

#include "engine/rate_rows.h"

#include <algorithm>

#include "engine/context/context.h"
#include "engine/limits.h"

namespace penchant {

static_assert(keywords_max * arms_per_user_max * sizeof(float) <= rate_rows_bytes_max);

void RateRows::prepare(std::uint64_t engine_changes, std::size_t line_count, PriorWeights prior, std::size_t more) {
  const std::size_t row_bytes = line_count * line_columns * sizeof(float);
  const bool is_same = engine_changes == engine_changes_ && line_count == line_count_ && prior == prior_;
  if (!is_same || (places_.size() + more) * row_bytes > rate_rows_bytes_max) places_.clear();
  if (line_count != line_count_) rows_.clear();
  engine_changes_ = engine_changes;
  line_count_ = line_count;
  prior_ = prior;
}

RateRows::Row& RateRows::row_of(const void* counts, bool& is_new) {
  const auto [place, inserted] = places_.try_emplace(counts, places_.size());
  is_new = inserted;
  if (place->second == rows_.size()) rows_.emplace_back(line_count_ * line_columns);
  return rows_[place->second];
}

const float* RateRows::rates(const RowView& dense) {
  bool is_new = false;
  Row& row = row_of(dense.lines, is_new);
  if (is_new) kernels().rate_row(dense, line_count_, prior_, row.data());
  return row.data();
}

const float* RateRows::differences(CountMatrix::PackedRow packed) {
  bool is_new = false;
  Row& row = row_of(packed.data(), is_new);
  if (!is_new) return row.data();
  std::ranges::fill(row, 0.0F);
  const float mean = prior_.selected / prior_.observed;
  for (const auto& [column, cell] : packed) {
    row[column] = (cell.selected + prior_.selected) / (cell.observed + prior_.observed) - mean;
  }
  return row.data();
}

}  // namespace penchant

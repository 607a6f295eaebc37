#include "engine/rate_rows.h"

#include "engine/context/context.h"
#include "engine/limits.h"

namespace penchant {

static_assert(keywords_max * arms_per_user_max * sizeof(float) <= rate_rows_bytes_max);

void RateRows::prepare(std::size_t line_count, PriorWeights prior, std::size_t more) {
  const std::size_t row_bytes = line_count * line_columns * sizeof(float);
  const bool is_same = line_count == line_count_ && prior == prior_;
  if (!is_same || (places_.size() + more) * row_bytes > rate_rows_bytes_max) forget();
  if (line_count != line_count_) rates_.clear();
  line_count_ = line_count;
  prior_ = prior;
}

const float* RateRows::row(const RowView& dense) {
  const auto [place, is_new] = places_.try_emplace(dense.lines, places_.size());
  if (is_new) {
    if (place->second == rates_.size()) rates_.emplace_back(line_count_ * line_columns);
    kernels().rate_row(dense, line_count_, prior_, rates_[place->second].data());
  }
  return rates_[place->second].data();
}

}  // namespace penchant

// RateRows: what a user's keywords say of all its checkpoints, p(k,a), kept from one prompt to the next. A batch of
// prompts shares most of its words: each of their rows is divided once, and then added where a prompt has the word.
//
//   RateRows rates;
//   rates.prepare(engine.changes(), lines, prior, prompt_rows);  // for each prompt,
//   rows[i] = rates.rates(matrix.row(…));                         // for each of its rows
//   kernels().sum_rates(rows, lines, score);
//
// Owner: who answers the batch, of one engine; scratch to be reused. Lifetime: rows last until the next prepare().
// Limits: rate_rows_bytes_max. Threading: none.
#pragma once

#include <boost/align/aligned_allocator.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/count_matrix.h"
#include "engine/kernels.h"

namespace penchant {

inline constexpr std::size_t rate_rows_bytes_max = std::size_t{32} << 20;  // about what the last cache holds

class RateRows {
 public:
  /// Makes room for `more` rows. Those there are are forgotten where they would be too many, where they are of another
  /// width or time, and where the engine has changed since.
  void prepare(std::uint64_t engine_changes, std::size_t line_count, PriorWeights prior, std::size_t more);
  /// Of a dense row: line_count * line_columns rates.
  const float* rates(const RowView& dense);
  /// Of a packed one: by how much its rates differ from the prior mean.
  const float* differences(CountMatrix::PackedRow packed);

 private:
  using Row = std::vector<float, boost::alignment::aligned_allocator<float, 64>>;
  Row& row_of(const void* counts, bool& is_new);

  std::uint64_t engine_changes_ = 0;
  std::size_t line_count_ = 0;
  PriorWeights prior_;
  boost::unordered_flat_map<const void*, std::size_t> places_;  // among rows_, by where the counts lie
  std::vector<Row> rows_;                                       // those behind places_.size() wait to be used again
};

}  // namespace penchant

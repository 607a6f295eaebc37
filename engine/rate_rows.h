// RateRows: the p(k,a) of a user's dense keywords with all its checkpoints, kept from one prompt to the next. A batch of
// prompts shares most of its words: each of their rows is divided once, and then added where a prompt has the word.
//
//   RateRows rates;                                  // a batch about one user, at one time
//   rates.prepare(lines, prior, prompt_rows);        // for each prompt,
//   rows[i] = rates.row(matrix.row(…));              // for each of its dense rows
//   kernels().sum_rates(rows, lines, score);
//   rates.forget();                                  // before the matrix may change
//
// Owner: who answers the batch; scratch to be reused. Lifetime: rows last until prepare() or forget(). Limits:
// rate_rows_bytes_max. Threading: none.
#pragma once

#include <boost/align/aligned_allocator.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <vector>

#include "engine/kernels.h"

namespace penchant {

inline constexpr std::size_t rate_rows_bytes_max = std::size_t{32} << 20;  // about what the last cache holds

class RateRows {
 public:
  /// Makes room for `more` rows, forgetting those there are where they would be too many, or where they are others'.
  void prepare(std::size_t line_count, PriorWeights prior, std::size_t more);
  /// Of a dense row: line_count * line_columns rates.
  const float* row(const RowView& dense);
  void forget() { places_.clear(); }

 private:
  using Rates = std::vector<float, boost::alignment::aligned_allocator<float, 64>>;

  std::size_t line_count_ = 0;
  PriorWeights prior_;
  boost::unordered_flat_map<const float*, std::size_t> places_;  // among rates_, by where the counts lie
  std::vector<Rates> rates_;                                     // those behind places_.size() wait to be used again
};

}  // namespace penchant

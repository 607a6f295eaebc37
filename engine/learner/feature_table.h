// FeatureTable: what a learner has counted and learned of each word with each checkpoint, and of each word alone.
//
// Rows are numbered from 0, each a word (or the beginning of one, features.h), its cells beside their columns in order.
// A row takes about 40 bytes, a cell 20. Owner: the learner, who holds a reference to each row's text. Values are
// scaled to the owner's landmark. Limits: none of its own; the owner bounds bytes(). Threading: none.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/interner.h"
#include "engine/packed_rows.h"

namespace penchant {

struct FeatureCell {
  float selected = 0;
  float observed = 0;
  float residual = 0;   // what was kept beyond what was foretold, weighed
  float precision = 0;  // how much that says
};

struct FeatureRow {
  Interner::Id text = 0;
  PackedArena<FeatureCell>::Place cells;
  float records = 0;    // with the word
  float residual = 0;   // of its own effect, whatever the checkpoint
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

  std::span<const Entry> cells(std::uint32_t row) const { return cells_.view(rows_[row].cells); }
  /// New and empty where there is none.
  FeatureCell& cell(std::uint32_t row, std::uint32_t column) {
    const std::uint32_t had = rows_[row].cells.size;
    FeatureCell& found = cells_.find_or_add(rows_[row].cells, column);
    cell_count_ += rows_[row].cells.size - had;
    return found;
  }
  /// Of a row without any: `count` cells, to be filled in order of columns.
  std::span<Entry> add_cells(std::uint32_t row, std::uint32_t count) {
    cell_count_ += count;
    return cells_.add_row(rows_[row].cells, count);
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
  std::vector<FeatureRow> rows_;
  PackedArena<FeatureCell> cells_;
  std::size_t cell_count_ = 0;
  boost::unordered_flat_map<Interner::Id, std::uint32_t> places_;
};

}  // namespace penchant

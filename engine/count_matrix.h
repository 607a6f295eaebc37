// CountMatrix: one user's decayed counts, keyword rows by arm columns, dense, in single precision.
//
// A row is an Eigen array of lines (kernels.h); it is as wide as the last column it has a count in, so a new
// column costs nothing until a row uses it, and no row ever moves because another grew.
//
// Precision: a float stops counting at 2^24, and is off by parts in a thousand long before. A cell with more
// than heavy_observations is kept beside the matrix in double, and the matrix holds its rounded value.
//
// Units: counts are scaled to the owner's landmark (decay.h); `unit` is what one record now weighs on that scale.
// Limits: none of its own; the owner bounds rows and cells(). Threading: none.
#pragma once

#include <Eigen/Core>
#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "engine/kernels.h"

namespace penchant {

struct Counts {
  double selected = 0;
  double observed = 0;

  /// `added` may be negative: what was added before is taken back.
  void add(const Counts& added);
};

class CountMatrix {
 public:
  using Row = Eigen::Array<float, static_cast<int>(line_floats), Eigen::Dynamic>;

  static constexpr double heavy_observations = 4096;

  std::uint32_t add_row();
  std::uint32_t row_count() const { return static_cast<std::uint32_t>(rows_.size()); }
  std::size_t cells() const { return cells_; }
  std::size_t heavy_cells() const { return heavy_.size(); }

  /// Cells that adding at (row, column) would allocate.
  std::size_t growth(std::uint32_t row, std::uint32_t column) const;

  /// Adds to one cell; `added` may be negative, to take back what was added before.
  void add(std::uint32_t row, std::uint32_t column, Counts added, double unit);

  Counts counts(std::uint32_t row, std::uint32_t column) const;
  RowView row(std::uint32_t row) const { return {rows_[row].data(), static_cast<std::size_t>(rows_[row].cols())}; }

  /// Multiplies every count by `factor`, a power of two: the landmark moves.
  /// Cells no longer heavy at `unit` (of the new scale) go back to the matrix alone.
  void scale(double factor, double unit);

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  static std::uint64_t heavy_key(std::uint32_t row, std::uint32_t column) {
    return (std::uint64_t{row} << 32) | column;
  }

  std::vector<Row> rows_;
  boost::unordered_flat_map<std::uint64_t, Counts> heavy_;
  std::size_t cells_ = 0;
};

}  // namespace penchant

// Moments: how many values there were, their mean and their spread, each value with a weight.
//
// Kept as Welford's recurrence keeps them (West, "Updating mean and variance estimates", CACM 1979): the sums of x and
// of x squared would cancel where the spread is small against the mean. Weights are scaled to the owner's landmark.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace penchant {

struct Moments {
  double weight = 0;
  double mean = 0;
  double squares = 0;  // the weighted sum of squared distances from the mean

  /// A negative weight takes back a value that was added with that weight.
  void add(double added_weight, double value) {
    const double sum = weight + added_weight;
    if (sum <= residue_share * std::abs(added_weight)) {
      *this = {};
      return;
    }
    const double distance = value - mean;
    mean += distance * (added_weight / sum);
    squares = std::max(squares + added_weight * distance * (value - mean), 0.0);
    weight = sum;
  }
  double variance() const { return weight > 0 ? squares / weight : 0; }

  void scale(double factor) {
    weight *= factor;
    squares *= factor;
  }

  /// The moments of both together.
  void merge(const Moments& other) {
    if (other.weight <= 0) return;
    const double sum = weight + other.weight;
    const double distance = other.mean - mean;
    mean += distance * (other.weight / sum);
    squares += other.squares + distance * distance * (weight * (other.weight / sum));
    weight = sum;
  }

 private:
  static constexpr double residue_share = 1e-9;  // of the weight taken back: what rounding leaves of nothing
};

/// Moments in 24 bytes that may lie anywhere: in a packed cell.
class PackedMoments {
 public:
  PackedMoments() : PackedMoments(Moments{}) {}
  explicit PackedMoments(const Moments& moments) : words_(std::bit_cast<Words>(moments)) {}
  Moments get() const { return std::bit_cast<Moments>(words_); }

 private:
  using Words = std::array<std::uint32_t, 6>;
  Words words_;
};

}  // namespace penchant

// What is learned stays within a bound, also where a forged snapshot made up what it is added to: then what becomes of
// it is as made up, but can be kept and read again.
#pragma once

#include <algorithm>

namespace penchant {

// More than all records weigh together that anybody ever makes, and far from what a float cannot hold.
inline constexpr double learned_max = 0x1p100;

/// What is no number counts for nothing.
inline double bounded(double value) {
  if (value >= -learned_max) return std::min(value, learned_max);
  return value < -learned_max ? -learned_max : 0;
}

/// Adds in the value's own precision.
template <class Number>
void add_bounded(Number& value, double change) {
  value = static_cast<Number>(bounded(static_cast<double>(value + static_cast<Number>(bounded(change)))));
}

}  // namespace penchant

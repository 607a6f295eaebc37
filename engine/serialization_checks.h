// What an archive's parts must be to be believed, whoever wrote them. See serialization.h.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>

#include "engine/engine.h"
#include "engine/learner/bounded.h"
#include "engine/limits.h"

namespace penchant {
namespace detail {

/// A snapshot whose checksum is right and whose content is not: only a bug or a forger writes one.
inline void require(bool condition) {
  if (!condition) throw std::runtime_error("its content contradicts itself");
}

/// How many there are of what the parts that follow name by numbers, and the like; one for each archive.
struct LoadBounds {
  std::uint32_t format = 0;  // docs/snapshot_format.md
  std::size_t keywords = 0;
  std::size_t names = 0;
  // Of the user that is read.
  std::size_t checkpoints = 0;
  std::size_t loras = 0;
  std::size_t parameters = 0;
  const NegativeTable* negatives = nullptr;
  std::uint64_t records = 0;
  double newest_half_lives = 0;
};

// The first that holds them.
inline constexpr std::uint32_t learners_format = 7;
inline constexpr std::uint32_t reliability_format = 8;

template <class Archive>
LoadBounds& bounds_of(Archive& archive) {
  return archive.template get_helper<LoadBounds>();
}

inline bool is_known(Tier tier) { return tier >= Tier::draft && tier <= Tier::quality; }
inline bool is_known(Verdict verdict) { return verdict >= Verdict::selected && verdict <= Verdict::neutral; }

// No time is so many half-lives away, even at the least decay; sums and differences of two fit a landmark.
inline constexpr double half_lives_max = 0x1p61;
inline bool are_half_lives(double half_lives) { return std::abs(half_lives) <= half_lives_max; }

// What is counted and what is learned of it have one bound.
inline constexpr auto counts_max = static_cast<float>(learned_max);
inline bool are_counts(const Counts& counts) {
  return counts.selected >= 0 && counts.selected <= counts.observed && counts.observed <= double{counts_max};
}

/// The same for a row of the matrix, without branches and a register full at a time: there are millions of cells.
inline bool are_counts(const CountMatrix::Row& row) {
  std::array<unsigned, line_columns> wrong{};
  for (Eigen::Index line = 0; line < row.cols(); ++line) {
    const float* const selected = row.col(line).data();
    const float* const observed = selected + line_columns;
    for (std::size_t i = 0; i < line_columns; ++i) {
      const bool is_right = (selected[i] >= 0) & (selected[i] <= observed[i]) & (observed[i] <= counts_max);
      wrong[i] |= static_cast<unsigned>(!is_right);
    }
  }
  return std::ranges::count(wrong, 0U) == std::ssize(wrong);
}

/// The same for a packed row.
inline bool are_counts(CountMatrix::PackedRow row) {
  return std::ranges::all_of(row, [](const auto& entry) {
    return entry.cell.selected >= 0 && entry.cell.selected <= entry.cell.observed && entry.cell.observed <= counts_max;
  });
}

// Sums of squares of values up to learned_value_max, that many times.
inline bool are_moments(const Moments& moments) {
  return moments.weight >= 0 && moments.weight <= double{counts_max} &&
         std::abs(moments.mean) <= 2 * learned_value_max && moments.squares >= 0 && std::isfinite(moments.squares);
}

inline bool are_below(const auto& numbers, std::size_t bound) {
  return std::ranges::all_of(numbers, [bound](std::uint32_t number) { return number < bound; });
}

inline bool are_values(std::span<const LessonParameter> parameters, std::size_t columns) {
  return std::ranges::all_of(parameters, [columns](const LessonParameter& parameter) {
    return parameter.column < columns && std::abs(parameter.value) <= learned_value_max;
  });
}

}  // namespace detail
}  // namespace penchant

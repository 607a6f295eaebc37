// Vectors of floats as wide as a processor's registers, for kernels that exist once for each width: kernels.cpp and
// weighing_kernels.cpp. What is written with them does the same IEEE operations per column whatever the width.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/kernels.h"

#if defined(__x86_64__)
#define PENCHANT_X86 1
#endif

namespace penchant {

template <std::size_t bytes>
struct Register;
template <>
struct Register<16> {
  using Vector [[gnu::vector_size(16), gnu::may_alias]] = float;
  using Whole [[gnu::vector_size(16), gnu::may_alias]] = std::int32_t;
};
template <>
struct Register<32> {
  using Vector [[gnu::vector_size(32), gnu::may_alias]] = float;
  using Whole [[gnu::vector_size(32), gnu::may_alias]] = std::int32_t;
};
template <>
struct Register<64> {
  using Vector [[gnu::vector_size(64), gnu::may_alias]] = float;
  using Whole [[gnu::vector_size(64), gnu::may_alias]] = std::int32_t;
};

/// A line of floats in registers of so many bytes.
template <std::size_t register_bytes>
struct LineParts {
  using Vector = typename Register<register_bytes>::Vector;
  using Whole = typename Register<register_bytes>::Whole;
  static constexpr std::size_t lanes = sizeof(Vector) / sizeof(float);
  static constexpr std::size_t parts = line_columns / lanes;

  [[gnu::always_inline]] static const Vector& in(const float* line, std::size_t part) {
    return *reinterpret_cast<const Vector*>(line + part * lanes);
  }
  [[gnu::always_inline]] static Vector& out(float* line, std::size_t part) {
    return *reinterpret_cast<Vector*>(line + part * lanes);
  }
};

}  // namespace penchant

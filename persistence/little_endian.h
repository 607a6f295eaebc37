// Integers in files are little-endian on every machine. One load or store where the machine is too.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace penchant {

// Reads sizeof(T) bytes.
template <std::unsigned_integral T>
[[nodiscard]] inline T load_little_endian(const std::byte* from) {
  std::array<std::byte, sizeof(T)> bytes;
  std::memcpy(bytes.data(), from, sizeof(T));
  if constexpr (std::endian::native == std::endian::big) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

// Writes sizeof(T) bytes.
template <std::unsigned_integral T>
inline void store_little_endian(std::byte* to, T value) {
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  if constexpr (std::endian::native == std::endian::big) std::reverse(bytes.begin(), bytes.end());
  std::memcpy(to, bytes.data(), sizeof(T));
}

}  // namespace penchant

// TextHash and TextEqual: hash and compare the short texts that a record names (users, keywords, models) in a few
// instructions, where a hash by the byte, or a call, costs more than the look-up it is for. Not for adversaries:
// whoever can choose ten thousand colliding words slows down themselves and the thread they share. Never stored: no
// file depends on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace penchant {

struct TextHash {
  using is_avalanching = void;

  std::size_t operator()(std::string_view text) const {
    const char* const bytes = text.data();
    const std::size_t size = text.size();
    std::uint64_t hash = size * first_multiplier;
    if (size >= 8) {
      for (std::size_t i = 0; i + 8 < size; i += 8) hash = mix(hash ^ load<std::uint64_t>(bytes + i));
      hash = mix(hash ^ load<std::uint64_t>(bytes + size - 8));
    } else if (size >= 4) {
      const std::uint64_t head = load<std::uint32_t>(bytes);
      hash = mix(hash ^ (head << 32 | load<std::uint32_t>(bytes + size - 4)));
    } else if (size > 0) {
      const auto byte = [bytes](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(bytes[i])}; };
      hash = mix(hash ^ (byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1)));
    }
    return static_cast<std::size_t>(mix(hash));
  }

 private:
  static constexpr std::uint64_t first_multiplier = 0x9E3779B97F4A7C15;
  static constexpr std::uint64_t second_multiplier = 0xD6E8FEB86659FD93;

  template <class Unsigned>
  static Unsigned load(const char* from) {
    Unsigned value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  static std::uint64_t mix(std::uint64_t value) {
    value = (value ^ value >> 32) * second_multiplier;
    return value ^ value >> 29;
  }
};

struct TextEqual {
  bool operator()(std::string_view a, std::string_view b) const {
    if (a.size() != b.size()) return false;
    if (a.size() < 4) {
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i]) return false;
      }
      return true;
    }
    return a.size() < 8 ? are_equal<std::uint32_t>(a, b) : are_equal<std::uint64_t>(a, b);
  }

 private:
  /// By words, of which the last may overlap the one before.
  template <class Word>
  static bool are_equal(std::string_view a, std::string_view b) {
    const std::size_t last = a.size() - sizeof(Word);
    for (std::size_t i = 0; i < last; i += sizeof(Word)) {
      if (std::memcmp(a.data() + i, b.data() + i, sizeof(Word)) != 0) return false;
    }
    return std::memcmp(a.data() + last, b.data() + last, sizeof(Word)) == 0;
  }
};

}  // namespace penchant

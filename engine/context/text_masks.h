// One bit a byte of the prompt: where words are, and where something may happen that the grammar knows. The
// scanner then finds the end of a word by counting zeros instead of walking over it, which saves the branch
// that a processor mispredicts once a word.
//
// Owner: the reader, one for all its prompts. Limits: none of its own.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace penchant {

// Bits of one prompt, light enough to live in registers. Valid until the TextMasks they come from fold again.
class MaskView {
 public:
  static constexpr std::size_t window_size = 56;  // how many bits of a window are right whatever it starts at

  MaskView(const unsigned char* words, const unsigned char* active, std::size_t size)
      : words_(words), active_(active), size_(size) {}

  /// Bit k < window_size: byte i + k is an ASCII letter or digit. Zeros after the prompt's end; i is at most
  /// its size.
  std::uint64_t words(std::size_t i) const { return window(words_, i); }

  /// Bit k < window_size: byte i + k is such a letter or digit, or an event: grammar, '_', a byte that is
  /// not ASCII, and a few more bytes (see fold).
  std::uint64_t active(std::size_t i) const { return window(active_, i); }

  /// The first active byte at `i` or after it; at least the prompt's size where there is none.
  std::size_t next_active(std::size_t i) const {
    for (; i < size_; i += window_size) {
      const std::uint64_t bits = active(i);
      if (bits != 0) return i + static_cast<std::size_t>(std::countr_zero(bits));
    }
    return i;
  }

 private:
  static std::uint64_t window(const unsigned char* bits, std::size_t i) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bits + i / 8, sizeof eight);
    if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
    return eight >> i % 8;
  }

  const unsigned char* words_;
  const unsigned char* active_;
  std::size_t size_;
};

class TextMasks {
 public:
  /// Reads `prompt` and writes it to `folded`, of the same size, with its ASCII letters in lower case.
  MaskView fold(std::string_view prompt, char* folded);

 private:
  std::vector<unsigned char> words_;  // bit k of byte b stands for byte 8 b + k of the prompt
  std::vector<unsigned char> active_;
};

}  // namespace penchant

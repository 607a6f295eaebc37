// A word to look up: its first 16 bytes in two registers, and a hash of all of it. Words of up to 16 bytes,
// nearly all of them, are compared without touching memory.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/context/words.h"

namespace penchant {

struct WordKey {
  static constexpr std::size_t head_size = 16;

  std::string_view text;
  std::array<std::uint64_t, 2> head{};  // zero padded; no word holds a zero byte
  std::uint64_t hash = 0;               // of good quality in its high and its low bits

  bool operator==(const WordKey& other) const {
    return head == other.head && text.size() == other.text.size() &&
           (text.size() <= head_size || text == other.text);
  }
};

namespace detail {

// masks[n] keeps the first n of 16 bytes, whatever the byte order.
inline constexpr auto head_masks = [] {
  std::array<std::array<unsigned char, WordKey::head_size>, WordKey::head_size + 1> masks{};
  for (std::size_t n = 0; n <= WordKey::head_size; ++n) {
    for (std::size_t i = 0; i < n; ++i) masks[n][i] = 0xFF;
  }
  return masks;
}();

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t h = (a ^ 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
  h ^= std::rotl((b ^ 0xC2B2AE3D27D4EB4Fu) * 0xA0761D6478BD642Fu, 32);
  h = (h ^ h >> 32) * 0xE7037ED1A0B428DBu;
  return h ^ h >> 29;
}

}  // namespace detail

/// Requires text_padding readable bytes after the word.
inline WordKey word_key_of_padded(std::string_view word) {
  static_assert(text_padding >= WordKey::head_size);
  WordKey key{word};
  std::array<std::uint64_t, 2> mask;
  std::memcpy(key.head.data(), word.data(), sizeof key.head);
  std::memcpy(mask.data(), detail::head_masks[word.size() < 16 ? word.size() : 16].data(), sizeof mask);
  key.head[0] &= mask[0];
  key.head[1] &= mask[1];
  key.hash = detail::mix(key.head[0], key.head[1]);
  for (std::size_t i = WordKey::head_size; i < word.size(); i += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, word.data() + i, word.size() - i < 8 ? word.size() - i : 8);
    key.hash = detail::mix(key.hash, bytes);
  }
  return key;
}

inline WordKey word_key(std::string_view word) {
  if (word.size() >= WordKey::head_size) return word_key_of_padded(word);  // which then reads no padding
  std::array<char, WordKey::head_size> padded{};
  std::memcpy(padded.data(), word.data(), word.size());
  WordKey key = word_key_of_padded({padded.data(), word.size()});
  key.text = word;
  return key;
}

}  // namespace penchant

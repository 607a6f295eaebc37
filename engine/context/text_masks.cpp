#include "engine/context/text_masks.h"

#include <array>

namespace penchant {
namespace {

constexpr std::size_t block_size = 64;
using Block = std::array<unsigned char, block_size>;

/// Bytes that are 0 or 1 to bits, the first byte to the lowest bit of the first byte.
void pack(const Block& flags, unsigned char* bits) {
  for (std::size_t i = 0; i < block_size / 8; ++i) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, flags.data() + 8 * i, sizeof eight);
    if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
    // The product's top byte collects each byte's lowest bit.
    bits[i] = static_cast<unsigned char>(eight * 0x0102040810204080u >> 56);
  }
}

/// Plain loop, branch free, for the compiler to vectorise.
void fold_block(const Block& in, Block& folded, Block& words, Block& active) {
  for (std::size_t i = 0; i < block_size; ++i) {
    const unsigned char c = in[i];
    // With bit 5 set, '[' '\' ']' '_' fall on '{' '|' '}' and 0x7F, so that they and every byte that is not
    // ASCII are one range; '^' '~' and some control characters come along and are sorted out by the scanner.
    const auto lower = static_cast<unsigned char>(c | 0x20);
    const auto is_letter = static_cast<unsigned char>(static_cast<unsigned char>(lower - 'a') < 26);
    const auto is_digit = static_cast<unsigned char>(static_cast<unsigned char>(c - '0') < 10);
    folded[i] = is_letter ? lower : c;
    words[i] = is_letter | is_digit;
    active[i] = static_cast<unsigned char>(is_letter | is_digit | (lower >= '{') | (lower == '#') |
                                           ((lower & 0xFE) == '(') | (lower == ':') | (lower == '<'));
  }
}

}  // namespace

MaskView TextMasks::fold(std::string_view prompt, char* folded) {
  const std::size_t blocks = prompt.size() / block_size + 1;
  const std::size_t bytes = blocks * (block_size / 8);
  if (words_.size() < bytes + sizeof(std::uint64_t)) {
    words_.resize(bytes + sizeof(std::uint64_t));
    active_.resize(bytes + sizeof(std::uint64_t));
  }
  std::memset(words_.data() + bytes, 0, sizeof(std::uint64_t));  // a window may reach over the last block
  std::memset(active_.data() + bytes, 0, sizeof(std::uint64_t));
  Block in{};
  Block out;
  Block words;
  Block active;
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t begin = block * block_size;
    const std::size_t size = block + 1 < blocks ? block_size : prompt.size() - begin;
    if (size < block_size) in.fill(0);
    if (size > 0) std::memcpy(in.data(), prompt.data() + begin, size);  // an empty prompt may be null
    fold_block(in, out, words, active);
    std::memcpy(folded + begin, out.data(), size);
    pack(words, words_.data() + begin / 8);
    pack(active, active_.data() + begin / 8);
  }
  return {words_.data(), active_.data(), prompt.size()};
}

}  // namespace penchant

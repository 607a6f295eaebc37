// The bytes of a compressed segment, as docs/journal_format.md lays them out: its name, its head and its index. Pure
// functions; nothing here does I/O. What is between the two, zstd frames, is compressed_segment.h's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/journal_format.h"

namespace penchant {

inline constexpr std::uint32_t compressed_format_version = 1;
inline constexpr std::size_t compressed_head_bytes = 60;
inline constexpr std::uint32_t block_bytes_min = std::uint32_t{1} << 10;  // of a block, uncompressed
inline constexpr std::uint32_t block_bytes_max = std::uint32_t{1} << 20;

struct CompressedHead {
  std::uint32_t version = compressed_format_version;
  StoreId store_id{};
  std::uint64_t first_sequence = 0;
  std::uint64_t size = 0;  // of the segment, uncompressed
  std::uint32_t block_bytes = 0;

  [[nodiscard]] std::uint64_t blocks() const { return size / block_bytes + (size % block_bytes != 0 ? 1 : 0); }
};

// "journal-00000000000000000007.log.zst"
[[nodiscard]] std::string compressed_name(std::uint64_t first_sequence);
// Nothing unless the name is one that compressed_name gives, for a sequence from 1 to first_sequence_max.
[[nodiscard]] std::optional<std::uint64_t> compressed_sequence_of(std::string_view name);
// Where it is written before it gets its name.
[[nodiscard]] std::string unfinished_compressed(std::string_view path);
[[nodiscard]] bool is_unfinished_compressed(std::string_view name);

// Writes compressed_head_bytes.
void encode_compressed_head(const CompressedHead& head, std::byte* to);
// Nothing if magic, CRC or a size is wrong. `bytes` is compressed_head_bytes long. The version is not judged.
[[nodiscard]] std::optional<CompressedHead> decode_compressed_head(std::span<const std::byte> bytes);

struct BlockEntry {
  std::uint32_t bytes = 0;  // compressed
  std::uint32_t crc = 0;    // of these
};

[[nodiscard]] inline std::uint64_t compressed_index_bytes(std::uint64_t blocks) { return 12 + 8 * blocks; }
// The index that belongs to the encoded `head`.
[[nodiscard]] std::vector<std::byte> encode_compressed_index(std::span<const BlockEntry> blocks,
                                                             std::span<const std::byte> head);
// Nothing if its CRC or length is wrong.
[[nodiscard]] std::optional<std::vector<BlockEntry>> decode_compressed_index(std::span<const std::byte> bytes,
                                                                             std::span<const std::byte> head);

}  // namespace penchant

#include "persistence/compressed_format.h"

#include <algorithm>
#include <array>

#include "engine/check.h"
#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "persistence/numbered_name.h"

namespace penchant {
namespace {

constexpr std::string_view compressed_suffix = ".log.zst";
constexpr std::string_view unfinished_compressed_suffix = ".log.zst.tmp";
constexpr std::string_view compressed_prefix = "journal-";

// Head and index are what zstd calls skippable frames, so that its tools read the file too.
constexpr std::uint32_t skippable_magic = 0x184D2A50;
constexpr std::size_t skippable_header_bytes = 8;
constexpr std::string_view compressed_magic = "PENCHJNZ";

// Offsets in the head.
constexpr std::size_t magic_at = skippable_header_bytes;
constexpr std::size_t head_version_at = 16;
constexpr std::size_t head_store_id_at = 20;
constexpr std::size_t head_first_sequence_at = 36;
constexpr std::size_t head_size_at = 44;
constexpr std::size_t head_block_bytes_at = 52;
constexpr std::size_t head_crc_at = 56;
static_assert(head_crc_at + 4 == compressed_head_bytes && head_store_id_at + sizeof(StoreId) == head_first_sequence_at);

void encode_skippable_header(std::size_t frame_bytes, std::byte* to) {
  store_little_endian(to, skippable_magic);
  store_little_endian(to + 4, static_cast<std::uint32_t>(frame_bytes - skippable_header_bytes));
}

bool is_skippable_header(std::span<const std::byte> frame) {
  return load_little_endian<std::uint32_t>(frame.data()) == skippable_magic &&
         load_little_endian<std::uint32_t>(frame.data() + 4) == frame.size() - skippable_header_bytes;
}

/// Of the index, which goes on from the head so that it is no other file's.
std::uint32_t index_crc(std::span<const std::byte> index, std::span<const std::byte> head) {
  return crc32c(index.first(index.size() - 4), crc32c(head.first(head_crc_at)));
}

}  // namespace

std::string compressed_name(std::uint64_t first_sequence) {
  return numbered_name(compressed_prefix, first_sequence, compressed_suffix);
}

std::optional<std::uint64_t> compressed_sequence_of(std::string_view name) {
  const auto sequence = number_of(name, compressed_prefix, compressed_suffix);
  return sequence && *sequence > 0 && *sequence <= first_sequence_max ? sequence : std::nullopt;
}

std::string unfinished_compressed(std::string_view path) { return std::string(path) + ".tmp"; }

bool is_unfinished_compressed(std::string_view name) {
  return number_of(name, compressed_prefix, unfinished_compressed_suffix).has_value();
}

void encode_compressed_head(const CompressedHead& head, std::byte* to) {
  encode_skippable_header(compressed_head_bytes, to);
  std::ranges::transform(compressed_magic, to + magic_at, [](char c) { return static_cast<std::byte>(c); });
  store_little_endian(to + head_version_at, head.version);
  std::ranges::copy(head.store_id, to + head_store_id_at);
  store_little_endian(to + head_first_sequence_at, head.first_sequence);
  store_little_endian(to + head_size_at, head.size);
  store_little_endian(to + head_block_bytes_at, head.block_bytes);
  store_little_endian(to + head_crc_at, crc32c({to, head_crc_at}));
}

std::optional<CompressedHead> decode_compressed_head(std::span<const std::byte> bytes) {
  PENCHANT_CHECK(bytes.size() == compressed_head_bytes);
  const auto same = [](char c, std::byte byte) { return static_cast<std::byte>(c) == byte; };
  if (!std::equal(compressed_magic.begin(), compressed_magic.end(), bytes.begin() + magic_at, same)) return {};
  if (!is_skippable_header(bytes)) return std::nullopt;
  if (crc32c(bytes.first(head_crc_at)) != load_little_endian<std::uint32_t>(bytes.data() + head_crc_at)) return {};
  CompressedHead head;
  head.version = load_little_endian<std::uint32_t>(bytes.data() + head_version_at);
  std::copy_n(bytes.begin() + head_store_id_at, head.store_id.size(), head.store_id.begin());
  head.first_sequence = load_little_endian<std::uint64_t>(bytes.data() + head_first_sequence_at);
  head.size = load_little_endian<std::uint64_t>(bytes.data() + head_size_at);
  head.block_bytes = load_little_endian<std::uint32_t>(bytes.data() + head_block_bytes_at);
  if (head.block_bytes < block_bytes_min || head.block_bytes > block_bytes_max) return std::nullopt;
  return head;
}

std::vector<std::byte> encode_compressed_index(std::span<const BlockEntry> blocks, std::span<const std::byte> head) {
  std::vector<std::byte> index(static_cast<std::size_t>(compressed_index_bytes(blocks.size())));
  encode_skippable_header(index.size(), index.data());
  std::byte* to = index.data() + skippable_header_bytes;
  for (const BlockEntry& block : blocks) {
    store_little_endian(to, block.bytes);
    store_little_endian(to + 4, block.crc);
    to += 8;
  }
  store_little_endian(to, index_crc(index, head));
  return index;
}

std::optional<std::vector<BlockEntry>> decode_compressed_index(std::span<const std::byte> bytes,
                                                               std::span<const std::byte> head) {
  if (bytes.size() < compressed_index_bytes(0) || (bytes.size() - compressed_index_bytes(0)) % 8 != 0) return {};
  const std::byte* from = bytes.data() + bytes.size() - 4;
  if (!is_skippable_header(bytes) || load_little_endian<std::uint32_t>(from) != index_crc(bytes, head)) return {};
  std::vector<BlockEntry> blocks((bytes.size() - compressed_index_bytes(0)) / 8);
  from = bytes.data() + skippable_header_bytes;
  for (BlockEntry& block : blocks) {
    block.bytes = load_little_endian<std::uint32_t>(from);
    block.crc = load_little_endian<std::uint32_t>(from + 4);
    from += 8;
  }
  return blocks;
}

}  // namespace penchant

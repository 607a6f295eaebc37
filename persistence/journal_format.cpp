#include "persistence/journal_format.h"

#include <algorithm>

#include "engine/check.h"
#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "persistence/numbered_name.h"

namespace penchant {
namespace {

constexpr std::string_view magic = "PENCHJNL";
constexpr std::string_view prefix = "journal-";
constexpr std::string_view suffix = ".log";
constexpr std::string_view unfinished_suffix = ".tmp";

// Offsets in the segment's header.
constexpr std::size_t version_at = 8;
constexpr std::size_t store_id_at = 12;
constexpr std::size_t first_sequence_at = 28;
constexpr std::size_t segment_crc_at = 36;
static_assert(magic.size() == version_at && segment_crc_at + 4 == segment_header_bytes);
static_assert(store_id_at + sizeof(StoreId) == first_sequence_at);

// Offsets in a frame's header.
constexpr std::size_t length_at = 0;
constexpr std::size_t unsynced_at = 4;
constexpr std::size_t payload_crc_at = 16;
constexpr std::size_t header_crc_at = 20;
static_assert(header_crc_at + 4 == frame_header_bytes);

}  // namespace

std::string segment_name(std::uint64_t first_sequence) { return numbered_name(prefix, first_sequence, suffix); }

std::optional<std::uint64_t> first_sequence_of(std::string_view name) {
  const auto sequence = number_of(name, prefix, suffix);
  if (!sequence || *sequence == 0 || *sequence > first_sequence_max) return std::nullopt;
  return sequence;
}

bool is_unfinished(std::string_view name) {
  return name.starts_with(prefix) && name.ends_with(unfinished_suffix);
}

std::uint32_t encode_segment_header(const SegmentHeader& header, std::byte* to) {
  std::transform(magic.begin(), magic.end(), to, [](char c) { return static_cast<std::byte>(c); });
  store_little_endian(to + version_at, header.version);
  std::copy(header.store_id.begin(), header.store_id.end(), to + store_id_at);
  store_little_endian(to + first_sequence_at, header.first_sequence);
  const std::uint32_t crc = crc32c({to, segment_crc_at});
  store_little_endian(to + segment_crc_at, crc);
  return crc;
}

std::optional<SegmentHeader> decode_segment_header(std::span<const std::byte> bytes) {
  PENCHANT_CHECK(bytes.size() == segment_header_bytes);
  const auto same = [](char c, std::byte byte) { return static_cast<std::byte>(c) == byte; };
  if (!std::equal(magic.begin(), magic.end(), bytes.begin(), same)) return std::nullopt;
  if (crc32c(bytes.first(segment_crc_at)) != segment_crc(bytes)) return std::nullopt;
  SegmentHeader header;
  header.version = load_little_endian<std::uint32_t>(bytes.data() + version_at);
  std::copy_n(bytes.begin() + store_id_at, header.store_id.size(), header.store_id.begin());
  header.first_sequence = load_little_endian<std::uint64_t>(bytes.data() + first_sequence_at);
  return header;
}

std::uint32_t segment_crc(std::span<const std::byte> bytes) {
  return load_little_endian<std::uint32_t>(bytes.data() + segment_crc_at);
}

void encode_frame_header(const FrameHeader& header, std::uint32_t segment_crc, std::byte* to) {
  store_little_endian(to + length_at, header.length);
  store_little_endian(to + unsynced_at, header.unsynced);
  store_little_endian(to + frame_sequence_at, header.sequence);
  store_little_endian(to + payload_crc_at, header.payload_crc);
  store_little_endian(to + header_crc_at, crc32c({to, header_crc_at}, segment_crc));
}

std::optional<FrameHeader> decode_frame_header(const std::byte* from, std::uint32_t segment_crc) {
  const auto crc = load_little_endian<std::uint32_t>(from + header_crc_at);
  if (crc32c({from, header_crc_at}, segment_crc) != crc) return std::nullopt;
  return FrameHeader{.length = load_little_endian<std::uint32_t>(from + length_at),
                     .unsynced = load_little_endian<std::uint32_t>(from + unsynced_at),
                     .sequence = load_little_endian<std::uint64_t>(from + frame_sequence_at),
                     .payload_crc = load_little_endian<std::uint32_t>(from + payload_crc_at)};
}

}  // namespace penchant

// The bytes of the journal, as docs/journal_format.md lays them out: constants, file names, and the two
// headers. Pure functions; nothing here does I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "persistence/little_endian.h"

namespace penchant {

inline constexpr std::uint32_t journal_format_version = 1;
inline constexpr std::size_t journal_payload_bytes_max = std::size_t{32} << 20;
inline constexpr std::uint64_t first_sequence_max = std::uint64_t{1} << 63;  // so that no sequence overflows
inline constexpr std::size_t segment_header_bytes = 40;
inline constexpr std::size_t frame_header_bytes = 24;
inline constexpr std::size_t frame_sequence_at = 8;  // offset in a frame's header
// The value of FrameHeader::unsynced that means "this many or more".
inline constexpr std::uint32_t unsynced_unknown = 0xffffffff;

using StoreId = std::array<std::byte, 16>;

struct SegmentHeader {
  std::uint32_t version = journal_format_version;
  StoreId store_id{};
  std::uint64_t first_sequence = 0;
};

struct FrameHeader {
  std::uint32_t length = 0;
  std::uint32_t unsynced = 0;
  std::uint64_t sequence = 0;
  std::uint32_t payload_crc = 0;

  // Everything before this sequence was on disk when the frame was appended; 0 where it proves nothing.
  [[nodiscard]] std::uint64_t synced_before() const {
    return unsynced == unsynced_unknown || unsynced >= sequence ? 0 : sequence - unsynced;
  }
};

// "journal-00000000000000000007.log"
[[nodiscard]] std::string segment_name(std::uint64_t first_sequence);
// Nothing unless the name is one that segment_name gives, for a sequence from 1 to first_sequence_max.
[[nodiscard]] std::optional<std::uint64_t> first_sequence_of(std::string_view name);
// A file left behind by a creation or a copy that did not come to its end.
[[nodiscard]] bool is_unfinished(std::string_view name);

// Writes segment_header_bytes; returns the CRC it ends with, from which the CRCs of its frames go on.
std::uint32_t encode_segment_header(const SegmentHeader& header, std::byte* to);
// Nothing if magic or CRC is wrong. `bytes` is segment_header_bytes long. The version is not judged.
[[nodiscard]] std::optional<SegmentHeader> decode_segment_header(std::span<const std::byte> bytes);
// The CRC at the end of such a header.
[[nodiscard]] std::uint32_t segment_crc(std::span<const std::byte> bytes);

// Writes frame_header_bytes.
void encode_frame_header(const FrameHeader& header, std::uint32_t segment_crc, std::byte* to);
// The same, unless the header's CRC is wrong; reads frame_header_bytes. The length is not judged.
[[nodiscard]] std::optional<FrameHeader> decode_frame_header(const std::byte* from,
                                                             std::uint32_t segment_crc);
// The sequence such bytes claim, without a look at the CRC.
[[nodiscard]] inline std::uint64_t claimed_sequence(const std::byte* from) {
  return load_little_endian<std::uint64_t>(from + frame_sequence_at);
}

}  // namespace penchant

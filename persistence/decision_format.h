// The bytes of the decisions' files, as docs/decision_format.md lays them out: names, header, and what all frames have
// in common; what is in them is in decision_frames.h. Pure functions; nothing here does I/O.
//
// Frames lie in memory as they do in the file, but for their CRCs: those are filled in by the thread that writes the
// file, because they would cost more than all else that is done for a decision.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "persistence/decision_id.h"

namespace penchant {

inline constexpr std::uint32_t decision_format_version = 1;
inline constexpr std::size_t decision_header_bytes = 40;
inline constexpr std::size_t decision_frame_head_bytes = 12;  // CRC, length, kind, and three bytes that vary
inline constexpr std::size_t judged_frame_bytes = 28;
inline constexpr std::uint64_t decision_start_max = std::uint64_t{1} << 62;  // so that none overflows

// One generation of decisions: what its file's name says.
struct GenerationId {
  std::uint64_t start = 0;
  std::uint64_t generation = 0;  // within the start, from 1
  auto operator<=>(const GenerationId&) const = default;
};

// "decisions-00000001750000000000-00000000000000000001.ring"
[[nodiscard]] std::string generation_name(const GenerationId& id);
// Nothing unless the name is one that generation_name gives, for a start from 1 to decision_start_max.
[[nodiscard]] std::optional<GenerationId> parse_generation_name(std::string_view name);
// Where the file is written before it gets its name; left behind by a writing that did not come to its end.
[[nodiscard]] std::string unfinished_generation(std::string_view path);
[[nodiscard]] bool is_unfinished_generation(std::string_view name);

struct GenerationHeader {
  std::uint32_t version = decision_format_version;
  GenerationId id;
  std::uint64_t first_number = 0;
};

// Writes decision_header_bytes.
void encode_generation_header(const GenerationHeader& header, std::byte* to);
// Nothing if magic or CRC is wrong, or there are fewer than decision_header_bytes. The version is not judged.
[[nodiscard]] std::optional<GenerationHeader> decode_generation_header(std::span<const std::byte> bytes);

enum class DecisionFrameKind : std::uint8_t { erased = 0, arm_set = 1, decision = 2, judged = 3 };

// Writes decision_frame_head_bytes: no CRC yet, zeros after the kind.
void encode_frame_head(DecisionFrameKind kind, std::size_t length, std::byte* to);
// The frame at a known place, of which nothing is judged.
[[nodiscard]] std::span<std::byte> frame_at(std::byte* at);
[[nodiscard]] DecisionFrameKind frame_kind(std::span<const std::byte> frame);
// The frame with which `bytes` begin; nothing if it leads past their end, or its CRC or kind is wrong. `file` begins
// with its header.
[[nodiscard]] std::optional<std::span<const std::byte>> checked_frame(std::span<const std::byte> file,
                                                                      std::size_t offset);
// Whether no frame is whole from `offset` on, where a bad one begins: a tear, as a crash leaves it. Else it is damage.
[[nodiscard]] bool is_torn_from(std::span<const std::byte> file, std::size_t offset);
// Fills in the CRCs of the frames from `begin` up to the end of `file`.
void seal_frames(std::span<std::byte> file, std::size_t begin);
// All zeros but for its length.
void erase_frame(std::span<std::byte> frame);

// Writes judged_frame_bytes.
void encode_judged(const DecisionId& id, std::byte* to);
// Nothing unless it has judged_frame_bytes.
[[nodiscard]] std::optional<DecisionId> decode_judged(std::span<const std::byte> frame);

}  // namespace penchant

#include "persistence/decision_format.h"

#include <algorithm>

#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "persistence/numbered_name.h"

namespace penchant {
namespace {

constexpr std::string_view generation_magic = "PENCHDEC";
constexpr std::string_view generation_prefix = "decisions-";
constexpr std::string_view generation_suffix = ".ring";
constexpr std::string_view unfinished_suffix = ".tmp";
constexpr std::size_t generation_crc_at = 36;
constexpr std::size_t frame_length_at = 4;
constexpr std::size_t frame_kind_at = 8;

std::uint32_t frame_crc(std::span<const std::byte> file, std::span<const std::byte> frame) {
  const auto header_crc = load_little_endian<std::uint32_t>(file.data() + generation_crc_at);
  return crc32c(frame.subspan(frame_length_at), header_crc);
}

}  // namespace

std::string generation_name(const GenerationId& id) {
  return numbered_name(generation_prefix, id.start, "") + numbered_name("-", id.generation, generation_suffix);
}

std::optional<GenerationId> parse_generation_name(std::string_view name) {
  const std::size_t dash = name.find('-', generation_prefix.size());
  if (dash == std::string_view::npos) return std::nullopt;
  const auto start = number_of(name.substr(0, dash), generation_prefix, "");
  const auto generation = number_of(name.substr(dash), "-", generation_suffix);
  if (!start || !generation || *start == 0 || *start > decision_start_max) return std::nullopt;
  return GenerationId{*start, *generation};
}

std::string unfinished_generation(std::string_view path) { return std::string(path).append(unfinished_suffix); }

bool is_unfinished_generation(std::string_view name) {
  if (!name.ends_with(unfinished_suffix)) return false;
  return parse_generation_name(name.substr(0, name.size() - unfinished_suffix.size())).has_value();
}

void encode_generation_header(const GenerationHeader& header, std::byte* to) {
  const auto magic = std::as_bytes(std::span(generation_magic));
  std::copy(magic.begin(), magic.end(), to);
  store_little_endian(to + 8, header.version);
  store_little_endian(to + 12, header.id.start);
  store_little_endian(to + 20, header.id.generation);
  store_little_endian(to + 28, header.first_number);
  store_little_endian(to + generation_crc_at, crc32c(std::span(to, generation_crc_at)));
}

std::optional<GenerationHeader> decode_generation_header(std::span<const std::byte> bytes) {
  if (bytes.size() < decision_header_bytes) return std::nullopt;
  const auto magic = std::as_bytes(std::span(generation_magic));
  if (!std::equal(magic.begin(), magic.end(), bytes.begin())) return std::nullopt;
  const std::byte* const from = bytes.data();
  if (load_little_endian<std::uint32_t>(from + generation_crc_at) != crc32c(bytes.first(generation_crc_at))) {
    return std::nullopt;
  }
  return GenerationHeader{.version = load_little_endian<std::uint32_t>(from + 8),
                          .id = {.start = load_little_endian<std::uint64_t>(from + 12),
                                 .generation = load_little_endian<std::uint64_t>(from + 20)},
                          .first_number = load_little_endian<std::uint64_t>(from + 28)};
}

void encode_frame_head(DecisionFrameKind kind, std::size_t length, std::byte* to) {
  store_little_endian(to, std::uint32_t{0});
  store_little_endian(to + frame_length_at, static_cast<std::uint32_t>(length));
  store_little_endian(to + frame_kind_at, static_cast<std::uint32_t>(kind));
}

std::span<std::byte> frame_at(std::byte* at) { return {at, load_little_endian<std::uint32_t>(at + frame_length_at)}; }

DecisionFrameKind frame_kind(std::span<const std::byte> frame) {
  return static_cast<DecisionFrameKind>(frame[frame_kind_at]);
}

std::optional<std::span<const std::byte>> checked_frame(std::span<const std::byte> file, std::size_t offset) {
  const auto rest = file.subspan(offset);
  if (rest.size() < decision_frame_head_bytes) return std::nullopt;
  const std::size_t length = load_little_endian<std::uint32_t>(rest.data() + frame_length_at);
  if (length < decision_frame_head_bytes || length > rest.size()) return std::nullopt;
  const auto frame = rest.first(length);
  if (load_little_endian<std::uint32_t>(frame.data()) != frame_crc(file, frame)) return std::nullopt;
  if (frame_kind(frame) > DecisionFrameKind::judged) return std::nullopt;
  return frame;
}

bool is_torn_from(std::span<const std::byte> file, std::size_t offset) {
  while (offset < file.size() && !checked_frame(file, offset)) ++offset;
  return offset == file.size();
}

void seal_frames(std::span<std::byte> file, std::size_t begin) {
  for (std::size_t at = begin; at < file.size();) {
    const auto frame = frame_at(file.data() + at);
    store_little_endian(frame.data(), frame_crc(file, frame));
    at += frame.size();
  }
}

void erase_frame(std::span<std::byte> frame) {
  encode_frame_head(DecisionFrameKind::erased, frame.size(), frame.data());
  std::fill(frame.begin() + decision_frame_head_bytes, frame.end(), std::byte{0});
}

void encode_judged(const DecisionId& id, std::byte* to) {
  encode_frame_head(DecisionFrameKind::judged, judged_frame_bytes, to);
  store_little_endian(to + 12, id.start);
  store_little_endian(to + 20, id.number);
}

std::optional<DecisionId> decode_judged(std::span<const std::byte> frame) {
  if (frame.size() != judged_frame_bytes) return std::nullopt;
  return DecisionId{.start = load_little_endian<std::uint64_t>(frame.data() + 12),
                    .number = load_little_endian<std::uint64_t>(frame.data() + 20)};
}

}  // namespace penchant

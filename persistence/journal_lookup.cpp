#include "persistence/journal_lookup.h"

#include <algorithm>
#include <array>
#include <utility>

#include "persistence/compressed_format.h"
#include "persistence/crc32c.h"
#include "persistence/event_fields.h"
#include "persistence/segment_reader.h"
#include "persistence/segments.h"

namespace penchant {
namespace {

constexpr std::size_t first_read_bytes = 1024;  // most events are shorter, and in one block of a compressed segment

/// The header of the frame that `bytes` begin with; none where there is no whole frame in `left` bytes.
std::optional<FrameHeader> frame_in(std::span<const std::byte> bytes, std::uint64_t left, std::uint32_t crc) {
  if (bytes.size() < frame_header_bytes) return std::nullopt;
  const auto header = decode_frame_header(bytes.data(), crc);
  if (!header || header->length > journal_payload_bytes_max) return std::nullopt;
  if (header->length > left - frame_header_bytes) return std::nullopt;
  return header;
}

}  // namespace

result<FoundEvent> JournalLookup::find(EventPlace place) {
  if (place.segment == 0 || place.offset < segment_header_bytes) return FoundEvent{};
  const EventPlace end = journal_ != nullptr ? journal_->committed_end() : EventPlace{first_sequence_max + 1, 0};
  if (place.segment > end.segment) return FoundEvent{};
  const bool is_current = place.segment == end.segment;
  if (is_current && place.offset >= end.offset) {
    const auto uncommitted = journal_->uncommitted();
    if (place.offset - end.offset >= uncommitted.size()) return FoundEvent{};
    const auto bytes = uncommitted.subspan(static_cast<std::size_t>(place.offset - end.offset));
    const auto header = frame_in(bytes, bytes.size(), journal_->segment_crc());
    if (!header) return FoundEvent{};
    return FoundEvent{FoundEvent::Kind::event, header->sequence, bytes.subspan(frame_header_bytes, header->length)};
  }
  const auto segment = open(place.segment);
  if (!segment) return segment.error();
  if (*segment == nullptr) return FoundEvent{.kind = FoundEvent::Kind::gone};
  const auto size = is_current ? result<std::uint64_t>(end.offset) : (*segment)->file->size();
  if (!size) return size.error();
  if (place.offset >= *size) return FoundEvent{};
  return read(**segment, place.offset, *size - place.offset);
}

result<FoundEvent> JournalLookup::read(OpenSegment& segment, std::uint64_t offset, std::uint64_t left) {
  const auto first = static_cast<std::size_t>(std::min<std::uint64_t>(left, first_read_bytes));
  if (buffer_.size() < first) buffer_.resize(first);
  const auto got = segment.file->read_at(offset, std::span(buffer_).first(first));
  if (!got) return got.error();
  const auto header = frame_in(std::span(buffer_).first(*got), left, segment.crc);
  if (!header) return FoundEvent{};

  const std::size_t bytes = frame_header_bytes + header->length;
  if (bytes > *got) {
    if (buffer_.size() < bytes) buffer_.resize(bytes);
    const auto more = segment.file->read_at(offset + *got, std::span(buffer_).subspan(*got, bytes - *got));
    if (!more) return more.error();
    if (*more < bytes - *got) return FoundEvent{};  // the write of it has failed
  }
  const auto payload = std::span<const std::byte>(buffer_).subspan(frame_header_bytes, header->length);
  if (crc32c(payload) != header->payload_crc) {
    return Failure{segment.path + " at offset " + std::to_string(offset) + ", event " +
                   std::to_string(header->sequence) + ", is damaged (its checksum is wrong)"};
  }
  return FoundEvent{FoundEvent::Kind::event, header->sequence, payload};
}

result<bool> JournalLookup::is_lost(EventPlace place) {
  auto reader = SegmentReader::open(files_, directory_, place.segment, false);
  if (!reader) return reader.error();
  Frame frame;
  for (std::uint64_t sequence = place.segment; reader->offset() <= place.offset; ++sequence) {
    const auto more = reader->next(sequence, frame);
    if (!more) return more.error();
    if (!*more && !reader->reason().empty()) return false;
    if (!*more) break;  // it was cut behind the last one
  }
  return !frame.payload.empty() && frame.payload.front() == static_cast<std::byte>(EventKind::erased);
}

result<JournalLookup::OpenSegment*> JournalLookup::open(std::uint64_t first_sequence) {
  const auto found = std::ranges::find(open_, first_sequence, &OpenSegment::first_sequence);
  if (found != open_.end()) {
    std::rotate(found, found + 1, open_.end());
    return &open_.back();
  }
  auto file = open_segment(files_, directory_, first_sequence);
  if (!file) {
    const auto is_there = exists(first_sequence);
    if (!is_there) return is_there.error();
    if (*is_there) return file.error();
    return static_cast<OpenSegment*>(nullptr);
  }
  OpenSegment segment{.first_sequence = first_sequence, .path = std::move(file->path), .file = std::move(file->file)};
  std::array<std::byte, segment_header_bytes> bytes;
  const auto got = segment.file->read_at(0, bytes);
  if (!got) return got.error();
  const auto header = *got == bytes.size() ? decode_segment_header(bytes) : std::nullopt;
  if (!header || header->version != journal_format_version || header->first_sequence != first_sequence) {
    return Failure{segment.path + " is damaged at offset 0 (its header is not that of its name)"};
  }
  segment.crc = penchant::segment_crc(bytes);
  if (open_.size() == lookup_files_max) open_.erase(open_.begin());
  return &open_.emplace_back(std::move(segment));
}

result<bool> JournalLookup::exists(std::uint64_t first_sequence) {
  const auto names = files_.list(directory_);
  if (!names) return names.error();
  return std::ranges::binary_search(*names, segment_name(first_sequence)) ||
         std::ranges::binary_search(*names, compressed_name(first_sequence));
}

}  // namespace penchant

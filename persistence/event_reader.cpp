#include "persistence/event_reader.h"

#include <algorithm>
#include <utility>

#include "persistence/crc32c.h"
#include "persistence/segment_reader.h"

namespace penchant {
namespace {

constexpr std::size_t first_read_bytes = 4096;  // most events are smaller

}  // namespace

EventReader::EventReader(FileSystem& files, std::string directory)
    : files_(files), directory_(std::move(directory)) {}

result<JournalEvent> EventReader::read(EventLocation location) {
  const auto no_event = [&] {
    return Failure{path_ + " holds no whole event at offset " + std::to_string(location.offset)};
  };
  if (!file_ || segment_ != location.segment) {
    if (auto opened = open_segment(location.segment); !opened) return opened.error();
  }
  const auto got = fill(location.offset, 0, first_read_bytes);
  if (!got) return got.error();
  if (*got < frame_header_bytes) return no_event();
  const auto header = decode_frame_header(buffer_.data(), segment_crc_);
  if (!header || header->length > journal_payload_bytes_max) return no_event();

  const std::size_t frame_bytes = frame_header_bytes + header->length;
  if (frame_bytes > *got) {
    // The header's CRC was right, so this length was once written: it is no invitation to allocate.
    const auto rest = fill(location.offset, *got, frame_bytes);
    if (!rest) return rest.error();
    if (*got + *rest < frame_bytes) return no_event();
  }
  const auto payload = std::span<const std::byte>(buffer_).subspan(frame_header_bytes, header->length);
  if (crc32c(payload) != header->payload_crc) return no_event();
  return JournalEvent{header->sequence, payload, location};
}

result<void> EventReader::open_segment(std::uint64_t first_sequence) {
  file_.reset();
  path_ = path_in(directory_, segment_name(first_sequence));
  auto file = files_.open_read(path_);
  if (!file) return file.error();
  file_ = std::move(*file);
  const auto got = fill(0, 0, segment_header_bytes);
  const bool whole = got && *got == segment_header_bytes &&
                     decode_segment_header(std::span(buffer_).first(segment_header_bytes)).has_value();
  if (!whole) {
    file_.reset();
    return got ? Failure{path_ + " is damaged at offset 0 (its header's checksum is wrong)"} : got.error();
  }
  segment_ = first_sequence;
  segment_crc_ = segment_crc(buffer_);
  return {};
}

// Reads buffer_[from, to) from the file's `offset + from` on.
result<std::size_t> EventReader::fill(std::uint64_t offset, std::size_t from, std::size_t to) {
  if (buffer_.size() < to) buffer_.resize(to);
  return file_->read_at(offset + from, std::span(buffer_).subspan(from, to - from));
}

}  // namespace penchant

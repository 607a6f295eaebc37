#include "persistence/segment_reader.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "persistence/crc32c.h"
#include "persistence/segments.h"

namespace penchant {
namespace {

constexpr std::size_t window_bytes = std::size_t{1} << 20;

Failure bad_header(const std::string& path, std::string_view what) {
  std::string message = path + " is damaged at offset 0 (";
  message.append(what).append(")");
  return Failure{message, true};
}

}  // namespace

ReadWindow::ReadWindow(std::unique_ptr<File> file, std::string path, std::uint64_t size)
    : file_(std::move(file)), path_(std::move(path)), size_(size) {}

result<void> ReadWindow::fill(std::size_t bytes) {
  PENCHANT_CHECK(bytes <= left());
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  const std::size_t wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(left(), std::max(bytes, window_bytes)));
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  const auto got = file_->read_at(offset_ + end_, std::span(buffer_).subspan(end_, wanted - end_));
  if (!got) return got.error();
  end_ += *got;
  if (end_ < wanted) return Failure{"cannot read " + path_ + ": it has become shorter while it was read"};
  return {};
}

result<SegmentReader> SegmentReader::open(FileSystem& files, const std::string& directory,
                                          std::uint64_t first_sequence, bool from_disk) {
  SegmentReader reader;
  auto segment = open_segment(files, directory, first_sequence);
  if (!segment) return segment.error();
  reader.path_ = segment->path;
  reader.is_compressed_ = segment->is_compressed;
  if (from_disk) {
    if (auto synced = segment->file->sync(); !synced) return synced.error();
    segment->file->drop_cache();
  }
  const auto size = segment->file->size();
  if (!size) return size.error();
  if (*size < segment_header_bytes) return bad_header(reader.path_, "the file is shorter than its header");

  reader.window_ = ReadWindow(std::move(segment->file), reader.path_, *size);
  const auto bytes = reader.window_.peek(segment_header_bytes);
  if (!bytes) return bytes.error();
  const auto header = decode_segment_header(bytes->first(segment_header_bytes));
  if (!header) return bad_header(reader.path_, "its header's checksum is wrong");
  if (header->version != journal_format_version) {
    return Failure{reader.path_ + " has journal format " + std::to_string(header->version) +
                   ", this penchant reads format " + std::to_string(journal_format_version) +
                   ": start the newer penchant that wrote it"};
  }
  if (header->first_sequence != first_sequence) {
    return bad_header(reader.path_,
                      "its header says that it begins with event " + std::to_string(header->first_sequence));
  }
  reader.store_id_ = header->store_id;
  reader.segment_crc_ = segment_crc(*bytes);
  reader.window_.skip(segment_header_bytes);
  return reader;
}

result<bool> SegmentReader::next(std::uint64_t sequence, Frame& frame) {
  const auto none = [this](std::string_view reason) {
    reason_ = reason;
    return false;
  };
  const std::uint64_t left = window_.left();
  if (left == 0) return none("");
  if (left < frame_header_bytes) return none("the file ends inside the event");
  auto bytes = window_.peek(frame_header_bytes);
  if (!bytes) return bytes.error();
  const auto header = decode_frame_header(bytes->data(), segment_crc_);
  if (!header) return none("its header's checksum is wrong");
  if (header->sequence != sequence) return none("another event is in its place");
  if (header->length > journal_payload_bytes_max) return none("it is longer than an event may be");
  if (header->length > left - frame_header_bytes) return none("the file ends inside the event");

  bytes = window_.peek(frame_header_bytes + header->length);
  if (!bytes) return bytes.error();
  const auto payload = bytes->subspan(frame_header_bytes, header->length);
  if (crc32c(payload) != header->payload_crc) return none("its checksum is wrong");
  frame = {.header = *header, .payload = payload, .offset = window_.offset()};
  window_.skip(frame_header_bytes + header->length);
  return true;
}

result<bool> SegmentReader::proves_synced(std::uint64_t sequence) {
  // No event of this file can have a later sequence: so nearly every offset is ruled out by two comparisons.
  const std::uint64_t last = sequence + window_.left() / frame_header_bytes;
  while (window_.left() >= frame_header_bytes) {
    const auto bytes = window_.peek(frame_header_bytes);
    if (!bytes) return bytes.error();
    const std::size_t offsets = bytes->size() - frame_header_bytes + 1;
    for (std::size_t i = 0; i < offsets; ++i) {
      const std::byte* const at = bytes->data() + i;
      const std::uint64_t claimed = claimed_sequence(at);
      if (claimed < sequence || claimed > last) continue;
      const auto header = decode_frame_header(at, segment_crc_);
      if (header && header->synced_before() > sequence) return true;
    }
    window_.skip(offsets);
  }
  return false;
}

}  // namespace penchant

#include "persistence/segment_salvage.h"

#include <algorithm>
#include <array>
#include <utility>

#include "persistence/compressed_segment.h"
#include "persistence/crc32c.h"

namespace penchant {
namespace {

constexpr std::size_t store_id_at_offset = 12;  // in a segment's header

result<std::unique_ptr<File>> open_whatever(FileSystem& files, const std::string& path, const SegmentName& segment) {
  if (segment.is_compressed) return open_damaged_compressed(files, path, segment.first_sequence);
  return files.open_read(path);
}

}  // namespace

result<SegmentSalvage> SegmentSalvage::open(FileSystem& files, const std::string& directory, const SegmentName& segment,
                                            const StoreId& store_id) {
  const std::string path = path_of_segment(directory, segment);
  auto file = open_whatever(files, path, segment);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  SegmentSalvage salvage;
  salvage.window_ = ReadWindow(std::move(*file), path, *size);
  std::array<std::byte, segment_header_bytes> header;
  salvage.segment_crc_ =
      encode_segment_header({.store_id = store_id, .first_sequence = segment.first_sequence}, header.data());
  const auto past = static_cast<std::size_t>(std::min<std::uint64_t>(*size, segment_header_bytes));
  if (auto shown = salvage.window_.peek(past); !shown) return shown.error();
  salvage.window_.skip(past);
  return salvage;
}

result<bool> SegmentSalvage::next(std::uint64_t sequence, std::uint64_t last, Frame& frame) {
  while (window_.left() >= frame_header_bytes) {
    auto bytes = window_.peek(frame_header_bytes);
    if (!bytes) return bytes.error();
    const std::size_t offsets = bytes->size() - frame_header_bytes + 1;
    std::size_t at = 0;
    std::optional<FrameHeader> header;
    for (; at < offsets && !header; ++at) {
      const std::uint64_t claimed = claimed_sequence(bytes->data() + at);
      if (claimed < sequence || claimed > last) continue;
      header = decode_frame_header(bytes->data() + at, segment_crc_);
      if (header && header->length > window_.left() - at - frame_header_bytes) header.reset();
      if (header && header->length > journal_payload_bytes_max) header.reset();
      if (header) break;
    }
    window_.skip(at);
    if (!header) continue;
    bytes = window_.peek(frame_header_bytes + header->length);
    if (!bytes) return bytes.error();
    const auto payload = bytes->subspan(frame_header_bytes, header->length);
    if (crc32c(payload) != header->payload_crc) {
      window_.skip(1);
      continue;
    }
    frame = {.header = *header, .payload = payload, .offset = window_.offset()};
    window_.skip(frame_header_bytes + header->length);
    return true;
  }
  return false;
}

result<StoreId> claimed_store_id(FileSystem& files, const std::string& directory, const SegmentName& segment) {
  const auto file = open_whatever(files, path_of_segment(directory, segment), segment);
  if (!file) return file.error();
  std::array<std::byte, segment_header_bytes> bytes{};
  const auto got = (*file)->read_at(0, bytes);
  if (!got) return got.error();
  StoreId id;
  std::copy_n(bytes.begin() + store_id_at_offset, id.size(), id.begin());
  return id;
}

}  // namespace penchant

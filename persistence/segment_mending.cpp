#include "persistence/segment_mending.h"

#include <algorithm>

#include "persistence/crc32c.h"
#include "persistence/event_fields.h"
#include "persistence/folder_repair.h"
#include "persistence/segment_salvage.h"

namespace penchant {
namespace {

constexpr std::size_t mended_write_bytes = std::size_t{1} << 20;
constexpr std::uint64_t erased_frame_bytes_min = frame_header_bytes + 1;
constexpr std::uint64_t erased_frame_bytes_max = frame_header_bytes + journal_payload_bytes_max;

// Writes a segment's frames one behind the other.
class SegmentOut {
 public:
  static result<SegmentOut> create(FileSystem& files, const std::string& path, const SegmentHeader& header) {
    auto file = files.create(path);
    if (!file) return file.error();
    SegmentOut out;
    out.file_ = std::move(*file);
    out.buffer_.resize(segment_header_bytes);
    out.crc_ = encode_segment_header(header, out.buffer_.data());
    out.size_ = segment_header_bytes;
    return out;
  }

  [[nodiscard]] std::uint64_t size() const { return size_; }

  result<void> add(const Frame& frame) { return add_frame(frame.header, frame.payload); }

  /// Erased events in `bytes` bytes, or in the fewest where there are none to fill.
  result<void> add_erased(const EventRange& events, std::uint64_t bytes) {
    std::uint64_t left = events.last - events.first + 1;
    bytes = std::max(bytes, left * erased_frame_bytes_min);
    for (std::uint64_t sequence = events.first; left > 0; ++sequence, --left) {
      const std::uint64_t room = bytes - (left - 1) * erased_frame_bytes_min;
      const std::uint64_t frame_bytes = std::min(room, erased_frame_bytes_max);
      erased_.assign(static_cast<std::size_t>(frame_bytes - frame_header_bytes), std::byte{0});
      erased_.front() = static_cast<std::byte>(EventKind::erased);
      const FrameHeader header{.length = static_cast<std::uint32_t>(erased_.size()),
                               .unsynced = unsynced_unknown,
                               .sequence = sequence,
                               .payload_crc = crc32c(erased_)};
      if (auto added = add_frame(header, erased_); !added) return added;
      bytes -= frame_bytes;
    }
    return {};
  }

  result<void> finish() {
    if (auto flushed = flush(); !flushed) return flushed;
    return file_->sync();
  }

 private:
  SegmentOut() = default;

  result<void> add_frame(const FrameHeader& header, std::span<const std::byte> payload) {
    const std::size_t begin = buffer_.size();
    buffer_.resize(begin + frame_header_bytes);
    encode_frame_header(header, crc_, buffer_.data() + begin);
    buffer_.insert(buffer_.end(), payload.begin(), payload.end());
    size_ += frame_header_bytes + payload.size();
    return buffer_.size() < mended_write_bytes ? result<void>() : flush();
  }
  result<void> flush() {
    auto written = file_->append(buffer_);
    buffer_.clear();
    return written;
  }

  std::unique_ptr<File> file_;
  std::vector<std::byte> buffer_;
  std::vector<std::byte> erased_;
  std::uint32_t crc_ = 0;
  std::uint64_t size_ = 0;
};

Failure too_many(const EventRange& lost) {
  return Failure{"events " + std::to_string(lost.first) + " to " + std::to_string(lost.last) +
                 " are lost, more than a repair replaces (" + std::to_string(replaced_events_max) +
                 "): put back a copy of the folder that is whole"};
}

/// Whether so many events have room between two that are whole: each keeps its place.
bool fits(std::uint64_t events, std::uint64_t bytes) {
  if (events == 0) return bytes == 0;
  return events <= bytes / erased_frame_bytes_min && bytes / events <= erased_frame_bytes_max;
}

}  // namespace

result<Mended> mend_segment(FileSystem& files, const std::string& directory, const SegmentDamage& damage,
                            const StoreId& store_id, const std::string& aside) {
  auto out = SegmentOut::create(files, aside, {.store_id = store_id, .first_sequence = damage.segment.first_sequence});
  if (!out) return out.error();
  Mended mended;
  std::uint64_t due = damage.segment.first_sequence;
  const auto replace = [&](std::uint64_t until, std::uint64_t bytes) -> result<void> {
    mended.lost.push_back({due, until - 1});
    if (until - due > replaced_events_max) return too_many(mended.lost.back());
    if (auto added = out->add_erased({due, until - 1}, bytes); !added) return added;
    due = until;
    return {};
  };

  auto salvage = SegmentSalvage::open(files, directory, damage.segment, store_id);
  if (salvage) {
    // No frame is shorter than its header, so that none behind this one can be in the file.
    const std::uint64_t last = damage.is_last ? due + salvage->size() / frame_header_bytes : damage.until - 1;
    Frame frame;
    for (std::uint64_t wanted = due; wanted <= last;) {
      const auto more = salvage->next(wanted, last, frame);
      if (!more) return more.error();
      if (!*more) break;
      wanted = frame.header.sequence + 1;
      const std::uint64_t gap = frame.offset - out->size();
      if (!fits(frame.header.sequence - due, gap)) continue;  // lost with the others: what is behind it keeps its place
      if (gap > 0) {
        if (auto replaced = replace(frame.header.sequence, gap); !replaced) return replaced.error();
      }
      if (auto added = out->add(frame); !added) return added.error();
      due = frame.header.sequence + 1;
    }
    if (damage.is_last) mended.cut_bytes = salvage->size() - std::min(salvage->size(), out->size());
  }
  if (due < damage.until) {
    // A place in the lost part is found to be lost, not missing.
    const std::uint64_t left =
        salvage && !damage.is_last ? salvage->size() - std::min(salvage->size(), out->size()) : 0;
    if (auto replaced = replace(damage.until, left); !replaced) return replaced.error();
  }
  mended.next_sequence = due;
  if (auto finished = out->finish(); !finished) return finished.error();
  return mended;
}

result<void> write_erased_segment(FileSystem& files, const std::string& path, const StoreId& store_id,
                                  const EventRange& events) {
  if (events.last - events.first >= replaced_events_max) return too_many(events);
  auto out = SegmentOut::create(files, path, {.store_id = store_id, .first_sequence = events.first});
  if (!out) return out.error();
  if (auto added = out->add_erased(events, 0); !added) return added;
  return out->finish();
}

}  // namespace penchant

#include "persistence/segment_keeping.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "persistence/compressed_segment.h"
#include "persistence/event_codec.h"
#include "persistence/segment_reader.h"
#include "persistence/segments.h"

namespace penchant {
namespace {

constexpr std::size_t compared_bytes = std::size_t{1} << 20;
constexpr std::int64_t retention_day_ms = 24LL * 3600 * 1000;

Failure stopped() { return Failure{"the compressing was stopped"}; }

/// Whether each frame is whole, up to the last event before `after`. Its store's id.
result<StoreId> read_sound(FileSystem& files, const std::string& directory, std::uint64_t first, std::uint64_t after,
                           const std::atomic<bool>& stop) {
  auto reader = SegmentReader::open(files, directory, first, false);
  if (!reader) return reader.error();
  Frame frame;
  std::uint64_t sequence = first;
  for (;; ++sequence) {
    if (stop) return stopped();
    const auto more = reader->next(sequence, frame);
    if (!more) return more.error();
    if (!*more) break;
  }
  if (sequence == after && reader->reason().empty()) return reader->store_id();
  const std::string reason(reader->reason().empty() ? "events are missing" : reader->reason());
  return Failure{reader->path() + " is damaged at offset " + std::to_string(reader->offset()) + " (" + reason + ")"};
}

result<void> write_compressed(FileSystem& files, const std::string& aside, File& plain, const CompressedHead& head,
                              const std::atomic<bool>& stop) {
  auto writer = CompressedWriter::create(files, aside, head);
  if (!writer) return writer.error();
  std::vector<std::byte> piece(compared_bytes);
  for (std::uint64_t done = 0; done < head.size;) {
    if (stop) return stopped();
    const auto got = plain.read_at(done, piece);
    if (!got) return got.error();
    if (*got == 0 || *got > head.size - done) return Failure{aside + ": the segment changes while it is compressed"};
    if (auto written = writer->append(std::span(piece).first(*got)); !written) return written;
    done += *got;
  }
  return writer->finish();
}

/// Reads back what is on the disk: it must be the same, byte for byte.
result<void> verify_compressed(FileSystem& files, const std::string& aside, File& plain, const CompressedHead& head,
                               const std::atomic<bool>& stop) {
  auto compressed = open_compressed(files, aside, head.first_sequence);
  if (!compressed) return compressed.error();
  (*compressed)->drop_cache();
  std::vector<std::byte> piece(compared_bytes);
  std::vector<std::byte> other(compared_bytes);
  for (std::uint64_t done = 0; done < head.size;) {
    if (stop) return stopped();
    const auto got = plain.read_at(done, piece);
    if (!got) return got.error();
    const auto again = (*compressed)->read_at(done, other);
    if (!again) return again.error();
    if (*got == 0 || !std::ranges::equal(std::span(piece).first(*got), std::span(other).first(*again))) {
      return Failure{aside + " does not read as what was written"};
    }
    done += *got;
  }
  return {};
}

/// Puts the compressed form in the plain one's place.
result<void> compress_segment(FileSystem& files, const std::string& directory, std::uint64_t first_sequence,
                              const StoreId& store_id, const std::atomic<bool>& stop) {
  const std::string path = path_of_segment(directory, {first_sequence, false});
  const std::string compressed_path = path_of_segment(directory, {first_sequence, true});
  const std::string aside = unfinished_compressed(compressed_path);
  auto plain = files.open_read(path);
  if (!plain) return plain.error();
  const auto size = (*plain)->size();
  if (!size) return size.error();
  const CompressedHead head{
      .store_id = store_id, .first_sequence = first_sequence, .size = *size, .block_bytes = compressed_block_bytes};
  auto written = write_compressed(files, aside, **plain, head, stop);
  if (written) written = verify_compressed(files, aside, **plain, head, stop);
  if (!written) {
    (void)files.remove(aside);  // it may hold the space that was missing; the failure told is the first one
    return written;
  }
  if (auto renamed = files.rename(aside, compressed_path); !renamed) return renamed;
  if (auto synced = files.sync_directory(directory); !synced) return synced;
  if (auto removed = files.remove(path); !removed) return removed;
  return files.sync_directory(directory);
}

/// The time of the segment's first event that has one; 0 where none has.
result<std::int64_t> first_time(FileSystem& files, const std::string& directory, const SegmentName& segment) {
  auto reader = SegmentReader::open(files, directory, segment.first_sequence, false);
  if (!reader) return reader.error();
  EventDecoder decoder;
  Frame frame;
  for (std::uint64_t sequence = segment.first_sequence;; ++sequence) {
    const auto more = reader->next(sequence, frame);
    if (!more) return more.error();
    if (!*more) return 0;
    const auto event = decoder.decode(frame.payload);
    if (!event) return Failure{reader->path() + ", event " + std::to_string(sequence) + ": " + event.error().message};
    if (const std::int64_t time = time_of(*event)) return time;
  }
}

// One pass over the folder.
class KeepingPass {
 public:
  KeepingPass(FileSystem& files, const std::string& directory, const SegmentOptions& options, const SegmentsTask& task,
              const std::atomic<bool>& stop)
      : files_(files), directory_(directory), options_(options), task_(task), stop_(stop) {}

  SegmentsOutcome run() {
    // Nothing goes that is there in two forms: the other one would stay behind.
    if (!note(remove_superseded(files_, directory_)) || !note(list())) return std::move(outcome_);
    if (options_.history_days > 0) note(let_go_by_days());
    if (options_.compress) compress_all();
    if (options_.history_bytes > 0 && note(remove_superseded(files_, directory_)) && note(measure())) {
      note(let_go_by_bytes());
    }
    note(measure());
    return std::move(outcome_);
  }

 private:
  bool note(const result<void>& done) {
    if (!done && !outcome_.failure) outcome_.failure = done.error();
    return done.has_value();
  }

  result<void> list() {
    auto segments = list_segments(files_, directory_);
    if (!segments) return segments.error();
    segments_ = std::move(*segments);
    return {};
  }
  /// Whether the oldest segment is closed and each snapshot that is kept holds all of it.
  bool may_go() const {
    return segments_.size() > 1 && segments_[0].first_sequence < task_.current_segment &&
           segments_[1].first_sequence - 1 <= task_.covered;
  }
  // One after the other, each on the disk before the next: no crash leaves a gap.
  result<void> let_oldest_go() {
    if (auto removed = files_.remove(path_of_segment(directory_, segments_.front())); !removed) return removed;
    segments_.erase(segments_.begin());
    ++outcome_.let_go;
    outcome_.begins_with = segments_.front().first_sequence;
    return files_.sync_directory(directory_);
  }

  // Times never decrease: a segment is as old as what comes behind it, or older.
  result<void> let_go_by_days() {
    const std::int64_t until_ms = task_.now_ms - static_cast<std::int64_t>(options_.history_days) * retention_day_ms;
    while (may_go() && !stop_) {
      const auto time = first_time(files_, directory_, segments_[1]);
      if (!time) return time.error();
      if (*time == 0 || *time >= until_ms) break;
      if (auto gone = let_oldest_go(); !gone) return gone;
    }
    return {};
  }
  result<void> let_go_by_bytes() {
    const auto all_bytes = [this] {
      std::uint64_t bytes = 0;
      for (const std::uint64_t one : disk_bytes_) bytes += one;
      return bytes;
    };
    while (may_go() && !stop_ && all_bytes() > options_.history_bytes) {
      if (auto gone = let_oldest_go(); !gone) return gone;
      disk_bytes_.erase(disk_bytes_.begin());
    }
    return {};
  }

  void compress_all() {
    for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
      SegmentName& segment = segments_[i];
      if (segment.is_compressed || segment.first_sequence >= task_.current_segment) continue;
      const std::uint64_t after = segments_[i + 1].first_sequence;
      const auto store_id = read_sound(files_, directory_, segment.first_sequence, after, stop_);
      if (!store_id) {
        note(store_id.error());  // of this one alone
        if (stop_) return;
        continue;
      }
      if (!note(compress_segment(files_, directory_, segment.first_sequence, *store_id, stop_))) return;
      segment.is_compressed = true;
      ++outcome_.compressed;
    }
  }

  result<void> measure() {
    outcome_.closed = {};
    disk_bytes_.clear();
    for (const SegmentName& segment : segments_) {
      const auto on_disk = files_.open_read(path_of_segment(directory_, segment));
      if (!on_disk) return on_disk.error();
      const auto disk_bytes = (*on_disk)->size();
      if (!disk_bytes) return disk_bytes.error();
      disk_bytes_.push_back(*disk_bytes);
      if (segment.first_sequence >= task_.current_segment) continue;
      const auto opened = open_segment(files_, directory_, segment.first_sequence);
      if (!opened) return opened.error();
      const auto bytes = opened->file->size();
      if (!bytes) return bytes.error();
      ++outcome_.closed.segments;
      outcome_.closed.bytes += *bytes;
      outcome_.closed.disk_bytes += *disk_bytes;
    }
    for (const SegmentName& segment : segments_) {
      const auto time = first_time(files_, directory_, segment);
      if (!time) return time.error();
      outcome_.closed.oldest_event_ms = *time;
      if (*time != 0) break;
    }
    return {};
  }

  FileSystem& files_;
  const std::string& directory_;
  const SegmentOptions& options_;
  const SegmentsTask& task_;
  const std::atomic<bool>& stop_;
  std::vector<SegmentName> segments_;
  std::vector<std::uint64_t> disk_bytes_;  // of each of them
  SegmentsOutcome outcome_;
};

}  // namespace

SegmentsOutcome keep_segments(FileSystem& files, const std::string& directory, const SegmentOptions& options,
                              const SegmentsTask& task, const std::atomic<bool>& stop) {
  return KeepingPass(files, directory, options, task, stop).run();
}

}  // namespace penchant

#include "persistence/journal.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "engine/check.h"
#include "persistence/crc32c.h"
#include "persistence/segments.h"

namespace penchant {

Journal::Journal(FileSystem& files, std::string directory, const StoreId& store_id, JournalOptions options)
    : files_(files), directory_(std::move(directory)), store_id_(store_id), options_(options) {}

result<std::unique_ptr<Journal>> Journal::open(FileSystem& files, std::string directory,
                                               const Recovery& recovery, const StoreId& store_id,
                                               JournalOptions options) {
  PENCHANT_CHECK(!recovery.torn_tail);
  PENCHANT_CHECK(recovery.next_sequence >= 1);
  if (recovery.store_id && *recovery.store_id != store_id) {
    return Failure{"the journal in " + directory + " belongs to another store"};
  }
  if (auto removed = remove_unfinished(files, directory); !removed) return removed.error();
  if (auto removed = remove_superseded(files, directory); !removed) return removed.error();
  std::unique_ptr<Journal> journal(new Journal(files, std::move(directory), store_id, options));
  journal->next_sequence_ = recovery.next_sequence;
  journal->written_ = recovery.next_sequence - 1;
  const auto ready =
      recovery.last_segment ? journal->continue_segment(*recovery.last_segment) : journal->start_segment();
  if (!ready) return ready.error();
  journal->synced_ = recovery.next_sequence - 1;
  return journal;
}

result<void> Journal::continue_segment(const SegmentEnd& end) {
  const std::string path = path_in(directory_, segment_name(end.first_sequence));
  auto file = files_.open_append(path);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  if (*size != end.offset) {
    return Failure{path + " has " + std::to_string(*size) + " bytes where recovery read " +
                   std::to_string(end.offset) + ": something else writes to it"};
  }
  if (auto synced = (*file)->sync(); !synced) return synced;
  // A crash may have come between the segment's renaming and the sync of its name.
  if (auto synced = files_.sync_directory(directory_); !synced) return synced;
  file_ = std::move(*file);
  segment_ = end.first_sequence;
  size_ = end.offset;
  std::array<std::byte, segment_header_bytes> header{};
  segment_crc_ = encode_segment_header({.store_id = store_id_, .first_sequence = end.first_sequence}, header.data());
  return {};
}

// Written aside, synced, renamed, its name synced: a segment with its name has a whole header.
result<void> Journal::start_segment() {
  if (next_sequence_ > first_sequence_max) {
    return Failure{"the journal in " + directory_ + " is full: no segment begins after event " +
                   std::to_string(first_sequence_max)};
  }
  const std::string path = path_in(directory_, segment_name(next_sequence_));
  const std::string unfinished = path + ".tmp";
  std::array<std::byte, segment_header_bytes> header{};
  const std::uint32_t crc =
      encode_segment_header({.store_id = store_id_, .first_sequence = next_sequence_}, header.data());
  {
    auto file = files_.create(unfinished);
    if (!file) return file.error();
    if (auto written = (*file)->append(header); !written) return written;
    if (auto synced = (*file)->sync(); !synced) return synced;
  }
  if (auto renamed = files_.rename(unfinished, path); !renamed) return renamed;
  if (auto synced = files_.sync_directory(directory_); !synced) return synced;
  auto file = files_.open_append(path);  // again, so that its failures carry its name
  if (!file) return file.error();
  file_ = std::move(*file);
  segment_ = next_sequence_;
  size_ = header.size();
  segment_crc_ = crc;
  return {};
}

std::uint64_t Journal::append(std::span<const std::byte> payload) {
  PENCHANT_CHECK(payload.size() <= journal_payload_bytes_max);
  const std::size_t end = buffered_ + frame_header_bytes + payload.size();
  if (end > buffer_.size()) buffer_.resize(std::max(end, 2 * buffer_.size()));
  const std::uint64_t sequence = next_sequence_++;
  const std::uint64_t unsynced = sequence - 1 - synced_sequence();
  std::byte* const to = buffer_.data() + buffered_;
  encode_frame_header(
      {.length = static_cast<std::uint32_t>(payload.size()),
       .unsynced = static_cast<std::uint32_t>(std::min<std::uint64_t>(unsynced, unsynced_unknown)),
       .sequence = sequence,
       .payload_crc = crc32c(payload)},
      segment_crc_, to);
  std::copy(payload.begin(), payload.end(), to + frame_header_bytes);
  buffered_ = end;
  return sequence;
}

result<void> Journal::commit() {
  if (!failure_ && sync_failed_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(sync_mutex_);
    failure_ = sync_failure_;
  }
  if (failure_) {
    buffered_ = 0;  // never written, never acknowledged
    return *failure_;
  }
  if (buffered_ == 0) return {};
  const auto written = file_->append(std::span(buffer_).first(buffered_));
  size_ += std::exchange(buffered_, 0);
  if (!written) {
    failure_ = written.error();
    return written;
  }
  written_.store(next_sequence_ - 1, std::memory_order_release);
  if (size_ < options_.segment_bytes) return {};
  auto changed = change_segment();
  if (!changed) failure_ = changed.error();
  return changed;
}

// The old segment is synced before the new one exists, so that only the last can be torn.
result<void> Journal::change_segment() {
  const std::lock_guard lock(sync_mutex_);
  if (auto synced = sync_locked(); !synced) return synced.error();
  return start_segment();
}

result<void> Journal::close_segment() {
  PENCHANT_CHECK(buffered_ == 0);
  if (failure_) return *failure_;
  auto closed = size_ == segment_header_bytes ? result<void>() : change_segment();
  if (!closed) failure_ = closed.error();
  return closed;
}

result<std::uint64_t> Journal::sync() {
  const std::lock_guard lock(sync_mutex_);
  return sync_locked();
}

std::optional<Failure> Journal::sync_failure() {
  const std::lock_guard lock(sync_mutex_);
  return sync_failure_;
}

result<std::uint64_t> Journal::sync_locked() {
  if (sync_failure_) return *sync_failure_;
  const std::uint64_t written = written_sequence();  // before the sync: what comes during it may not be in it
  if (written == synced_sequence()) return written;
  const auto begin = std::chrono::steady_clock::now();
  if (auto synced = file_->sync(); !synced) {
    sync_failure_ = synced.error();
    sync_failed_.store(true, std::memory_order_release);
    return *sync_failure_;
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  last_sync_us_ = static_cast<std::uint64_t>(took.count());
  sync_us_ += last_sync_us_;
  ++syncs_;
  synced_.store(written, std::memory_order_release);
  return written;
}

}  // namespace penchant

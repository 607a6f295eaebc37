// The journal's writer: append() into memory, commit() with one write, sync() to the disk.
// The format is docs/journal_format.md.
//
// Threads: one thread owns the journal and calls everything; sync(), written_sequence() and synced_sequence()
// may be called from any thread at any time (Syncer does). commit() waits for a running sync() only when it
// changes segments.
// Errors are for ever, because what is on disk is no longer known: after a failed write every commit()
// returns that failure again, after a failed sync every commit() and sync() does. What was written before a
// failed write can still be synced. A partial write is left for recovery to cut. The server goes on read-only
// until it is started again.
// Invariant: synced_sequence() <= written_sequence() < next_sequence().
// The destructor does no I/O: what was not committed is lost, what was not synced is in the system's hands.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/journal_format.h"
#include "persistence/journal_reader.h"

namespace penchant {

struct JournalOptions {
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;  // a segment this long or longer gets no more writes
};

/// How often the journal was brought to the disk, and how long that took: in all, and the last time.
struct SyncFigures {
  std::uint64_t syncs = 0;
  std::uint64_t total_us = 0;
  std::uint64_t last_us = 0;
};

class Journal {
 public:
  // Goes on where recovery ended; the torn tail, if any, has been cut. Removes unfinished files and syncs
  // what recovery read, so that synced_sequence() is true from the beginning. `files` outlives the journal.
  // The caller holds the lock of the folder. A failure if the folder belongs to a store with another id.
  [[nodiscard]] static result<std::unique_ptr<Journal>> open(FileSystem& files, std::string directory,
                                                             const Recovery& recovery,
                                                             const StoreId& store_id,
                                                             JournalOptions options = {});

  // Keeps the event in memory for the next commit() and returns its sequence. The payload is at most
  // journal_payload_bytes_max long: the caller has checked. Allocates only when a batch is larger than any
  // before.
  std::uint64_t append(std::span<const std::byte> payload);
  // Writes everything appended since the last commit with one write; nothing to do, no system call.
  // An event may be acknowledged only after its commit succeeded.
  [[nodiscard]] result<void> commit();
  // Brings everything committed to the disk and begins a new segment, unless the current one has no events. Requires
  // that nothing is uncommitted. A failure is for ever, as commit()'s.
  [[nodiscard]] result<void> close_segment();
  // Returns when everything committed before the call is on disk, with the last sequence that is. Any thread.
  [[nodiscard]] result<std::uint64_t> sync();

  // Why a sync failed, if one did. Any thread.
  [[nodiscard]] std::optional<Failure> sync_failure();

  [[nodiscard]] std::uint64_t next_sequence() const { return next_sequence_; }
  // Where the next event will lie: the first sequence of its segment and the offset of its frame in that file. It
  // holds until the segment is removed; commit() changes segments only behind what it has written.
  [[nodiscard]] EventPlace next_place() const { return {segment_, size_ + buffered_}; }
  // The bytes of the current segment that no commit() has written yet, from committed_end() on.
  [[nodiscard]] std::span<const std::byte> uncommitted() const { return std::span(buffer_).first(buffered_); }
  [[nodiscard]] EventPlace committed_end() const { return {segment_, size_}; }
  // From which the checksums of the current segment's frames go on.
  [[nodiscard]] std::uint32_t segment_crc() const { return segment_crc_; }
  // What commit() would write: the caller bounds a batch by it.
  [[nodiscard]] std::size_t buffered_bytes() const { return buffered_; }
  // The last event written (0: none). Any thread.
  [[nodiscard]] std::uint64_t written_sequence() const { return written_.load(std::memory_order_acquire); }
  // Any thread.
  [[nodiscard]] SyncFigures sync_figures() const { return {syncs_, sync_us_, last_sync_us_}; }
  // The last event known to be on disk (0: none). Any thread.
  [[nodiscard]] std::uint64_t synced_sequence() const { return synced_.load(std::memory_order_acquire); }

 private:
  Journal(FileSystem& files, std::string directory, const StoreId& store_id, JournalOptions options);
  [[nodiscard]] result<void> continue_segment(const SegmentEnd& end);
  [[nodiscard]] result<void> start_segment();
  [[nodiscard]] result<void> change_segment();
  [[nodiscard]] result<std::uint64_t> sync_locked();

  FileSystem& files_;
  const std::string directory_;
  const StoreId store_id_;
  const JournalOptions options_;

  // The owner's.
  std::vector<std::byte> buffer_;  // its first buffered_ bytes wait for commit(); it never shrinks
  std::size_t buffered_ = 0;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t segment_ = 0;  // the current one's first sequence
  std::uint64_t size_ = 0;     // of the current segment
  std::uint32_t segment_crc_ = 0;
  std::optional<Failure> failure_;

  // Shared with the thread that syncs. Only the owner changes file_, under the mutex; so the owner may use
  // it without.
  std::mutex sync_mutex_;
  std::unique_ptr<File> file_;
  std::optional<Failure> sync_failure_;
  std::atomic<bool> sync_failed_ = false;
  std::atomic<std::uint64_t> written_ = 0;
  std::atomic<std::uint64_t> synced_ = 0;
  std::atomic<std::uint64_t> syncs_ = 0;
  std::atomic<std::uint64_t> sync_us_ = 0;
  std::atomic<std::uint64_t> last_sync_us_ = 0;
};

}  // namespace penchant

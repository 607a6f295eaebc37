// Reads the journal back after a start: every event in order, or a refusal, never wrong data.
// docs/journal_format.md tells how a torn tail and a damaged middle are told apart.
//
// Memory: one buffer of 1 MiB, larger only for a larger event (journal_payload_bytes_max at the most).
// Errors: the journal refuses to be read when its middle is damaged, events are missing, a segment belongs to
// another store or a newer format; each failure is a sentence with file and offset.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "engine/event.h"
#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/journal_format.h"

namespace penchant {

struct JournalEvent {
  std::uint64_t sequence = 0;
  std::span<const std::byte> payload;  // valid during the callback
  EventPlace place;
};
using EventCallback = std::function<result<void>(const JournalEvent&)>;

// What a power cut left of events that were never known to be on disk.
struct TornTail {
  std::uint64_t sequence = 0;  // of the event that was due
  std::uint64_t offset = 0;    // where it was due
  std::uint64_t bytes = 0;     // from there to the end of the file
  std::string path;            // the segment
  std::string reason;          // "its checksum is wrong"

  // Where cut_torn_tail keeps those bytes.
  [[nodiscard]] std::string copy_path() const { return path + ".torn-" + std::to_string(offset); }
};

struct SegmentEnd {
  std::uint64_t first_sequence = 0;
  std::uint64_t offset = 0;  // after its last whole frame
};

// What is on disk, and where the writer goes on. The last three are empty while there is no segment; last_segment also
// where the last one is compressed, to which nothing is added.
struct Recovery {
  std::uint64_t next_sequence = 1;
  std::uint64_t events = 0;  // handed to the callback
  std::optional<StoreId> store_id;
  std::optional<SegmentEnd> last_segment;
  std::optional<TornTail> torn_tail;
};

// Hands every event from `from_sequence` (1 or more) on to `on_event`; its failure ends the reading and is
// returned with file and offset. Segments that end before are not opened.
// The caller vouches that all events before `from_sequence` had been synced (its snapshot holds them): a
// journal that ends before is refused. A folder without segments is an empty journal, whatever
// `from_sequence` says.
// Changes no file. It syncs the last segment and reads it past the system's cache, so that what it reports is
// on disk even after a failed sync of an earlier run.
[[nodiscard]] result<Recovery> recover_journal(FileSystem& files, const std::string& directory,
                                               std::uint64_t from_sequence, const EventCallback& on_event);

// Copies recovery.torn_tail aside, syncs the copy, cuts the segment, syncs it, and clears recovery.torn_tail;
// nothing to do without one. May be repeated after a failure or a crash. Needs the lock of the folder.
[[nodiscard]] result<void> cut_torn_tail(FileSystem& files, const std::string& directory, Recovery& recovery);

// Removes what unfinished creations and copies left behind. Needs the lock of the folder.
[[nodiscard]] result<void> remove_unfinished(FileSystem& files, const std::string& directory);

}  // namespace penchant

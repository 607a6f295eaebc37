// Looks at everything in a folder, without changing a byte: what is there, and whether it is sound.
//
// Beside a running server (`in_use`) what it writes meanwhile is not judged: files may go, and the newest event may be
// half there. Errors: a Failure only where the folder cannot be looked at; whatever is wrong in it is a Finding.
// Memory: as a start, and twice that where a snapshot is compared with a replay. Threads: none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/journal_format.h"
#include "persistence/segments.h"

namespace penchant {

struct Finding {
  bool is_damage = true;  // else nothing is wrong, but worth knowing
  std::string file;       // its name in the folder
  std::uint64_t offset = 0;
  std::string what;
  std::string advice;
};

/// A segment whose events are not all there.
struct SegmentDamage {
  SegmentName segment;
  std::uint64_t until = 0;  // the events before this one must be there; the journal's end where is_last
  bool is_last = false;
};

struct SnapshotFound {
  std::uint64_t sequence = 0;
  std::uint64_t bytes = 0;
  std::optional<std::uint32_t> format;  // none: its header cannot be read
  bool is_whole = false;
};

struct FolderFound {
  std::uint64_t segments = 0;
  std::uint64_t compressed_segments = 0;
  std::uint64_t segment_bytes = 0;  // as if none were compressed
  std::uint64_t disk_bytes = 0;     // of the segments
  std::uint64_t first_event = 0;    // 0: there is none
  std::uint64_t last_event = 0;
  std::uint64_t events = 0;         // that are whole
  std::uint64_t erased_events = 0;  // of them
  std::int64_t oldest_event_ms = 0;
  std::int64_t newest_event_ms = 0;
  std::optional<std::uint64_t> users;    // after the last event; none where that cannot be said
  std::optional<std::uint64_t> records;  // likewise
  std::vector<SnapshotFound> snapshots;  // ascending
  std::uint64_t compared_snapshots = 0;  // that are what the events up to them give
  std::uint64_t erasures = 0;            // waiting
  std::uint64_t decision_files = 0;
  std::uint64_t decisions = 0;
  std::uint64_t set_aside = 0;  // copies of torn tails and of what was repaired
  std::uint64_t unfinished = 0;
  std::uint64_t unknown = 0;
  std::vector<Finding> findings;

  // For a repair.
  std::optional<StoreId> store_id;
  std::vector<SegmentDamage> damaged_segments;  // ascending
  std::vector<std::string> damaged_files;       // snapshots and erasures, by name
  std::uint64_t missing_before = 0;             // events before this one, which no whole snapshot holds; 0: none
  bool is_beyond_repair = false;

  bool is_sound() const;
};

/// How much has been read of how much, in bytes.
using CheckProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

result<FolderFound> check_folder(FileSystem& files, const std::string& directory, bool in_use,
                                 const CheckProgress& progress);

}  // namespace penchant

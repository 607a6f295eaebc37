// What is done to closed segments: compressing them, and letting the oldest go. docs/journal_format.md and history.md.
//
// Each step may be repeated after a failure or a crash; a segment has a whole form at every moment. Errors: a sentence
// with the path. Memory: a window of a segment (1 MiB) and what compressing takes. Threads: none; keep_segments() runs
// beside whoever appends to the journal and reads it, never beside erase_events(), which changes the same files.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/result.h"
#include "persistence/file.h"

namespace penchant {

inline constexpr std::uint64_t history_days_max = 100 * 365;

struct SegmentOptions {
  bool compress = false;
  std::uint64_t history_days = 0;   // events older than so many days may go; 0: none
  std::uint64_t history_bytes = 0;  // on disk, beyond which the oldest segments go; 0: none
};

struct SegmentsTold {
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;  // as if none were compressed
  std::uint64_t disk_bytes = 0;
  std::int64_t oldest_event_ms = 0;  // 0: there is none
};

/// What one pass over the segments is told, and what it tells.
struct SegmentsTask {
  std::uint64_t current_segment = 0;  // the journal's: closed are those before
  std::uint64_t covered = 0;          // events up to this one are in each snapshot that is kept: 0: let none go
  std::int64_t now_ms = 0;
};
struct SegmentsOutcome {
  SegmentsTold closed;             // the current one not included, but for oldest_event_ms
  std::uint64_t compressed = 0;    // segments
  std::uint64_t let_go = 0;        // segments
  std::uint64_t begins_with = 0;   // the first event that is left, where some were let go
  std::optional<Failure> failure;  // the first; what does not depend on it is done all the same
};

/// Ends early, with a failure, when `stop` becomes true. A segment that is damaged is left as it is.
SegmentsOutcome keep_segments(FileSystem& files, const std::string& directory, const SegmentOptions& options,
                              const SegmentsTask& task, const std::atomic<bool>& stop);

}  // namespace penchant

// JournalEvents: the journal's events in order, read forward from its files beside whoever writes it.
//
//   JournalEvents events(files, directory);
//   if (auto sought = events.seek(1); !sought) …
//   for (;;) { const auto event = events.next(last); if (!event || !*event) break; … }
//
// Unlike recovery it judges no damage: it reads up to an event that the caller knows to have been written. Owner and
// thread: any one. Lifetime: `files` outlives it. Memory: a SegmentReader's window. Errors: a sentence with path and
// offset where a segment cannot be read or an event before `last` is not whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/journal_reader.h"
#include "persistence/segment_reader.h"

namespace penchant {

class JournalEvents {
 public:
  JournalEvents(FileSystem& files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  /// Goes to event `sequence`, 1 or more, or to the first one kept where that is later. Near what was read last it
  /// reads on from there.
  result<void> seek(std::uint64_t sequence);
  /// Lets its file go: segments have been written anew under their names, or removed.
  void close() { reader_.reset(); }
  /// The next event; nothing behind event `last`, which has been written. Valid until the next call.
  result<std::optional<JournalEvent>> next(std::uint64_t last);

  /// The event that next() gives.
  std::uint64_t next_sequence() const { return next_; }

 private:
  result<void> open(std::uint64_t first_sequence);
  result<std::uint64_t> segment_of(std::uint64_t sequence);

  FileSystem& files_;
  const std::string directory_;
  std::optional<SegmentReader> reader_;
  std::uint64_t segment_ = 0;  // the one that reader_ reads; 0: there is no segment
  std::uint64_t next_ = 1;
};

}  // namespace penchant

// Reads single events back by their location, for the history. One read for a small event of the segment read
// last.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/journal_format.h"
#include "persistence/journal_reader.h"

namespace penchant {

// Not for two threads at once. `files` outlives the reader. Keeps one segment open. A segment that has been
// written anew since its location was taken is read wrongly only if the sequence fits too: compare it.
class EventReader {
 public:
  EventReader(FileSystem& files, std::string directory);

  // A committed event. The payload is valid until the next call. A failure with file and offset if there is
  // no whole event there.
  [[nodiscard]] result<JournalEvent> read(EventLocation location);

 private:
  [[nodiscard]] result<void> open_segment(std::uint64_t first_sequence);
  [[nodiscard]] result<std::size_t> fill(std::uint64_t offset, std::size_t from, std::size_t to);

  FileSystem& files_;
  const std::string directory_;
  std::string path_;
  std::unique_ptr<File> file_;
  std::uint64_t segment_ = 0;
  std::uint32_t segment_crc_ = 0;
  std::vector<std::byte> buffer_;
};

}  // namespace penchant

// One event of the journal by its place: a frame read by itself, from a closed segment, the current one, or what the
// journal has not committed yet.
//
// A place may come from outside: it is believed only where a whole frame with right checksums begins, and no length is
// believed before it is compared with the bytes there. Owner and thread: the journal's. Lifetime: `files` and `journal`
// outlive it. Memory: the largest event read; at most lookup_files_max files stay open, those used last.
// Errors: a sentence with path and offset where a file cannot be read, or is damaged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/journal.h"
#include "persistence/journal_format.h"

namespace penchant {

inline constexpr std::size_t lookup_files_max = 8;

struct FoundEvent {
  enum class Kind : std::uint8_t {
    event,
    none,  // no frame begins there
    gone,  // the segment has been removed
  };
  Kind kind = Kind::none;
  std::uint64_t sequence = 0;
  std::span<const std::byte> payload;  // until the next call, and the journal's next
};

class JournalLookup {
 public:
  JournalLookup(FileSystem& files, std::string directory, const Journal& journal)
      : files_(files), directory_(std::move(directory)), journal_(&journal) {}
  /// Of a folder that nobody writes to.
  JournalLookup(FileSystem& files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  result<FoundEvent> find(EventPlace place);

  /// Whether an erased event stands where one was before a repair: at that place, across it, or as the last one before
  /// it. Reads the segment from its beginning.
  result<bool> is_lost(EventPlace place);

  /// Lets all files go: segments have been written anew under their names, or removed.
  void close_files() { open_.clear(); }
  std::size_t open_files() const { return open_.size(); }

 private:
  struct OpenSegment {
    std::uint64_t first_sequence = 0;
    std::uint32_t crc = 0;
    std::string path;
    std::unique_ptr<File> file;
  };
  result<OpenSegment*> open(std::uint64_t first_sequence);  // null: it is gone
  result<bool> exists(std::uint64_t first_sequence);
  result<FoundEvent> read(OpenSegment& segment, std::uint64_t offset, std::uint64_t left);

  FileSystem& files_;
  const std::string directory_;
  const Journal* const journal_ = nullptr;
  std::vector<OpenSegment> open_;  // the one used last at the end
  std::vector<std::byte> buffer_;
};

}  // namespace penchant

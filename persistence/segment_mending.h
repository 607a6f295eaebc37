// A damaged segment written anew, plain, with what can be read of it. Belongs to folder_repair.h, which says the rest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/folder_check.h"

namespace penchant {

struct EventRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
struct Mended {
  std::vector<EventRange> lost;     // replaced by erased events
  std::uint64_t cut_bytes = 0;      // behind the last event, where the segment is the last one
  std::uint64_t next_sequence = 0;  // of what comes behind it
};

/// Writes the segment to `aside`, synced; the folder's own file stays as it is. Where the segment is the last one it
/// ends with its last whole event, or with event damage.until - 1 if that comes later.
[[nodiscard]] result<Mended> mend_segment(FileSystem& files, const std::string& directory, const SegmentDamage& damage,
                                          const StoreId& store_id, const std::string& aside);
/// A segment of erased events alone: those from `first_sequence` on before `until`.
[[nodiscard]] result<void> write_erased_segment(FileSystem& files, const std::string& path, const StoreId& store_id,
                                                const EventRange& events);

}  // namespace penchant

// Spreading the users of a folder's stores over another number of stores: docs/stores.md, "Changing how many".
//
// A user moves as state (Engine::adopt), with those of the journal's events that tell of him, and his decisions. What
// is written lies in the folders of the new layout; the old stores' files stay as they are. Errors: one sentence; what
// was written until then is left behind. Memory: the old engines and the new ones, and a ring's decisions. Threads:
// none.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/recovery.h"
#include "persistence/store.h"
#include "persistence/store_layout.h"

namespace penchant {

struct RespreadTarget {
  std::string root;
  StoreLayout layout;  // of a generation that has no files yet
  JournalOptions journal;
  bool compress_snapshots = false;
};

/// Writes all that the open stores hold into the folders of another layout, for good when this returns. The stores
/// agree about decay and pools, and have nothing uncommitted. What is worth a warning.
result<std::vector<std::string>> respread(FileSystem& files, std::span<const std::unique_ptr<Store>> from,
                                          const RespreadTarget& target, const StartProgress& progress);

}  // namespace penchant

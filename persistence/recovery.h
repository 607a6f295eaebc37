// Starting from a folder: the newest valid snapshot and the journal after it.
//
// Changes files only in cut_torn_tail (journal_reader.h), which the store calls. Needs the folder's lock. Errors: a
// sentence for the person who starts the server; a damaged middle of the journal is one, a snapshot that cannot be
// read, and a damaged one whose events nothing else holds; a torn tail is not.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/history_heads.h"
#include "persistence/journal_reader.h"

namespace penchant {

struct Recovered {
  Engine engine;
  HistoryHeads heads;
  Recovery journal;
  std::uint64_t snapshot_sequence = 0;           // 0: none was used
  std::uint64_t replayed = 0;                    // events after it
  std::vector<std::uint64_t> invalid_snapshots;  // passed over, newest first
  std::vector<std::string> warnings;             // a damaged snapshot passed over, a torn tail
};

/// Told now and then while the state is read how far that is: "3000000 events replayed".
using StartProgress = std::function<void(const std::string& progress)>;

/// `use_snapshots` false replays everything: for checking that it gives the same.
result<Recovered> recover(FileSystem& files, const std::string& directory, bool use_snapshots,
                          const StartProgress& progress);

}  // namespace penchant

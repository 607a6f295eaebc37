// Makes a damaged folder start again, for a person who has asked for it (penchant repair). Nothing here runs by itself.
//
// What is changed is copied aside first, under a name of its own, synced. Then the least is done: a damaged snapshot or
// erasure is taken out; a segment is written anew with its whole events where they were, each at its offset, and
// erased events (docs/journal_format.md) in place of those that cannot be read; a torn tail is cut off. So later
// events, and places in the history, stay what they are. The caller holds the folder's lock. Errors: a sentence; what
// was done up to there holds, and all of it may be repeated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/folder_check.h"

namespace penchant {

inline constexpr std::uint64_t replaced_events_max = 10'000'000;  // more that are lost are not replaced: a refusal

struct RepairOptions {
  std::string aside;        // the folder that keeps what is changed; empty: the same one
  std::int64_t now_ms = 0;  // part of the copies' names
};

/// What a repair of `found` would do, a sentence each; empty where there is nothing to do.
std::vector<std::string> repair_plan(const FolderFound& found);

/// Does it; what was done, and exactly what was lost, a sentence each.
result<std::vector<std::string>> repair_folder(FileSystem& files, const std::string& directory,
                                               const FolderFound& found, const RepairOptions& options);

}  // namespace penchant

// Erasures on the disk: the files that say whom to forget, and the rewriting of the journal's closed segments without
// that user's events. docs/journal_format.md tells the whole of it, and why each step lasts.
//
// Errors: one sentence with the path. Everything here may be repeated after a failure or a crash. Memory: two windows
// of a segment (1 MiB each, larger for a larger event). Threads: none; erase_events() runs beside whoever appends to
// the journal and reads it, for it touches closed segments only and replaces each at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"

namespace penchant {

/// The user's events up to this one, which is the Forget, are to be erased.
struct Erasure {
  std::uint64_t sequence = 0;
  std::string user;
};

/// "erase-00000000000000000007"
std::string erasure_name(std::uint64_t sequence);
/// Nothing unless the name is one that erasure_name gives.
std::optional<std::uint64_t> erasure_sequence(std::string_view name);

/// Writes the erasure's file; the folder holds it for good when this returns.
result<void> write_erasure(FileSystem& files, const std::string& directory, const Erasure& erasure);
/// Undoes a write_erasure() that failed anywhere: the file is not there when this returns.
result<void> withdraw_erasure(FileSystem& files, const std::string& directory, const Erasure& erasure);
/// All erasures of the folder, in the order of their sequences. Removes what unfinished writes left behind.
result<std::vector<Erasure>> read_erasures(FileSystem& files, const std::string& directory);
/// Gives the erasure another sequence, on the disk too.
result<void> renumber_erasure(FileSystem& files, const std::string& directory, Erasure& erasure,
                              std::uint64_t sequence);

/// The erasure of that file.
result<Erasure> read_erasure(FileSystem& files, const std::string& directory, const std::string& name);

/// Whether it is the name of a copy of a torn tail, or of what a repair has set aside.
bool is_set_aside(std::string_view name);
/// Where a repair keeps a file of the folder as it was; `now_ms` makes the name new.
std::string set_aside_name(std::string_view name, std::int64_t now_ms);

/// Whether there are such copies: they may tell of a user who is not known any more.
result<bool> has_set_aside(FileSystem& files, const std::string& directory);

/// Removes all that was set aside, erases the events from all segments, then removes the files of `erasures`.
/// Requires that the segments up to the last erasure's sequence are closed, and that no snapshot from before it is
/// left. Returns early, with a failure, when `stop` becomes true.
result<void> erase_events(FileSystem& files, const std::string& directory, std::span<const Erasure> erasures,
                          const std::atomic<bool>& stop);

}  // namespace penchant

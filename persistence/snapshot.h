// Snapshots: an engine, and where its users' records lie, to a file and back. The format is docs/snapshot_format.md.
//
// Errors: one sentence with the path, and the offset where a file is damaged. A snapshot that is damaged in any
// bit is refused. Memory: a chunk (1 MiB) beside the engine. Threads: a FrozenState is its owner's.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/history_heads.h"
#include "persistence/journal_format.h"
#include "persistence/snapshot_chunks.h"

namespace penchant {

inline constexpr std::uint32_t snapshot_format_version = 8;
inline constexpr std::uint32_t snapshot_format_read_min = 6;
inline constexpr std::size_t snapshots_kept = 2;

struct SnapshotStamp {
  StoreId store_id{};
  std::uint64_t sequence = 0;  // of the last event it holds
};

/// "snapshot-00000000000000000007.penchant"
std::string snapshot_name(std::uint64_t sequence);
/// Nothing unless the name is one that snapshot_name gives, for a sequence up to first_sequence_max.
std::optional<std::uint64_t> snapshot_sequence(std::string_view name);

/// The state of one moment, made on the engine's thread in little time: about 0.1 us a user and a distinct word. The
/// engine goes on, and copies a user when it first changes one; any thread may write this down, or drop it.
class FrozenState {
 public:
  FrozenState(const Engine& engine, const HistoryHeads& heads);

  /// Once: users are let go as they are saved.
  void save(ByteSink& sink);

 private:
  std::string head_;  // all but the users, as an archive has it
  std::vector<std::optional<NamedUser>> users_;  // none once it is saved
  HistoryHeads heads_;
  std::uint32_t next_user_;
};

struct SnapshotWriting {
  bool is_compressing = false;
  const std::atomic<bool>* stop = nullptr;      // when it becomes true the writing fails
  std::function<result<void>()> before_rename;  // what must have been done before the folder holds the snapshot
};

/// Writes the snapshot and makes it the newest; the folder holds it for good when this returns.
result<void> write_snapshot(FileSystem& files, const std::string& directory, const SnapshotStamp& stamp,
                            FrozenState state, const SnapshotWriting& how = {});

/// Replaces `engine` and `heads` by the snapshot's. After a failure they are unspecified; it is damage unless the file
/// could not be read, or is of a newer format. `progress` may be empty.
result<SnapshotStamp> read_snapshot(FileSystem& files, const std::string& path, Engine& engine, HistoryHeads& heads,
                                    ReadProgress progress = {});

/// The format version in the file's header, whichever it is; none where there is no header to be read.
std::optional<std::uint32_t> snapshot_format(FileSystem& files, const std::string& path);

/// Removes those of `invalid` sequences, all others but the newest `kept`, and unfinished ones. No snapshot is being
/// written.
result<void> remove_old_snapshots(FileSystem& files, const std::string& directory,
                                  std::span<const std::uint64_t> invalid, std::size_t kept = snapshots_kept);

/// The bytes of the state, for comparing two engines: equal states, equal bytes.
std::string state_bytes(const Engine& engine);

}  // namespace penchant

// Snapshots: an engine, and where its users' records lie, to a file and back. The format is docs/snapshot_format.md.
//
// Errors: one sentence with the path, and the offset where a file is damaged. A snapshot that is damaged in any
// bit is refused. Memory: a chunk (1 MiB) beside the engine. Threads: none.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/history_heads.h"
#include "persistence/journal_format.h"

namespace penchant {

inline constexpr std::uint32_t snapshot_format_version = 4;
inline constexpr std::size_t snapshot_chunk_bytes_max = std::size_t{1} << 20;
inline constexpr std::size_t snapshots_kept = 2;

struct SnapshotStamp {
  StoreId store_id{};
  std::uint64_t sequence = 0;  // of the last event it holds
};

/// "snapshot-00000000000000000007.penchant"
std::string snapshot_name(std::uint64_t sequence);
/// Nothing unless the name is one that snapshot_name gives, for a sequence up to first_sequence_max.
std::optional<std::uint64_t> snapshot_sequence(std::string_view name);

/// Writes the snapshot and makes it the newest; the folder holds it for good when this returns.
result<void> write_snapshot(FileSystem& files, const std::string& directory, const SnapshotStamp& stamp,
                            const Engine& engine, const HistoryHeads& heads);

/// Replaces `engine` and `heads` by the snapshot's. After a failure they are unspecified.
result<SnapshotStamp> read_snapshot(FileSystem& files, const std::string& path, Engine& engine, HistoryHeads& heads);

/// Whether the snapshot was written by a newer Penchant, whose journal may hold what this one cannot read.
bool is_of_newer_format(FileSystem& files, const std::string& path);

/// Removes those of `invalid` sequences, all others but the newest `kept`, and unfinished ones. No snapshot is being
/// written.
result<void> remove_old_snapshots(FileSystem& files, const std::string& directory,
                                  std::span<const std::uint64_t> invalid, std::size_t kept = snapshots_kept);

/// The bytes of the state, for comparing two engines: equal states, equal bytes.
std::string state_bytes(const Engine& engine);

}  // namespace penchant

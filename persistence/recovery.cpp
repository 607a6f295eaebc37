#include "persistence/recovery.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "persistence/event_codec.h"
#include "persistence/replay.h"
#include "persistence/segment_reader.h"
#include "persistence/snapshot.h"

namespace penchant {
namespace {

constexpr std::uint64_t events_between_progress = 1'000'000;

constexpr std::string_view unread_advice =
    "; the start stops here, for the snapshot may be whole: let it be read, or move it out of the folder";

/// Of a newer format, which the failure says with what to do; else it could not be read.
Failure refusal_of(FileSystem& files, const std::string& path, const Failure& failure) {
  const bool is_newer = snapshot_format(files, path).value_or(0) > snapshot_format_version;
  return is_newer ? failure : Failure{failure.message + std::string(unread_advice)};
}

/// The newest snapshot that is whole, or an empty engine; why damaged ones are passed over becomes a warning each.
result<SnapshotStamp> load_newest(FileSystem& files, const std::string& directory, const StartProgress& progress,
                                  Recovered& recovered) {
  auto names = files.list(directory);
  if (!names) return names.error();
  std::ranges::reverse(*names);
  for (const std::string& name : *names) {
    const auto sequence = snapshot_sequence(name);
    if (!sequence) continue;
    const std::string path = path_in(directory, name);
    Engine engine;
    HistoryHeads heads;
    const auto on_read = [&](std::uint64_t read, std::uint64_t size) {
      progress(std::to_string(read >> 20) + " of " + std::to_string(size >> 20) + " MiB of " + name + " read");
    };
    auto stamp = read_snapshot(files, path, engine, heads, on_read);
    if (stamp && stamp->sequence != *sequence) {
      stamp = Failure{path + " is that of event " + std::to_string(stamp->sequence), true};
    }
    if (stamp) {
      recovered.engine = std::move(engine);
      recovered.heads = std::move(heads);
      return stamp;
    }
    if (!stamp.error().is_damage) return refusal_of(files, path, stamp.error());
    recovered.invalid_snapshots.push_back(*sequence);
    recovered.warnings.push_back(stamp.error().message);
  }
  return SnapshotStamp{};
}

/// A snapshot's name vouches for its events, whatever has become of its content: they were synced before.
result<void> refuse_missing_events(const Recovered& recovered) {
  const std::uint64_t due = recovered.journal.next_sequence;
  if (recovered.invalid_snapshots.empty() || recovered.invalid_snapshots.front() < due) return {};
  return Failure{recovered.warnings.front() + "; nothing else holds the events " + std::to_string(due) + " to " +
                     std::to_string(recovered.invalid_snapshots.front()) + std::string(damage_advice),
                 true};
}

}  // namespace

result<Recovered> recover(FileSystem& files, const std::string& directory, bool use_snapshots,
                          const StartProgress& progress) {
  Recovered recovered;
  SnapshotStamp stamp;
  if (use_snapshots) {
    auto newest = load_newest(files, directory, progress, recovered);
    if (!newest) return newest.error();
    stamp = *newest;
  }
  recovered.snapshot_sequence = stamp.sequence;

  EventDecoder decoder;
  const auto replay = [&](const JournalEvent& event) -> result<void> {
    const auto decoded = decoder.decode(event.payload);
    if (!decoded) return Failure{decoded.error().message + ": start the newer penchant that wrote it"};
    if (++recovered.replayed % events_between_progress == 0) {
      progress(std::to_string(recovered.replayed) + " events replayed");
    }
    return std::visit(Replay{recovered.engine, recovered.heads, event.place}, *decoded);
  };
  auto journal = recover_journal(files, directory, stamp.sequence + 1, replay);
  if (!journal) {
    Failure failure = journal.error();
    for (const std::string& warning : recovered.warnings) failure.message += "; " + warning;
    return failure;
  }
  recovered.journal = std::move(*journal);
  if (auto whole = refuse_missing_events(recovered); !whole) return whole.error();
  if (!recovered.warnings.empty()) {
    recovered.warnings.back() +=
        stamp.sequence > 0 ? "; the one before it is used" : "; the journal is used from its beginning";
  }
  if (stamp.sequence > 0 && recovered.journal.store_id && *recovered.journal.store_id != stamp.store_id) {
    return Failure{"the snapshot and the journal in " + directory + " belong to different stores"};
  }
  if (stamp.sequence > 0 && !recovered.journal.store_id) recovered.journal.store_id = stamp.store_id;
  if (const auto& torn = recovered.journal.torn_tail) {
    recovered.warnings.push_back(torn->path + " has a torn tail at offset " + std::to_string(torn->offset) + " (" +
                                 torn->reason + "): its last " + std::to_string(torn->bytes) +
                                 " bytes were never known to be on disk; they are kept in " + torn->copy_path());
  }
  return recovered;
}

}  // namespace penchant

#include "persistence/background_snapshot.h"

#include <utility>

namespace penchant {

result<void> BackgroundSnapshot::start(Target target, const SnapshotStamp& stamp, FrozenState state) {
  sequence_ = stamp.sequence;
  const auto sync_journal = [&journal = target.journal]() -> result<void> {
    if (auto synced = journal.sync(); !synced) return synced.error();
    return {};
  };
  return work_.start("the snapshot", [this, target = std::move(target), stamp, sync_journal,
                                      state = std::move(state)](const std::atomic<bool>& stop) mutable {
    const auto begin = std::chrono::steady_clock::now();
    auto written =
        write_snapshot(target.files, target.directory, stamp, std::move(state),
                       {.is_compressing = target.is_compressing, .stop = &stop, .before_rename = sync_journal});
    duration_ = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    return written;
  });
}

}  // namespace penchant

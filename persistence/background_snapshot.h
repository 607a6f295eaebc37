// A snapshot written by a thread, from a state that was frozen, while the engine goes on. docs/snapshot_format.md says
// why.
//
// Owner: the store's thread, which makes all calls. The thread has the frozen state to itself, syncs the journal before
// the snapshot gets its name, and is the last in line for a processor. Lifetime: `files` and `journal` outlive it; the
// destructor stops the thread at the next chunk and waits for it. Errors: told by poll(), also of want of memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/result.h"
#include "persistence/background_work.h"
#include "persistence/journal.h"
#include "persistence/snapshot.h"

namespace penchant {

class BackgroundSnapshot {
 public:
  bool running() const { return work_.running(); }
  std::uint64_t sequence() const { return sequence_; }
  /// How long the last one took that has ended.
  std::chrono::microseconds duration() const { return duration_; }

  struct Target {
    FileSystem& files;
    std::string directory;
    Journal& journal;
    bool is_compressing = false;
  };
  result<void> start(Target target, const SnapshotStamp& stamp, FrozenState state);
  /// How it has ended, once; nothing before.
  std::optional<result<void>> poll() { return work_.poll(); }

 private:
  std::uint64_t sequence_ = 0;
  std::chrono::microseconds duration_{0};  // the thread's while it runs
  BackgroundWork<void> work_;
};

}  // namespace penchant

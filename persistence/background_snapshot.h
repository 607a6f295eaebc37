// A snapshot written by a thread, from a state that was frozen, while the engine goes on. docs/snapshot_format.md says
// why.
//
// Owner: the store's thread, which makes all calls. The thread has the frozen state to itself, syncs the journal before
// the snapshot gets its name, and is the last in line for a processor. Lifetime: `files` and `journal` outlive it; the
// destructor stops the thread at the next chunk and waits for it. Errors: told by poll(), also of want of memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "engine/result.h"
#include "persistence/journal.h"
#include "persistence/snapshot.h"

namespace penchant {

class BackgroundSnapshot {
 public:
  BackgroundSnapshot() = default;
  BackgroundSnapshot(const BackgroundSnapshot&) = delete;
  BackgroundSnapshot& operator=(const BackgroundSnapshot&) = delete;
  ~BackgroundSnapshot();

  bool running() const { return thread_.joinable(); }
  std::uint64_t sequence() const { return sequence_; }

  struct Target {
    FileSystem& files;
    std::string directory;
    Journal& journal;
    bool is_compressing = false;
  };
  result<void> start(Target target, const SnapshotStamp& stamp, FrozenState state);

  enum class State : std::uint8_t { idle, running, succeeded, failed };
  /// How it is; succeeded or failed once, idle after that.
  State poll();
  /// Why the last one failed.
  const std::string& failure() const { return failure_; }

 private:
  std::uint64_t sequence_ = 0;
  std::string failure_;  // the thread's while it runs
  std::atomic<bool> stop_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace penchant

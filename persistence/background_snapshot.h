// A snapshot written by a forked child, which has the memory of the moment of the fork to itself while its parent
// goes on. docs/snapshot_format.md says why.
//
// Owner: the store's thread. The child touches nothing but the engine and its own file, and ends by _exit, whatever is
// thrown in it. Errors: the child's failure reaches the parent as its sentence through a pipe. Only a child that is
// known to have ended well has succeeded.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "engine/engine.h"
#include "persistence/snapshot.h"

namespace penchant {

class BackgroundSnapshot {
 public:
  BackgroundSnapshot() = default;
  BackgroundSnapshot(const BackgroundSnapshot&) = delete;
  BackgroundSnapshot& operator=(const BackgroundSnapshot&) = delete;
  ~BackgroundSnapshot();  // ends a child that is still at it

  bool running() const { return child_ > 0; }
  std::uint64_t sequence() const { return sequence_; }

  result<void> start(FileSystem& files, const std::string& directory, const SnapshotStamp& stamp, const Engine& engine,
                     const HistoryHeads& heads);

  enum class State : std::uint8_t { idle, running, succeeded, failed };
  /// How the child is; succeeded or failed once, idle after that.
  State poll();
  /// Why the last one failed.
  const std::string& failure() const { return failure_; }

 private:
  pid_t child_ = 0;
  int pipe_ = -1;  // the child's sentence, if it failed
  std::uint64_t sequence_ = 0;
  std::string failure_;
};

}  // namespace penchant

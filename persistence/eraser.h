// Eraser: the erasures under way, in the order of their Forgets, and the thread that works on them.
//
// Owner: the store's thread, which makes all calls; the eraser's own thread runs erase_events() (erasure.h) and touches
// nothing else. Lifetime: `files` outlives it; the destructor stops the thread at the next event and waits for it.
// Errors: a pass that failed is told once by poll(), and kept in failure() until the next one begins.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "persistence/background_work.h"
#include "persistence/erasure.h"
#include "persistence/file.h"

namespace penchant {

inline constexpr std::size_t erasures_max = 1024;         // under way at a time; a further FORGET is refused
inline constexpr std::int64_t erasure_retry_ms = 60'000;  // after a failure the next pass begins no sooner

class Eraser {
 public:
  Eraser(FileSystem& files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  /// Its file has been written, its event is on disk, its segments are closed. A failure from before is forgotten.
  void add(Erasure erasure);
  std::span<const Erasure> waiting() const { return erasures_; }  // those worked on included
  /// Whether all erasures up to that of event `sequence` are done.
  bool done(std::uint64_t sequence) const { return erasures_.empty() || erasures_.front().sequence > sequence; }
  /// The last event of this user that is being erased; 0: none is.
  std::uint64_t forgotten(std::string_view user) const;

  /// Whether a pass should begin.
  bool due(std::int64_t now_ms) const;
  void failed(const Failure& failure, std::int64_t now_ms);
  const std::optional<Failure>& failure() const { return failure_; }
  void try_again() { failure_.reset(); }

  bool running() const { return work_.running(); }
  /// Begins a pass over all erasures up to event `sequence`. Requires that none is running.
  result<void> start(std::uint64_t sequence);
  /// How the pass has ended, once; nothing before. When it has ended well its erasures are done.
  std::optional<result<void>> poll();

 private:
  FileSystem& files_;
  const std::string directory_;
  std::vector<Erasure> erasures_;
  std::optional<Failure> failure_;
  std::int64_t failed_ms_ = 0;

  std::vector<Erasure> at_work_;  // the thread's while it runs
  BackgroundWork<void> work_;
};

}  // namespace penchant

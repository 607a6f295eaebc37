// SegmentKeeper: when closed segments are compressed and let go, and the thread that does it (segment_keeping.h).
//
// Owner: the store's thread, which makes all calls; the keeper's own thread runs keep_segments() and touches nothing
// else. It must not run beside an eraser's: their owner lets one begin when the other has ended. Lifetime: `files`
// outlives it; the destructor stops the thread at the next event and waits for it. Errors: never the store's; a pass
// that failed is kept in failure(), and the next one is due segments_retry_ms later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/result.h"
#include "persistence/background_work.h"
#include "persistence/file.h"
#include "persistence/segment_keeping.h"

namespace penchant {

inline constexpr std::int64_t segments_retry_ms = 60'000;
inline constexpr std::int64_t segments_every_ms = 3'600'000;  // days pass also where nothing is recorded

class SegmentKeeper {
 public:
  SegmentKeeper(FileSystem& files, std::string directory, const SegmentOptions& options)
      : files_(files), directory_(std::move(directory)), options_(options) {}

  /// Whether a pass should begin: `mark` is another than the last one's, or that was long ago. The mark is a number
  /// that grows with what a pass depends on.
  bool due(std::uint64_t mark, std::int64_t now_ms) const;
  bool running() const { return work_.running(); }
  /// Requires that none is running.
  result<void> start(std::uint64_t mark, const SegmentsTask& task);
  /// For the next pass, which is due at once.
  void set_options(const SegmentOptions& options) {
    options_ = options;
    mark_ = 0;
  }
  /// Ends a running pass at the next event; poll() tells when.
  void stop_soon() { work_.stop_soon(); }
  /// How the pass has ended, once; nothing before.
  std::optional<SegmentsOutcome> poll();

  /// As the last pass left them.
  const SegmentsTold& closed() const { return closed_; }
  const std::optional<Failure>& failure() const { return failure_; }

 private:
  FileSystem& files_;
  const std::string directory_;
  SegmentOptions options_;
  std::uint64_t mark_ = 0;  // of the last pass; 0: none is worth remembering
  SegmentsTask last_;
  SegmentsTold closed_;
  std::optional<Failure> failure_;
  BackgroundWork<SegmentsOutcome> work_;
};

}  // namespace penchant

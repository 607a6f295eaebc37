#include "persistence/segment_keeper.h"

#include <utility>

namespace penchant {

bool SegmentKeeper::due(std::uint64_t mark, std::int64_t now_ms) const {
  if (running()) return false;
  const std::int64_t since_ms = now_ms - last_.now_ms;
  if (since_ms < 0) return true;  // the clock was set back
  return failure_ ? since_ms >= segments_retry_ms : mark != mark_ || since_ms >= segments_every_ms;
}

result<void> SegmentKeeper::start(std::uint64_t mark, const SegmentsTask& task) {
  mark_ = mark;
  last_ = task;
  auto begun = work_.start("the segments",
                           [this, task, options = options_](const std::atomic<bool>& stop) -> result<SegmentsOutcome> {
                             return keep_segments(files_, directory_, options, task, stop);
                           });
  if (!begun) failure_ = begun.error();
  return begun;
}

std::optional<SegmentsOutcome> SegmentKeeper::poll() {
  auto ended = work_.poll();
  if (!ended) return std::nullopt;
  SegmentsOutcome outcome = *ended ? std::move(**ended) : SegmentsOutcome{.failure = ended->error()};
  if (work_.was_stopped()) {  // it made way, and goes on where it stopped
    mark_ = 0;
    outcome.failure.reset();
  }
  failure_ = outcome.failure;
  if (!failure_ && !work_.was_stopped()) closed_ = outcome.closed;
  return outcome;
}

}  // namespace penchant

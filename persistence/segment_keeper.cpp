#include "persistence/segment_keeper.h"

#include <exception>
#include <system_error>
#include <utility>

#include "engine/check.h"

namespace penchant {

SegmentKeeper::~SegmentKeeper() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

bool SegmentKeeper::due(std::uint64_t mark, std::int64_t now_ms) const {
  if (running()) return false;
  const std::int64_t since_ms = now_ms - last_.now_ms;
  if (since_ms < 0) return true;  // the clock was set back
  return failure_ ? since_ms >= segments_retry_ms : mark != mark_ || since_ms >= segments_every_ms;
}

result<void> SegmentKeeper::start(std::uint64_t mark, const SegmentsTask& task) {
  PENCHANT_CHECK(!running());
  mark_ = mark;
  last_ = task;
  stop_ = false;
  ended_ = false;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    failure_ = Failure{std::string("cannot begin a thread for the segments: ") + error.what()};
    return *failure_;
  }
  return {};
}

void SegmentKeeper::run() {
  try {
    outcome_ = keep_segments(files_, directory_, options_, last_, stop_);
  } catch (const std::exception& error) {
    outcome_ = {.failure = Failure{error.what()}};
  }
  ended_ = true;
}

std::optional<SegmentsOutcome> SegmentKeeper::poll() {
  if (!running() || !ended_) return std::nullopt;
  thread_.join();
  if (stop_) {  // it made way, and goes on where it stopped
    mark_ = 0;
    outcome_.failure.reset();
  }
  failure_ = outcome_.failure;
  if (!failure_ && !stop_) closed_ = outcome_.closed;
  return std::exchange(outcome_, {});
}

}  // namespace penchant

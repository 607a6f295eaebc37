#include "persistence/eraser.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"

namespace penchant {

void Eraser::add(Erasure erasure) {
  PENCHANT_CHECK(erasures_.empty() || erasures_.back().sequence < erasure.sequence);
  erasures_.push_back(std::move(erasure));
  failure_.reset();
}

std::uint64_t Eraser::forgotten(std::string_view user) const {
  std::uint64_t sequence = 0;
  for (const Erasure& erasure : erasures_) {
    if (erasure.user == user) sequence = erasure.sequence;
  }
  return sequence;
}

bool Eraser::due(std::int64_t now_ms) const {
  if (erasures_.empty() || running()) return false;
  const bool is_set_back = now_ms < failed_ms_;  // the clock
  return !failure_ || is_set_back || now_ms - failed_ms_ >= erasure_retry_ms;
}

void Eraser::failed(const Failure& failure, std::int64_t now_ms) {
  failure_ = failure;
  failed_ms_ = now_ms;
}

result<void> Eraser::start(std::uint64_t sequence) {
  PENCHANT_CHECK(!running());
  at_work_.clear();
  std::ranges::copy_if(erasures_, std::back_inserter(at_work_),
                       [sequence](const Erasure& erasure) { return erasure.sequence <= sequence; });
  return work_.start("the erasure", [this](const std::atomic<bool>& stop) {
    return erase_events(files_, directory_, at_work_, stop);
  });
}

std::optional<result<void>> Eraser::poll() {
  auto ended = work_.poll();
  if (ended && *ended) {
    const std::uint64_t last = at_work_.back().sequence;
    std::erase_if(erasures_, [last](const Erasure& erasure) { return erasure.sequence <= last; });
  }
  return ended;
}

}  // namespace penchant

#include "net/world_stop.h"

namespace penchant {

bool WorldStop::run_alone(std::uint32_t own, const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  ++resting_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !is_stopped_; });
  --resting_;
  if (has_ended_) return false;
  is_stopped_ = true;
  ++stop_;
  for (std::uint32_t other = 0; other < posts_.size(); ++other) {
    if (other != own) posts_[other]([this, stop = stop_] { rest(stop); });
  }
  changed_.wait(lock, [this] { return resting_ + 1 == posts_.size(); });
  lock.unlock();
  work();
  lock.lock();
  is_stopped_ = false;
  changed_.notify_all();
  return true;
}

/// Of a stop that is over, or another one's: whoever ran alone then has found this thread at rest.
void WorldStop::rest(std::uint64_t stop) {
  std::unique_lock lock(mutex_);
  if (!is_stopped_ || stop != stop_) return;
  ++resting_;
  changed_.notify_all();
  // Should another stop follow at once, this rest is part of that one.
  changed_.wait(lock, [this] { return !is_stopped_; });
  --resting_;
}

}  // namespace penchant

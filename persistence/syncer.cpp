#include "persistence/syncer.h"

#include <utility>

namespace penchant {

Syncer::Syncer(Journal& journal, Callback on_synced)
    : journal_(journal), on_synced_(std::move(on_synced)), thread_([this] { run(); }) {}

Syncer::~Syncer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Syncer::request() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(requested_, true)) return;
  }
  wake_.notify_one();
}

void Syncer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return requested_ || stopping_; });
    if (!std::exchange(requested_, false)) return;
    lock.unlock();
    on_synced_(journal_.sync());
    lock.lock();
  }
}

bool SyncSchedule::due_after_write(Time now) {
  if (durability_ == Durability::everysec && !oldest_) oldest_ = now;
  return durability_ == Durability::always;
}

bool SyncSchedule::due_at_tick(Time now) {
  if (!oldest_ || now - *oldest_ < oldest_unsynced) return false;
  oldest_.reset();
  return true;
}

}  // namespace penchant

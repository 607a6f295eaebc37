#include "persistence/syncer.h"

#include <utility>

#include "engine/check.h"

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

void Syncer::request_by(Time due) {
  {
    const std::lock_guard lock(mutex_);
    if (due_ && *due_ <= due) return;
    due_ = due;
  }
  wake_.notify_one();
}

void Syncer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!due_) {
      if (stopping_) return;
      wake_.wait(lock);
    } else if (!stopping_ && Clock::now() < *due_) {
      const Time due = *due_;  // while it waits an earlier one may take its place
      wake_.wait_until(lock, due);
    } else {
      due_.reset();  // before the sync: what is committed during it may not be in it
      lock.unlock();
      on_synced_(journal_.sync());
      lock.lock();
    }
  }
}

std::optional<Syncer::Time> sync_due(Durability durability, Syncer::Time written) {
  switch (durability) {
    case Durability::always: return written;
    case Durability::everysec: return written + everysec_delay;
    case Durability::os: return std::nullopt;
  }
  PENCHANT_CHECK(false);
}

}  // namespace penchant

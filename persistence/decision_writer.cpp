#include "persistence/decision_writer.h"

#include <utility>

#include "engine/check.h"

namespace penchant {

DecisionWriter::DecisionWriter(FileSystem& files) : files_(files), thread_([this] { run(); }) {}

DecisionWriter::~DecisionWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void DecisionWriter::start(DecisionJob job) {
  PENCHANT_CHECK(is_idle());
  job_ = std::move(job);
  {
    const std::lock_guard lock(mutex_);
    busy_.store(true, std::memory_order_release);
  }
  changed_.notify_all();
}

void DecisionWriter::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_idle(); });
}

void DecisionWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !is_idle(); });
    if (is_idle()) return;
    lock.unlock();
    work();
    lock.lock();
    busy_.store(false, std::memory_order_release);
    changed_.notify_all();
  }
}

void DecisionWriter::work() {
  failure_.reset();
  const auto keep_first = [this](const result<void>& done) {
    if (!done && !failure_) failure_ = done.error();
  };
  for (const DecisionJob::Write& write : job_.writes) {
    keep_first(write.file->write(files_, write.generation));
    if (write.is_complete) write.file->open.reset();
  }
  for (DecisionFile& file : job_.removals) {
    file.open.reset();
    keep_first(files_.remove(file.path));
  }
  job_ = {};
}

}  // namespace penchant

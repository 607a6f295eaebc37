#include "persistence/decision_writer.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "persistence/background_work.h"

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
  lower_priority();
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
    const auto removed = files_.remove(file.path);
    keep_first(removed);
    if (!removed && is_there(file.path)) unremoved_.push_back(std::move(file));
  }
  job_ = {};
}

// Also where the folder cannot be read.
bool DecisionWriter::is_there(const std::string& path) const {
  const auto names = files_.list(directory_of(path));
  return !names || std::ranges::any_of(
                       *names, [&](const std::string& name) { return path_in(directory_of(path), name) == path; });
}

}  // namespace penchant

#include "persistence/background_snapshot.h"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <system_error>
#include <utility>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr int niceness = 10;  // requests go before it

result<void> write_frozen(const BackgroundSnapshot::Target& target, const SnapshotStamp& stamp, FrozenState state,
                          const std::atomic<bool>& stop) {
  const auto sync_journal = [&journal = target.journal]() -> result<void> {
    if (auto synced = journal.sync(); !synced) return synced.error();
    return {};
  };
  try {
    return write_snapshot(target.files, target.directory, stamp, std::move(state),
                          {.is_compressing = target.is_compressing, .stop = &stop, .before_rename = sync_journal});
  } catch (const std::exception& error) {
    return Failure{error.what()};
  }
}

}  // namespace

BackgroundSnapshot::~BackgroundSnapshot() {
  stop_ = true;
  if (running()) thread_.join();
}

result<void> BackgroundSnapshot::start(Target target, const SnapshotStamp& stamp, FrozenState state) {
  PENCHANT_CHECK(!running());
  sequence_ = stamp.sequence;
  failure_.clear();
  ended_ = false;
  const auto run = [this, target = std::move(target), stamp](FrozenState frozen) {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
    if (auto written = write_frozen(target, stamp, std::move(frozen), stop_); !written) {
      failure_ = written.error().message;
    }
    ended_.store(true, std::memory_order_release);
  };
  try {
    thread_ = std::thread(run, std::move(state));
  } catch (const std::system_error& error) {
    return Failure{std::string("cannot start a thread for the snapshot: ") + error.what()};
  }
  return {};
}

BackgroundSnapshot::State BackgroundSnapshot::poll() {
  if (!running()) return State::idle;
  if (!ended_.load(std::memory_order_acquire)) return State::running;
  thread_.join();
  return failure_.empty() ? State::succeeded : State::failed;
}

}  // namespace penchant

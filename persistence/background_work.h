// BackgroundWork: one piece of work at a time on a thread of its own, of low priority, whose owner asks now and then
// whether it is done.
//
// Owner: one thread, which makes all calls. The work is given what tells it to stop, and touches nothing of its owner's
// but what it was given. Lifetime: the destructor has the work stop and waits for it; what the work refers to is
// declared before this. Errors: what the work answers or throws, once, from poll().
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "engine/check.h"
#include "engine/result.h"

namespace penchant {

/// Of the calling thread: those that answer requests go before it.
inline void lower_priority(int niceness = 10) {
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
}

template <class T>
class BackgroundWork {
 public:
  BackgroundWork() = default;
  BackgroundWork(const BackgroundWork&) = delete;
  BackgroundWork& operator=(const BackgroundWork&) = delete;
  ~BackgroundWork() {
    stop_ = true;
    if (running()) thread_.join();
  }

  bool running() const { return thread_.joinable(); }
  /// Calls work(stop), which answers a result<T>. Requires that none is running. `what` it is for, as in "the erasure".
  template <class Work>
  result<void> start(std::string_view what, Work work) {
    PENCHANT_CHECK(!running());
    stop_ = false;
    ended_ = false;
    try {
      thread_ = std::thread([this, work = std::move(work)]() mutable { run(work); });
    } catch (const std::system_error& error) {
      return Failure{"cannot begin a thread for " + std::string(what) + ": " + error.what()};
    }
    return {};
  }
  void stop_soon() { stop_ = true; }
  bool was_stopped() const { return stop_; }
  /// What it has answered, once; nothing before.
  std::optional<result<T>> poll() {
    if (!running() || !ended_) return std::nullopt;
    thread_.join();
    return std::exchange(outcome_, std::nullopt);
  }

 private:
  template <class Work>
  void run(Work& work) {
    lower_priority();
    try {
      outcome_.emplace(work(stop_));
    } catch (const std::exception& error) {
      outcome_.emplace(Failure{error.what()});
    }
    ended_ = true;
  }

  // The thread's while it runs.
  std::optional<result<T>> outcome_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace penchant

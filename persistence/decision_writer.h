// Writes the decisions' files in the background: one thread, one job at a time.
//
// Threads: all calls come from one thread, the owner's. From start() until idle() says so, what the job names is the
// writer's: the files, and the CRCs of the bytes lent; the other bytes are read by both. What the writer has done is
// seen by whoever was told that it is idle.
// Lifetime: the file system, and what a job names, outlive the job. The destructor lets a job end, and ends the thread.
// Errors: a job goes on after a failure; the first one is its outcome.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "persistence/decision_file.h"

namespace penchant {

struct DecisionJob {
  struct Write {
    DecisionFile* file = nullptr;
    std::span<std::byte> generation;
    bool is_complete = false;  // nothing will be appended: the file is closed
  };
  std::vector<Write> writes;
  std::vector<DecisionFile> removals;  // closed and removed, after the writes
};

class DecisionWriter {
 public:
  // Throws std::system_error if the system has no thread to give.
  explicit DecisionWriter(FileSystem& files);
  DecisionWriter(const DecisionWriter&) = delete;
  DecisionWriter& operator=(const DecisionWriter&) = delete;
  ~DecisionWriter();

  [[nodiscard]] bool is_idle() const { return !busy_.load(std::memory_order_acquire); }
  // Only while it is idle.
  void start(DecisionJob job);
  // Until it is idle.
  void wait();
  // Of the last job; only while it is idle.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
  // Of the last job: what could not be removed and is still there. Only while it is idle.
  [[nodiscard]] std::vector<DecisionFile> take_unremoved() { return std::exchange(unremoved_, {}); }

 private:
  void run();
  void work();
  [[nodiscard]] bool is_there(const std::string& path) const;

  FileSystem& files_;
  DecisionJob job_;
  std::optional<Failure> failure_;
  std::vector<DecisionFile> unremoved_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> busy_ = false;  // written under the mutex
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace penchant

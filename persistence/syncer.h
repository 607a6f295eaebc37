// Brings what the journal has written to the disk, in the background: one thread, one sync for all who wait.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/result.h"
#include "persistence/journal.h"

namespace penchant {

enum class Durability {
  always,    // a reply waits until its event is on disk
  everysec,  // a power cut loses at most the last second
  os,        // the system writes when it likes; a power cut may lose half a minute
};

// Threads: request() from any. The callback runs on the syncer's thread; it must not block, nor destroy the
// syncer.
// Lifetime: the journal outlives the syncer. The destructor serves a request made before, then ends the
// thread.
class Syncer {
 public:
  // Called after each sync with the last sequence on disk, or with the failure. A failed sync is never tried
  // again: each later request is answered by the same failure at once.
  using Callback = std::function<void(result<std::uint64_t> synced_sequence)>;

  // Throws std::system_error if the system has no thread to give.
  Syncer(Journal& journal, Callback on_synced);
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;
  ~Syncer();

  // Asks for a sync of everything committed before this call. Requests made while one runs share the next.
  void request();

 private:
  void run();

  Journal& journal_;
  const Callback on_synced_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool requested_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

// Decides when to ask. Pure: the caller brings the time. The owner's thread only.
//   if (schedule.due_after_write(now)) syncer.request();   // after each commit() that wrote something
//   if (schedule.due_at_tick(now)) syncer.request();       // every 100 ms
class SyncSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Half a second, a tick and the sync itself stay below the second that `everysec` promises.
  static constexpr std::chrono::milliseconds oldest_unsynced = std::chrono::milliseconds(500);

  explicit SyncSchedule(Durability durability) : durability_(durability) {}
  [[nodiscard]] bool due_after_write(Time now);
  [[nodiscard]] bool due_at_tick(Time now);

 private:
  Durability durability_;
  std::optional<Time> oldest_;  // when the oldest write was made that no request covers
};

}  // namespace penchant

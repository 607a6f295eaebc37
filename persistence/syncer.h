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

// Threads: requests from any. The syncer's own thread keeps the times, whatever the others are busy with. The callback
// runs on it; it must not block, nor destroy the syncer.
// Lifetime: the journal outlives the syncer. The destructor serves at once what was requested before, whenever it is
// due, then ends the thread.
class Syncer {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;
  // Called after each sync with the last sequence on disk, or with the failure. A failed sync is never tried
  // again: each later request is answered by the same failure.
  using Callback = std::function<void(result<std::uint64_t> synced_sequence)>;

  // Throws std::system_error if the system has no thread to give.
  Syncer(Journal& journal, Callback on_synced);
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;
  ~Syncer();

  // Asks for a sync, begun when `due` has come, of everything committed before this call. Requests made while one runs
  // share the next, which is due when the first of them is.
  void request_by(Time due);
  void request() { request_by(Time{}); }  // now: the clock never showed an earlier time

 private:
  void run();

  Journal& journal_;
  const Callback on_synced_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Time> due_;  // of the next sync; none was asked for where there is none
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

// Half a second and the sync itself stay below the second that `everysec` promises.
inline constexpr std::chrono::milliseconds everysec_delay{500};

// When to sync what was written at `written`; never where that is the system's affair. Pure.
[[nodiscard]] std::optional<Syncer::Time> sync_due(Durability durability, Syncer::Time written);

}  // namespace penchant

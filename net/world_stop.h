// WorldStop: lets one of the stores' threads do something while all the others rest, at their event loops.
//
//   WorldStop world(posts);                            // post(work) has a thread call work() from its loop
//   if (!world.run_alone(own, [&] { ... })) return;    // on the thread of store `own`, between two requests
//
// A thread that waits for its own turn is at rest, so two that ask at once do not wait for each other. After end(),
// which is called from within, nobody runs alone any more: threads whose loops have ended do not come to rest.
// Owner: the server. Threading: any of the stores' threads. Limits: none; who runs alone holds everybody up.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace penchant {

class WorldStop {
 public:
  using Post = std::function<void(std::function<void()> work)>;
  /// By the number of the thread's store.
  explicit WorldStop(std::vector<Post> posts) : posts_(std::move(posts)) {}

  /// False where the world has ended: nothing was run.
  bool run_alone(std::uint32_t own, const std::function<void()>& work);
  void end() { has_ended_ = true; }

 private:
  void rest(std::uint64_t stop);

  const std::vector<Post> posts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t resting_ = 0;      // threads that run nothing until is_stopped_ is false
  std::uint64_t stop_ = 0;       // the last one's number
  bool is_stopped_ = false;
  bool has_ended_ = false;       // changed while the others rest
};

}  // namespace penchant

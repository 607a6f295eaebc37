#include "cli/all_processors.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "cli/progress.h"

namespace penchant {

void run_on_all_processors(std::string_view doing, std::size_t count, const std::function<void(std::size_t)>& work) {
  Progress progress(doing);
  std::atomic<std::size_t> next = 0;
  std::mutex telling;
  std::size_t done = 0;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < std::max(std::thread::hardware_concurrency(), 1U); ++i) {
    workers.emplace_back([&] {
      for (std::size_t piece = next++; piece < count; piece = next++) {
        work(piece);
        const std::lock_guard lock(telling);
        progress.show(++done, count);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
}

}  // namespace penchant

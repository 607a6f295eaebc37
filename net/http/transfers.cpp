#include "net/http/transfers.h"

#include <sys/socket.h>
#include <unistd.h>

#include <system_error>

#include "net/http/transfer.h"
#include "net/log.h"
#include "persistence/background_work.h"

namespace penchant {

// A transfer has no haste; where all cores are busy it waits.
constexpr int least_priority = 19;

bool Transfers::reserve() {
  const std::lock_guard lock(mutex_);
  join_done();
  if (running_.size() + reserved_ >= transfers_max) return false;
  ++reserved_;
  return true;
}

void Transfers::take(Transfer transfer) {
  const std::lock_guard lock(mutex_);
  --reserved_;
  if (is_stopped_ || transfer.descriptor < 0) return void(close(transfer.descriptor));
  const int server = connect_(transfer.client);
  Running& running = running_.emplace_back(Running{.descriptor = transfer.descriptor, .server = server});
  try {
    running.thread = std::thread([this, &running, transfer = std::move(transfer)] { run(running, transfer); });
  } catch (const std::system_error& error) {
    log_error(std::string("cannot begin a thread for an export or import: ") + error.what());
    close(running.descriptor);
    close(running.server);
    running_.pop_back();
  }
}

void Transfers::run(Running& running, const Transfer& transfer) {
  lower_priority(least_priority);
  run_transfer(transfer, running.server, options_);
  const std::lock_guard lock(mutex_);
  close(running.descriptor);
  close(running.server);
  running.is_done = true;
}

/// Of those whose sockets are closed nothing is left but the end of their thread.
void Transfers::join_done() {
  std::erase_if(running_, [](Running& one) {
    if (one.is_done) one.thread.join();
    return one.is_done;
  });
}

void Transfers::stop() {
  std::list<Running> ended;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    for (Running& one : running_) {
      if (one.is_done) continue;
      shutdown(one.descriptor, SHUT_RDWR);
      shutdown(one.server, SHUT_RDWR);
    }
    ended.splice(ended.end(), running_);
  }
  for (Running& one : ended) one.thread.join();
}

}  // namespace penchant

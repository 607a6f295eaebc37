// Poll: waits for many connections at once, to the nanosecond; Asio's timers would do, but not without its loop.
//
// Lifetime: the connections watched outlive it. Errors: std::system_error. Threading: none.
#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <span>
#include <system_error>

#include "cli/bench/connection.h"

namespace penchant::bench {

class Poll {
 public:
  Poll() : descriptor_(epoll_create1(EPOLL_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
  }
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;
  ~Poll() { close(descriptor_); }

  /// From now on, with EPOLL_CTL_ADD, or as said anew.
  void watch(LoadConnection& connection, bool for_sending, int operation) {
    epoll_event event{};
    event.events = for_sending ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = &connection;
    if (epoll_ctl(descriptor_, operation, connection.descriptor(), &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll");
    }
  }

  /// Those that have something: data.ptr is the connection. None after so long, or after a signal.
  std::span<epoll_event> wait(std::int64_t at_most_ns) {
    const timespec time{at_most_ns / 1'000'000'000, at_most_ns % 1'000'000'000};
    const int count = epoll_pwait2(descriptor_, events_.data(), static_cast<int>(events_.size()), &time, nullptr);
    return std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
  }

 private:
  int descriptor_;
  std::array<epoll_event, 256> events_;
};

}  // namespace penchant::bench

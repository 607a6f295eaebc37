// The client's ceiling: a server that answers every request of a fixed size with the same bytes and computes nothing.
// What redis-benchmark reaches against it is what redis-benchmark can send and parse; no server can show more.
//
// Usage: bench_canned_server PORT REQUEST_BYTES REPLY_FILE. It ends when its standard input ends.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

int listen_on(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
  return listen(listener, 511) == 0 ? listener : -1;
}

void watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

// redis-benchmark opens with CONFIG GET; it takes an error for an answer.
constexpr std::string_view config_reply = "-ERR no\r\n";

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::uint16_t port = 0;
  std::size_t request_bytes = 0;
  std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), port);
  std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), request_bytes);
  std::ifstream file(argv[3], std::ios::binary);
  const std::string reply((std::istreambuf_iterator<char>(file)), {});
  const int listener = listen_on(port);
  if (listener < 0 || request_bytes == 0 || reply.empty()) return 1;

  const int epoll = epoll_create1(0);
  watch(epoll, listener);
  watch(epoll, STDIN_FILENO);
  std::unordered_map<int, std::size_t> unfinished;  // bytes of the request that has not come whole
  std::vector<char> input(1 << 18);
  std::string output;
  for (;;) {
    std::array<epoll_event, 128> events;
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == STDIN_FILENO) return 0;
      if (descriptor == listener) {
        const int client = accept(listener, nullptr, nullptr);
        const int on = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(epoll, client);
        unfinished[client] = 0;
        continue;
      }
      const ssize_t size = read(descriptor, input.data(), input.size());
      if (size <= 0) {
        close(descriptor);
        continue;
      }
      output.clear();
      if (std::string_view(input.data(), static_cast<std::size_t>(size)).find("CONFIG") != std::string_view::npos) {
        output.append(config_reply).append(config_reply);
      } else {
        const std::size_t bytes = unfinished[descriptor] + static_cast<std::size_t>(size);
        for (std::size_t n = bytes / request_bytes; n > 0; --n) output += reply;
        unfinished[descriptor] = bytes % request_bytes;
      }
      if (!output.empty() && write(descriptor, output.data(), output.size()) < 0) close(descriptor);
    }
  }
}

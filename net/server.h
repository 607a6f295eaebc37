// Server: listens, lets clients in, and ends in order. One thread runs it all: the store, its service, every session.
//
//   Server server(service, runtime, options, listeners);
//   server.run();             // until SIGTERM, SIGINT or SHUTDOWN
//
// Lifetime: the service, the runtime and the listeners outlive the server. on_synced() may be called from any thread;
// all else from the one that calls run(). Limits: ServerOptions; what is over them is told so and closed.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/accept.h"
#include "net/command.h"
#include "net/connection.h"
#include "net/listeners.h"

namespace penchant {

// Replies, of all clients together, that wait to be read or for a sync. A client has at most one batch of them.
inline constexpr std::size_t held_bytes_max = std::size_t{256} << 20;
inline constexpr std::size_t held_bytes_short = std::size_t{16} << 10;  // so few wait whatever the others hold

struct ServerOptions {
  std::size_t clients_max = 10'000;
  std::optional<Verdict> default_verdict;  // of a decision that nobody judges for so long; none: it gets none
  std::chrono::seconds default_verdict_after{86400};
  std::chrono::seconds idle_max{0};      // a client that says nothing for so long is closed; 0: never
  std::chrono::seconds request_max{60};  // an unfinished request, or an unread reply, may last so long
};

using StreamSocket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

/// A connected client: its conversation and its socket. Lives in its session's coroutine.
struct Session {
  Session(Service& service, Runtime& runtime, StreamSocket connected)
      : connection(service, runtime), socket(std::move(connected)) {}

  Connection connection;
  StreamSocket socket;
  std::string pending;  // the beginning of a request
  std::string unsent;   // replies that wait for a sync, or for the client to read
  // Since when a request is unfinished or a reply unread; none while the client owes nothing.
  std::optional<std::chrono::steady_clock::time_point> owing_since;
  std::chrono::steady_clock::time_point last_active{};
};

class Server {
 public:
  /// From now on SIGTERM and SIGINT end it in order.
  Server(Service& service, Runtime& runtime, const ServerOptions& options, Listeners& listeners);

  /// Takes a client in who is connected already, by its descriptor.
  void admit(int descriptor);
  /// False where not everything could be kept: the log says what.
  bool run();

  /// A sync has ended: whoever waits for it may go on. From any thread.
  void on_synced(result<std::uint64_t> synced_sequence);

  /// For sessions.
  Service& service() { return service_; }
  Runtime& runtime() { return runtime_; }
  std::span<char> read_buffer() { return read_buffer_; }
  OutputBuffer& replies() { return replies_; }
  Timer& synced() { return synced_; }
  Executor executor() { return io_.get_executor(); }
  bool stopping() const { return stopping_; }
  /// A write has failed: said in the log, once.
  void note_read_only();
  /// Keeps what a session cannot send yet in its `unsent`, in place of what was there. False where it would be more
  /// than may wait: the client is to be let go.
  bool hold(Session& session, std::string replies);
  void release(Session& session);
  void add(Session& session);
  void remove(Session& session);

 private:
  template <class Acceptor>
  void accept(Acceptor& acceptor);
  template <class Socket>
  void admit(Socket socket);
  void tend_decisions();
  boost::asio::awaitable<void, Executor> tick();
  boost::asio::awaitable<void, Executor> renew_community();
  void close_overdue();
  void shut_down(bool save);

  Service& service_;
  Runtime& runtime_;
  const ServerOptions options_;
  Listeners& listeners_;
  boost::asio::io_context io_{1};
  TcpAcceptor tcp_{io_.get_executor()};
  UnixAcceptor unix_{io_.get_executor()};
  boost::asio::signal_set signals_{io_};
  Timer tick_timer_{io_.get_executor()};
  Timer synced_{io_.get_executor()};  // never expires; its waiters are woken after each sync
  // Whoever reads uses both until its next await.
  std::vector<char> read_buffer_;
  OutputBuffer replies_;
  std::vector<Session*> sessions_;
  std::size_t held_bytes_ = 0;  // in all sessions' unsent
  std::uint64_t next_client_ = 1;
  bool stopping_ = false;
  bool is_renewing_ = false;  // the community
  bool told_read_only_ = false;
  bool kept_everything_ = true;
};

}  // namespace penchant

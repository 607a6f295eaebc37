// TLS in front of a server that knows nothing of it: a thread of its own lets clients in, shakes hands, and relays
// bytes between each client and a socket pair, whose other end is given to the server as a client like any other. A
// flood of handshakes takes no time from the threads that serve.
//
//   TlsRelay relay({.certificate = "chain.pem", .key = "key.pem"}, request_max);     // throws its sentence
//   relay.accept(listening, is_v6, [&](int descriptor, std::string address) { … });  // called on the relay's thread
//   if (auto read = relay.reload(); !read) log_error(read.error().message);
//
// TLS 1.2 and 1.3, no renegotiation, tickets or client certificates; nothing else on the port. Half-close and
// back-pressure go through both ways: what one end does not take the other is not read for.
// Owner: the server. Threading: calls come from one thread; Admit is called on the relay's. The process ignores
// SIGPIPE. Limits: below. On the way there are up to tls_relay_bytes of a client each way, beside the sockets' own
// buffers; a client at rest costs about 15 KiB here, and three descriptors.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "engine/result.h"
#include "net/accept.h"
#include "net/listeners.h"

namespace penchant {

inline constexpr std::size_t tls_handshakes_max = 1024;  // at the same time; further clients wait to be let in
inline constexpr std::chrono::milliseconds tls_handshake_max{10'000};
inline constexpr std::chrono::milliseconds tls_handshake_max_when_full{1'000};
inline constexpr std::chrono::milliseconds tls_end_max{1'000};         // for the last replies when the server ends
inline constexpr std::size_t tls_relay_bytes = std::size_t{16} << 10;  // a record of TLS

class TlsRelay {
 public:
  /// A client whose handshake is done: a connected descriptor to serve, and who is at the other end, "address:port".
  using Admit = std::function<void(int descriptor, std::string address)>;

  /// `unread_max`: how long a client may leave unread what it is sent.
  TlsRelay(TlsFiles files, std::chrono::milliseconds unread_max);
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;
  /// Lets nobody in any more and sends what the server has left for its clients.
  ~TlsRelay();

  /// Whether they can be used; if not, why.
  static result<void> check(const TlsFiles& files);
  /// Lets clients in from now on. The listening descriptor is the relay's from here.
  void accept(int listening, bool is_v6, Admit admit);
  /// Reads certificate and key again, for those who come from now on. Where that fails the former go on.
  result<void> reload();

 private:
  using Clock = std::chrono::steady_clock;
  using TcpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
  using PlainSocket = boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Executor>;
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  using Context = std::unique_ptr<SSL_CTX, FreeContext>;
  struct Door {
    TcpAcceptor acceptor;
    Admit admit;
  };
  struct Client {
    explicit Client(TcpSocket connected) : tcp(std::move(connected)), plain(tcp.get_executor()) {}
    void close();

    TcpSocket tcp;
    PlainSocket plain;  // to the server, once the handshake is done
    std::unique_ptr<SSL, FreeSsl> ssl;
    std::optional<Clock::time_point> owing_since;  // the handshake, or the reading of what it is sent
    bool is_shaking_hands = true;
    unsigned pumps = 0;  // that run
  };
  using ClientPlace = std::list<Client>::iterator;
  using Done = boost::asio::awaitable<void, Executor>;
  using Going = boost::asio::awaitable<bool, Executor>;  // false: the client is gone

  static result<Context> read(const TlsFiles& files);
  Done let_in(Door& door);
  Done serve(ClientPlace client, const Admit& admit);
  Going shake_hands(Client& client);
  bool connect_plain(Client& client, const Admit& admit, std::string address);
  Going await_tls(Client& client, int outcome);
  Going send_plain(Client& client, std::string left);
  Going send_tls(Client& client, std::string left);
  Done pump_in(Client& client);
  Done pump_out(Client& client);
  void start(ClientPlace client, Done pump);
  Done sweep();
  void close_overdue();
  void tell_failure(std::string_view address);

  const TlsFiles files_;
  const std::chrono::milliseconds unread_max_;
  Context context_;  // on the relay's thread
  boost::asio::io_context io_{1};
  std::list<Door> doors_;
  std::list<Client> clients_;
  std::size_t handshakes_ = 0;
  std::array<char, tls_relay_bytes> scratch_;  // whoever relays uses it until the next await
  Timer sweep_timer_{io_.get_executor()};
  std::optional<Clock::time_point> ending_since_;
  std::optional<Clock::time_point> failure_told_;
  std::size_t failures_untold_ = 0;
  std::thread thread_;
};

}  // namespace penchant

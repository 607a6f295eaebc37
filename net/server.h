// Server: listens, lets clients in, and ends in order. A store each has a lane, a thread that serves the store and the
// clients it was given; clients go round to them.
//
//   Server server(runtime, options, listeners);   // runtime.shards are there
//   server.run();                                 // until SIGTERM, SIGINT or SHUTDOWN
//
// Lifetime: the runtime and the listeners outlive the server. Threading: on_synced() may be called from any thread, all
// else from the one that calls run(), which is the first lane's. Limits: ServerOptions; what is over them is told so
// and closed.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "net/accept.h"
#include "net/lane.h"
#include "net/listeners.h"
#include "net/tls.h"

namespace penchant {

class Server {
 public:
  /// From now on SIGTERM and SIGINT end it in order, and SIGHUP has it read its files of tokens and TLS.
  Server(Runtime& runtime, const ServerOptions& options, Listeners& listeners, Listeners& http);

  /// Takes a client in who is connected already, by its descriptor; from `address` where that does not tell.
  void admit(int descriptor, WireKind wire = WireKind::resp, std::string address = {});
  void admit(Arrival arrival);
  /// False where not everything could be kept: the log says what.
  bool run();

  /// Changed while all lanes rest.
  ServerOptions& options() { return commons_.options; }

  /// A sync of a store's has ended. From any thread.
  void on_synced(std::uint32_t store, result<std::uint64_t> synced_sequence) {
    commons_.lanes[store]->on_synced(std::move(synced_sequence));
  }

 private:
  template <class Acceptor>
  void accept(Acceptor& acceptor, WireKind wire);
  void accept(TcpAcceptor& acceptor, const Listeners& listeners, WireKind wire);
  boost::asio::awaitable<void, Executor> tend_community();
  boost::asio::awaitable<void, Executor> make_community();
  int connect_inside(const Client& client);
  boost::asio::awaitable<void, Executor> tend_tokens();
  void await_hangup();
  void look_at_tokens(bool always);
  void read_certificate();
  void shut_down(bool save);
  Lane& first() { return *lanes_.front(); }

  Commons commons_;
  Listeners& listeners_;
  Listeners& http_listeners_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t next_lane_ = 0;                   // for the next client
  std::unique_ptr<const Community> community_;  // that all services have
  // On the first lane's loop.
  TcpAcceptor tcp_;
  TcpAcceptor http_;
  UnixAcceptor unix_;
  boost::asio::signal_set signals_;
  boost::asio::signal_set hangups_;
  Timer community_timer_;
  Timer tokens_timer_;
  TokenWatch token_watch_;
  std::optional<TlsRelay> relay_;  // in front of TCP clients
};

}  // namespace penchant

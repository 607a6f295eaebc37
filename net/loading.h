// Loading: what clients are answered while the state is read: to every request -LOADING and how far it is, as by
// redis-server. Who came in meanwhile is handed on to the server.
//
//   Loading loading(listeners, http, clients_max, request_bytes_max);   // answers from now on, on a thread of its own
//   ... read the state; loading.tell("a million events replayed") ...
//   for (const auto& client : loading.end()) server.admit(client.descriptor, client.wire);
//
// Over HTTP /healthz is answered that the process is alive, and everything else 503; then the connection is closed.
// Who speaks TLS waits unanswered until the server is there. SIGTERM and SIGINT end the process in order, status 0:
// nothing has been changed that would have to be saved.
// Owner: whoever starts the server. Threading: tell() from any thread, all else from the owner's. Limits: clients_max
// and request_bytes; a client that does not read its answers is let go.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/accept.h"
#include "net/listeners.h"
#include "net/resp_parser.h"
#include "net/wire.h"

namespace penchant {

class Loading {
 public:
  /// `request_bytes`: of an unfinished request; a client that has more is let go.
  Loading(const Listeners& listeners, const Listeners& http, std::size_t clients_max, std::size_t request_bytes);
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;
  ~Loading();

  /// How far it is, for the answers.
  void tell(std::string progress);
  struct Waiting {
    int descriptor = -1;
    WireKind wire = WireKind::resp;
  };
  /// Ends the answering. The clients that are between two requests; others are let go.
  std::vector<Waiting> end();

 private:
  using Socket = boost::asio::generic::stream_protocol::socket;
  struct Guest {
    Guest(Socket connected, WireKind kind) : socket(std::move(connected)), wire(kind) {}
    Socket socket;
    const WireKind wire;
    RequestParser parser;
    std::string pending;  // the beginning of a request
  };

  template <class Acceptor>
  void accept(Acceptor& acceptor, WireKind wire);
  void watch(std::list<Guest>::iterator guest);
  bool answer(Guest& guest);
  bool read_requests(Guest& guest, std::string& replies);
  bool read_http(const Guest& guest, std::string& answer);
  std::string sentence();

  const std::size_t clients_max_;
  const std::size_t request_bytes_;
  const std::string unix_path_;
  boost::asio::io_context io_{1};
  TcpAcceptor tcp_{io_.get_executor()};
  TcpAcceptor http_{io_.get_executor()};
  UnixAcceptor unix_{io_.get_executor()};
  boost::asio::signal_set signals_{io_};
  std::list<Guest> guests_;
  std::vector<char> buffer_;
  std::mutex progress_mutex_;
  std::string progress_;
  std::thread thread_;
};

}  // namespace penchant

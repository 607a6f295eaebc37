// ServerStream: the bytes to and from a server, in the clear or through TLS.
//
//   ServerStream stream(connect_to_server(io, values));       // in the clear
//   stream.start_tls("localhost", "ca.pem");                  // throws std::runtime_error with a sentence
//   stream.with([&](auto& bytes) { asio::async_write(bytes, …); });
//
// Owner: whoever talks to the server. Threading: one thread.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <optional>
#include <string>
#include <utility>

namespace penchant {

class ServerStream {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  explicit ServerStream(Socket connected) : socket_(std::move(connected)) {}
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;

  /// Shakes hands with a server that proves to be `host` by a certificate of those in `authorities`, a PEM file, or
  /// where that is empty of those that the system trusts.
  void start_tls(const std::string& host, const std::string& authorities);

  /// Calls use(stream) with what bytes are to be read from and written to.
  template <class Use>
  void with(const Use& use) {
    tls_ ? use(tls_->stream) : use(socket_);
  }

 private:
  struct Tls {
    explicit Tls(Socket& socket) : context(boost::asio::ssl::context::tls_client), stream(socket, context) {}
    boost::asio::ssl::context context;
    boost::asio::ssl::stream<Socket&> stream;
  };

  Socket socket_;
  std::optional<Tls> tls_;
};

}  // namespace penchant

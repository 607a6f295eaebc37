#include "net/listeners.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <stdexcept>
#include <utility>

namespace penchant {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using UnixProtocol = asio::local::stream_protocol;

constexpr int listen_backlog = 511;

result<asio::ip::address> bind_address(const std::string& bind) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(bind == "localhost" ? "127.0.0.1" : bind, error);
  if (error) return Failure{"--bind " + bind + " is no IP address"};
  return address;
}

int duplicate(int descriptor) {
  const int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw std::runtime_error("there is no descriptor left to listen with");
  return copy;
}

}  // namespace

result<void> check_bind(const std::string& bind) {
  const auto address = bind_address(bind);
  if (!address) return address.error();
  return {};
}

bool is_loopback(const std::string& bind) { return bind_address(bind).value().is_loopback(); }

/// (Whole once the other constructor has ended: where one of these throws the destructor closes what is open.)
Listeners::Listeners(const ListenOptions& options) : Listeners(options, Closed()) {
  listen_tcp();
  if (!options_.unix_path.empty()) listen_unix();
}

void Listeners::listen_tcp() {
  asio::io_context io;
  const tcp::endpoint endpoint(bind_address(options_.bind).value(), options_.port);
  boost::system::error_code error;
  tcp::acceptor acceptor(io, endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(listen_backlog, error);
  if (error) {
    throw std::runtime_error("cannot listen on " + options_.bind + ":" + std::to_string(options_.port) + ": " +
                             error.message());
  }
  const tcp::endpoint bound = acceptor.local_endpoint();
  const std::string host = bound.address().to_string();
  is_v6_ = bound.address().is_v6();
  port_ = bound.port();
  address_ = (is_v6_ ? "[" + host + "]" : host) + ":" + std::to_string(port_);
  tcp_ = duplicate(acceptor.native_handle());
}

void Listeners::listen_unix() {
  asio::io_context io;
  // A socket file left by a server that was killed is in the way; one that somebody listens on is not ours to take.
  struct stat status {};
  if (lstat(options_.unix_path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) throw std::runtime_error(options_.unix_path + " exists and is no socket");
    UnixProtocol::socket probe(io);
    boost::system::error_code error;
    probe.connect(options_.unix_path, error);
    if (!error) throw std::runtime_error("another server listens on " + options_.unix_path);
    unlink(options_.unix_path.c_str());
  }
  boost::system::error_code error;
  UnixProtocol::acceptor acceptor(io, UnixProtocol());
  acceptor.bind(options_.unix_path, error);
  if (error) throw std::runtime_error("cannot listen on " + options_.unix_path + ": " + error.message());
  if (chmod(options_.unix_path.c_str(), options_.unix_mode) != 0) {
    throw std::runtime_error("cannot set the mode of " + options_.unix_path);
  }
  acceptor.listen(listen_backlog);
  unix_ = duplicate(acceptor.native_handle());
}

int Listeners::duplicate_tcp() const { return duplicate(tcp_); }

int Listeners::duplicate_unix() const { return unix_ < 0 ? -1 : duplicate(unix_); }

void Listeners::close() {
  if (tcp_ >= 0) ::close(std::exchange(tcp_, -1));
  if (unix_ < 0) return;
  ::close(std::exchange(unix_, -1));
  unlink(options_.unix_path.c_str());
}

}  // namespace penchant

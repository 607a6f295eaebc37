// Listeners: the addresses that clients come to, open from before the state is read until the server ends.
//
// Owner: whoever starts the server; the sockets are shared with who accepts from them, by descriptors of their own
// (duplicate_*). Errors: the constructor throws std::runtime_error with a sentence where an address cannot be had.
// Threading: none.
#pragma once

#include <cstdint>
#include <string>

#include "engine/result.h"

namespace penchant {

/// What a server that speaks TLS proves itself with.
struct TlsFiles {
  std::string certificate = {};  // PEM: the server's, then those that vouch for it; empty: no TLS
  std::string key = {};          // PEM, without a password
};

struct ListenOptions {
  std::string bind = "127.0.0.1";
  std::uint16_t port = 7379;  // 0: any free one
  std::string unix_path;      // empty: none
  unsigned unix_mode = 0700;
  TlsFiles tls;  // on TCP
};

/// Whether it is an address to listen on; if not, why.
result<void> check_bind(const std::string& bind);
/// Of one that is: whether only this machine can reach it.
bool is_loopback(const std::string& bind);

class Listeners {
 public:
  explicit Listeners(const ListenOptions& options);
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;
  ~Listeners() { close(); }

  std::uint16_t port() const { return port_; }
  std::string address() const { return address_; }  // with the port
  const std::string& unix_path() const { return options_.unix_path; }
  bool is_v6() const { return is_v6_; }
  const TlsFiles& tls() const { return options_.tls; }
  bool has_tls() const { return !options_.tls.certificate.empty(); }

  /// Descriptors that listen on the same sockets; the second is -1 where there is no Unix socket.
  int duplicate_tcp() const;
  int duplicate_unix() const;

  /// Nobody gets in any more, once who accepts has closed too; the Unix socket's file is gone.
  void close();

 private:
  struct Closed {};
  Listeners(const ListenOptions& options, Closed) : options_(options) {}
  void listen_tcp();
  void listen_unix();

  const ListenOptions options_;
  int tcp_ = -1;
  int unix_ = -1;
  bool is_v6_ = false;
  std::uint16_t port_ = 0;
  std::string address_;
};

}  // namespace penchant

// Transfers: exports and imports over HTTP, of any size. Each has a thread of its own of low priority, which takes the
// HTTP connection over and talks to the server as any client of the line protocol does, page after page, piece by
// piece; so a large one costs the others little. The connection closes with it.
//
//   Transfers transfers(options, [&] { return descriptor of a new connection to the server; });
//   if (transfers.reserve()) transfers.take({.descriptor = …, .received = …});   // from a session
//   transfers.stop();                                    // breaks them off, before the lanes end
//
// Owner: the server. Threading: any. Limits: transfers_max; http_import_bytes_max of a body, which waits in a temporary
// file; the time a client may be silent.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "net/command.h"

namespace penchant {

inline constexpr std::size_t transfers_max = 4;
inline constexpr std::uint64_t http_import_bytes_max = std::uint64_t{16} << 30;

struct Transfer {
  int descriptor = -1;   // of the HTTP connection, which is the transfer's from now on
  std::string received;  // its request, as far as it has come
  Client client;         // who asks
};

struct TransferOptions {
  std::string directory;                 // of temporary files
  std::chrono::seconds silence_max{60};  // of the client's
};

class Transfers {
 public:
  /// Gives a descriptor of a new connection to the server's line protocol, in the name of this client.
  using Connect = std::function<int(const Client& client)>;

  Transfers(TransferOptions options, Connect connect) : options_(std::move(options)), connect_(std::move(connect)) {}
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;
  ~Transfers() { stop(); }

  /// Keeps a place for one more; false where there are too many.
  bool reserve();
  /// Answers it, in a place that was kept; closes the connection.
  void take(Transfer transfer);
  /// Breaks off all that are under way, and waits for them.
  void stop();

 private:
  struct Running {
    int descriptor = -1;
    int server = -1;
    bool is_done = false;
    std::thread thread;
  };

  void run(Running& running, const Transfer& transfer);
  void join_done();

  const TransferOptions options_;
  const Connect connect_;
  std::mutex mutex_;  // of what follows
  std::list<Running> running_;
  std::size_t reserved_ = 0;  // places
  bool is_stopped_ = false;
};

}  // namespace penchant

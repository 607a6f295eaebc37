// Connection: one client's side of the conversation, without its socket: bytes in, replies out.
//
//   const std::size_t used = connection.run(input);     // runs whole requests, appends replies to output()
//   if (auto written = store.commit(); !written) connection.refuse_writes(written.error());
//   send(connection.output());  connection.sent();
//
// Invariant: a reply to a write leaves only after the commit of its events; the session keeps it by this order.
// Owner: the session. Threading: the store's thread. Limits: batch_output_bytes, batch_requests_max.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "net/command.h"
#include "net/resp_parser.h"

namespace penchant {

inline constexpr std::size_t batch_requests_max = 4096;                  // then others have their turn
inline constexpr std::size_t batch_output_bytes = std::size_t{1} << 20;  // replies beyond it wait until these are sent

class Connection {
 public:
  Connection(Service& service, Runtime& runtime) : service_(service), runtime_(runtime) {}

  Client& client() { return client_; }
  const Client& client() const { return client_; }

  /// Runs the requests at the beginning of `input` and returns how many bytes they were. It stops at an unfinished
  /// request, at the batch's limits, and when the client is done: see unfinished().
  std::size_t run(std::string_view input);

  /// After run(): what is left of the input is the beginning of a request. False: run() again after sending.
  bool unfinished() const { return unfinished_; }

  /// The events of this batch could not be written: its replies to writes become errors.
  void refuse_writes(const Failure& failure);

  bool wrote() const { return !write_replies_.empty(); }
  const std::string& output() const { return output_; }
  void sent();

 private:
  struct Span {
    std::size_t begin;
    std::size_t end;
  };

  Service& service_;
  Runtime& runtime_;
  Client client_;
  RequestParser parser_;
  std::string output_;
  std::vector<Span> write_replies_;  // where in output_ replies to writes are
  bool unfinished_ = false;
};

}  // namespace penchant

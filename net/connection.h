// Connection: one client's side of the conversation, without its socket: bytes in, replies out.
//
//   const std::size_t used = connection.run(input, replies);  // runs whole requests, appends their replies
//   if (auto written = store.commit(); written) send(replies.view());
//   else send(connection.refused(replies.view(), written.error()));
//
// Invariant: a reply to a write leaves only after the commit of its events; the session keeps it by this order.
// Owner: the session. Threading: the store's thread. Limits: batch_requests_max, batch_output_bytes,
// batch_event_bytes.
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
inline constexpr std::size_t batch_event_bytes = std::size_t{4} << 20;  // events beyond it wait until these are written

class Connection {
 public:
  Connection(Service& service, Runtime& runtime) : service_(service), runtime_(runtime) {}

  Client& client() { return client_; }
  const Client& client() const { return client_; }

  /// Runs the requests at the beginning of `input`, a batch, and returns how many bytes they were; their replies go to
  /// `replies`, which is empty before. It stops at an unfinished request, at the batch's limits, and when the client is
  /// done: see unfinished().
  std::size_t run(std::string_view input, OutputBuffer& replies);

  /// After run(): what is left of the input is the beginning of a request. False: run() again after sending.
  bool unfinished() const { return unfinished_; }

  /// The conversation ended because the client speaks HTTP: a web page may be at the door.
  bool spoke_http() const { return parser_.http(); }

  /// Some of the last batch's replies acknowledge writes.
  bool wrote() const { return !write_replies_.empty(); }

  /// The last event whose user must be erased before the last batch's replies leave; 0: there is none.
  std::uint64_t awaited_erasure() const { return client_.forgets.empty() ? 0 : client_.forgets.back().sequence; }

  /// The last batch's replies where its events could not be written: those that acknowledge writes become errors. Not
  /// so a FORGET's, which is on the disk in any case: it tells that the erasing does not go on.
  std::string refused(std::string_view replies, const Failure& failure) const;

 private:
  struct Span {
    std::size_t begin;
    std::size_t end;
  };
  bool is_forget(const Span& span) const;

  Service& service_;
  Runtime& runtime_;
  Client client_;
  RequestParser parser_;
  std::vector<Span> write_replies_;  // where in the last batch's replies those to writes are
  bool unfinished_ = false;
};

}  // namespace penchant

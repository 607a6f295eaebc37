// Connection: one client's side of the conversation, without its socket: bytes in, replies out, by its wire (wire.h).
//
//   const std::size_t used = connection.run(input, replies);  // runs whole requests, appends their replies
//   if (auto written = store.commit(); !written) put(connection.batch().refused(replies.view(), written.error()));
//   connection.render(replies);                               // into what the client reads
//
// Where there are several stores, run() runs what is for the client's own store, or for any; it stops at a request for
// another one, which next() tells: gather() takes such requests for a Crossing, and run_everywhere() runs one that is
// about all stores.
//
// Invariant: a reply to a write leaves only after the commit of its events; the session keeps it by this order.
// Owner: the session. Threading: the thread of the client's own store. Limits: batch_requests_max, batch_output_bytes,
// batch_event_bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "net/batch.h"
#include "net/crossing.h"
#include "net/route.h"
#include "net/wire.h"

namespace penchant {

inline constexpr std::size_t batch_requests_max = 4096;                  // then others have their turn
inline constexpr std::size_t batch_output_bytes = std::size_t{1} << 20;  // replies beyond it wait until these are sent
inline constexpr std::size_t batch_event_bytes = std::size_t{4} << 20;  // events beyond it wait until these are written
// Of an unfinished request while the client has not said who it is.
inline constexpr std::size_t nobodys_request_bytes_max = std::size_t{64} << 10;

class Connection {
 public:
  /// `own`: the store on whose thread this is.
  explicit Connection(Runtime& runtime, std::uint32_t own = 0, WireKind kind = WireKind::resp);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Client& client() { return client_; }
  const Client& client() const { return client_; }

  /// Runs the requests at the beginning of `input`, a batch, and returns how many bytes they were; their replies go to
  /// `replies`, which is empty before. It stops at an unfinished request, at the batch's limits, at a request for
  /// another store, and when the client is done: see next().
  std::size_t run(std::string_view input, OutputBuffer& replies);

  /// After run() and gather(): what is left of the input.
  enum class Next : std::uint8_t {
    more,        // run() again, after sending
    input,       // the beginning of a request
    crossing,    // a request for another store: gather()
    everywhere,  // a request about all stores: run_everywhere()
    leave,       // the connection is to be handed over, with what was not used of the input
  };
  Next next() const { return next_; }

  /// Takes requests at the beginning of `input` for `crossing`, whatever store they are for, and returns how many bytes
  /// they were. It stops at one that is about the connection or about all stores. `input` stays until they are done.
  std::size_t gather(std::string_view input, Crossing& crossing);

  /// Runs the one request at the beginning of `input`, while the other stores' threads rest.
  std::size_t run_everywhere(std::string_view input, OutputBuffer& replies);

  /// The replies of what was run, or what came in their place, become what the client reads.
  void render(OutputBuffer& replies) { wire_->render(replies); }
  const Wire& wire() const { return *wire_; }

  /// What was run last.
  const Batch& batch() const { return batch_; }

 private:
  bool leaves();
  void end();
  bool is_too_long_for_nobody(std::size_t bytes);

  Runtime& runtime_;
  const std::uint32_t own_;
  Client client_;
  Batch batch_{client_, runtime_};
  const std::unique_ptr<Wire> wire_;
  Next next_ = Next::input;
};

}  // namespace penchant

// LoadConnection: one connection of a run: what is to be sent, which answers are due, what has come.
//
// It never waits: send() and receive() do what the system takes and gives at once. Memory: the requests under way,
// which its owner bounds, and one reply. Errors: std::runtime_error with a sentence where the connection is over.
// Threading: none.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/circular_buffer.hpp>
#include <cstdint>
#include <string>

#include "cli/bench/load.h"
#include "net/reply_parser.h"

namespace penchant::bench {

using Socket = boost::asio::generic::stream_protocol::socket;

/// A request under way.
struct Pending {
  std::int64_t due_ns = 0;  // from the start of the run
  Kind kind = Kind::info;
  bool is_measured = false;
};

class LoadConnection {
 public:
  LoadConnection(Socket socket, std::size_t pipeline) : socket_(std::move(socket)), pending_(pipeline + infos_max) {}

  int descriptor() { return socket_.native_handle(); }
  std::size_t pending() const { return pending_.size(); }
  bool has_unsent() const { return sent_ < output_.size(); }
  /// A request may be added without the text that waits here growing beyond bounds.
  bool takes_more() const { return output_.size() - sent_ < unsent_bytes_max; }

  /// Where the next request's bytes go, before it is expected.
  std::string& output() { return output_; }
  void expect(const Pending& pending) { pending_.push_back(pending); }

  void send();

  /// Calls answered(const Pending&, const Reply&) for each reply that has come.
  template <class Answered>
  void receive(Answered answered) {
    read();
    std::string_view left = input_;
    while (next_reply(left)) {
      const Pending pending = pending_.front();
      pending_.pop_front();
      answered(pending, parser_.reply());
      left.remove_prefix(parser_.consumed());
    }
    input_.erase(0, input_.size() - left.size());
  }

 private:
  static constexpr std::size_t infos_max = 2;
  static constexpr std::size_t unsent_bytes_max = 256 * 1024;

  void read();
  bool next_reply(std::string_view bytes);

  Socket socket_;
  std::string output_;
  std::size_t sent_ = 0;
  std::string input_;
  ReplyParser parser_;
  boost::circular_buffer<Pending> pending_;
};

}  // namespace penchant::bench

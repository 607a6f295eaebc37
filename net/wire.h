// Wire: how a client speaks: where its requests begin and end in the bytes that come in, and what it is sent for the
// replies of their commands. Each request is the arguments of a command; a wire may need several for what its client
// asked once, or none.
//
//   while (wire.parse(input) == Wire::Status::request) {
//     if (!wire.arguments().empty()) run(wire.arguments());   // RESP replies, in order
//     input.remove_prefix(wire.take());
//   }
//   wire.render(replies);                                      // they become what the client reads
//
// It reads no socket. Owner: the connection. Lifetime: arguments() last until take(), or until the input moves.
// Threading: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/output_buffer.h"

namespace penchant {

enum class WireKind : std::uint8_t { resp, http };

class Wire {
 public:
  enum class Status : std::uint8_t {
    request,
    need_more,  // the input is the beginning of a request
    wait,       // first the replies so far are to be rendered
    leave,      // another one goes on with the connection, from this request on
    end,        // the conversation is over
  };

  Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  virtual ~Wire() = default;
  virtual WireKind kind() const = 0;

  /// `input` are the bytes that have not been taken. A request that was not taken is the next one again.
  virtual Status parse(std::string_view input) = 0;
  /// Of the request. None at all: there is nothing to run.
  virtual std::span<const std::string_view> arguments() const = 0;
  /// Whether the arguments lie in the input, and so stay where it stays.
  virtual bool are_in_input(std::string_view input) const = 0;
  /// After request or need_more: how many bytes of the input are done with.
  virtual std::size_t take() = 0;
  /// Whether parse() has something without any input.
  virtual bool is_due() const { return false; }
  /// Whether nothing of what the client asked is under way.
  virtual bool is_at_rest() const { return true; }

  /// After end: what is wrong, to be told as an error reply; empty: nothing.
  virtual std::string_view last_words() const { return {}; }
  /// After the conversation: what the log is to be told of the client; empty: nothing.
  virtual std::string_view warning() const { return {}; }
  virtual void render(OutputBuffer& replies) = 0;
};

}  // namespace penchant

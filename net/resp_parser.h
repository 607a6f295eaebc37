// Requests as Redis clients send them: RESP arrays of bulk strings, or lines of inline text as typed by hand.
//
//   RequestParser parser;
//   while (parser.parse(buffer) == RequestParser::Status::request) {
//     run(parser.arguments());
//     buffer.remove_prefix(parser.consumed());
//   }
//
// It reads no socket: it is handed bytes and says what they are.
// Owner: the session, which has one parser and the buffer. Threading: none.
// Lifetime: arguments() are views into the input of the call that returned them or, where quotes of inline
// text had to be undone, into the parser. They last until the next parse() or until either is moved.
// Errors: Status::error, with the sentence of redis-server 7, for every byte sequence that is no request. It
// is final: nobody can say where the next request would begin.
// Time: linear in the bytes however they are cut; only a cut header (at most 22 bytes) is looked at twice.
// Memory: grows with what has arrived, never with what was announced; none is allocated once it has grown.
// Limits: net/limits.h. need_more never answers request_bytes_max bytes: a buffer of that size will do.
//
// Stricter than redis-server 7 in two points: it skips any two bytes behind an argument, here they must be
// CR LF; and a wrong header is refused at its first wrong byte, not at the end of its line.
//
// Source of arrays: the RESP specification, https://redis.io/docs/latest/develop/reference/protocol-spec/.
// Inline words are split at blanks. Double quotes know \n \r \t \b \a, \xHH, and \c as c for any other c,
// single quotes \' alone. A closing quote ends its word: a blank or the end of the line must follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penchant {

class RequestParser {
 public:
  enum class Status { request, need_more, error };

  /// `input` are the bytes not yet consumed, starting with this request. After need_more the next call sees
  /// the same bytes and more, wherever they lie by then; after request the caller has dropped consumed().
  Status parse(std::string_view input);

  /// Of the request just returned. None at all for `*0`, `*-1` and an empty line, which are to be skipped.
  std::span<const std::string_view> arguments() const { return arguments_; }
  std::size_t consumed() const { return position_; }

  /// One sentence to be sent behind "-ERR "; empty before an error.
  std::string_view error() const { return error_; }
  /// The error is that a browser speaks: a line begins with POST or Host:, or asks for a path by HTTP. Worth a warning
  /// in the log, because a web page may be trying to reach the server through its visitor.
  bool http() const { return http_; }

 private:
  enum class Stage : std::uint8_t { idle, kind, line, count, size, body, failed };
  struct Slice {
    std::uint32_t begin;
    std::uint32_t size;
  };

  void begin_request();
  Status parse_line(std::string_view input);
  Status parse_count(std::string_view input);
  Status parse_array(std::string_view input);
  Status parse_size(std::string_view input);
  Status finish_array(std::string_view input);
  Status fail(std::string sentence);

  Stage stage_ = Stage::idle;
  bool http_ = false;
  std::size_t position_ = 0;   // bytes of this request that need no second look
  std::size_t remaining_ = 0;  // arguments of the array still to come, the current one included
  std::size_t body_size_ = 0;  // of the argument whose body is awaited, without its CR LF
  std::vector<Slice> slices_;  // arguments so far, as offsets: the input may move before the request is whole
  std::vector<std::string_view> arguments_;
  std::string unquoted_;  // the words of an inline line that had quotes
  std::string error_;
};

}  // namespace penchant

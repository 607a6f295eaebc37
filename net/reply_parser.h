// Replies of a RESP server, RESP2 or RESP3, as a small tree: for our command line client and load generator.
//
//   ReplyParser parser;
//   while (parser.parse(buffer) == ReplyParser::Status::reply) {
//     print(parser.reply());
//     buffer.remove_prefix(parser.consumed());
//   }
//
// It reads no socket. Owner: whoever owns the connection. Lifetime: reply() lasts until the next parse().
// Threading: none.
// Errors: Status::error for every byte sequence that is no reply. It is final: nobody can say where the next
// would begin.
// Time: linear in the bytes however they are cut; only a cut header is read twice.
// Memory: grows with what has arrived, never with what was announced; no recursion. Limits: net/limits.h.
//
// Attributes (`|`) are read and dropped. Streamed strings and aggregates (`$?`, `*?`) are errors: no server
// sends them. A push (`>`) is a reply of its own kind, for the caller to tell apart.
//
// Source: the RESP specification, https://redis.io/docs/latest/develop/reference/protocol-spec/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace penchant {

struct Reply {
  enum class Kind : std::uint8_t {
    simple,
    error,
    integer,
    bulk,
    null,
    array,
    map,
    set,
    push,
    real,
    boolean,
    verbatim,
    big_number
  };
  Kind kind = Kind::null;
  std::string text;             // simple, error, bulk, big_number as sent; verbatim without its format
  std::int64_t integer = 0;     // of integer; 1 or 0 of boolean
  double real = 0;              // of real
  std::vector<Reply> elements;  // of array, set, push; of a map key, value, key, value, …
};

class ReplyParser {
 public:
  enum class Status { reply, need_more, error };

  ReplyParser() = default;
  ReplyParser(const ReplyParser&) = delete;  // open_ points into root_
  ReplyParser& operator=(const ReplyParser&) = delete;

  /// `input` are the bytes not yet consumed, starting with this reply. After need_more the next call sees the
  /// same bytes and more, wherever they lie by then; after reply the caller has dropped consumed() bytes.
  Status parse(std::string_view input);

  const Reply& reply() const { return root_; }
  std::size_t consumed() const { return position_; }
  std::string_view error() const { return error_; }  // one sentence; empty before an error

 private:
  enum class Step : std::uint8_t { done, need_more, error };
  // An aggregate whose elements are being read. `value` stays where it is: only the innermost one's grow.
  struct Open {
    Reply* value;
    std::size_t remaining;
    bool attribute;  // dropped when full; what it describes comes next, in its place
  };

  void begin_reply();
  Reply* next_slot();
  Step read(std::string_view input);
  Step read_line(char type, std::string_view text);
  Step read_bulk(char type, std::string_view length, std::string_view after);
  Step open_aggregate(char type, std::string_view length);
  Step fail(std::string_view sentence);

  Reply root_;
  Reply* slot_ = nullptr;  // the value to be read next; null between replies
  std::vector<Open> open_;
  std::size_t position_ = 0;  // bytes of this reply that are in the tree
  std::size_t scanned_ = 0;   // bytes of this reply known to hold no further CR
  std::size_t values_ = 0;    // read so far
  std::string error_;
};

}  // namespace penchant

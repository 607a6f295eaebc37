// Replies as Redis clients read them, in RESP2 or RESP3, appended to a buffer.
//
//   ReplyWriter reply(out, session.protocol);
//   reply.map(2);
//   reply.bulk("score");       reply.real(0.6656);
//   reply.bulk("checkpoint");  reply.bulk("dreamshaper");
//
// Owner and lifetime: the caller owns `out`, which must outlive the writer and is only ever appended to.
// Threading: none. Errors: none. Limits: none of its own; the session watches the size of `out`.
// array(), map() and set() write a header: as many values must follow as it announces, two for each pair.
//
// RESP2 has fewer types: there a map is an array of twice as many values, a set an array, a double or
// verbatim text a bulk string, a boolean 1 or 0, and null the null bulk string.
//
// Source: the RESP specification, https://redis.io/docs/latest/develop/reference/protocol-spec/.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/output_buffer.h"

namespace penchant {

/// A text known when the program is compiled, and its bulk string.
template <std::size_t size_with_zero>
struct WordBytes {
  static constexpr std::size_t size = size_with_zero - 1;
  static_assert(size >= 1 && size <= 99);

  consteval WordBytes(const char (&text)[size_with_zero]) {
    char* at = bytes;
    *at++ = '$';
    if (size >= 10) *at++ = static_cast<char>('0' + size / 10);
    *at++ = static_cast<char>('0' + size % 10);
    *at++ = '\r';
    *at++ = '\n';
    at = std::copy_n(text, size, at);
    *at++ = '\r';
    *at++ = '\n';
  }
  constexpr std::string_view view() const { return {bytes, size + (size >= 10 ? 7 : 6)}; }

  char bytes[size + 7] = {};
};

class ReplyWriter {
 public:
  ReplyWriter(const ReplyWriter&) = delete;
  ReplyWriter& operator=(const ReplyWriter&) = delete;
  ReplyWriter(OutputBuffer& out, int protocol);  // 2 or 3
  void set_protocol(int protocol);
  int protocol() const { return protocol_; }
  /// Of all replies in the buffer.
  std::size_t size() const { return out_.size(); }
  std::string_view since(std::size_t begin) const { return out_.view().substr(begin); }

  // One line each: CR and LF within become spaces. The first word of an error is its code, mostly ERR.
  void simple(std::string_view text);
  void error(std::string_view code_and_sentence);

  void integer(std::int64_t value);
  void bulk(std::string_view bytes);
  /// A bulk string that is always the same, such as a map's key: `reply.word<"score">()`.
  template <WordBytes word_bytes>
  void word() {
    out_.append(word_bytes.view());
  }
  void null();
  void array(std::size_t values);
  void map(std::size_t pairs);
  void set(std::size_t values);
  /// The shortest decimal that reads back as the same double; `inf`, `-inf`, `nan`.
  void real(double value);
  void boolean(bool value);
  /// A reply, or several, that a writer of the same protocol made.
  void append(std::string_view replies) { out_.append(replies); }
  /// `format3` is three bytes: "txt" or "mkd".
  void verbatim(std::string_view format3, std::string_view text);

 private:
  void line(char type, std::string_view text);
  void header(char type, std::uint64_t value);
  std::string_view shortest(double value);

  static constexpr std::size_t real_chars_max = 24;  // "-2.2250738585072014e-308"

  OutputBuffer& out_;
  int protocol_;
  std::array<char, real_chars_max> shortest_{'0'};
  const char* shortest_end_ = shortest_.data() + 1;
  std::uint64_t shortest_bits_ = 0;
};

}  // namespace penchant

// HttpParser: requests as HTTP/1.0 and 1.1 clients send them, by Boost.Beast.
//
//   HttpParser parser;
//   while (parser.parse(buffer) == HttpParser::Status::request) {
//     answer(parser.request());
//     buffer.remove_prefix(parser.take());
//   }
//
// It reads no socket: it is handed bytes and says what they are. Owner: the wire. Threading: none.
// Lifetime: request() and what it views last until take().
// Errors: Status::error with the HTTP status and a sentence, for every byte sequence that is no request. It is final:
// nobody can say where the next request would begin.
// Time: linear in the bytes, however they are cut, but for a head that is not whole: that is searched from where the
// last search ended. Limits: http_head_bytes_max, and a body's as it was made; of a body no more is kept than has come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace penchant {

inline constexpr std::size_t http_head_bytes_max = std::size_t{16} << 10;
inline constexpr std::size_t http_body_bytes_max = std::size_t{4} << 20;

enum class HttpMethod : std::uint8_t { get, head, post, put, erase, other };

struct HttpRequest {
  HttpMethod method = HttpMethod::other;
  bool keeps_alive = true;
  bool wants_continue = false;  // the client waits for a word before it sends the body
  bool has_one_host = false;
  std::string_view target;  // as it came: path and query, percent-encoded
  std::string_view body;
  // Fields; empty where they are missing.
  std::string_view host;
  std::string_view origin;
  std::string_view fetch_site;
  std::string_view authorization;
  std::string_view cookie;
  std::string_view content_type;
  std::string_view accept_encoding;
  std::string_view if_none_match;
};

class HttpParser {
 public:
  enum class Status : std::uint8_t {
    request,  // a whole one
    head,     // the head is there and the body is not: what it asks can be seen; then parse() again
    need_more,
    error,
  };

  explicit HttpParser(std::uint64_t body_bytes_max = http_body_bytes_max);
  ~HttpParser();

  /// `input` are the bytes not yet consumed, starting with this request. After need_more and head the next call sees
  /// the same bytes and perhaps more, wherever they lie by then; after request take() is called first.
  Status parse(std::string_view input);
  /// After head: whether the body is more than may be, as far as that can be told.
  bool is_body_over() const;
  /// After request, and after head, then without its body.
  const HttpRequest& request() const { return request_; }
  /// The request is done with. How many bytes of the input that was.
  std::size_t take();

  // For a body that is not to be kept in memory, between calls of parse():
  /// What has come of it since the last call.
  std::string take_body();
  /// How many bytes of the input are done with: the next call sees what is behind them.
  std::size_t take_input() { return std::exchange(position_, 0); }

  unsigned error_status() const { return error_status_; }
  std::string_view error() const { return error_; }

 private:
  struct State;

  void read_fields();
  Status fail(unsigned status, std::string sentence);

  const std::uint64_t body_bytes_max_;
  std::unique_ptr<State> state_;  // keeps Beast out of this header
  std::size_t position_ = 0;      // bytes of this request that were taken in
  bool was_head_seen_ = false;
  HttpRequest request_;
  unsigned error_status_ = 0;
  std::string error_;
};

}  // namespace penchant

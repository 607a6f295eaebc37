#include "net/http/http_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>

namespace penchant {
namespace {

namespace http = boost::beast::http;

/// A body in memory that takes no more of it than has come: Beast's own would take all that was announced.
struct KeptBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>&, boost::system::error_code& error) { error = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      error = {};
      std::size_t taken = 0;
      for (const boost::asio::const_buffer buffer : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
        taken += buffer.size();
      }
      return taken;
    }
    void finish(boost::system::error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

HttpMethod method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get: return HttpMethod::get;
    case http::verb::head: return HttpMethod::head;
    case http::verb::post: return HttpMethod::post;
    case http::verb::put: return HttpMethod::put;
    case http::verb::delete_: return HttpMethod::erase;
    default: return HttpMethod::other;
  }
}

}  // namespace

struct HttpParser::State {
  std::optional<http::request_parser<KeptBody>> parser;
};

HttpParser::HttpParser(std::uint64_t body_bytes_max)
    : body_bytes_max_(body_bytes_max), state_(std::make_unique<State>()) {}
HttpParser::~HttpParser() = default;

HttpParser::Status HttpParser::fail(unsigned status, std::string sentence) {
  error_status_ = status;
  error_ = std::move(sentence);
  return Status::error;
}

void HttpParser::read_fields() {
  const auto& message = state_->parser->get();
  const auto field = [&message](http::field name) { return view(message[name]); };
  request_ = {.method = method_of(message.method()),
              .keeps_alive = message.keep_alive(),
              .wants_continue = boost::beast::iequals(message[http::field::expect], "100-continue"),
              .has_one_host = message.count(http::field::host) == 1,
              .target = view(message.target()),
              .body = message.body(),
              .host = field(http::field::host),
              .origin = field(http::field::origin),
              .fetch_site = view(message["Sec-Fetch-Site"]),
              .authorization = field(http::field::authorization),
              .cookie = field(http::field::cookie),
              .content_type = field(http::field::content_type),
              .accept_encoding = field(http::field::accept_encoding),
              .if_none_match = field(http::field::if_none_match)};
}

bool HttpParser::is_body_over() const {
  const auto& parser = *state_->parser;
  if (!parser.is_header_done()) return false;
  return parser.get().body().size() > body_bytes_max_ || parser.content_length().value_or(0) > body_bytes_max_;
}

HttpParser::Status HttpParser::parse(std::string_view input) {
  if (error_status_ != 0) return Status::error;
  if (!state_->parser) {
    state_->parser.emplace();
    state_->parser->header_limit(http_head_bytes_max);
    state_->parser->body_limit(boost::none);  // is_body_over() tells, when the head has been seen
    position_ = 0;
    was_head_seen_ = false;
  }
  auto& parser = *state_->parser;
  while (!parser.is_done()) {
    const std::string_view left = input.substr(position_);
    boost::system::error_code error;
    const std::size_t used = parser.put(boost::asio::const_buffer(left.data(), left.size()), error);
    position_ += used;
    // Beast lets a head be some bytes longer.
    const bool is_head_over = !was_head_seen_ && parser.is_header_done() && position_ > http_head_bytes_max;
    if (error == http::error::header_limit || is_head_over) {
      return fail(431, "the head of a request is at most " + std::to_string(http_head_bytes_max) + " bytes");
    }
    if (error && error != http::error::need_more) return fail(400, "this is no HTTP request: " + error.message());
    if (parser.is_done()) break;
    if (parser.is_header_done() && !std::exchange(was_head_seen_, true)) {
      read_fields();
      return Status::head;
    }
    if (is_body_over()) break;
    if (error || used == 0 || position_ == input.size()) return Status::need_more;
  }
  if (is_body_over()) return fail(413, "a body is at most " + std::to_string(body_bytes_max_) + " bytes");
  read_fields();
  return Status::request;
}

std::string HttpParser::take_body() { return std::exchange(state_->parser->get().body(), {}); }

std::size_t HttpParser::take() {
  state_->parser.reset();
  return std::exchange(position_, 0);
}

}  // namespace penchant

#include "net/http/http_wire.h"

#include <algorithm>

#include "engine/check.h"
#include "net/http/http_guard.h"
#include "net/http/http_page.h"
#include "net/limits.h"
#include "net/reply_parser.h"

namespace penchant {
namespace {

HttpFraming framing_of(const HttpRequest& request) {
  return {.keeps_alive = request.keeps_alive, .is_head = request.method == HttpMethod::head};
}

HttpError not_json() { return {.status = 415, .sentence = "a body must be JSON, with Content-Type: application/json"}; }

/// A reply that our own client would not take either (net/limits.h).
HttpError too_large() {
  return {.sentence = "the answer is larger than " + std::to_string(reply_bytes_max) + " bytes or " +
                      std::to_string(reply_values_max) + " values: ask for less at a time"};
}

const std::string session_methods = "GET, HEAD, POST, DELETE";

}  // namespace

HttpWire::HttpWire(Client& client, Runtime& runtime) : client_(client), runtime_(runtime) {
  client_.protocol = 3;  // whose replies tell maps from arrays
}

Wire::Status HttpWire::parse(std::string_view input) {
  if (is_ready_) return Status::request;
  if (is_transfer_) return turns_.empty() ? Status::leave : Status::wait;
  if (is_ended_) return turns_.empty() ? Status::end : Status::wait;
  if (turns_.size() >= http_pipelined_max) return Status::wait;
  const auto status = is_head_due_ ? HttpParser::Status::head : parser_.parse(input);
  switch (status) {
    case HttpParser::Status::need_more: return Status::need_more;
    case HttpParser::Status::error:
      end({.status = parser_.error_status(), .sentence = std::string(parser_.error())});
      return Status::wait;
    case HttpParser::Status::head:
    case HttpParser::Status::request: break;
  }
  is_head_due_ = status == HttpParser::Status::head;
  if (changes_hands()) return Status::wait;
  if (std::exchange(is_head_due_, false)) return see_head(input);
  read_request();
  if (is_transfer_) return Status::wait;
  is_ready_ = true;
  return Status::request;
}

/// Whoever may not ask at all does not get to send a body.
Wire::Status HttpWire::see_head(std::string_view input) {
  const HttpRequest& request = parser_.request();
  const auto target = parse_http_target(request.target);
  const FoundRoute found = target ? find_http_route(request.method, target->segments) : FoundRoute();
  auto refused = foreign_request(request, runtime_.http_hosts, false);
  if (!refused) refused = let_in(request);
  const bool is_nobody = found.route && client_.access.role == Role::none;
  if (!refused && is_nobody) refused = http_error_of(no_access, *found.route);
  const bool is_transfer = found.route && found.route->is_transfer();
  if (!refused && is_transfer) refused = read_command(request);
  if (refused) return end(*refused), Status::wait;
  if (is_transfer) return Status::wait;
  if (!request.wants_continue || parser_.is_body_over()) return parse(input);
  turns_.push_back({.route = nullptr, .asked = {}, .framing = {}, .answer = "HTTP/1.1 100 Continue\r\n\r\n"});
  return Status::wait;
}

/// Whether the request comes from somebody else than those under way: these are run with their own rights first.
bool HttpWire::changes_hands() {
  const HttpRequest& request = parser_.request();
  std::string shown(request.authorization);
  shown.append("\n").append(request.cookie);
  const bool is_other = shown != shown_;
  if (is_other && std::ranges::any_of(turns_, [](const Turn& turn) { return turn.route != nullptr; })) return true;
  shown_ = std::move(shown);
  return false;
}

/// Takes who asks for the client from now on.
std::optional<HttpError> HttpWire::let_in(const HttpRequest& request) {
  HttpError error;
  const auto access = access_of(request, client_, runtime_, error);
  if (!access) return error;
  client_.access = *access;
  return std::nullopt;
}

/// Why the client may not ask for this, or not so, whatever else its request says.
std::optional<HttpError> HttpWire::refusal_to(const HttpRequest& request, const FoundRoute& found) const {
  const HttpRoute& route = *found.route;
  if (client_.access.role == Role::none) return http_error_of(no_access, route);
  const bool may_have_body = (route.methods & (HttpRoute::post | HttpRoute::put)) != 0;
  const bool has_body = !request.body.empty() ||
                        (may_have_body && request.method != HttpMethod::get && request.method != HttpMethod::head);
  if (has_body && !is_json_type(request.content_type)) return not_json();
  return std::nullopt;
}

std::size_t HttpWire::take() {
  if (!std::exchange(is_ready_, false)) return 0;
  arguments_.clear();
  views_.clear();
  return parser_.take();
}

/// Nobody knows where a next request would begin, or it is not wanted.
void HttpWire::end(const HttpError& error) {
  answer(answer_of(error), {.keeps_alive = false});
  is_ended_ = true;
}

void HttpWire::read_request() {
  const HttpRequest& request = parser_.request();
  const HttpFraming framing = framing_of(request);
  is_ended_ = !request.keeps_alive;
  if (const auto error = read_command(request)) {
    arguments_.clear();
    answer(answer_of(*error), framing);
  }
  views_.assign(arguments_.begin(), arguments_.end());
}

/// What the request asks is answered, or becomes a command; or it is refused.
std::optional<HttpError> HttpWire::read_command(const HttpRequest& request) {
  const auto target = parse_http_target(request.target);
  if (!target) return HttpError{.sentence = "the target of the request is no path with a query"};
  const auto page = find_http_page(target->segments, request, runtime_);
  if (auto refused = foreign_request(request, runtime_.http_hosts, page.has_value())) return refused;
  if (page) {
    if (request.method != HttpMethod::get && request.method != HttpMethod::head) {
      return HttpError{.status = 405, .sentence = "it can only be read", .fields = "Allow: GET, HEAD\r\n"};
    }
    answer(*page, framing_of(request));
    return std::nullopt;
  }
  if (auto refused = let_in(request)) return refused;
  if (target->segments == std::vector<std::string>{"api", "session"}) return read_session(request);
  FoundRoute found = find_http_route(request.method, target->segments);
  if (!found.route) {
    if (found.methods == 0)
      return HttpError{.status = 404, .sentence = "there is no such path; /openapi.json tells all"};
    const std::string methods = methods_text(found.methods);
    return HttpError{.status = 405, .sentence = "this path has " + methods, .fields = "Allow: " + methods + "\r\n"};
  }
  if (auto refused = refusal_to(request, found)) return refused;
  HttpError error;
  auto command = http_command(found, *target, request.body, client_.access.user, error);
  if (!command) return error;
  if (found.route->is_transfer()) {
    const std::vector<std::string_view> wanted(command->arguments.begin(), command->arguments.end());
    const auto refused = refusal_of(*find_command(wanted.front()), wanted, client_.access);
    if (refused) return http_error_of(*refused, *found.route);
    is_transfer_ = true;
    return std::nullopt;
  }
  arguments_ = std::move(command->arguments);
  turns_.push_back(
      {.route = found.route, .asked = std::move(command->asked), .framing = framing_of(request), .answer = {}});
  return std::nullopt;
}

std::optional<HttpError> HttpWire::read_session(const HttpRequest& request) {
  if (request.method == HttpMethod::put || request.method == HttpMethod::other) {
    return HttpError{
        .status = 405, .sentence = "this path has " + session_methods, .fields = "Allow: " + session_methods + "\r\n"};
  }
  if (request.method == HttpMethod::post && !is_json_type(request.content_type)) return not_json();
  HttpError error;
  const auto told = session_answer(request, client_, runtime_, error);
  if (!told) return error;
  answer(*told, framing_of(request));
  return std::nullopt;
}

void HttpWire::answer(const HttpAnswer& answer, HttpFraming framing) {
  Turn& turn = turns_.emplace_back();
  append_answer(turn.answer, answer, framing, date());
}

std::string_view HttpWire::date() {
  const std::int64_t now_s = clock_ms() / 1000;
  if (std::exchange(date_s_, now_s) != now_s) date_ = date_line(now_s);
  return date_;
}

void HttpWire::render(OutputBuffer& replies) {
  std::string_view left = replies.view();
  out_.clear();
  ReplyParser parser;
  for (; !turns_.empty(); turns_.pop_front()) {
    const Turn& turn = turns_.front();
    if (!turn.route) {
      out_ += turn.answer;
      continue;
    }
    if (left.empty()) break;
    if (parser.parse(left) != ReplyParser::Status::reply) {
      append_answer(out_, answer_of(too_large()), {.keeps_alive = false}, date());
      turns_.clear();
      is_ended_ = true;
      left = {};
      break;
    }
    const Reply& reply = parser.reply();
    const bool is_error = reply.kind == Reply::Kind::error;
    append_answer(out_,
                  is_error ? answer_of(http_error_of(reply.text, *turn.route)) : turn.route->answer(reply, turn.asked),
                  turn.framing, date());
    left.remove_prefix(parser.consumed());
  }
  PENCHANT_CHECK(left.empty());
  replies.clear();
  replies.append(out_);
  if (out_.capacity() > http_body_bytes_max) std::string().swap(out_);
}

}  // namespace penchant

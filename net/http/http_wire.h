// HttpWire: HTTP/1.1. A request becomes the command that its route names (http_route.h); the command's reply becomes
// the answer. What no command is needed for (pages, what is refused) is answered in its turn, between the others.
//
// Owner: the connection. Lifetime: the client and the runtime outlive it. Threading: the connection's. Limits: those of
// http_parser.h; http_pipelined_max answers under way, then no further request is read.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "net/command.h"
#include "net/http/http_arguments.h"
#include "net/http/http_parser.h"
#include "net/wire.h"

namespace penchant {

inline constexpr std::size_t http_pipelined_max = 64;

class HttpWire final : public Wire {
 public:
  HttpWire(Client& client, Runtime& runtime);

  WireKind kind() const override { return WireKind::http; }
  Status parse(std::string_view input) override;
  std::span<const std::string_view> arguments() const override { return views_; }
  bool are_in_input(std::string_view) const override { return false; }
  std::size_t take() override;
  bool is_due() const override { return is_ended_ || is_transfer_; }
  bool is_at_rest() const override { return turns_.empty() && !is_ready_ && !is_head_due_; }
  void render(OutputBuffer& replies) override;

 private:
  /// A request under way. They are answered in order.
  struct Turn {
    const HttpRoute* route = nullptr;  // null: the answer is there
    HttpAsked asked;
    HttpFraming framing;
    std::string answer;  // in bytes
  };

  Status see_head(std::string_view input);
  bool changes_hands();
  void read_request();
  std::optional<HttpError> read_command(const HttpRequest& request);
  std::optional<HttpError> refusal_to(const HttpRequest& request, const FoundRoute& found) const;
  std::optional<HttpError> let_in(const HttpRequest& request);
  std::optional<HttpError> read_session(const HttpRequest& request);
  void answer(const HttpAnswer& answer, HttpFraming framing);
  void append(const HttpAnswer& answer, HttpFraming framing);
  void end(const HttpError& error);
  std::string_view date();

  Client& client_;
  Runtime& runtime_;
  HttpParser parser_;
  bool is_ready_ = false;     // a request was read and not taken
  bool is_head_due_ = false;  // the head of one was read and not looked at
  bool is_ended_ = false;     // no further one is read
  bool is_transfer_ = false;  // the request is for a transfer (transfers.h), whose connection this becomes
  std::vector<std::string> arguments_;
  std::vector<std::string_view> views_;
  std::deque<Turn> turns_;
  std::string shown_;  // what the last request proved itself with
  std::string out_;
  std::string date_;
  std::int64_t date_s_ = -1;
};

}  // namespace penchant

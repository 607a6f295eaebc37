#include "net/http/transfer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "net/http/content_coding.h"
#include "net/http/http_arguments.h"
#include "net/http/http_parser.h"
#include "net/limits.h"
#include "net/portable.h"
#include "persistence/json_text.h"

namespace penchant {
namespace {

constexpr std::size_t read_at_once = std::size_t{64} << 10;
constexpr std::size_t sent_at_once = std::size_t{64} << 10;
constexpr std::size_t moved_bytes_min = std::size_t{64} << 10;  // in the time that a client may be silent

/// Whoever moves a byte now and then is not silent, yet would keep its place for ever: others need it.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Pace(Clock::duration time) : time_(time) {}

  /// It was waited since then for so many bytes; false where that is too slow.
  bool note(Clock::time_point begin, std::size_t bytes) {
    waited_ += Clock::now() - begin;
    moved_ += bytes;
    if (waited_ < time_) return true;
    waited_ = {};
    return std::exchange(moved_, 0) >= moved_bytes_min;
  }

 private:
  const Clock::duration time_;
  Clock::duration waited_{};
  std::size_t moved_ = 0;
};

/// Blocking, and for no longer than a client may be silent.
void make_blocking(int socket, std::chrono::seconds silence_max) {
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) & ~O_NONBLOCK);
  const timeval limit{.tv_sec = silence_max.count(), .tv_usec = 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

bool send_all(int socket, std::string_view bytes, Pace& pace) {
  while (!bytes.empty()) {
    const auto begin = Pace::Clock::now();
    const auto sent = ::send(socket, bytes.data(), std::min(bytes.size(), sent_at_once), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0 || !pace.note(begin, static_cast<std::size_t>(sent))) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Appends what comes next; false at the end, or where nothing comes.
bool receive_some(int socket, std::string& into, Pace& pace) {
  std::vector<char> chunk(read_at_once);
  for (;;) {
    const auto begin = Pace::Clock::now();
    const auto got = ::recv(socket, chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into.append(chunk.data(), static_cast<std::size_t>(got));
    return pace.note(begin, static_cast<std::size_t>(got));
  }
}

/// A client of the line protocol.
class ServerClient {
 public:
  explicit ServerClient(int socket) : socket_(socket) {}

  result<const Reply*> ask(const std::vector<std::string>& request) {
    std::string bytes = "*" + std::to_string(request.size()) + "\r\n";
    for (const std::string& one : request) bytes += "$" + std::to_string(one.size()) + "\r\n" + one + "\r\n";
    if (!send_all(socket_, bytes, pace_)) return Failure{"LOADING the server is about to end"};
    received_.erase(0, parser_.consumed());
    for (;;) {
      const auto status = parser_.parse(received_);
      if (status == ReplyParser::Status::reply) break;
      if (status == ReplyParser::Status::error || !receive_some(socket_, received_, pace_)) {
        return Failure{"LOADING the server is about to end"};
      }
    }
    const Reply& reply = parser_.reply();
    if (reply.kind == Reply::Kind::error) return Failure{reply.text};
    return &reply;
  }

 private:
  const int socket_;
  Pace pace_{Pace::Clock::duration::max()};
  std::string received_;
  ReplyParser parser_;
};

/// The HTTP side of it.
class Conversation {
 public:
  Conversation(const Transfer& transfer, const TransferOptions& options)
      : socket_(transfer.descriptor), received_(transfer.received), pace_(options.silence_max) {
    make_blocking(socket_, options.silence_max);
  }

  /// The head is there; the wire has seen it.
  bool read_head() {
    for (;;) {
      const auto status = parser_.parse(received_);
      if (status == HttpParser::Status::head || status == HttpParser::Status::request) return true;
      if (status == HttpParser::Status::error || !receive_some(socket_, received_, pace_)) return false;
    }
  }
  const HttpRequest& request() const { return parser_.request(); }

  /// Puts the body into the file; false where the rest does not come, or is too much, which has been answered.
  bool read_body(TemporaryFile& file) {
    if (parser_.request().wants_continue && !send_all(socket_, "HTTP/1.1 100 Continue\r\n\r\n", pace_)) {
      return false;
    }
    for (;;) {
      const auto status = parser_.parse(received_);
      if (status == HttpParser::Status::error) return refuse(parser_.error_status(), std::string(parser_.error()));
      if (auto kept = file.append(parser_.take_body()); !kept) return refuse(503, kept.error().message);
      if (file.size() > http_import_bytes_max) {
        return refuse(413, "an import is at most " + std::to_string(http_import_bytes_max) + " bytes");
      }
      received_.erase(0, parser_.take_input());
      if (status == HttpParser::Status::request) return true;
      if (!receive_some(socket_, received_, pace_)) return false;
    }
  }

  /// What a command's error means; false.
  bool refuse(const Failure& failure, const HttpRoute& route) {
    return answer(answer_of(http_error_of(failure.message, route))), false;
  }
  bool refuse(unsigned status, std::string sentence) {
    return answer(answer_of({.status = status, .sentence = std::move(sentence)})), false;
  }
  bool answer(const HttpAnswer& answer) {
    std::string bytes;
    append_answer(bytes, answer, {.keeps_alive = false}, date_line(clock_ms() / 1000));
    if (!send_all(socket_, bytes, pace_)) return false;
    // What is still on its way from the client would else make the system take the answer back.
    shutdown(socket_, SHUT_WR);
    std::string rest;
    for (std::size_t bytes_left = 64 * read_at_once; bytes_left > 0 && receive_some(socket_, rest, pace_);) {
      bytes_left -= std::min(bytes_left, rest.size());
      rest.clear();
    }
    return true;
  }

  /// The first bytes of an answer of unknown length.
  bool begin_answer(std::string_view fields) {
    return send_all(socket_,
                    "HTTP/1.1 200 OK\r\n" + date_line(clock_ms() / 1000) +
                        "Content-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
                        "Cache-Control: no-store\r\nVary: Accept-Encoding\r\nConnection: close\r\n"
                        "Transfer-Encoding: chunked\r\n" +
                        std::string(fields) + "\r\n",
                    pace_);
  }
  result<void> send_chunk(std::string_view bytes) {
    if (bytes.empty()) return {};
    std::array<char, 20> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    std::string chunk(size.data(), end);
    chunk.append("\r\n").append(bytes).append("\r\n");
    return send_all(socket_, chunk, pace_) ? result<void>() : Failure{"the client is gone"};
  }
  bool end_chunks() { return send_all(socket_, "0\r\n\r\n", pace_); }

 private:
  const int socket_;
  std::string received_;
  Pace pace_;
  HttpParser parser_{http_import_bytes_max};
};

/// The name of a file that a browser keeps it under.
std::string disposition_of(const std::string& user) {
  std::string name;
  for (const char c : user) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    name += is_plain ? c : '_';
  }
  return "Content-Disposition: attachment; filename=\"penchant-" + name + ".json\"\r\n";
}

/// The answer begins with the first bytes of the file: what fails before is told by its status.
void run_export(Conversation& conversation, const HttpRoute& route, const std::string& user, const Ask& ask,
                const TransferOptions& options) {
  auto spool = TemporaryFile::create(options.directory);
  if (!spool) return void(conversation.refuse(503, spool.error().message));
  ContentCoder coder(coding_of(conversation.request().accept_encoding));
  bool has_begun = false;
  Exporter exporter([&](std::string_view some) -> result<void> {
    if (!std::exchange(has_begun, true)) {
      if (!conversation.begin_answer(coder.field() + disposition_of(user))) return Failure{"the client is gone"};
    }
    return conversation.send_chunk(coder.add(some));
  });
  const auto told = export_through(ask, user, *spool, exporter, clock_ms(), [](std::uint64_t, std::uint64_t) {});
  if (!told && !has_begun) {
    // What the server refuses comes with its code; else the spool cannot be kept.
    const std::string& why = told.error().message;
    if (why.front() < 'A' || why.front() > 'Z') return void(conversation.refuse(503, why));
    return void(conversation.refuse(told.error(), route));
  }
  // Without its last chunk the client sees that the file is not whole.
  if (told && conversation.send_chunk(coder.end())) conversation.end_chunks();
}

result<void> feed_all(const TemporaryFile& file, const std::function<result<void>(std::string_view)>& feed) {
  std::vector<char> chunk(read_at_once);
  for (std::uint64_t at = 0;;) {
    const auto got = file.read_at(at, chunk);
    if (!got) return Failure{"UNAVAILABLE " + got.error().message};
    if (*got == 0) return {};
    if (auto fed = feed({chunk.data(), *got}); !fed) return fed;
    at += *got;
  }
}

result<void> run_pass(const TemporaryFile& file, const ImportPlan& plan, ServerTarget& target) {
  Importer importer(plan, target);
  if (auto begun = importer.begin(); !begun) return begun;
  if (auto fed = feed_all(file, [&](std::string_view some) { return importer.feed(some); }); !fed) return fed;
  const auto report = importer.finish();
  return report ? result<void>() : report.error();
}

/// Why not all came in: the server's word rather than the record that was its turn, and what is recorded all the same.
Failure failure_of(const Failure& told, const ServerTarget& target) {
  Failure why = target.refusal().value_or(told);
  if (target.recorded() > 0) {
    why.message +=
        "; " + std::to_string(target.recorded()) + " records came in before it: the same file again adds the others";
  }
  return why;
}

/// Checks all of the file before it records the first of it, as penchant import does.
result<HttpAnswer> import_body(const TemporaryFile& file, const Ask& ask) {
  ImportCheck check;
  if (auto fed = feed_all(file, [&](std::string_view some) { return check.feed(some); }); !fed) return fed.error();
  const auto plan = check.finish();
  if (!plan) return plan.error();
  const auto target = ServerTarget::open(ask);
  if (!target) return target.error();
  if (auto tried = run_pass(file, *plan, **target); !tried) return tried.error();
  (*target)->begin_sending();
  if (auto sent = run_pass(file, *plan, **target); !sent) return failure_of(sent.error(), **target);
  if (auto sent = (*target)->send(); !sent) return failure_of(sent.error(), **target);
  return HttpAnswer{.body = "{\"recorded\":" + std::to_string((*target)->recorded()) +
                            ",\"duplicates\":" + std::to_string((*target)->duplicates()) + "}"};
}

void run_import(Conversation& conversation, const HttpRoute& route, const Ask& ask, const TransferOptions& options) {
  auto file = TemporaryFile::create(options.directory);
  if (!file) return void(conversation.refuse(503, file.error().message));
  if (!conversation.read_body(*file)) return;
  const auto done = import_body(*file, ask);
  if (!done) return void(conversation.refuse(done.error(), route));
  conversation.answer(*done);
}

}  // namespace

void run_transfer(const Transfer& transfer, int server, const TransferOptions& options) {
  Conversation conversation(transfer, options);
  if (!conversation.read_head()) return;
  const HttpRequest& request = conversation.request();
  const auto target = parse_http_target(request.target);
  if (!target) return;
  const FoundRoute found = find_http_route(request.method, target->segments);
  if (!found.route) return;
  ServerClient client(server);
  const Ask ask = [&client](const std::vector<std::string>& wanted) { return client.ask(wanted); };
  (void)ask({"HELLO", "3"});
  HttpError error;
  const auto command = http_command(found, *target, {}, transfer.client.access.user, error);
  if (!command) return void(conversation.answer(answer_of(error)));
  if (found.route->body == HttpRoute::Body::file) {
    run_import(conversation, *found.route, ask, options);
  } else {
    run_export(conversation, *found.route, command->arguments[1], ask, options);
  }
}

std::string transfer_refusal() {
  std::string bytes;
  append_answer(bytes,
                answer_of({.status = 409,
                           .sentence = "there are " + std::to_string(transfers_max) +
                                       " exports and imports under way: try again when one has ended",
                           .fields = "Retry-After: 5\r\n"}),
                {.keeps_alive = false}, date_line(clock_ms() / 1000));
  return bytes;
}

}  // namespace penchant

#include "net/loading.h"

#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "net/http/http_answer.h"
#include "net/http/http_parser.h"
#include "net/limits.h"
#include "net/log.h"

namespace penchant {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using UnixProtocol = asio::local::stream_protocol;

constexpr std::size_t read_buffer_bytes = std::size_t{64} << 10;

}  // namespace

Loading::Loading(const Listeners& listeners, const Listeners& http, std::size_t clients_max, std::size_t request_bytes)
    : clients_max_(clients_max),
      request_bytes_(request_bytes),
      unix_path_(listeners.unix_path()),
      buffer_(read_buffer_bytes) {
  if (!listeners.has_tls()) {
    tcp_.assign(listeners.is_v6() ? tcp::v6() : tcp::v4(), listeners.duplicate_tcp());
    accept(tcp_, WireKind::resp);
    http_.assign(http.is_v6() ? tcp::v6() : tcp::v4(), http.duplicate_tcp());
    accept(http_, WireKind::http);
  }
  if (const int descriptor = listeners.duplicate_unix(); descriptor >= 0) {
    unix_.assign(UnixProtocol(), descriptor);
    accept(unix_, WireKind::resp);
  }
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    log_info("ended while the state was read");
    if (!unix_path_.empty()) unlink(unix_path_.c_str());
    std::_Exit(EXIT_SUCCESS);  // whoever reads the state has nothing to finish: a start may be killed anywhere
  });
  thread_ = std::thread([this] { io_.run(); });
}

Loading::~Loading() {
  for (const Waiting& client : end()) close(client.descriptor);
}

void Loading::tell(std::string progress) {
  const std::lock_guard lock(progress_mutex_);
  progress_ = std::move(progress);
}

std::string Loading::sentence() {
  const std::lock_guard lock(progress_mutex_);
  return "Penchant is reading its state" + (progress_.empty() ? "" : ": " + progress_);
}

template <class Acceptor>
void Loading::accept(Acceptor& acceptor, WireKind wire) {
  auto admit = [this, wire](auto socket) {
    if (guests_.size() >= clients_max_) return;
    socket.non_blocking(true);
    guests_.emplace_back(std::move(socket), wire);
    watch(std::prev(guests_.end()));
  };
  asio::co_spawn(io_.get_executor(), accept_each(acceptor, std::move(admit)), asio::detached);
}

void Loading::watch(std::list<Guest>::iterator guest) {
  guest->socket.async_wait(Socket::wait_read, [this, guest](const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted) return;
    if (error || !answer(*guest)) {
      guests_.erase(guest);
      return;
    }
    watch(guest);
  });
}

/// Answers each whole request; false where the client is to be let go.
bool Loading::answer(Guest& guest) {
  boost::system::error_code error;
  const std::size_t size = guest.socket.receive(asio::buffer(buffer_), 0, error);
  if (error == asio::error::would_block) return true;
  if (error) return false;
  guest.pending.append(buffer_.data(), size);
  std::string replies;
  const bool goes_on = guest.wire == WireKind::http ? read_http(guest, replies) : read_requests(guest, replies);
  if (!goes_on && replies.empty()) return false;
  std::string_view left = replies;
  while (!left.empty() && !error) {
    left.remove_prefix(guest.socket.send(asio::buffer(left.data(), left.size()), 0, error));
  }
  return goes_on && !error;
}

/// Has a reply to each whole request; false where the client is to be let go.
bool Loading::read_requests(Guest& guest, std::string& replies) {
  std::size_t used = 0;
  RequestParser::Status status{};
  while ((status = guest.parser.parse(std::string_view(guest.pending).substr(used))) ==
         RequestParser::Status::request) {
    used += guest.parser.consumed();
    if (!guest.parser.arguments().empty()) replies += "-LOADING " + sentence() + "\r\n";
    if (used == guest.pending.size()) break;
  }
  guest.pending.erase(0, used);
  if (status == RequestParser::Status::request || status == RequestParser::Status::need_more) {
    return guest.pending.size() <= request_bytes_;
  }
  replies.clear();
  return false;
}

/// Has the answer to the first request when its head is there; false then, or where it is no request.
bool Loading::read_http(const Guest& guest, std::string& answer) {
  if (guest.pending.find("\r\n\r\n") == std::string::npos) return guest.pending.size() <= http_head_bytes_max;
  HttpAnswer told{.content_type = "text/plain; charset=utf-8", .body = "ok\n"};
  if (!guest.pending.starts_with("GET /healthz ")) {
    told = answer_of({.status = 503, .sentence = sentence(), .fields = "Retry-After: 1\r\n"});
  }
  append_answer(answer, told, {.keeps_alive = false}, date_line(std::time(nullptr)));
  return false;
}

std::vector<Loading::Waiting> Loading::end() {
  if (!thread_.joinable()) return {};
  io_.stop();
  thread_.join();
  std::vector<Waiting> clients;
  for (Guest& guest : guests_) {
    boost::system::error_code error;
    const int client = guest.socket.release(error);
    if (error) continue;
    guest.pending.empty() ? clients.push_back({client, guest.wire}) : void(close(client));
  }
  guests_.clear();
  boost::system::error_code ignored;
  tcp_.close(ignored);
  http_.close(ignored);
  unix_.close(ignored);
  signals_.clear(ignored);
  return clients;
}

}  // namespace penchant

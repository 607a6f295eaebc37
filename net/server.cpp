#include "net/server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <cstring>
#include <utility>

#include "net/log.h"
#include "net/session.h"

namespace penchant {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t read_buffer_bytes = std::size_t{256} << 10;
constexpr std::chrono::milliseconds tick_interval{100};
constexpr unsigned decision_ticks = 10;
constexpr unsigned community_ticks = 20;  // between two looks at whether the community has changed
constexpr std::string_view too_many_clients = "-ERR max number of clients reached\r\n";

}  // namespace

Server::Server(Service& service, Runtime& runtime, const ServerOptions& options, Listeners& listeners)
    : service_(service), runtime_(runtime), options_(options), listeners_(listeners), read_buffer_(read_buffer_bytes) {
  runtime_.shut_down = [this](bool save) { shut_down(save); };
  runtime_.port = listeners_.port();
  synced_.expires_at(Timer::time_point::max());
  // Before anybody is told that the server is there: who then ends it ends it in order.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) shut_down(true);
  });
  tcp_.assign(listeners_.is_v6() ? tcp::v6() : tcp::v4(), listeners_.duplicate_tcp());
  if (const int descriptor = listeners_.duplicate_unix(); descriptor >= 0) {
    unix_.assign(asio::local::stream_protocol(), descriptor);
  }
}

bool Server::run() {
  accept(tcp_);
  if (unix_.is_open()) accept(unix_);
  asio::co_spawn(io_.get_executor(), tick(), asio::detached);
  io_.run();
  // What the last requests brought after the snapshot, too, is on disk when the process ends.
  if (const auto synced = service_.store().sync(); !synced) {
    note_read_only();
    kept_everything_ = false;
  }
  return kept_everything_;
}

void Server::note_read_only() {
  if (std::exchange(told_read_only_, true) || !service_.store().read_only()) return;
  log_error("read-only from now on, until the next start: " + service_.store().read_only()->message);
}

void Server::on_synced(result<std::uint64_t> synced_sequence) {
  asio::post(io_, [this, synced_sequence] {
    if (!synced_sequence) {
      service_.store().sync_failed(synced_sequence.error());
      note_read_only();
    }
    synced_.cancel();
  });
}

template <class Acceptor>
void Server::accept(Acceptor& acceptor) {
  auto admit_one = [this](auto socket) { this->admit(std::move(socket)); };
  asio::co_spawn(io_.get_executor(), accept_each(acceptor, std::move(admit_one)), asio::detached);
}

template <class Socket>
void Server::admit(Socket socket) {
  ++runtime_.connections_received;
  boost::system::error_code ignored;  // a client that is gone already shows at its first read
  if (sessions_.size() >= options_.clients_max) {
    ++runtime_.connections_refused;
    socket.send(asio::buffer(too_many_clients.data(), too_many_clients.size()), 0, ignored);
    return;
  }
  if constexpr (std::is_same_v<typename Socket::protocol_type, tcp>) {
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
  }
  socket.non_blocking(true, ignored);
  asio::co_spawn(io_.get_executor(), serve(*this, StreamSocket(std::move(socket))), asio::detached);
}

void Server::admit(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return void(close(descriptor));
  if (address.ss_family == AF_UNIX) {
    using UnixSocket = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;
    admit(UnixSocket(io_.get_executor(), asio::local::stream_protocol(), descriptor));
  } else {
    using TcpSocket = asio::basic_stream_socket<tcp, Executor>;
    admit(TcpSocket(io_.get_executor(), address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), descriptor));
  }
}

void Server::add(Session& session) {
  Client& client = session.connection.client();
  client.id = next_client_++;
  client.connected_ms = client.last_active_ms = clock_ms();
  session.last_active = std::chrono::steady_clock::now();
  boost::system::error_code error;
  const auto endpoint = session.socket.remote_endpoint(error);
  if (!error && endpoint.protocol().family() != AF_UNIX) {
    tcp::endpoint peer;
    std::memcpy(peer.data(), endpoint.data(), std::min<std::size_t>(endpoint.size(), peer.capacity()));
    client.address = peer.address().to_string() + ":" + std::to_string(peer.port());
  } else {
    client.address = listeners_.unix_path() + ":0";
  }
  sessions_.push_back(&session);
  runtime_.clients.push_back(&client);
}

bool Server::hold(Session& session, std::string replies) {
  const std::size_t held_by_others = held_bytes_ - session.unsent.size();
  if (replies.size() > held_bytes_short && replies.size() + held_by_others > held_bytes_max) {
    log_warning("closing " + session.connection.client().address + ": with its " + std::to_string(replies.size()) +
                " bytes of replies more than " + std::to_string(held_bytes_max) + " would wait to be read");
    return false;
  }
  session.unsent = std::move(replies);
  held_bytes_ = held_by_others + session.unsent.size();
  return true;
}

void Server::release(Session& session) {
  held_bytes_ -= session.unsent.size();
  std::string().swap(session.unsent);  // assigned an empty one it would keep its room
}

void Server::remove(Session& session) {
  release(session);
  std::erase(sessions_, &session);
  std::erase(runtime_.clients, &session.connection.client());
}

/// Adds up what users share, while others have their turn between two slices.
asio::awaitable<void, Executor> Server::renew_community() {
  while (!stopping_ && service_.advance_community()) {
    co_await asio::post(io_.get_executor(), asio::use_awaitable_t<Executor>{});
  }
  is_renewing_ = false;
}

/// Once a second: decisions go to their files, and those that nobody judges get their verdict.
void Server::tend_decisions() {
  DecisionRing& decisions = service_.decisions();
  if (options_.default_verdict) {
    runtime_.records += service_.judge_by_default(
        *options_.default_verdict, std::chrono::milliseconds(options_.default_verdict_after).count());
    if (!service_.store().commit()) note_read_only();
  }
  decisions.flush();
  if (const auto failure = decisions.take_failure()) log_warning("decisions stay in memory: " + failure->message);
}

asio::awaitable<void, Executor> Server::tick() {
  unsigned ticks = 0;
  while (!stopping_) {
    tick_timer_.expires_after(tick_interval);
    const auto [error] = co_await tick_timer_.async_wait(as_tuple_awaitable);
    if (error || stopping_) co_return;
    if ((++ticks % community_ticks == 0 || service_.awaits_community()) && !is_renewing_) {
      is_renewing_ = true;
      asio::co_spawn(io_.get_executor(), renew_community(), asio::detached);
    }
    const bool was_erasing = service_.store().erasing();
    if (const auto news = service_.tick(clock_ms())) {
      news->is_failure ? log_error(news->sentence) : log_info(news->sentence);
    }
    if (was_erasing) synced_.cancel();  // who waits for an erasure looks whether it is done
    if (ticks % decision_ticks == 0) tend_decisions();
    close_overdue();
  }
}

/// Closes who is idle for too long, or owes the rest of a request or the reading of a reply for too long.
void Server::close_overdue() {
  const auto now = std::chrono::steady_clock::now();
  for (Session* session : sessions_) {
    Client& client = session->connection.client();
    const auto idle = now - session->last_active;
    client.last_active_ms = clock_ms() - std::chrono::duration_cast<std::chrono::milliseconds>(idle).count();
    const bool is_idle = options_.idle_max.count() > 0 && idle > options_.idle_max && !session->owing_since;
    const bool is_owing = session->owing_since && now - *session->owing_since > options_.request_max;
    if (!is_idle && !is_owing) continue;
    log_info("closing " + client.address + (is_idle ? ": idle" : ": an unfinished request or an unread reply"));
    boost::system::error_code ignored;
    session->socket.close(ignored);
  }
}

void Server::shut_down(bool save) {
  if (stopping_) return;
  stopping_ = true;
  log_info("shutting down");
  Store& store = service_.store();
  // What was acknowledged does not wait for the snapshot under way.
  if (const auto synced = store.sync(); !synced) note_read_only();
  store.await_background_save();
  if (save && !store.read_only() && store.events_since_save() > 0) {
    if (const auto saved = store.save(clock_ms()); !saved) {
      log_error("the snapshot failed: " + saved.error().message);
      kept_everything_ = false;
    }
  }
  boost::system::error_code ignored;
  tcp_.close(ignored);
  unix_.close(ignored);
  listeners_.close();
  signals_.cancel(ignored);
  tick_timer_.cancel();
  synced_.cancel();
  // After the replies to this batch, SHUTDOWN's among them, have gone out.
  asio::post(io_, [this] {
    for (Session* session : sessions_) {
      boost::system::error_code error;
      session->socket.close(error);
    }
  });
}

}  // namespace penchant

#include "net/server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <thread>

#include "net/community_round.h"
#include "net/http/http_answer.h"
#include "net/log.h"

namespace penchant {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::milliseconds community_interval{100};  // between two looks at whether one is wanted
constexpr std::chrono::seconds tokens_interval{1};  // between two looks at their file

std::string too_many_clients(WireKind wire) {
  if (wire == WireKind::resp) return "-ERR max number of clients reached\r\n";
  std::string answer;
  append_answer(answer,
                answer_of({.status = 429,
                           .sentence = "there are as many clients as may be",
                           .fields = "Retry-After: 1\r\n"}),
                {.keeps_alive = false}, date_line(clock_ms() / 1000));
  return answer;
}

std::vector<std::unique_ptr<Lane>> make_lanes(Commons& commons) {
  std::vector<std::unique_ptr<Lane>> lanes;
  std::vector<WorldStop::Post> posts;
  for (std::uint32_t store = 0; store < commons.runtime.shards.size(); ++store) {
    Lane* const lane = lanes.emplace_back(std::make_unique<Lane>(commons, store)).get();
    commons.lanes.push_back(lane);
    posts.emplace_back([lane](std::function<void()> work) { lane->post(std::move(work)); });
  }
  commons.world.emplace(std::move(posts));
  return lanes;
}

// On the lane's thread.
asio::awaitable<void, Executor> add_users(Lane& lane, CommunityRound& round) {
  round.visit(lane.service());
  while (round.advance(lane.service()) && !lane.stopping()) {
    co_await asio::post(lane.executor(), asio::use_awaitable_t<Executor>{});
  }
}
asio::awaitable<void, Executor> take(Lane& lane, const Community& community) {
  lane.service().take_community(community);
  co_return;
}

/// Calls work(lane) for all lanes, each on a thread of its own where there are several.
template <class Work>
void each_at_once(const std::vector<std::unique_ptr<Lane>>& lanes, const Work& work) {
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < lanes.size(); ++i) threads.emplace_back([&work, &lane = *lanes[i]] { work(lane); });
  work(*lanes.front());
}

}  // namespace

Server::Server(Runtime& runtime, const ServerOptions& options, Listeners& listeners, Listeners& http)
    : commons_{runtime, options, listeners.unix_path()},
      listeners_(listeners),
      http_listeners_(http),
      lanes_(make_lanes(commons_)),
      tcp_(first().executor()),
      http_(first().executor()),
      unix_(first().executor()),
      signals_(first().io()),
      hangups_(first().io(), SIGHUP),
      community_timer_(first().executor()),
      tokens_timer_(first().executor()),
      token_watch_(options.token_file) {
  runtime.shut_down = [this](bool save) { shut_down(save); };
  runtime.close_client = [this](std::uint64_t client) {
    for (const auto& lane : lanes_) lane->post([to = lane.get(), client] { to->close_client(client); });
  };
  runtime.tell_monitors = [this](const std::string& line) {
    for (const auto& lane : lanes_) lane->tell_monitors(line);
  };
  runtime.port = listeners_.port();
  commons_.transfers.emplace(TransferOptions{options.temporary_directory, options.request_max},
                             [this](const Client& client) { return connect_inside(client); });
  // Before anybody is told that the server is there: who then ends it ends it in order.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) first().run_alone([this] { shut_down(true); });
  });
  await_hangup();
  if (listeners_.has_tls()) relay_.emplace(listeners_.tls(), options.request_max);
  tcp_.assign(listeners_.is_v6() ? tcp::v6() : tcp::v4(), listeners_.duplicate_tcp());
  http_.assign(http_listeners_.is_v6() ? tcp::v6() : tcp::v4(), http_listeners_.duplicate_tcp());
  if (const int descriptor = listeners_.duplicate_unix(); descriptor >= 0) {
    unix_.assign(asio::local::stream_protocol(), descriptor);
  }
}

bool Server::run() {
  accept(tcp_, listeners_, WireKind::resp);
  accept(http_, http_listeners_, WireKind::http);
  if (unix_.is_open()) accept(unix_, WireKind::resp);
  asio::co_spawn(first().executor(), tend_community(), asio::detached);
  asio::co_spawn(first().executor(), tend_tokens(), asio::detached);
  std::atomic<bool> kept_everything = true;
  each_at_once(lanes_, [&kept_everything](Lane& lane) {
    if (!lane.run()) kept_everything = false;
  });
  relay_.reset();
  return kept_everything;
}

template <class Acceptor>
void Server::accept(Acceptor& acceptor, WireKind wire) {
  auto admit_one = [this, wire](auto socket) {
    boost::system::error_code error;
    const int descriptor = socket.release(error);
    if (!error) admit(descriptor, wire);
  };
  asio::co_spawn(first().executor(), accept_each(acceptor, std::move(admit_one)), asio::detached);
}

void Server::accept(TcpAcceptor& acceptor, const Listeners& listeners, WireKind wire) {
  if (!relay_) return accept(acceptor, wire);
  relay_->accept(listeners.duplicate_tcp(), listeners.is_v6(), [this, wire](int descriptor, std::string address) {
    first().post([this, descriptor, wire, address = std::move(address)] { admit(descriptor, wire, address); });
  });
}

void Server::admit(int descriptor, WireKind wire, std::string address) {
  Arrival arrival{.descriptor = descriptor, .wire = wire};
  arrival.client.address = std::move(address);
  if (wire == WireKind::http) arrival.client.protocol = 3;  // whose replies tell maps from arrays
  admit(std::move(arrival));
}

void Server::admit(Arrival arrival) {
  ++commons_.runtime.connections_received;
  if (commons_.clients >= commons_.options.clients_max && !arrival.client.is_inside) {
    ++commons_.runtime.connections_refused;
    const std::string answer = too_many_clients(arrival.wire);
    (void)send(arrival.descriptor, answer.data(), answer.size(), MSG_NOSIGNAL);
    return void(close(arrival.descriptor));
  }
  ++commons_.clients;
  lanes_[next_lane_++ % lanes_.size()]->admit(std::move(arrival));
}

/// A connection of a transfer's own. Any thread.
int Server::connect_inside(const Client& client) {
  std::array<int, 2> ends{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return -1;
  Arrival arrival{.descriptor = ends[0], .wire = WireKind::resp};
  arrival.client.address = client.address;
  arrival.client.access = client.access;
  arrival.client.is_inside = true;
  first().post([this, arrival = std::move(arrival)]() mutable { admit(std::move(arrival)); });
  return ends[1];
}

/// Adds up what users share, store after store, each on its own thread; others have their turn between two slices.
asio::awaitable<void, Executor> Server::make_community() {
  CommunityRound round;
  for (std::size_t i = 0; i < lanes_.size() && !first().stopping(); ++i) {
    co_await asio::co_spawn(lanes_[i]->executor(), add_users(*lanes_[i], round), asio::use_awaitable_t<Executor>{});
    if (round.is_stale()) i = SIZE_MAX;  // from the first one again
  }
  if (first().stopping()) co_return;
  auto community = std::make_unique<const Community>(round.take());
  for (const auto& lane : lanes_) {
    co_await asio::co_spawn(lane->executor(), take(*lane, *community), asio::use_awaitable_t<Executor>{});
  }
  community_ = std::move(community);  // nobody has the former any more
}

asio::awaitable<void, Executor> Server::tend_community() {
  while (!first().stopping()) {
    community_timer_.expires_after(community_interval);
    const auto [error] = co_await community_timer_.async_wait(as_tuple_awaitable);
    if (error) co_return;
    if (commons_.awaits_community.exchange(false)) co_await make_community();
  }
}

asio::awaitable<void, Executor> Server::tend_tokens() {
  while (!first().stopping()) {
    look_at_tokens(false);
    tokens_timer_.expires_after(tokens_interval);
    const auto [error] = co_await tokens_timer_.async_wait(as_tuple_awaitable);
    if (error) co_return;
  }
}

void Server::await_hangup() {
  hangups_.async_wait([this](const boost::system::error_code& error, int) {
    if (error || first().stopping()) return;
    look_at_tokens(true);
    read_certificate();
    await_hangup();
  });
}

void Server::read_certificate() {
  if (!relay_) return;
  if (const auto read = relay_->reload(); !read) {
    return log_error("TLS goes on with the certificate of before: " + read.error().message);
  }
  log_info("TLS certificate and key were read again");
}

/// What its token lets a client do may change between any two requests.
void Server::look_at_tokens(bool always) {
  auto entries = token_watch_.look(always);
  if (!entries) return;
  if (!*entries) return log_error("the tokens stay as they were: " + entries->error().message);
  Runtime& runtime = commons_.runtime;
  if (runtime.tokens.are_asked_for() || !(*entries)->empty()) {
    log_info(std::to_string((*entries)->size()) + " tokens let clients in");
  }
  (void)first().run_alone([&] {
    runtime.tokens.take(std::move(**entries));
    for (Shard& shard : runtime.shards) {
      for (Client* const client : shard.clients) client->access = runtime.tokens.renewed(client->access);
    }
  });
}

/// While all lanes but the caller's rest.
void Server::shut_down(bool save) {
  if (first().stopping()) return;
  log_info("shutting down");
  commons_.transfers->stop();
  commons_.world->end();
  each_at_once(lanes_, [save](Lane& lane) { lane.stop(save); });
  first().post([this] {
    boost::system::error_code ignored;
    tcp_.close(ignored);
    http_.close(ignored);
    unix_.close(ignored);
    listeners_.close();
    http_listeners_.close();
    signals_.cancel(ignored);
    hangups_.cancel(ignored);
    community_timer_.cancel();
    tokens_timer_.cancel();
  });
}

}  // namespace penchant

#include "net/server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <thread>

#include "net/community_round.h"
#include "net/log.h"

namespace penchant {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::milliseconds community_interval{100};  // between two looks at whether one is wanted
constexpr std::string_view too_many_clients = "-ERR max number of clients reached\r\n";

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

Server::Server(Runtime& runtime, const ServerOptions& options, Listeners& listeners)
    : commons_{runtime, options, listeners.unix_path()},
      listeners_(listeners),
      lanes_(make_lanes(commons_)),
      tcp_(first().executor()),
      unix_(first().executor()),
      signals_(first().io()),
      community_timer_(first().executor()) {
  runtime.shut_down = [this](bool save) { shut_down(save); };
  runtime.close_client = [this](std::uint64_t client) {
    for (const auto& lane : lanes_) lane->post([to = lane.get(), client] { to->close_client(client); });
  };
  runtime.tell_monitors = [this](const std::string& line) {
    for (const auto& lane : lanes_) lane->tell_monitors(line);
  };
  runtime.port = listeners_.port();
  // Before anybody is told that the server is there: who then ends it ends it in order.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) first().run_alone([this] { shut_down(true); });
  });
  tcp_.assign(listeners_.is_v6() ? tcp::v6() : tcp::v4(), listeners_.duplicate_tcp());
  if (const int descriptor = listeners_.duplicate_unix(); descriptor >= 0) {
    unix_.assign(asio::local::stream_protocol(), descriptor);
  }
}

bool Server::run() {
  accept(tcp_);
  if (unix_.is_open()) accept(unix_);
  asio::co_spawn(first().executor(), tend_community(), asio::detached);
  std::atomic<bool> kept_everything = true;
  each_at_once(lanes_, [&kept_everything](Lane& lane) {
    if (!lane.run()) kept_everything = false;
  });
  return kept_everything;
}

template <class Acceptor>
void Server::accept(Acceptor& acceptor) {
  auto admit_one = [this](auto socket) {
    boost::system::error_code error;
    const int descriptor = socket.release(error);
    if (!error) admit(descriptor);
  };
  asio::co_spawn(first().executor(), accept_each(acceptor, std::move(admit_one)), asio::detached);
}

void Server::admit(int descriptor) {
  ++commons_.runtime.connections_received;
  if (commons_.clients >= commons_.options.clients_max) {
    ++commons_.runtime.connections_refused;
    (void)send(descriptor, too_many_clients.data(), too_many_clients.size(), MSG_NOSIGNAL);
    return void(close(descriptor));
  }
  ++commons_.clients;
  lanes_[next_lane_++ % lanes_.size()]->admit({.descriptor = descriptor, .client = {}, .pending = {}});
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

/// While all lanes but the caller's rest.
void Server::shut_down(bool save) {
  if (first().stopping()) return;
  log_info("shutting down");
  commons_.world->end();
  each_at_once(lanes_, [save](Lane& lane) { lane.stop(save); });
  first().post([this] {
    boost::system::error_code ignored;
    tcp_.close(ignored);
    unix_.close(ignored);
    listeners_.close();
    signals_.cancel(ignored);
    community_timer_.cancel();
  });
}

}  // namespace penchant

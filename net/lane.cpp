#include "net/lane.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstring>

#include "net/log.h"
#include "net/monitor.h"
#include "net/session.h"

namespace penchant {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t receive_bytes_max = std::size_t{256} << 10;
constexpr std::chrono::milliseconds tick_interval{100};
constexpr unsigned decision_ticks = 10;
constexpr unsigned community_ticks = 20;  // between two looks at whether sharing users have changed

}  // namespace

Lane::Lane(Commons& commons, std::uint32_t store)
    : commons_(commons), store_number_(store), read_buffer_(receive_bytes_max) {
  synced_.expires_at(Timer::time_point::max());
}

bool Lane::run() {
  asio::co_spawn(io_.get_executor(), tick(), asio::detached);
  io_.run();
  // What the last requests brought after the snapshot, too, is on disk when the process ends.
  if (const auto synced = store().sync(); !synced) {
    note_read_only();
    kept_everything_ = false;
  }
  return kept_everything_;
}

void Lane::admit(Arrival arrival) {
  post([this, arrival = std::move(arrival)]() mutable {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (stopping_ || getsockname(arrival.descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      --commons_.clients;
      return void(close(arrival.descriptor));
    }
    StreamSocket socket(io_.get_executor(), {address.ss_family, 0}, arrival.descriptor);
    boost::system::error_code ignored;  // a client that is gone already shows at its first read
    if (address.ss_family != AF_UNIX) {
      socket.set_option(tcp::no_delay(true), ignored);
      socket.set_option(asio::socket_base::keep_alive(true), ignored);
    }
    socket.non_blocking(true, ignored);
    asio::co_spawn(io_.get_executor(), serve(*this, std::move(socket), std::move(arrival)), asio::detached);
  });
}

void Lane::on_synced(result<std::uint64_t> synced_sequence) {
  post([this, synced_sequence] {
    if (!synced_sequence) {
      store().sync_failed(synced_sequence.error());
      note_read_only();
    }
    synced_.cancel();
  });
}

void Lane::note_read_only() {
  if (std::exchange(told_read_only_, true) || !store().read_only()) return;
  runtime().is_read_only = true;
  log_error("read-only from now on, until the next start: " + store().read_only()->message);
}

void Lane::log_news(const Store::News& news) const {
  const bool has_several = commons_.lanes.size() > 1;
  const std::string sentence =
      (has_several ? "store " + std::to_string(store_number_) + ": " : std::string()) + news.sentence;
  news.is_failure ? log_error(sentence) : log_info(sentence);
}

/// Of either end of a socket.
std::string Lane::address_of(const asio::generic::stream_protocol::endpoint& endpoint) const {
  if (endpoint.size() == 0 || endpoint.protocol().family() == AF_UNIX) return commons_.unix_path + ":0";
  tcp::endpoint address;
  std::memcpy(address.data(), endpoint.data(), std::min<std::size_t>(endpoint.size(), address.capacity()));
  return address.address().to_string() + ":" + std::to_string(address.port());
}

/// Who it is that has come through the door.
void Lane::name(Session& session) {
  Client& client = session.connection.client();
  client.id = ++commons_.last_client;
  client.connected_ms = client.last_active_ms = clock_ms();
  client.descriptor = session.socket.native_handle();
  if (!client.address.empty()) return;
  boost::system::error_code error;
  client.address = address_of(session.socket.remote_endpoint(error));
  client.local_address = address_of(session.socket.local_endpoint(error));
}

void Lane::add(Session& session, Arrival arrival) {
  Client& client = session.connection.client();
  client = std::move(arrival.client);
  const bool is_new = client.access.role == Role::none;  // a transfer's own connection has the rights of who asked it
  client.access = is_new ? runtime().tokens.at_first() : runtime().tokens.renewed(client.access);
  session.pending = std::move(arrival.pending);
  session.last_active = std::chrono::steady_clock::now();
  if (!session.pending.empty()) session.owing_since = session.last_active;
  if (client.id == 0) name(session);
  sessions_.push_back(&session);
  shard().clients.push_back(&client);
  if (client.monitoring) ++runtime().monitors;
}

bool Lane::hold(Session& session, std::string replies, std::size_t elsewhere) {
  const std::size_t bytes = replies.size() + elsewhere;
  const std::size_t all = commons_.held_bytes += bytes - session.held_bytes;
  session.held_bytes = bytes;
  session.unsent = std::move(replies);
  if (bytes <= held_bytes_short || all <= held_bytes_max) return true;
  log_warning("closing " + session.connection.client().address + ": with its " + std::to_string(bytes) +
              " bytes of replies more than " + std::to_string(held_bytes_max) + " would wait to be read");
  return false;
}

void Lane::release(Session& session) {
  commons_.held_bytes -= std::exchange(session.held_bytes, 0);
  std::string().swap(session.unsent);  // assigned an empty one it would keep its room
}

void Lane::remove(Session& session) {
  release(session);
  if (session.connection.client().monitoring) --runtime().monitors;
  std::erase(sessions_, &session);
  std::erase(shard().clients, &session.connection.client());
}

/// Once a second: decisions go to their files, and those that nobody judges get their verdict.
void Lane::tend_decisions() {
  DecisionRing& decisions = service().decisions();
  if (const auto& verdict = commons_.options.default_verdict) {
    const std::chrono::milliseconds wait(commons_.options.default_verdict_after);
    shard().traffic.records += service().judge_by_default(*verdict, wait.count());
    if (!store().commit()) note_read_only();
  }
  decisions.flush();
  if (const auto failure = decisions.take_failure()) log_warning("decisions stay in memory: " + failure->message);
}

void Lane::tend_community(unsigned ticks) {
  const bool is_behind = ticks % community_ticks == 0 && service().is_community_behind();
  if (is_behind || service().awaits_community()) commons_.awaits_community = true;
}

asio::awaitable<void, Executor> Lane::tick() {
  for (unsigned ticks = 1; !stopping_; ++ticks) {
    tick_timer_.expires_after(tick_interval);
    const auto [error] = co_await tick_timer_.async_wait(as_tuple_awaitable);
    if (error || stopping_) co_return;
    tend_community(ticks);
    shard().tend();
    send_to_monitors({});
    const bool was_erasing = store().erasing();
    if (const auto news = service().tick(clock_ms())) log_news(*news);
    if (was_erasing) synced_.cancel();  // who waits for an erasure looks whether it is done
    if (ticks % decision_ticks == 0) tend_decisions();
    close_overdue();
  }
}

/// Closes who is idle for too long, or owes the rest of a request or the reading of a reply for too long.
void Lane::close_overdue() {
  const ServerOptions& options = commons_.options;
  const auto now = std::chrono::steady_clock::now();
  for (Session* session : sessions_) {
    Client& client = session->connection.client();
    const auto idle = now - session->last_active;
    client.last_active_ms = clock_ms() - std::chrono::duration_cast<std::chrono::milliseconds>(idle).count();
    if (client.is_inside) continue;  // it waits for its client over HTTP, who is looked after there
    const bool is_idle =
        options.idle_max.count() > 0 && idle > options.idle_max && !session->owing_since && !client.monitoring;
    const bool is_owing = session->owing_since && now - *session->owing_since > options.request_max;
    if (client.access.role != Role::none) session->nobody_since.reset();
    if (client.access.role == Role::none && !session->nobody_since) session->nobody_since = now;
    const bool is_nobody = session->nobody_since && now - *session->nobody_since > options.request_max;
    if (!is_idle && !is_owing && !is_nobody) continue;
    log_info("closing " + client.address +
             (is_idle     ? ": idle"
              : is_nobody ? ": no token"
                          : ": an unfinished request or an unread reply"));
    boost::system::error_code ignored;
    session->socket.close(ignored);
  }
}

void Lane::close_client(std::uint64_t id) {
  const auto is_it = [id](Session* session) { return session->connection.client().id == id; };
  const auto session = std::ranges::find_if(sessions_, is_it);
  if (session == sessions_.end()) return;
  log_info("closing " + (*session)->connection.client().address + ": killed");
  boost::system::error_code ignored;
  (*session)->socket.close(ignored);
}

void Lane::tell_monitors(std::string line) {
  monitored_bytes_ += line.size();
  post([this, line = std::move(line)] {
    monitored_bytes_ -= line.size();
    send_to_monitors(line);
  });
}

/// Together with what waits; `line` may be empty.
void Lane::send_to_monitors(std::string_view line) {
  if (runtime().monitors.load(std::memory_order_relaxed) == 0) return;
  for (Session* session : sessions_) {
    if (!session->connection.client().monitoring) continue;
    // What waits is looked at each tick; with each line it would take its time.
    const bool waits = !line.empty() && !session->monitored.empty();
    const bool is_near = monitored_bytes_ <= monitor_bytes_max && session->monitored.size() <= monitor_bytes_max;
    if (waits && is_near) {
      session->monitored += line;
    } else if (!is_near || !send_monitored(*session, line)) {
      log_info("closing " + session->connection.client().address + ": it monitors, and does not read");
      boost::system::error_code ignored;
      session->socket.close(ignored);
    }
  }
}

bool Lane::send_monitored(Session& session, std::string_view bytes) {
  session.monitored += bytes;
  std::string_view left = session.monitored;
  boost::system::error_code error;
  while (!left.empty() && !error)
    left.remove_prefix(session.socket.send(asio::buffer(left.data(), left.size()), 0, error));
  session.monitored.erase(0, session.monitored.size() - left.size());
  return (!error || error == asio::error::would_block || error == asio::error::try_again) &&
         session.monitored.size() <= monitor_bytes_max;
}

void Lane::stop(bool save) {
  stopping_ = true;
  // What was acknowledged does not wait for the snapshot under way.
  if (const auto synced = store().sync(); !synced) note_read_only();
  store().await_background_save();
  if (save && !store().read_only() && store().events_since_save() > 0) {
    if (const auto saved = store().save(clock_ms()); !saved) {
      log_error("the snapshot failed: " + saved.error().message);
      kept_everything_ = false;
    }
  }
  post([this] {
    tick_timer_.cancel();
    synced_.cancel();
    // After the replies to this batch, SHUTDOWN's among them, have gone out.
    post([this] {
      for (Session* session : sessions_) {
        boost::system::error_code error;
        session->socket.close(error);
      }
    });
  });
}

}  // namespace penchant

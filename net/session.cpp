#include "net/session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <string>

#include "net/http/transfer.h"
#include "net/log.h"
#include "net/settle.h"

namespace penchant {
namespace {

namespace asio = boost::asio;

constexpr std::size_t pending_bytes_kept = std::size_t{64} << 10;
constexpr std::size_t drained_bytes_max = std::size_t{64} << 20;

bool would_block(const boost::system::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

/// Takes what the socket has, behind what is pending. The bytes, in the shared buffer or in pending; empty where the
/// client is gone or there was nothing after all, which `gone` tells apart.
std::string_view receive(Lane& lane, Session& session, bool& gone) {
  boost::system::error_code error;
  const std::span<char> buffer = lane.read_buffer();
  const std::size_t size = session.socket.receive(asio::buffer(buffer.data(), buffer.size()), 0, error);
  gone = error && !would_block(error);
  if (error) return {};
  lane.shard().traffic.input_bytes += size;
  const std::string_view received(buffer.data(), size);
  if (session.pending.empty()) return received;
  return session.pending.append(received);
}

/// Sends what the socket takes at once, and leaves the rest in `left`; false where the client is gone.
bool send_some(StreamSocket& socket, std::string_view& left) {
  boost::system::error_code error;
  while (!left.empty() && !error) left.remove_prefix(socket.send(asio::buffer(left.data(), left.size()), 0, error));
  return !error || would_block(error);
}

/// What became of a batch's replies. Those unsent and unsynced are in session.unsent; the latter acknowledge events
/// that must be on disk first, and are not rendered yet.
enum class Turn : std::uint8_t { sent, unsent, unsynced, gone };

/// Sends what may leave at once; `elsewhere` bytes more wait in a crossing.
Turn send_replies(Lane& lane, Session& session, std::size_t elsewhere = 0) {
  session.connection.render(lane.replies());
  std::string_view left = lane.replies().view();
  lane.shard().traffic.output_bytes += left.size();
  if (session.connection.client().monitoring || !session.monitored.empty()) {
    return lane.send_monitored(session, left) ? Turn::sent : Turn::gone;
  }
  if (!send_some(session.socket, left)) return Turn::gone;
  if (left.empty() && elsewhere == 0) return Turn::sent;
  if (!lane.hold(session, std::string(left), elsewhere)) return Turn::gone;
  return left.empty() ? Turn::sent : Turn::unsent;
}

/// Has these replies, which nothing holds up, wait to be sent.
Turn hold_rendered(Lane& lane, Session& session, std::string_view replies) {
  lane.replies().clear();
  lane.replies().append(replies);
  session.connection.render(lane.replies());
  return lane.hold(session, std::string(lane.replies().view())) ? Turn::unsent : Turn::gone;
}

/// The first `used` bytes of what is pending have been run.
void drop_pending(Session& session, std::size_t used) {
  if (used > 0) session.owing_since.reset();  // what is unfinished now began later
  if (used == session.pending.size() && session.pending.capacity() > pending_bytes_kept) {
    std::string().swap(session.pending);  // a client at rest costs kilobytes, whatever it once asked
  } else {
    session.pending.erase(0, used);
  }
}

/// Runs a batch of requests, writes their events, and sends the replies: all that needs no waiting.
Turn take_turn(Lane& lane, Session& session, std::string_view input) {
  Connection& connection = session.connection;
  Store& store = lane.store();
  OutputBuffer& replies = lane.replies();
  replies.clear();
  const std::size_t used = connection.run(input, replies);
  if (used > 0) session.crossings = 0;
  if (input.data() == session.pending.data()) {
    drop_pending(session, used);
  } else {
    if (used > 0) session.owing_since.reset();
    session.pending.assign(input.substr(used));
  }
  const auto written = store.commit();
  if (!written) lane.note_read_only();
  const Batch& batch = connection.batch();
  if (!written && batch.wrote()) {
    return hold_rendered(lane, session, batch.refused(replies.view(), written.error()));
  }
  if (is_settled(store, batch)) return send_replies(lane, session);
  return lane.hold(session, std::string(replies.view())) ? Turn::unsynced : Turn::gone;
}

/// Waits for what a turn's replies wait for.
asio::awaitable<Turn, Executor> await_sync(Lane& lane, Session& session) {
  const Batch& batch = session.connection.batch();
  const Settled settled = co_await settle(lane, batch.awaited_erasure());
  if (settled.refused) session.unsent = batch.refused(session.unsent, *settled.refused);
  if (settled.unerased) session.unsent = batch.unerased(session.unsent, *settled.unerased);
  co_return hold_rendered(lane, session, session.unsent);
}

/// Sends session.unsent; false where the client is gone.
asio::awaitable<bool, Executor> send_unsent(Lane& lane, Session& session) {
  std::string_view left = session.unsent;
  while (send_some(session.socket, left)) {
    if (left.empty()) {
      lane.release(session);
      co_return true;
    }
    session.owing_since = std::chrono::steady_clock::now();
    const auto [error] = co_await session.socket.async_wait(StreamSocket::wait_write, as_tuple_awaitable);
    session.owing_since.reset();
    if (error) break;
  }
  co_return false;
}

/// Parcels that are away from the lane of their client.
class Away {
 public:
  explicit Away(Lane& home) : home_(home), back_(home.executor(), Timer::time_point::max()) {}

  void add() { ++count_; }
  /// One is done. Any thread.
  void done() {
    if (--count_ > 0) return;
    home_.post([this] {
      are_back_ = true;
      back_.cancel();
    });
  }
  /// Ends when all are.
  asio::awaitable<void, Executor> wait() {
    while (!are_back_) co_await back_.async_wait(as_tuple_awaitable);
    are_back_ = false;
  }

 private:
  Lane& home_;
  std::atomic<std::size_t> count_ = 0;
  bool are_back_ = false;
  Timer back_;
};

asio::awaitable<void, Executor> settle_parcel(Lane& lane, Parcel& parcel, Away& away) {
  const Settled settled = co_await settle(lane, parcel.batch().awaited_erasure());
  if (settled.refused) parcel.refuse(*settled.refused);
  if (settled.unerased) parcel.tell_unerased(*settled.unerased);
  away.done();
}

/// On the thread of its store.
void run_parcel(Lane& lane, Parcel& parcel, Away& away) {
  parcel.run(lane.replies());
  const auto written = lane.store().commit();
  if (!written) {
    lane.note_read_only();
    if (parcel.batch().wrote()) parcel.refuse(written.error());
  } else if (!is_settled(lane.store(), parcel.batch())) {
    asio::co_spawn(lane.executor(), settle_parcel(lane, parcel, away), asio::detached);
    return;
  }
  away.done();
}

/// Sends them off, to run at the same time, and waits until they are back.
asio::awaitable<void, Executor> run_parcels(Lane& home, Crossing& crossing, Away& away) {
  std::vector<Parcel*> due;
  for (const auto& parcel : crossing.parcels()) {
    if (parcel->is_due()) due.push_back(parcel.get());
  }
  for (std::size_t i = 0; i < due.size(); ++i) away.add();
  for (Parcel* const parcel : due) {
    Lane& lane = *home.commons().lanes[parcel->store()];
    if (&lane != &home) lane.post([&lane, parcel, &away] { run_parcel(lane, *parcel, away); });
  }
  for (Parcel* const parcel : due) {
    if (parcel->store() == home.store_number()) run_parcel(home, *parcel, away);
  }
  co_await away.wait();
  for (Parcel* const parcel : due) parcel->arrive();
}

void note_crossing(const Lane& lane, Session& session, const Crossing& crossing) {
  const std::uint32_t store = crossing.parcels().front()->store();
  const bool is_for_one = crossing.parcels().size() == 1 && store != lane.store_number();
  const std::uint32_t before = store == session.crossed_to ? session.crossings : 0;
  session.crossings = is_for_one ? before + 1 : 0;
  session.crossed_to = store;
}

/// Runs requests for several stores, each on its store's thread.
asio::awaitable<Turn, Executor> cross(Lane& lane, Session& session) {
  Crossing crossing(lane.runtime(), session.connection.client());
  const std::size_t used = session.connection.gather(session.pending, crossing);
  Away away(lane);
  while (!crossing.is_done()) {
    if (lane.stopping()) co_return Turn::gone;
    co_await run_parcels(lane, crossing, away);
    lane.replies().clear();
    crossing.take_replies(lane.replies());
    const Turn turn = send_replies(lane, session, crossing.waiting_bytes());
    if (turn == Turn::gone) co_return turn;
    if (turn == Turn::unsent) {
      const bool is_open = co_await send_unsent(lane, session);
      if (!is_open) co_return Turn::gone;
    }
  }
  lane.release(session);
  drop_pending(session, used);
  note_crossing(lane, session, crossing);
  co_return Turn::sent;
}

/// Writes what a request has done to the stores, and where it is owed waits for the disk.
result<void> commit_everywhere(Lane& lane, bool wrote) {
  result<void> written;
  for (Lane* const one : lane.commons().lanes) {
    Store& store = one->store();
    auto done = store.commit();
    if (done && wrote && !store.may_acknowledge(store.written_sequence())) done = store.sync();
    if (done) continue;
    one->note_read_only();
    written = done;
  }
  return written;
}

/// Runs one request that is about all stores.
asio::awaitable<Turn, Executor> take_turn_everywhere(Lane& lane, Session& session) {
  const Batch& batch = session.connection.batch();
  std::size_t used = 0;
  result<void> written;
  lane.replies().clear();
  const bool was_run = lane.run_alone([&] {
    used = session.connection.run_everywhere(session.pending, lane.replies());
    written = commit_everywhere(lane, batch.wrote());
  });
  if (!was_run) co_return Turn::gone;
  drop_pending(session, used);
  if (!written && batch.wrote()) {
    co_return hold_rendered(lane, session, batch.refused(lane.replies().view(), written.error()));
  }
  if (batch.forgets().empty()) co_return send_replies(lane, session);
  std::string replies(lane.replies().view());
  const Settled settled = co_await settle_everywhere(lane, batch.forgets());
  if (settled.unerased) replies = batch.unerased(replies, *settled.unerased);
  co_return hold_rendered(lane, session, replies);
}

/// The connection becomes a transfer's, where there is room for one.
void hand_over(Lane& lane, Session& session) {
  boost::system::error_code error;
  if (!lane.commons().transfers->reserve()) {
    const std::string refusal = transfer_refusal();
    std::string_view left = refusal;
    (void)send_some(session.socket, left);
    session.connection.client().closing = true;  // what it still sends is drained
    return;
  }
  Transfer transfer{.received = std::exchange(session.pending, {}), .client = session.connection.client()};
  transfer.descriptor = session.socket.release(error);
  lane.commons().transfers->take(std::move(transfer));
}

/// Goes on after a turn that left something to wait for or to run; false where the conversation is over. (GCC 12 makes
/// wrong code of co_await behind && and ||.)
asio::awaitable<bool, Executor> converse(Lane& lane, Session& session, Turn turn) {
  bool open = true;
  while (open) {
    if (turn == Turn::unsynced) turn = co_await await_sync(lane, session);
    if (turn == Turn::gone) co_return false;
    if (turn == Turn::unsent) {
      open = co_await send_unsent(lane, session);
      if (!open) co_return false;
    }
    if (session.connection.client().closing) co_return false;
    switch (session.connection.next()) {
      case Connection::Next::input: co_return true;
      case Connection::Next::more:
        // A full batch is done: others have their turn.
        co_await asio::post(lane.executor(), asio::use_awaitable_t<Executor>{});
        turn = take_turn(lane, session, session.pending);
        break;
      case Connection::Next::crossing: turn = co_await cross(lane, session); break;
      case Connection::Next::leave: hand_over(lane, session); co_return false;
      case Connection::Next::everywhere:
        co_await asio::post(lane.executor(), asio::use_awaitable_t<Executor>{});
        turn = co_await take_turn_everywhere(lane, session);
        break;
    }
  }
  co_return false;
}

/// The client goes on where its users are. Who waits for the rest of a request owes it there.
void move_over(Lane& lane, Session& session) {
  boost::system::error_code error;
  lane.remove(session);
  Arrival arrival{.client = std::move(session.connection.client()),
                  .pending = std::move(session.pending),
                  .wire = session.connection.wire().kind()};
  arrival.descriptor = session.socket.release(error);
  if (error) return void(--lane.commons().clients);
  lane.commons().lanes[session.crossed_to]->admit(std::move(arrival));
}

/// After the last answer over HTTP: bytes that a client still sends would, unread, have the system take it back.
asio::awaitable<void, Executor> drain(Lane& lane, Session& session) {
  boost::system::error_code error;
  session.socket.shutdown(StreamSocket::shutdown_send, error);
  session.owing_since = std::chrono::steady_clock::now();  // for no longer than an unfinished request may last
  std::size_t left = drained_bytes_max;
  while (!error && left > 0) {
    const auto [failed] = co_await session.socket.async_wait(StreamSocket::wait_read, as_tuple_awaitable);
    if (failed) co_return;
    const std::span<char> buffer = lane.read_buffer();
    left -= std::min(left, session.socket.receive(asio::buffer(buffer.data(), buffer.size()), 0, error));
    if (would_block(error)) error.clear();
  }
}

}  // namespace

asio::awaitable<void, Executor> serve(Lane& lane, StreamSocket socket, Arrival arrival) {
  Session session(lane.runtime(), lane.store_number(), std::move(socket), arrival.wire);
  lane.add(session, std::move(arrival));
  for (bool open = true; open;) {
    const auto [error] = co_await session.socket.async_wait(StreamSocket::wait_read, as_tuple_awaitable);
    if (error) break;
    bool gone = false;
    const std::string_view input = receive(lane, session, gone);
    if (gone) break;
    if (input.empty()) continue;
    session.last_active = std::chrono::steady_clock::now();
    const Turn turn = take_turn(lane, session, input);
    const Connection& connection = session.connection;
    // Most of the time all is done without waiting.
    const bool is_done =
        turn == Turn::sent && connection.next() == Connection::Next::input && !connection.client().closing;
    if (!is_done) open = co_await converse(lane, session, turn);
    if (session.pending.empty()) {
      session.owing_since.reset();
    } else if (!session.owing_since) {
      session.owing_since = session.last_active;
    }
    if (open && session.crossings >= crossings_before_move && connection.wire().is_at_rest()) {
      co_return move_over(lane, session);
    }
  }
  const bool is_http = session.connection.wire().kind() == WireKind::http;
  if (is_http && session.connection.client().closing && session.socket.is_open()) co_await drain(lane, session);
  if (const std::string_view warning = session.connection.wire().warning(); !warning.empty()) {
    log_warning(session.connection.client().address + " " + std::string(warning));
  }
  lane.remove(session);
  --lane.commons().clients;
}

}  // namespace penchant

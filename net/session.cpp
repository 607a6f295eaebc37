#include "net/session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <string>

#include "net/log.h"

namespace penchant {
namespace {

namespace asio = boost::asio;

constexpr std::size_t pending_bytes_kept = std::size_t{64} << 10;

bool would_block(const boost::system::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

/// Takes what the socket has, behind what is pending. The bytes, in the shared buffer or in pending; empty where the
/// client is gone or there was nothing after all, which `gone` tells apart.
std::string_view receive(Server& server, Session& session, bool& gone) {
  boost::system::error_code error;
  const std::span<char> buffer = server.read_buffer();
  const std::size_t size = session.socket.receive(asio::buffer(buffer.data(), buffer.size()), 0, error);
  gone = error && !would_block(error);
  if (error) return {};
  server.runtime().input_bytes += size;
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

/// What became of a batch's replies. Both `unsent` and `unsynced` are in session.unsent; the latter acknowledge events
/// that must be on disk first.
enum class Turn : std::uint8_t { sent, unsent, unsynced, gone };

/// Runs a batch of requests, writes their events, and sends the replies: all that needs no waiting.
Turn take_turn(Server& server, Session& session, std::string_view input) {
  Connection& connection = session.connection;
  Store& store = server.service().store();
  OutputBuffer& replies = server.replies();
  replies.clear();
  const std::size_t used = connection.run(input, replies);
  server.runtime().output_bytes += replies.size();
  if (used > 0) session.owing_since.reset();  // what is unfinished now began later
  if (input.data() != session.pending.data()) {
    session.pending.assign(input.substr(used));
  } else if (used == input.size() && session.pending.capacity() > pending_bytes_kept) {
    std::string().swap(session.pending);  // a client at rest costs kilobytes, whatever it once asked
  } else {
    session.pending.erase(0, used);
  }
  const auto written = store.commit();
  if (!written) server.note_read_only();
  if (!written && connection.wrote()) {
    return server.hold(session, connection.refused(replies.view(), written.error())) ? Turn::unsent : Turn::gone;
  }
  const bool is_erased = store.erased(connection.awaited_erasure());
  if (connection.wrote() && (!is_erased || !store.may_acknowledge(store.written_sequence()))) {
    return server.hold(session, std::string(replies.view())) ? Turn::unsynced : Turn::gone;
  }
  std::string_view left = replies.view();
  if (!send_some(session.socket, left)) return Turn::gone;
  if (left.empty()) return Turn::sent;
  return server.hold(session, std::string(left)) ? Turn::unsent : Turn::gone;
}

/// Waits until the events written so far may be acknowledged and the forgotten are erased, or that has failed; false
/// where the client is let go.
asio::awaitable<bool, Executor> await_sync(Server& server, Session& session) {
  const Store& store = server.service().store();
  const std::uint64_t sequence = store.written_sequence();
  const std::uint64_t erasure = session.connection.awaited_erasure();
  const auto is_settled = [&] {
    return store.may_acknowledge(sequence) && (store.erased(erasure) || store.erasure_failure());
  };
  while (!is_settled() && !store.read_only() && !server.stopping()) {
    co_await server.synced().async_wait(as_tuple_awaitable);
  }
  const Connection& connection = session.connection;
  if (!store.may_acknowledge(sequence)) {
    const Failure why = store.read_only().value_or(Failure{"the server has ended"});
    co_return server.hold(session, connection.refused(session.unsent, why));
  }
  if (store.erased(erasure)) co_return true;
  const Failure why = store.erasure_failure().value_or(store.read_only().value_or(Failure{"the server has ended"}));
  co_return server.hold(session, tell_unerased(session.unsent, connection.client(), why));
}

/// Sends session.unsent; false where the client is gone.
asio::awaitable<bool, Executor> send_unsent(Server& server, Session& session) {
  std::string_view left = session.unsent;
  while (send_some(session.socket, left)) {
    if (left.empty()) {
      server.release(session);
      co_return true;
    }
    session.owing_since = std::chrono::steady_clock::now();
    const auto [error] = co_await session.socket.async_wait(StreamSocket::wait_write, as_tuple_awaitable);
    session.owing_since.reset();
    if (error) break;
  }
  co_return false;
}

/// Goes on after a turn that left something to wait for or to run; false where the conversation is over. (GCC 12 makes
/// wrong code of co_await behind && and ||.)
asio::awaitable<bool, Executor> converse(Server& server, Session& session, Turn turn) {
  bool open = true;
  while (open) {
    if (turn == Turn::gone) co_return false;
    if (turn == Turn::unsynced) {
      open = co_await await_sync(server, session);
      if (!open) co_return false;
    }
    if (turn != Turn::sent) {
      open = co_await send_unsent(server, session);
      if (!open) co_return false;
    }
    if (session.connection.client().closing) co_return false;
    if (session.connection.unfinished()) co_return true;
    // A full batch is done: others have their turn.
    co_await asio::post(server.executor(), asio::use_awaitable_t<Executor>{});
    turn = take_turn(server, session, session.pending);
  }
  co_return false;
}

}  // namespace

asio::awaitable<void, Executor> serve(Server& server, StreamSocket socket) {
  Session session(server.service(), server.runtime(), std::move(socket));
  server.add(session);
  for (bool open = true; open;) {
    const auto [error] = co_await session.socket.async_wait(StreamSocket::wait_read, as_tuple_awaitable);
    if (error) break;
    bool gone = false;
    const std::string_view input = receive(server, session, gone);
    if (gone) break;
    if (input.empty()) continue;
    session.last_active = std::chrono::steady_clock::now();
    const Turn turn = take_turn(server, session, input);
    const Connection& connection = session.connection;
    // Most of the time all is done without waiting.
    const bool is_done = turn == Turn::sent && connection.unfinished() && !connection.client().closing;
    if (!is_done) open = co_await converse(server, session, turn);
    if (session.pending.empty()) {
      session.owing_since.reset();
    } else if (!session.owing_since) {
      session.owing_since = session.last_active;
    }
  }
  if (session.connection.spoke_http()) {
    log_warning(session.connection.client().address +
                " spoke HTTP to the port of the line protocol: a web page may be trying to reach it");
  }
  server.remove(session);
}

}  // namespace penchant

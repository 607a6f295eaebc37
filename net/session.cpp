#include "net/session.h"

#include <boost/asio/buffer.hpp>

namespace penchant {
namespace {

namespace asio = boost::asio;

using Awaitable = asio::awaitable<void, Executor>;
using AwaitableBool = asio::awaitable<bool, Executor>;

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

/// Waits until the events written so far may be acknowledged, or cannot be any more.
Awaitable await_sync(Server& server, Session& session) {
  const Store& store = server.service().store();
  const std::uint64_t sequence = store.written_sequence();
  while (!store.may_acknowledge(sequence) && !store.read_only()) {
    co_await server.synced().async_wait(as_tuple_awaitable);
  }
  if (!store.may_acknowledge(sequence)) session.connection.refuse_writes(*store.read_only());
}

/// Sends the replies; false where the client is gone.
AwaitableBool send(Server& server, Session& session) {
  std::string_view left = session.connection.output();
  server.runtime().output_bytes += left.size();
  while (!left.empty()) {
    boost::system::error_code error;
    left.remove_prefix(session.socket.send(asio::buffer(left.data(), left.size()), 0, error));
    if (error && !would_block(error)) co_return false;
    if (left.empty()) break;
    session.owing_since = std::chrono::steady_clock::now();
    std::tie(error) = co_await session.socket.async_wait(StreamSocket::wait_write, as_tuple_awaitable);
    session.owing_since.reset();
    if (error) co_return false;
  }
  session.connection.sent();
  co_return true;
}

/// Runs all whole requests of `input` and sends their replies. False where the conversation is over.
AwaitableBool converse(Server& server, Session& session, std::string_view input) {
  Connection& connection = session.connection;
  for (;;) {
    const std::size_t used = connection.run(input);
    if (used > 0) session.owing_since.reset();  // what is unfinished now began later
    // Before any await: the input may lie in the buffer that all sessions share.
    if (input.data() == session.pending.data()) {
      session.pending.erase(0, used);
    } else {
      session.pending.assign(input.substr(used));
    }
    if (auto written = server.service().store().commit(); !written) connection.refuse_writes(written.error());
    if (connection.wrote() && !server.service().store().may_acknowledge(server.service().store().written_sequence())) {
      co_await await_sync(server, session);
    }
    if (!connection.output().empty() && !co_await send(server, session)) co_return false;
    if (connection.client().closing) co_return false;
    if (connection.unfinished()) co_return true;
    input = session.pending;
  }
}

}  // namespace

Awaitable serve(Server& server, StreamSocket socket) {
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
    open = co_await converse(server, session, input);
    if (session.pending.empty()) {
      session.owing_since.reset();
    } else if (!session.owing_since) {
      session.owing_since = session.last_active;
    }
  }
  server.remove(session);
}

}  // namespace penchant

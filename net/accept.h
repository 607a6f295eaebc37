// Letting clients in, the same while the state is read (loading.h) and after it (server.h); and the short names of
// what both await.
//
// Threading: all of it on the thread that runs the io_context.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "net/log.h"

namespace penchant {

using Executor = boost::asio::io_context::executor_type;
/// Awaited operations answer with their error, and do not throw it.
inline constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<Executor>> as_tuple_awaitable{};
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
using TcpAcceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
using UnixAcceptor = boost::asio::basic_socket_acceptor<boost::asio::local::stream_protocol, Executor>;

inline constexpr std::chrono::milliseconds accept_retry{100};  // when the system has no descriptor to give

/// Hands each client to `admit`, until the acceptor is closed. The acceptor outlives it.
template <class Acceptor, class Admit>
boost::asio::awaitable<void, Executor> accept_each(Acceptor& acceptor, Admit admit) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(as_tuple_awaitable);
    if (!acceptor.is_open()) co_return;
    if (!error) {
      admit(std::move(socket));
      continue;
    }
    log_warning("cannot let a client in: " + error.message());
    Timer pause(acceptor.get_executor(), accept_retry);
    co_await pause.async_wait(as_tuple_awaitable);
  }
}

}  // namespace penchant

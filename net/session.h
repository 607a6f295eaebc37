// A session: reads what has come, runs it, commits, sends. One await, for bytes to read; and, only where the socket's
// buffer is full or a sync is owed, a second for the rest of the way out.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "net/server.h"

namespace penchant {

/// Serves one client until it or the server ends it.
boost::asio::awaitable<void, Executor> serve(Server& server, StreamSocket socket);

}  // namespace penchant

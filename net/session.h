// A session: reads what has come, runs it, commits, sends. One await, for bytes to read; and, only where the socket's
// buffer is full, a sync is owed or another store is asked, a second for the rest of the way out.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "net/lane.h"

namespace penchant {

/// Serves one client until it or the server ends it, or it goes on in another lane.
boost::asio::awaitable<void, Executor> serve(Lane& lane, StreamSocket socket, Arrival arrival);

}  // namespace penchant

// MONITOR: what clients ask is told to those who watch, as redis-server prints it.
#pragma once

#include <span>
#include <string_view>

#include "net/command.h"

namespace penchant {

// What waits for a client that monitors, on its way to its lane and for its socket: one that is further behind is
// closed.
inline constexpr std::size_t monitor_bytes_max = std::size_t{1} << 20;

inline constexpr std::string_view monitoring_sentence =
    "ERR a client that monitors may ask PING, ECHO, CLIENT, HELLO, RESET and QUIT";

/// A line for a request that is about to run; AUTH has none.
void tell_monitors(Runtime& runtime, const Client& client, const Command& command,
                   std::span<const std::string_view> request);

}  // namespace penchant

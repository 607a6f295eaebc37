// The settings that CONFIG SET changes while the server runs, and how.
#pragma once

#include <string>

#include "net/command.h"
#include "net/lane.h"

namespace penchant {

// Descriptors that are not clients: files, the listening sockets, the event loop.
inline constexpr std::size_t descriptors_for_ourselves = 32;
inline constexpr std::size_t clients_most = 1'000'000;                 // about what fs.nr_open lets a process have
inline constexpr std::int64_t seconds_most = 100LL * 365 * 24 * 3600;  // in nanoseconds, too, a number

/// Raises the limit of open files for so many clients as far as the system lets it; how many clients there may be then.
std::size_t make_room_for_clients(std::size_t clients, bool has_tls);

/// Adds them to runtime.settings, with the values that they have. `options` and the stores outlive the runtime.
void add_running_settings(Runtime& runtime, ServerOptions& options, const std::string& log_level);

}  // namespace penchant

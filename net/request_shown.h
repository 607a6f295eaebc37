// What SLOWLOG and MONITOR show of a request: its arguments, shortened, and no secrets.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penchant {

// As redis-server shows them.
inline constexpr std::size_t shown_arguments_max = 32;
inline constexpr std::size_t shown_argument_bytes_max = 128;

/// The arguments; of what there is more, the last one says how much. What proves who a client is is not among them.
std::vector<std::string> shown_request(std::span<const std::string_view> request);

/// An argument between quotes, as redis-server writes one: what is no printable ASCII is escaped.
void append_quoted(std::string_view argument, std::string& out);

}  // namespace penchant

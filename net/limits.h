// The bounds of the RESP wire. Every length is checked against them before a byte is allocated for it, and
// nothing is reserved because a length was announced. The tests try each one at its bound and one beyond.
#pragma once

#include <cstddef>
#include <cstdint>

namespace penchant {

// Requests: what a client may send.
inline constexpr std::size_t request_bytes_max = 16 * 1024 * 1024;  // a whole request, headers included
inline constexpr std::size_t bulk_bytes_max = 8 * 1024 * 1024;      // one argument
inline constexpr std::size_t arguments_max = 65'536;                // of a request, its name included
inline constexpr std::size_t inline_bytes_max = 64 * 1024;          // a line of inline text before its LF

// A parser that has seen a request of more arguments gives the room back with the next one: a connection at
// rest costs kilobytes, whatever it once asked.
inline constexpr std::size_t arguments_kept_max = 1024;

// Replies: what our own client takes from a server.
inline constexpr std::size_t reply_bytes_max = 64 * 1024 * 1024;  // a whole reply, headers included
inline constexpr std::size_t reply_line_bytes_max = 64 * 1024;    // +text, -text, numbers, before the CR LF
inline constexpr std::size_t reply_values_max = 1024 * 1024;      // values in a reply, nested ones included
inline constexpr std::size_t reply_depth_max = 32;                // arrays within arrays; ours need four

// Positions in a request are kept in 32 bits.
static_assert(request_bytes_max <= UINT32_MAX);
static_assert(bulk_bytes_max < request_bytes_max);
// An inline word takes two bytes of its line at least, so that a line cannot hold too many arguments.
static_assert(inline_bytes_max / 2 + 1 <= arguments_max);
// The shortest argument takes six bytes: the greatest number of arguments fits into a request.
static_assert(arguments_max * 6 < request_bytes_max);

}  // namespace penchant

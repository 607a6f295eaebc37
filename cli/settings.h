// What serve and its clients agree on.
#pragma once

#include <cstdint>

namespace penchant {

inline constexpr std::uint16_t default_port = 7379;
inline constexpr std::uint16_t default_http_port = 7380;

}  // namespace penchant

// How many of many like cases are tried: all of them, and every seventh where sanitizers make each take five times as
// long. (Seven: of a byte's eight bits each has its turn.)
#pragma once

#include <cstdint>

namespace penchant::test {

#ifdef __SANITIZE_ADDRESS__
inline constexpr std::uint64_t stride_of_many = 7;
#else
inline constexpr std::uint64_t stride_of_many = 1;
#endif

}  // namespace penchant::test

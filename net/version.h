// The program's version, told by --version, HELLO and INFO, from CMakeLists.txt.
#pragma once

#include <string_view>

namespace penchant {
inline constexpr std::string_view version = PENCHANT_VERSION;
}

// The line that announces an array, a map or a bulk string: header('*', 3) is "*3\r\n".
#pragma once

#include <cstddef>
#include <string>

namespace penchant {

inline std::string header(char type, std::size_t count) {
  std::string line(1, type);
  line += std::to_string(count);
  return line += "\r\n";
}

}  // namespace penchant

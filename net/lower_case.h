// ASCII letters in lower case; all other bytes as they are. Pure.
#pragma once

#include <string>
#include <string_view>

namespace penchant {

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return lower;
}

}  // namespace penchant

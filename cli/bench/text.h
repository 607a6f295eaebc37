// Numbers and their nouns as the report has them.
#pragma once

#include <cstdio>
#include <string>

#include "cli/bench/load.h"

namespace penchant::bench {

/// One number by a printf format.
template <class Number>
std::string format(const char* pattern, Number number) {
  char text[64];
  return std::string(text, static_cast<std::size_t>(std::snprintf(text, sizeof text, pattern, number)));
}

/// 1234567.8 as 1,234,568.
inline std::string with_commas(double number) {
  std::string text = format("%.0f", number);
  for (std::size_t from_end = 3; from_end < text.size(); from_end += 4) text.insert(text.size() - from_end, ",");
  return text;
}
inline std::string with_commas(std::uint64_t number) { return with_commas(static_cast<double>(number)); }
inline std::string with_commas(unsigned number) { return with_commas(static_cast<double>(number)); }

/// "1 request", "2 requests".
template <class Number>
std::string several(Number count, const char* one) {
  return with_commas(count) + " " + one + (count == 1 ? "" : "s");
}

inline std::string under_way(const Load& load) {
  return several(load.connections, "connection") + " and " + several(load.pipeline, "request") + " under way on each";
}

/// In a column of so many characters, at its right.
inline std::string right(std::string text, std::size_t columns) {
  if (text.size() < columns) text.insert(0, columns - text.size(), ' ');
  return text;
}

}  // namespace penchant::bench

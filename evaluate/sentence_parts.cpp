#include "evaluate/sentence_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace penchant {
namespace {

constexpr double count_rounding = 1e-6;

/// To two significant digits, upwards.
std::uint64_t rounded_up(std::uint64_t number) {
  std::uint64_t step = 1;
  while (number / step >= 100) step *= 10;
  return (number + step - 1) / step * step;
}

}  // namespace

std::string decimals(double value, const char* format) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > 0; place -= 3) {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

std::string about(std::uint64_t number) { return "about " + grouped(rounded_up(number)); }

std::string with_interval(double value, const Interval& interval) {
  return decimals(value, "%+.3f") + " (" + decimals(interval.low, "%+.3f") + " to " + decimals(interval.high, "%+.3f") +
         ")";
}

double needed_to_tell(double count, double difference, double half_width) {
  const double times = half_width / std::abs(difference);
  return count * times * times;
}

std::optional<std::uint64_t> more_needed(double needed, double count) {
  if (!(needed - count <= static_cast<double>(more_foreseen_max))) return std::nullopt;
  return static_cast<std::uint64_t>(std::max(std::ceil(needed - count - count_rounding), 1.0));
}

std::string it_takes(std::optional<std::uint64_t> more, std::string_view purpose) {
  if (!more) return "no number up to a billion is foreseen to do.";
  return std::string(purpose) + " takes " + about(*more) + " more.";
}

}  // namespace penchant

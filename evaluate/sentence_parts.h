// Pieces of the sentences that conclusions are told in: numbers, intervals, and how much more it takes. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "evaluate/interval.h"

namespace penchant {

/// More than so many decisions or verdicts are not foreseen.
inline constexpr std::uint64_t more_foreseen_max = 1'000'000'000;

/// As printf tells it: "%.3f".
std::string decimals(double value, const char* format);
/// 1,234,567
std::string grouped(std::uint64_t number);
/// To two significant digits, upwards: "about 1,300".
std::string about(std::uint64_t number);
/// +0.012 (-0.001 to +0.025)
std::string with_interval(double value, const Interval& interval);

/// How many in all tell a difference as large as the one seen in `count`: an interval's width falls as 1 / sqrt(n).
/// Infinite or NaN where there is no difference or no width.
double needed_to_tell(double count, double difference, double half_width);
/// How many more than `count`, 1 at least: what was seen did not do. None where they are not foreseen to do.
std::optional<std::uint64_t> more_needed(double needed, double count);
/// "`purpose` takes about 120 more.": to two significant digits, upwards.
std::string it_takes(std::optional<std::uint64_t> more, std::string_view purpose);

}  // namespace penchant

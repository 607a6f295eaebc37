// Times as texts: RFC 3339.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penchant {

/// Unix milliseconds as "2026-01-31T12:00:00.250Z". From the year 0 to 9999; what lies beyond is told as its end.
std::string timestamp(std::int64_t ms);

/// Unix microseconds; what is finer is dropped. A space or a small t may stand for the T, any number of digits behind
/// the seconds, and the zone may be missing, which is UTC. Nothing where `text` is no such time.
std::optional<std::int64_t> parse_timestamp_us(std::string_view text);

}  // namespace penchant

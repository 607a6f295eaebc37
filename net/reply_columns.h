// What the values of the rows of replies are, by name: for JSON, and for tables on the command line.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace penchant {

/// Names of the values of a row.
using Columns = std::span<const char* const>;

namespace columns {

inline constexpr std::array arm{"checkpoint", "score", "observations", "probability"};
inline constexpr std::array best{"checkpoint", "score", "observations"};
inline constexpr std::array planned{"checkpoint", "count"};
inline constexpr std::array lora{"lora", "score", "observations", "strength", "strength_sd"};
inline constexpr std::array parameter{"name", "mean", "sd", "observations"};
inline constexpr std::array negative{"keyword", "score", "observations"};
inline constexpr std::array evidence{"keyword", "selected", "observations", "rate"};
inline constexpr std::array kept{"checkpoint", "probability", "low", "high"};
inline constexpr std::array contribution{"word", "weight", "adds"};
inline constexpr std::array loss{"scorer", "nats"};
inline constexpr std::array bin{"count", "mean_predicted", "share_kept"};

/// Of the rows under this key of a map: `others`, where the key has none of its own.
inline Columns under(std::string_view key, Columns others) {
  if (key == "kept") return kept;
  if (key == "contributions") return contribution;
  if (key == "log_loss") return loss;
  if (key == "reliability") return bin;
  return others;
}

}  // namespace columns
}  // namespace penchant

// How arms are scored: what SCORER names. docs/model.md, "Scorers".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace penchant {

enum class ScorerKind : std::uint8_t { mean, weighted, logodds, evidence };

inline constexpr std::array<std::string_view, 4> scorer_names{"mean", "weighted", "logodds", "evidence"};

inline std::string_view to_string(ScorerKind kind) { return scorer_names[static_cast<std::size_t>(kind)]; }

inline std::optional<ScorerKind> parse_scorer(std::string_view lower_case) {
  for (std::size_t i = 0; i < scorer_names.size(); ++i) {
    if (scorer_names[i] == lower_case) return static_cast<ScorerKind>(i);
  }
  return std::nullopt;
}

}  // namespace penchant

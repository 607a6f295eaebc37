// How arms are scored: what SCORER names. docs/learning.md.
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

/// One of them, or "auto": the one that has foretold the user's outcomes best.
struct ScorerChoice {
  constexpr ScorerChoice(ScorerKind one) : kind(one) {}  // NOLINT: a scorer is a choice
  static constexpr ScorerChoice automatic() {
    ScorerChoice choice(ScorerKind::evidence);
    choice.is_automatic = true;
    return choice;
  }
  bool operator==(const ScorerChoice&) const = default;
  /// Whether it takes learners.
  bool learns() const { return kind != ScorerKind::mean; }

  ScorerKind kind;
  bool is_automatic = false;
};

inline constexpr std::string_view automatic_scorer = "auto";

inline std::string_view to_string(const ScorerChoice& choice) {
  return choice.is_automatic ? automatic_scorer : to_string(choice.kind);
}

inline std::optional<ScorerKind> parse_scorer(std::string_view lower_case) {
  for (std::size_t i = 0; i < scorer_names.size(); ++i) {
    if (scorer_names[i] == lower_case) return static_cast<ScorerKind>(i);
  }
  return std::nullopt;
}

/// None where it is no choice at all.
inline std::optional<ScorerChoice> parse_scorer_choice(std::string_view lower_case) {
  if (lower_case == automatic_scorer) return ScorerChoice::automatic();
  const auto kind = parse_scorer(lower_case);
  if (!kind) return std::nullopt;
  return ScorerChoice(*kind);
}

}  // namespace penchant

// The id of a decision, "<start>-<number>" in base 36; docs/decision_format.md says why it is never given twice.
// Pure functions.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace penchant {

struct DecisionId {
  std::uint64_t start = 0;   // of the process that gave it
  std::uint64_t number = 0;  // within the start, from 1
  auto operator<=>(const DecisionId&) const = default;
};

inline constexpr std::size_t decision_id_bytes_max = 27;  // 13 digits hold 64 bits

// The text that DecisionIdText gives, and no other: ids come from outside.
[[nodiscard]] std::optional<DecisionId> parse_decision_id(std::string_view text);

// An id as text, and the next one's: counting in the text itself takes a nanosecond.
class DecisionIdText {
 public:
  explicit DecisionIdText(DecisionId id);
  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }
  // To the next number of the same start. Not past 2^64.
  void increment();

 private:
  std::array<char, decision_id_bytes_max> text_{};
  std::size_t number_at_ = 0;  // where the number's digits begin
  std::size_t size_ = 0;
};

}  // namespace penchant

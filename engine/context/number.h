// Numbers as they stand in prompts: `: 1.2 )`, `+0.5`, `.5`. Never an error: what is no number is absent.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace penchant {

// Weights and strengths beyond it, either way, count as it: products of them stay finite.
inline constexpr double weight_max = 1000;

double bounded_weight(double weight);

struct PromptNumber {
  double value = 0;
  bool has_point = false;  // AUTOMATIC1111 reads 0.5 as a share of the steps and 10 as a step
  std::size_t end = 0;     // of the number and the white space after it
};

/// The number at text[begin], white space around it allowed, if there is one: [+-] digits and one point.
std::optional<PromptNumber> read_number(std::string_view text, std::size_t begin);

/// The whole of `text` as a finite real, white space around it and an exponent allowed.
std::optional<double> parse_real(std::string_view text);

/// `text` without the ASCII white space around it.
std::string_view trimmed(std::string_view text);

}  // namespace penchant

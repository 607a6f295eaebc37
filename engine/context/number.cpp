#include "engine/context/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "engine/context/char_class.h"

namespace penchant {

double bounded_weight(double weight) { return std::clamp(weight, -weight_max, weight_max); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<double> parse_real(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  if (text.starts_with("+") || text.starts_with("-+")) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<PromptNumber> read_number(std::string_view text, std::size_t begin) {
  std::size_t i = begin;
  while (i < text.size() && is_space(text[i])) ++i;
  const std::size_t first = i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  while (i < text.size() && (is_digit(text[i]) || text[i] == '.')) ++i;
  const std::string_view digits = text.substr(first, i - first);
  while (i < text.size() && is_space(text[i])) ++i;
  const std::optional<double> value = parse_real(digits);
  if (!value) return std::nullopt;
  return PromptNumber{bounded_weight(*value), digits.find('.') != digits.npos, i};
}

}  // namespace penchant

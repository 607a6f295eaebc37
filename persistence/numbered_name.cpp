#include "persistence/numbered_name.h"

#include <charconv>

namespace penchant {
namespace {

constexpr std::size_t name_digits = 20;  // 2^64 - 1 has as many

}  // namespace

std::string numbered_name(std::string_view prefix, std::uint64_t number, std::string_view suffix) {
  const std::string digits = std::to_string(number);
  std::string name(prefix);
  name.append(name_digits - digits.size(), '0').append(digits).append(suffix);
  return name;
}

std::optional<std::uint64_t> number_of(std::string_view name, std::string_view prefix, std::string_view suffix) {
  if (name.size() != prefix.size() + name_digits + suffix.size()) return std::nullopt;
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  const char* const digits = name.data() + prefix.size();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits, digits + name_digits, number);
  if (error != std::errc() || end != digits + name_digits) return std::nullopt;
  return number;
}

}  // namespace penchant

#include "persistence/decision_id.h"

#include <algorithm>
#include <charconv>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr int id_base = 36;

// The whole of the text, or nothing.
std::optional<std::uint64_t> parse_id_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, id_base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<DecisionId> parse_decision_id(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (text.size() > decision_id_bytes_max || dash == std::string_view::npos) return std::nullopt;
  const auto start = parse_id_number(text.substr(0, dash));
  const auto number = parse_id_number(text.substr(dash + 1));
  if (!start || !number || *start == 0 || *number == 0) return std::nullopt;
  const DecisionId id{*start, *number};
  // Capitals and leading zeros read as numbers too.
  return DecisionIdText(id).view() == text ? std::optional(id) : std::nullopt;
}

DecisionIdText::DecisionIdText(DecisionId id) {
  char* const end = text_.data() + text_.size();
  char* at = std::to_chars(text_.data(), end, id.start, id_base).ptr;
  *at++ = '-';
  number_at_ = static_cast<std::size_t>(at - text_.data());
  size_ = static_cast<std::size_t>(std::to_chars(at, end, id.number, id_base).ptr - text_.data());
}

void DecisionIdText::increment() {
  std::size_t at = size_;
  while (at > number_at_ && text_[at - 1] == 'z') text_[--at] = '0';
  if (at > number_at_) {
    char& digit = text_[at - 1];
    digit = digit == '9' ? 'a' : static_cast<char>(digit + 1);
    return;
  }
  PENCHANT_CHECK(size_ < text_.size());
  text_[number_at_] = '1';  // zzz to 1000
  text_[size_++] = '0';
}

}  // namespace penchant

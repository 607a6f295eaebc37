#include "net/arguments.h"

#include <algorithm>

namespace penchant {

bool is_word(std::string_view text, std::string_view upper) {
  return text.size() == upper.size() && std::equal(text.begin(), text.end(), upper.begin(), [](char c, char expected) {
           return (c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c) == expected;
         });
}

double Arguments::real(std::string_view what) {
  const std::string_view value = text(what);
  double parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (failed_) return 0;
  if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(parsed)) {
    fail(std::string(what) + " must be a number");
    return 0;
  }
  return parsed;
}

void Arguments::fail(std::string sentence) {
  if (!failed_) error_ = std::move(sentence.insert(0, "ERR "));
  failed_ = true;
}

void Arguments::fail_unknown_option() {
  if (more()) fail("unknown option '" + std::string(left_.front().substr(0, 64)) + "'");
}

}  // namespace penchant

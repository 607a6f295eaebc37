#include "net/request_shown.h"

#include <algorithm>

#include "net/arguments.h"

namespace penchant {
namespace {

constexpr std::string_view redacted = "(redacted)";

/// Behind AUTH, and behind the AUTH of a HELLO, come a name and a secret.
bool hides(std::span<const std::string_view> request, std::size_t i) {
  if (is_word(request.front(), "AUTH")) return i > 0;
  if (!is_word(request.front(), "HELLO")) return false;
  return (i >= 1 && is_word(request[i - 1], "AUTH")) || (i >= 2 && is_word(request[i - 2], "AUTH"));
}

std::string shown_argument(std::string_view argument) {
  if (argument.size() <= shown_argument_bytes_max) return std::string(argument);
  return std::string(argument.substr(0, shown_argument_bytes_max)) + "... (" +
         std::to_string(argument.size() - shown_argument_bytes_max) + " more bytes)";
}

}  // namespace

std::vector<std::string> shown_request(std::span<const std::string_view> request) {
  const bool are_all = request.size() <= shown_arguments_max;
  const std::size_t shown = are_all ? request.size() : shown_arguments_max - 1;
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < shown; ++i) {
    arguments.push_back(hides(request, i) ? std::string(redacted) : shown_argument(request[i]));
  }
  if (!are_all) arguments.push_back("... (" + std::to_string(request.size() - shown) + " more arguments)");
  return arguments;
}

void append_quoted(std::string_view argument, std::string& out) {
  constexpr std::string_view escaped = "\\\"\n\r\t\a\b";
  constexpr std::string_view letters = "\\\"nrtab";
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  for (const char c : argument) {
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t at = escaped.find(c); at != std::string_view::npos) {
      (out += '\\') += letters[at];
    } else if (byte >= ' ' && byte < 0x7f) {
      out += c;
    } else {
      ((out += "\\x") += digits[byte >> 4]) += digits[byte & 15];
    }
  }
  out += '"';
}

}  // namespace penchant

// A request as a client sends it: RESP, an array of bulk strings. For our command line client, load generator and
// benchmarks; what a server reads is resp_parser.h.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace penchant {
namespace detail {

inline void append_head(std::string& out, char kind, std::size_t count) {
  std::array<char, 20> digits;
  out += kind;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr);
  out += "\r\n";
}

}  // namespace detail

/// Appends the request whose words are these texts.
template <class Texts = std::initializer_list<std::string_view>>
void append_request(std::string& out, const Texts& words) {
  detail::append_head(out, '*', words.size());
  for (const std::string_view word : words) {
    detail::append_head(out, '$', word.size());
    out.append(word).append("\r\n");
  }
}

}  // namespace penchant

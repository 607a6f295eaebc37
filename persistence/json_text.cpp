#include "persistence/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace penchant {
namespace {

constexpr std::int64_t exact_integer_max = std::int64_t{1} << 53;  // what every reader of JSON reads exactly

template <class Number>
std::string_view shortest_in(std::array<char, 32>& room, Number value) {
  return {room.data(), static_cast<std::size_t>(std::to_chars(room.begin(), room.end(), value).ptr - room.data())};
}

template <class Number>
bool reads_as(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += digits[byte >> 4];
  out += digits[byte & 15U];
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, begin, i - begin);
    append_escaped(out, c);
    begin = i + 1;
  }
  out.append(text, begin).append("\"");
}

void append_json_text_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_text(out, text);
  }
}

void append_json_number(std::string& out, double value) {
  std::array<char, 32> room;
  out += shortest_in(room, value);
}

void append_json_number(std::string& out, float value) {
  std::array<char, 32> room;
  out += shortest_in(room, value);
}

bool is_shortest_number(std::string_view text) {
  std::array<char, 32> room;
  if (std::int64_t whole = 0; reads_as(text, whole)) {
    return whole >= -exact_integer_max && whole <= exact_integer_max && shortest_in(room, whole) == text;
  }
  double real = 0;
  return reads_as(text, real) && std::isfinite(real) && shortest_in(room, real) == text;
}

}  // namespace penchant

#include "net/reply_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr std::size_t integer_chars_max = 20;  // "-9223372036854775808", "18446744073709551615"
constexpr std::size_t line_end_chars = 2;
constexpr std::size_t number_line_chars_max = 1 + integer_chars_max + line_end_chars;

template <class Integer>
char* put_integer(char* at, Integer value) {
  return std::to_chars(at, at + integer_chars_max, value).ptr;
}

char* put_line_end(char* at) {
  *at++ = '\r';
  *at++ = '\n';
  return at;
}

char* put_header(char* at, char type, std::uint64_t value) {
  *at++ = type;
  // Most announce less than ten.
  if (value < 10) {
    *at++ = static_cast<char>('0' + value);
  } else {
    at = put_integer(at, value);
  }
  return put_line_end(at);
}

// Numbers below 1e9 of at most four decimals, as most replies carry: 2 to 9 times faster than std::to_chars,
// and 100000 is not written 1e+05. Null if `value` is no such number. A decimal of up to 15 digits that reads
// back as a double is the shortest one that does: here it has at most 13.
char* put_short_real(char* at, double value) {
  const double magnitude = std::fabs(value);
  if (!(magnitude < 1e9)) return nullptr;
  const auto scaled = static_cast<std::uint64_t>(magnitude * 1e4 + 0.5);
  if (static_cast<double>(scaled) / 1e4 != magnitude) return nullptr;
  if (std::signbit(value)) *at++ = '-';
  at = put_integer(at, scaled / 10'000);
  const auto decimals = static_cast<unsigned>(scaled % 10'000);
  if (decimals == 0) return at;
  *at++ = '.';
  for (const unsigned digit : {decimals / 1000, decimals / 100 % 10, decimals / 10 % 10, decimals % 10}) {
    *at++ = static_cast<char>('0' + digit);
  }
  while (at[-1] == '0') --at;
  return at;
}

}  // namespace

ReplyWriter::ReplyWriter(OutputBuffer& out, int protocol) : out_(out), protocol_(protocol) {
  PENCHANT_CHECK(protocol == 2 || protocol == 3);
}

void ReplyWriter::set_protocol(int protocol) {
  PENCHANT_CHECK(protocol == 2 || protocol == 3);
  protocol_ = protocol;
}

void ReplyWriter::simple(std::string_view text) { line('+', text); }

void ReplyWriter::error(std::string_view code_and_sentence) { line('-', code_and_sentence); }

void ReplyWriter::line(char type, std::string_view text) {
  char* at = out_.room(1 + text.size() + line_end_chars);
  *at++ = type;
  at = std::ranges::replace_copy_if(
           text, at, [](char c) { return c == '\r' || c == '\n'; }, ' ')
           .out;
  out_.end_at(put_line_end(at));
}

void ReplyWriter::integer(std::int64_t value) {
  char* const at = out_.room(number_line_chars_max);
  *at = ':';
  out_.end_at(put_line_end(put_integer(at + 1, value)));
}

void ReplyWriter::header(char type, std::uint64_t value) {
  out_.end_at(put_header(out_.room(number_line_chars_max), type, value));
}

void ReplyWriter::bulk(std::string_view bytes) {
  char* const at = put_header(out_.room(number_line_chars_max + bytes.size() + line_end_chars), '$', bytes.size());
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  out_.end_at(put_line_end(at + bytes.size()));
}

void ReplyWriter::null() { out_.append(protocol_ == 3 ? "_\r\n" : "$-1\r\n"); }

void ReplyWriter::array(std::size_t values) { header('*', values); }

void ReplyWriter::map(std::size_t pairs) {
  if (protocol_ == 3) {
    header('%', pairs);
  } else {
    header('*', pairs * 2);
  }
}

void ReplyWriter::set(std::size_t values) { header(protocol_ == 3 ? '~' : '*', values); }

/// Any real's shortest decimal. The last one is kept: replies say the best arm's score twice.
std::string_view ReplyWriter::shortest(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if (bits != shortest_bits_) {
    shortest_bits_ = bits;
    if (std::isnan(value)) value = std::fabs(value);  // "nan", never "-nan"
    shortest_end_ = std::to_chars(shortest_.data(), shortest_.data() + shortest_.size(), value).ptr;
  }
  return {shortest_.data(), shortest_end_};
}

void ReplyWriter::real(double value) {
  std::array<char, real_chars_max> short_real;
  const char* const short_end = put_short_real(short_real.data(), value);
  const std::string_view digits = short_end ? std::string_view(short_real.data(), short_end) : shortest(value);
  if (protocol_ == 2) return bulk(digits);
  char* const at = out_.room(1 + real_chars_max + line_end_chars);
  *at = ',';
  out_.end_at(put_line_end(std::ranges::copy(digits, at + 1).out));
}

void ReplyWriter::boolean(bool value) {
  if (protocol_ == 3) {
    out_.append(value ? "#t\r\n" : "#f\r\n");
  } else {
    out_.append(value ? ":1\r\n" : ":0\r\n");
  }
}

void ReplyWriter::verbatim(std::string_view format3, std::string_view text) {
  PENCHANT_CHECK(format3.size() == 3);
  if (protocol_ == 2) return bulk(text);
  header('=', text.size() + 4);
  out_.append(format3);
  out_.append(":");
  out_.append(text);
  out_.append("\r\n");
}

}  // namespace penchant

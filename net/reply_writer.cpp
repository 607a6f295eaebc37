#include "net/reply_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr std::size_t integer_chars_max = 20;  // "-9223372036854775808", "18446744073709551615"
constexpr std::size_t real_chars_max = 24;     // "-2.2250738585072014e-308"

template <class Integer>
char* put_integer(char* at, Integer value) {
  return std::to_chars(at, at + integer_chars_max, value).ptr;
}

char* put_line_end(char* at) {
  *at++ = '\r';
  *at++ = '\n';
  return at;
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
  auto decimals = static_cast<unsigned>(scaled % 10'000);
  if (decimals == 0) return at;
  *at++ = '.';
  for (unsigned unit = 1000; decimals > 0; unit /= 10) {
    *at++ = static_cast<char>('0' + decimals / unit);
    decimals %= unit;
  }
  return at;
}

char* put_real(char* at, double value) {
  if (char* const end = put_short_real(at, value)) return end;
  if (std::isnan(value)) value = std::fabs(value);  // "nan", never "-nan"
  return std::to_chars(at, at + real_chars_max, value).ptr;
}

}  // namespace

ReplyWriter::ReplyWriter(std::string& out, int protocol) : out_(out), protocol_(protocol) {
  PENCHANT_CHECK(protocol == 2 || protocol == 3);
}

void ReplyWriter::set_protocol(int protocol) {
  PENCHANT_CHECK(protocol == 2 || protocol == 3);
  protocol_ = protocol;
}

void ReplyWriter::simple(std::string_view text) { line('+', text); }

void ReplyWriter::error(std::string_view code_and_sentence) { line('-', code_and_sentence); }

void ReplyWriter::line(char type, std::string_view text) {
  const auto breaks_line = [](char c) { return c == '\r' || c == '\n'; };
  const std::size_t begin = out_.size() + 1;
  out_ += type;
  out_ += text;
  std::replace_if(out_.begin() + static_cast<std::ptrdiff_t>(begin), out_.end(), breaks_line, ' ');
  out_ += "\r\n";
}

void ReplyWriter::integer(std::int64_t value) {
  char buffer[1 + integer_chars_max + 2];
  buffer[0] = ':';
  out_.append(buffer, put_line_end(put_integer(buffer + 1, value)));
}

void ReplyWriter::header(char type, std::uint64_t value) {
  char buffer[1 + integer_chars_max + 2];
  buffer[0] = type;
  out_.append(buffer, put_line_end(put_integer(buffer + 1, value)));
}

void ReplyWriter::bulk(std::string_view bytes) {
  header('$', bytes.size());
  out_ += bytes;
  out_ += "\r\n";
}

void ReplyWriter::null() { out_ += protocol_ == 3 ? "_\r\n" : "$-1\r\n"; }

void ReplyWriter::array(std::size_t values) { header('*', values); }

void ReplyWriter::map(std::size_t pairs) {
  if (protocol_ == 3) {
    header('%', pairs);
  } else {
    header('*', pairs * 2);
  }
}

void ReplyWriter::set(std::size_t values) { header(protocol_ == 3 ? '~' : '*', values); }

void ReplyWriter::real(double value) {
  if (protocol_ == 3) {
    char buffer[1 + real_chars_max + 2];
    buffer[0] = ',';
    out_.append(buffer, put_line_end(put_real(buffer + 1, value)));
    return;
  }
  // The digits first, behind room for "$24\r\n"; then the length before them, so that one append takes all.
  constexpr std::size_t head_max = 5;
  char buffer[head_max + real_chars_max + 2];
  char* const digits = buffer + head_max;
  char* const end = put_real(digits, value);
  const auto size = static_cast<unsigned>(end - digits);
  char* begin = put_line_end(digits - 2) - 2;
  *--begin = static_cast<char>('0' + size % 10);
  if (size >= 10) *--begin = static_cast<char>('0' + size / 10);
  *--begin = '$';
  out_.append(begin, put_line_end(end));
}

void ReplyWriter::boolean(bool value) {
  if (protocol_ == 3) {
    out_ += value ? "#t\r\n" : "#f\r\n";
  } else {
    out_ += value ? ":1\r\n" : ":0\r\n";
  }
}

void ReplyWriter::verbatim(std::string_view format3, std::string_view text) {
  PENCHANT_CHECK(format3.size() == 3);
  if (protocol_ == 2) return bulk(text);
  header('=', text.size() + 4);
  out_ += format3;
  out_ += ':';
  out_ += text;
  out_ += "\r\n";
}

}  // namespace penchant

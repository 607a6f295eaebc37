#include "net/resp_parser.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "net/limits.h"

namespace penchant {
namespace {

using Status = RequestParser::Status;

struct Length {
  enum class State : std::uint8_t { whole, cut, bad };
  State state;
  std::uint64_t value;
  std::size_t end;  // just behind the CR LF
};

// The decimal number and CR LF that begin at `begin`: no sign, no leading zero, at most `limit` (<= 2^63), as
// Redis wants it. The limit also bounds the digits, so there is no header that grows without end.
inline Length read_length(std::string_view input, std::size_t begin, std::uint64_t limit) {
  constexpr Length cut{Length::State::cut, 0, 0};
  constexpr Length bad{Length::State::bad, 0, 0};
  const char* const first = input.data() + begin;
  const char* const end = input.data() + input.size();
  const char* at = first;
  std::uint64_t value = 0;
  for (; at != end; ++at) {
    const unsigned digit = static_cast<unsigned char>(*at) - unsigned{'0'};
    if (digit > 9) break;
    if (value > limit / 10 || (value == 0 && at != first)) return bad;
    value = value * 10 + digit;
  }
  if (value > limit) return bad;
  if (at == end) return cut;
  if (at == first || *at != '\r') return bad;
  if (++at == end) return cut;
  if (*at != '\n') return bad;
  return {Length::State::whole, value, static_cast<std::size_t>(at - input.data()) + 1};
}

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return to_lower(a) == b; });
}

// A header that only browsers send, or a request's first line, such as `GET / HTTP/1.1`.
bool is_http(std::span<const std::string_view> words) {
  return equal_ignoring_case(words[0], "post") || equal_ignoring_case(words[0].substr(0, 5), "host:") ||
         (words.size() == 3 && words[1].starts_with('/') && equal_ignoring_case(words[2].substr(0, 5), "http/"));
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }              // C's isspace
bool ends_word(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }  // \v and \f do not

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char escaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'a': return '\a';
    default: return c;
  }
}

// Splits one line into words. A word without quotes is a view into the line, another one into `unquoted`,
// which is given room for the whole line at once, so that no view into it ever moves.
class LineSplitter {
 public:
  LineSplitter(std::string_view line, std::string& unquoted) : line_(line), unquoted_(unquoted) {}

  // False: quotes without end, or something behind a closing quote.
  bool split(std::vector<std::string_view>& words) {
    while (true) {
      while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
      if (at_ == line_.size()) return true;
      const std::size_t begin = at_;
      while (at_ < line_.size() && !ends_word(line_[at_]) && line_[at_] != '"' && line_[at_] != '\'') ++at_;
      std::string_view word = line_.substr(begin, at_ - begin);
      if (at_ < line_.size() && !ends_word(line_[at_])) {
        unquoted_.reserve(line_.size());
        const std::size_t kept = unquoted_.size();
        unquoted_ += word;
        if (!(line_[at_++] == '"' ? take_double_quoted() : take_single_quoted())) return false;
        word = std::string_view(unquoted_).substr(kept);
      }
      words.push_back(word);
    }
  }

 private:
  bool word_is_over() const { return at_ == line_.size() || is_blank(line_[at_]); }

  bool take_double_quoted() {
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == '"') return word_is_over();
      if (c != '\\' || at_ == line_.size()) {
        unquoted_ += c;
      } else if (const int byte = hex_escape(); byte >= 0) {
        unquoted_ += static_cast<char>(byte);
        at_ += 3;
      } else {
        unquoted_ += escaped(line_[at_++]);
      }
    }
    return false;
  }

  bool take_single_quoted() {
    while (at_ < line_.size()) {
      char c = line_[at_++];
      if (c == '\'') return word_is_over();
      if (c == '\\' && at_ < line_.size() && line_[at_] == '\'') c = line_[at_++];
      unquoted_ += c;
    }
    return false;
  }

  // The byte that `xHH` at the current position means, or -1.
  int hex_escape() const {
    if (line_.size() - at_ < 3 || line_[at_] != 'x') return -1;
    const int high = hex_digit(line_[at_ + 1]);
    const int low = hex_digit(line_[at_ + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }

  std::string_view line_;
  std::string& unquoted_;
  std::size_t at_ = 0;
};

// Bytes that a terminal or a log could not show are written as \xHH.
std::string expected_dollar(char got) {
  std::string sentence = "Protocol error: expected '$', got '";
  if (got >= ' ' && got <= '~') {
    sentence += got;
  } else {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(got);
    sentence += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  }
  return sentence += "'";
}

std::string too_big() {
  std::string sentence = "Protocol error: too big request: at most ";
  sentence += std::to_string(request_bytes_max);
  return sentence += " bytes";
}

}  // namespace

RequestParser::Status RequestParser::parse(std::string_view input) {
  if (stage_ == Stage::idle) begin_request();
  if (stage_ == Stage::failed) return Status::error;
  PENCHANT_CHECK(position_ <= input.size());
  if (stage_ == Stage::kind) {
    if (input.empty()) return Status::need_more;
    stage_ = input.front() == '*' ? Stage::count : Stage::line;
  }
  const Status status = stage_ == Stage::line ? parse_line(input) : parse_array(input);
  if (status == Status::need_more && input.size() >= request_bytes_max) return fail(too_big());
  return status;
}

void RequestParser::begin_request() {
  if (std::max(slices_.capacity(), arguments_.capacity()) > arguments_kept_max) {
    slices_ = std::vector<Slice>();  // not {}, which keeps the capacity
    arguments_ = std::vector<std::string_view>();
  }
  slices_.clear();
  arguments_.clear();
  position_ = 0;
  stage_ = Stage::kind;
}

RequestParser::Status RequestParser::parse_line(std::string_view input) {
  const std::size_t end = std::min(input.size(), inline_bytes_max + 1);
  const std::size_t feed = input.substr(0, end).find('\n', position_);
  if (feed == std::string_view::npos) {
    if (end > inline_bytes_max) {
      return fail("Protocol error: too big inline request: at most " + std::to_string(inline_bytes_max) + " bytes");
    }
    position_ = end;
    return Status::need_more;
  }
  std::string_view line = input.substr(0, feed);
  if (line.ends_with('\r')) line.remove_suffix(1);
  unquoted_.clear();
  if (!LineSplitter(line, unquoted_).split(arguments_)) {
    return fail("Protocol error: unbalanced quotes in request");
  }
  if (!arguments_.empty() && is_http(arguments_)) {
    http_ = true;
    return fail("Protocol error: this is HTTP, which has a port of its own");
  }
  position_ = feed + 1;
  stage_ = Stage::idle;
  return Status::request;
}

RequestParser::Status RequestParser::parse_array(std::string_view input) {
  if (stage_ == Stage::count) {
    if (const Status status = parse_count(input); status != Status::request) return status;
  }
  while (remaining_ > 0) {
    if (stage_ == Stage::size) {
      if (const Status status = parse_size(input); status != Status::request) return status;
    }
    if (input.size() - position_ < body_size_ + 2) return Status::need_more;
    const char* const end = input.data() + position_ + body_size_;
    if (end[0] != '\r' || end[1] != '\n') return fail("Protocol error: expected CR LF behind an argument");
    slices_.push_back({static_cast<std::uint32_t>(position_), static_cast<std::uint32_t>(body_size_)});
    position_ += body_size_ + 2;
    --remaining_;
    stage_ = Stage::size;
  }
  return finish_array(input);
}

// A negative count of any size is an array without arguments, as in Redis.
RequestParser::Status RequestParser::parse_count(std::string_view input) {
  const bool negative = input.size() > 1 && input[1] == '-';
  const Length count =
      negative ? read_length(input, 2, std::uint64_t{1} << 63) : read_length(input, 1, arguments_max);
  if (count.state == Length::State::cut) return Status::need_more;
  if (count.state == Length::State::bad || (negative && count.value == 0)) {
    return fail("Protocol error: invalid multibulk length: at most " + std::to_string(arguments_max) + " arguments");
  }
  position_ = count.end;
  remaining_ = negative ? 0 : count.value;
  stage_ = Stage::size;
  return Status::request;
}

RequestParser::Status RequestParser::parse_size(std::string_view input) {
  if (position_ == input.size()) return Status::need_more;
  if (input[position_] != '$') return fail(expected_dollar(input[position_]));
  const Length size = read_length(input, position_ + 1, bulk_bytes_max);
  if (size.state == Length::State::cut) return Status::need_more;
  if (size.state == Length::State::bad) {
    return fail("Protocol error: invalid bulk length: an argument has at most " + std::to_string(bulk_bytes_max) +
                " bytes");
  }
  if (size.end + size.value + 2 > request_bytes_max) return fail(too_big());
  position_ = size.end;
  body_size_ = size.value;
  stage_ = Stage::body;
  return Status::request;
}

RequestParser::Status RequestParser::finish_array(std::string_view input) {
  arguments_.resize(slices_.size());
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    arguments_[i] = {input.data() + slices_[i].begin, slices_[i].size};
  }
  stage_ = Stage::idle;
  return Status::request;
}

RequestParser::Status RequestParser::fail(std::string sentence) {
  error_ = std::move(sentence);
  arguments_.clear();
  stage_ = Stage::failed;
  return Status::error;
}

}  // namespace penchant

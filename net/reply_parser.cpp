#include "net/reply_parser.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/check.h"
#include "net/limits.h"

namespace penchant {
namespace {

// The whole of `text` as a number, of which the specification allows a plus sign; std::from_chars does not.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_big_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_type(char c) { return std::string_view("+-:,#_($=!*%~>|").find(c) != std::string_view::npos; }

bool is_bulk(char type) { return type == '$' || type == '=' || type == '!'; }

bool is_aggregate(char type) { return std::string_view("*%~>|").find(type) != std::string_view::npos; }

Reply::Kind aggregate_kind(char type) {
  switch (type) {
    case '%':
    case '|': return Reply::Kind::map;
    case '~': return Reply::Kind::set;
    case '>': return Reply::Kind::push;
    default: return Reply::Kind::array;
  }
}

// Keeps the room of text and elements, so that a stream of like replies allocates nothing at its root.
void clear(Reply& reply) {
  reply.kind = Reply::Kind::null;
  reply.text.clear();
  reply.integer = 0;
  reply.real = 0;
  reply.elements.clear();
}

}  // namespace

ReplyParser::Status ReplyParser::parse(std::string_view input) {
  if (!error_.empty()) return Status::error;
  if (slot_ == nullptr) begin_reply();
  PENCHANT_CHECK(position_ <= input.size());
  while (slot_ != nullptr) {
    const Step step = read(input);
    if (step == Step::error) return Status::error;
    if (step == Step::need_more) {
      if (input.size() < reply_bytes_max) return Status::need_more;
      fail("the reply is too long");
      return Status::error;
    }
    scanned_ = position_;
    if (++values_ > reply_values_max) {
      fail("the reply has too many values");
      return Status::error;
    }
    slot_ = next_slot();
  }
  return Status::reply;
}

void ReplyParser::begin_reply() {
  clear(root_);
  slot_ = &root_;
  position_ = 0;
  scanned_ = 0;
  values_ = 0;
}

// Where the next value belongs; null when the reply is whole.
Reply* ReplyParser::next_slot() {
  while (!open_.empty()) {
    Open& innermost = open_.back();
    if (innermost.remaining > 0) {
      --innermost.remaining;
      return &innermost.value->elements.emplace_back();
    }
    const Open full = innermost;
    open_.pop_back();
    if (full.attribute) {
      clear(*full.value);
      return full.value;
    }
  }
  return nullptr;
}

// One value, or the header of an aggregate, into slot_.
ReplyParser::Step ReplyParser::read(std::string_view input) {
  if (position_ == input.size()) return Step::need_more;
  const char type = input[position_];
  if (!is_type(type)) return fail("the reply begins with a byte that is no RESP type");
  const std::size_t text_begin = position_ + 1;
  const std::size_t scan_end = std::min(input.size(), text_begin + reply_line_bytes_max + 1);
  const std::size_t text_end = input.substr(0, scan_end).find('\r', scanned_);
  if (text_end == std::string_view::npos) {
    scanned_ = scan_end;
    return scan_end - text_begin > reply_line_bytes_max ? fail("a line of the reply is too long")
                                                        : Step::need_more;
  }
  scanned_ = text_end;
  if (text_end + 1 == input.size()) return Step::need_more;
  if (input[text_end + 1] != '\n') return fail("a line of the reply does not end in CR LF");
  if (text_end + 2 > reply_bytes_max) return fail("the reply is too long");
  const std::string_view text = input.substr(text_begin, text_end - text_begin);
  const std::size_t line_begin = position_;
  position_ = text_end + 2;
  if (!is_bulk(type)) return is_aggregate(type) ? open_aggregate(type, text) : read_line(type, text);
  const Step step = read_bulk(type, text, input.substr(position_));
  if (step == Step::need_more) position_ = line_begin;
  return step;
}

ReplyParser::Step ReplyParser::read_line(char type, std::string_view text) {
  Reply& value = *slot_;
  switch (type) {
    case '+':
    case '-':
      value.kind = type == '+' ? Reply::Kind::simple : Reply::Kind::error;
      value.text = text;
      return Step::done;
    case ':': {
      const auto integer = parse_number<std::int64_t>(text);
      if (!integer) return fail("an integer of the reply is none");
      value.kind = Reply::Kind::integer;
      value.integer = *integer;
      return Step::done;
    }
    case ',': {
      const auto real = parse_number<double>(text);
      if (!real) return fail("a double of the reply is none");
      value.kind = Reply::Kind::real;
      value.real = *real;
      return Step::done;
    }
    case '#':
      if (text != "t" && text != "f") return fail("a boolean of the reply is neither t nor f");
      value.kind = Reply::Kind::boolean;
      value.integer = text == "t";
      return Step::done;
    case '(':
      if (!is_big_number(text)) return fail("a big number of the reply is none");
      value.kind = Reply::Kind::big_number;
      value.text = text;
      return Step::done;
    default:  // '_'
      return text.empty() ? Step::done : fail("a null of the reply is followed by something");
  }
}

// `after` is what follows the header.
ReplyParser::Step ReplyParser::read_bulk(char type, std::string_view length, std::string_view after) {
  const auto announced = parse_number<std::int64_t>(length);
  if (announced == -1 && type == '$') return Step::done;  // RESP2's null
  if (!announced || *announced < 0) return fail("a length of the reply is none");
  if (static_cast<std::uint64_t>(*announced) > reply_bytes_max - 2 ||
      position_ + static_cast<std::size_t>(*announced) + 2 > reply_bytes_max) {
    return fail("the reply is too long");
  }
  const auto size = static_cast<std::size_t>(*announced);
  if (after.size() < size + 2) return Step::need_more;
  if (after.substr(size, 2) != "\r\n") return fail("a string of the reply does not end in CR LF");
  std::string_view text = after.substr(0, size);
  slot_->kind = type == '!' ? Reply::Kind::error : Reply::Kind::bulk;
  if (type == '=') {
    if (size < 4 || text[3] != ':') return fail("a verbatim string of the reply has no format");
    text.remove_prefix(4);
    slot_->kind = Reply::Kind::verbatim;
  }
  slot_->text = text;
  position_ += size + 2;
  return Step::done;
}

ReplyParser::Step ReplyParser::open_aggregate(char type, std::string_view length) {
  const auto announced = parse_number<std::int64_t>(length);
  if (announced == -1 && type == '*') return Step::done;  // RESP2's null
  if (!announced || *announced < 0) return fail("a length of the reply is none");
  if (static_cast<std::uint64_t>(*announced) > reply_values_max) return fail("the reply has too many values");
  if (open_.size() == reply_depth_max) return fail("the reply is nested too deeply");
  slot_->kind = aggregate_kind(type);
  const std::size_t count = static_cast<std::size_t>(*announced) * (slot_->kind == Reply::Kind::map ? 2 : 1);
  open_.push_back({slot_, count, type == '|'});
  return Step::done;
}

ReplyParser::Step ReplyParser::fail(std::string_view sentence) {
  error_ = sentence;
  return Step::error;
}

}  // namespace penchant

// Arguments: a command's arguments, read one by one. The first thing that is wrong is kept, and every later read
// gives an empty value, so that a command reads everything, checks once, and acts.
//
//   const std::string_view user = arguments.text("the user");
//   const std::uint32_t count = arguments.number<std::uint32_t>("COUNT", 1, plan_images_max);
//   if (!arguments.done()) return reply.error(arguments.error());
//
// Lifetime: views into the request.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/event.h"
#include "engine/policy.h"
#include "engine/scorer_kind.h"

namespace penchant {

inline constexpr std::int64_t time_ms_max = INT64_MAX / 4;  // of an AT: sums and differences of times stay numbers

/// A command as docs/protocol.md writes it.
std::string usage_of(std::string_view name, std::string_view syntax);

/// Whether `text` is `upper`, which is upper case ASCII, in any case.
bool is_word(std::string_view text, std::string_view upper);

class Arguments {
 public:
  /// `name` and `syntax` are the command's: what is wrong is told with what is right.
  Arguments(std::span<const std::string_view> values, std::string_view name, std::string_view syntax)
      : left_(values), name_(name), syntax_(syntax) {}

  bool more() const { return !failed_ && !left_.empty(); }
  std::size_t left() const { return failed_ ? 0 : left_.size(); }

  /// The next argument; `what` it is, for the sentence when it is missing.
  std::string_view text(std::string_view what) {
    if (failed_) return {};
    if (left_.empty()) return fail(std::string(what) + " is missing"), std::string_view{};
    const std::string_view value = left_.front();
    left_ = left_.subspan(1);
    return value;
  }

  /// The value of an option whose name was the last argument.
  std::string_view value(std::string_view option) {
    if (!failed_ && left_.empty()) fail("a value must follow " + std::string(option));
    return text(option);
  }

  /// In any case.
  Verdict verdict();
  Tier tier(std::string_view what);
  Policy policy(std::string_view what);
  ScorerChoice scorer(std::string_view what);

  /// Takes the next argument if it is this word.
  bool option(std::string_view upper) {
    if (!more() || !is_word(left_.front(), upper)) return false;
    left_ = left_.subspan(1);
    return true;
  }

  /// The next `count` arguments as they are.
  std::span<const std::string_view> texts(std::string_view what, std::size_t count) {
    if (failed_) return {};
    if (count > left_.size()) return fail(std::string(what) + " are fewer than was said"), left_.first(0);
    const auto values = left_.first(count);
    left_ = left_.subspan(count);
    return values;
  }

  template <class Integer>
  Integer number(std::string_view what, Integer min, Integer max) {
    if (failed_) return min;
    const std::string_view value = left_.empty() ? std::string_view{} : text(what);
    Integer parsed{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc() || end != value.data() + value.size() || parsed < min || parsed > max) {
      fail(std::string(what) + " must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
      return min;
    }
    return parsed;
  }

  double real(std::string_view what);

  void fail(std::string sentence);
  void fail_unknown_option();

  /// Nothing was wrong and nothing is left.
  bool done() {
    if (more()) fail_unknown_option();
    return !failed_;
  }
  bool failed() const { return failed_; }
  std::string_view error() const { return error_; }

 private:
  std::string lower_text(std::string_view what);

  std::span<const std::string_view> left_;
  std::string_view name_;
  std::string_view syntax_;
  bool failed_ = false;
  std::string error_;
};

}  // namespace penchant

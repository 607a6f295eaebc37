#include "persistence/timestamp.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace penchant {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t day_seconds = 86'400;

std::int64_t seconds_of(int year, unsigned month, unsigned day) {
  const sys_days date = year_month_day(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day));
  return date.time_since_epoch().count() * day_seconds;
}

/// Takes characters off the front of a text; once one is not what is due, it stays failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}

  bool failed() const { return failed_; }
  bool at_end() const { return left_.empty(); }
  bool take(std::string_view any_of) {
    if (left_.empty() || any_of.find(left_.front()) == std::string_view::npos) return false;
    left_.remove_prefix(1);
    return true;
  }
  void need(std::string_view any_of) { failed_ |= !take(any_of); }
  /// The next digit; -1 where there is none.
  int digit() {
    if (left_.empty() || left_.front() < '0' || left_.front() > '9') return -1;
    const int value = left_.front() - '0';
    left_.remove_prefix(1);
    return value;
  }
  unsigned digits(int count, unsigned max) {
    unsigned value = 0;
    for (; count > 0; --count) {
      const int next = digit();
      if (next < 0) return failed_ = true, 0U;
      value = value * 10 + static_cast<unsigned>(next);
    }
    failed_ |= value > max;
    return value;
  }
  /// "+02:00", "Z", or nothing, in seconds east of Greenwich.
  std::int64_t zone() {
    if (at_end() || take("Zz")) return 0;
    const bool is_west = take("-");
    if (!is_west) need("+");
    const std::int64_t hours = digits(2, 23);
    (void)take(":");
    const std::int64_t seconds = hours * 3600 + digits(2, 59) * 60;
    return is_west ? -seconds : seconds;
  }

 private:
  std::string_view left_;
  bool failed_ = false;
};

}  // namespace

std::string timestamp(std::int64_t ms) {
  static const std::int64_t first_ms = seconds_of(0, 1, 1) * 1000;
  static const std::int64_t last_ms = (seconds_of(9999, 12, 31) + day_seconds) * 1000 - 1;
  const std::chrono::milliseconds time(std::clamp(ms, first_ms, last_ms));
  const auto day = std::chrono::floor<days>(time);
  const year_month_day date{sys_days(day)};
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text;
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<std::int64_t> parse_timestamp_us(std::string_view text) {
  Scanner scanner(text);
  const auto year = static_cast<int>(scanner.digits(4, 9999));
  scanner.need("-");
  const unsigned month = scanner.digits(2, 12);
  scanner.need("-");
  const unsigned day = scanner.digits(2, 31);
  scanner.need("Tt ");
  const std::int64_t hour = scanner.digits(2, 23);
  scanner.need(":");
  const std::int64_t minute = scanner.digits(2, 59);
  std::int64_t second = 0;
  std::int64_t micros = 0;
  if (scanner.take(":")) {
    second = scanner.digits(2, 60);  // 60: a leap second, the next minute's first here
    if (scanner.take(".,")) {
      micros = scanner.digits(1, 9) * 100'000LL;
      for (std::int64_t unit = 10'000, next = 0; (next = scanner.digit()) >= 0; unit /= 10) micros += next * unit;
    }
  }
  const std::int64_t east = scanner.zone();
  const year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (scanner.failed() || !scanner.at_end() || !date.ok()) return std::nullopt;
  const std::int64_t seconds = seconds_of(year, month, day) + hour * 3600 + minute * 60 + second - east;
  return seconds * 1'000'000 + micros;
}

}  // namespace penchant

// Comparison: how an answer about a random life is compared with the oracle's.
//
// Counts in single precision, and the millionth and thousandth to which ties are told, leave room at the edges. What
// lies in it is taken as doubtful and counted, so that a test can say how little that is.
#pragma once

#include <boost/test/unit_test.hpp>
#include <iomanip>
#include <sstream>

#include "tests/engine/oracle_asked.h"

namespace penchant::test {

/// One line of an answer that is ranked.
struct Told {
  std::string_view name;
  double score = 0;
  double observations = 0;
};

class Comparison {
 public:
  explicit Comparison(unsigned seed) : seed_(seed) {}

  std::uint64_t compared = 0;
  std::uint64_t doubtful = 0;

  void expect(bool holds, const char* what) const {
    if (!holds) BOOST_FAIL(what << " differs in life " << seed_ << " after event " << event_ << lines_);
  }

  /// Whether a comparison is to be made; those that are not are counted.
  bool is_sure(bool sure) {
    ++(sure ? compared : doubtful);
    return sure;
  }

  static bool is_close(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance; }
  static bool is_close(const Told& told, const Scored& expected, double lost) {
    const double terms = 64;  // a prompt has no more
    return is_close(told.score, expected.score, 2e-6 + lost) &&
           is_close(told.observations, expected.observations, 1e-5 + 1e-5 * expected.observations + terms * lost);
  }

  /// No line stands behind one that should surely follow it, none is left out that should be there, and each is right.
  /// `expected` is in the order that breaks ties.
  void compare_ranking(const std::vector<Told>& told, const std::vector<Scored>& expected,
                       std::optional<std::size_t> top, double lost) {
    lines_ = shown(told) + "\nfor" + shown(expected);
    const auto optional = static_cast<std::size_t>(std::ranges::count(expected, true, &Scored::is_optional));
    const std::size_t most = std::min(top.value_or(expected.size()), expected.size());
    expect(told.size() <= most && told.size() >= std::min(most, expected.size() - optional), "how many are told");
    std::vector<bool> is_told(expected.size());
    for (const Told& line : told) {
      const auto found = std::ranges::find(expected, line.name, &Scored::name);
      expect(found != expected.end(), "a name");
      const auto number = static_cast<std::size_t>(found - expected.begin());
      expect(!is_told[number], "that each is told once");
      is_told[number] = true;
      if (!is_sure(found->is_sure && lost < 1e-4)) continue;
      expect(is_close(line, *found, lost), "a score, or observations");
      for (std::size_t later = 0; later < expected.size(); ++later) {
        const Scored& other = expected[later];
        if (is_told[later] || !other.is_sure || other.is_optional) continue;
        expect(!surely_before(other, *found, later < number, lost), "the order");
      }
    }
    lines_.clear();
  }

 protected:
  int event_ = 0;  // how many there have been

 private:
  template <class Lines>
  static std::string shown(const Lines& lines) {
    std::ostringstream text;
    text << std::setprecision(9);
    for (const auto& line : lines) text << "\n  " << line.name << ' ' << line.score << ' ' << line.observations;
    return text.str();
  }

  /// The step a value is in; none where it lies so near a step's edge that rounding decides.
  static std::optional<double> step(double value, double steps, double tolerance) {
    const double low = std::floor((value - tolerance) * steps + 0.5);
    const double high = std::floor((value + tolerance) * steps + 0.5);
    return low == high ? std::optional(low) : std::nullopt;
  }

  /// Whether the tie rule puts `a` before `b` for certain; `a_is_earlier` in the order that breaks ties.
  static bool surely_before(const Scored& a, const Scored& b, bool a_is_earlier, double lost) {
    const double score_tolerance = 3e-7 + lost;
    const auto a_score = step(a.score, 1e6, score_tolerance);
    const auto b_score = step(b.score, 1e6, score_tolerance);
    if (!a_score || !b_score) return a.score > b.score + 1.4e-6 + 2 * score_tolerance;
    if (*a_score != *b_score) return *a_score > *b_score;
    const auto seen = [lost](const Scored& one) {
      return step(one.observations, 1e3, 1e-5 * (1 + one.observations) + 64 * lost);
    };
    if (!seen(a) || !seen(b)) return a.observations < b.observations - 2e-3 - 128 * lost;
    return *seen(a) != *seen(b) ? *seen(a) < *seen(b) : a_is_earlier;
  }

  unsigned seed_;
  std::string lines_;  // that are being compared
};

}  // namespace penchant::test

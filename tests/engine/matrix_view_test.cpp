#include "engine/matrix_view.h"

#include "tests/engine/both.h"
#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

/// "name selected/observed ..." of lines.
std::string shown(const std::vector<MatrixLine>& lines) {
  std::ostringstream text;
  for (const MatrixLine& line : lines) {
    text << (text.tellp() > 0 ? ", " : "") << line.name << ' ' << line.counts.selected << '/' << line.counts.observed;
  }
  return text.str();
}

struct Picture : Taste {
  Picture() { decay(0); }

  MatrixView view(std::uint32_t keywords = matrix_keywords_max, std::uint32_t checkpoints = matrix_checkpoints_max) {
    return view_matrix(engine, {.user = "ann", .keywords = keywords, .checkpoints = checkpoints, .at_ms = now_ms});
  }
  /// The bytes of a cell.
  std::pair<int, int> cell(const MatrixView& view, std::size_t keyword, std::size_t checkpoint) {
    const std::size_t at = 2 * (keyword * view.checkpoints.size() + checkpoint);
    return {static_cast<unsigned char>(view.cells.at(at)), static_cast<unsigned char>(view.cells.at(at + 1))};
  }
  int strength(int observations) { return static_cast<int>(std::lround(16 * std::log2(1.0 + observations))); }
};

BOOST_FIXTURE_TEST_SUITE(matrix_view, Picture)

BOOST_AUTO_TEST_CASE(those_with_most_observations_come_first) {
  kept("ann", "A", "ink", 2);
  rejected("ann", "B", "ink cat", 3);
  kept("ann", "C", "moon", 1);
  BOOST_TEST(shown(view().keywords) == "ink 2/5, cat 0/3, moon 1/1");
  BOOST_TEST(shown(view().checkpoints) == "B 0/3, A 2/2, C 1/1");
  BOOST_TEST(shown(view(2).keywords) == "ink 2/5, cat 0/3");
  BOOST_TEST(shown(view(2, 1).checkpoints) == "B 0/3");
  BOOST_TEST(view(2, 1).cells.size() == 4U);
}

BOOST_AUTO_TEST_CASE(those_seen_equally_often_come_in_order_of_first_record) {
  kept("ann", "B", "owl ink");
  kept("ann", "A", "cat ink");
  BOOST_TEST(shown(view().keywords) == "ink 2/2, owl 1/1, cat 1/1");
  BOOST_TEST(shown(view(2).keywords) == "ink 2/2, owl 1/1");
  BOOST_TEST(shown(view().checkpoints) == "B 1/1, A 1/1");
}

BOOST_AUTO_TEST_CASE(a_cell_tells_the_rate_and_how_much_was_seen) {
  kept("ann", "A", "ink", 3);
  rejected("ann", "A", "ink", 1);
  rejected("ann", "B", "ink");
  kept("ann", "A", "cat");
  const MatrixView picture = view();
  BOOST_TEST((cell(picture, 0, 0) == std::pair(191, strength(4))));
  BOOST_TEST((cell(picture, 0, 1) == std::pair(0, strength(1))));
  BOOST_TEST((cell(picture, 1, 0) == std::pair(255, strength(1))));
  BOOST_TEST((cell(picture, 1, 1) == std::pair(0, 0)), "what was never seen");
}

BOOST_AUTO_TEST_CASE(how_much_was_seen_is_rounded_and_ends_at_255) {
  for (int times = 1; times <= 3000; ++times) {
    kept("ann", "A", "ink");
    const auto told = cell(view(), 0, 0).second;
    BOOST_TEST_REQUIRE(told == strength(times), times << " times");
  }
  BOOST_TEST(strength(3000) < 255);
  kept("ann", "A", "ink", 62'000);
  BOOST_TEST(strength(65'000) > 255);
  BOOST_TEST(cell(view(), 0, 0).second == 255);
}

BOOST_AUTO_TEST_CASE(counts_fade_to_the_time_asked_about) {
  decay(30);
  kept("ann", "A", "ink", 10);
  days_pass(30);
  BOOST_TEST(std::abs(view().keywords.front().counts.observed - 10 / std::exp(1)) < 1e-5);
  BOOST_TEST(cell(view(), 0, 0).second == std::lround(16 * std::log2(1 + 10 / std::exp(1))));
}

BOOST_AUTO_TEST_CASE(of_nobody_nothing_is_told) {
  BOOST_TEST(view().keywords.empty());
  BOOST_TEST(view().checkpoints.empty());
  BOOST_TEST(view().cells.empty());
}

BOOST_AUTO_TEST_CASE(no_more_are_shown_than_were_asked_for) {
  std::string prompt;
  for (int i = 0; i < 501; ++i) kept("ann", numbered('m', i), "ink");
  for (int i = 0; i < 5001; ++i) kept("ann", "m0", numbered('w', i));
  BOOST_TEST(view().checkpoints.size() == matrix_checkpoints_max);
  BOOST_TEST(view().keywords.size() == matrix_keywords_max);
  BOOST_TEST(view().cells.size() == std::size_t{2} * matrix_keywords_max * matrix_checkpoints_max);
  BOOST_TEST(view().checkpoints.back().name == "m499");
  BOOST_TEST(view().keywords.back().name == "w4998");
}

BOOST_AUTO_TEST_SUITE_END()

class ComparedMatrix {
 public:
  ComparedMatrix(Both& both, const Person& person, std::int64_t at_ms)
      : both_(both), person_(person), asked_(both.oracle, nullptr, person.name, {}, at_ms) {}

  void compare(const MatrixView& view, const MatrixQuestion& question) {
    const auto live = static_cast<std::size_t>(std::ranges::count_if(
        person_.checkpoints, [this](const OracleArm& arm) { return person_.names_checkpoint(arm.key); }));
    both_.expect(view.keywords.size() == std::min<std::size_t>(question.keywords, person_.words.size()),
                 "the keywords");
    both_.expect(view.checkpoints.size() == std::min<std::size_t>(question.checkpoints, live), "the checkpoints");
    both_.expect(view.cells.size() == 2 * view.keywords.size() * view.checkpoints.size(), "the size of the picture");
    std::vector<Cell> words;
    for (const std::string& word : person_.words) words.push_back({.keyword = word});
    compare_lines(view.keywords, words, [](const Cell& cell) { return cell.keyword; });
    std::vector<Cell> arms;
    for (const OracleArm& arm : person_.checkpoints) {
      if (person_.names_checkpoint(arm.key)) arms.push_back({.checkpoint = arm.key});
    }
    compare_lines(view.checkpoints, arms, [this](const Cell& cell) { return name_of(cell.checkpoint); });
    compare_cells(view);
  }

 private:
  double tolerance(double observed) const { return 1e-5 + 1e-5 * observed + 64 * asked_.lost(); }
  std::string_view name_of(std::string_view key) const {
    return std::ranges::find(person_.checkpoints, key, &OracleArm::key)->name;
  }
  std::string_view key_of(std::string_view name) const {
    return std::ranges::find(person_.checkpoints, name, &OracleArm::name)->key;
  }

  /// Each is right, and none of those left out or told later has surely more.
  template <class NameOf>
  void compare_lines(const std::vector<MatrixLine>& told, std::vector<Cell> left, const NameOf& name_of) {
    for (const MatrixLine& line : told) {
      const auto at = std::ranges::find(left, line.name, name_of);
      both_.expect(at != left.end(), "a line, which is told once");
      const Tally expected = asked_.counts(*at);
      left.erase(at);
      both_.is_sure(true);
      both_.expect(Comparison::is_close(line.counts.observed, expected.observed, tolerance(expected.observed)) &&
                       Comparison::is_close(line.counts.selected, expected.selected, tolerance(expected.observed)),
                   "a line's counts");
      for (const Cell& other : left) {
        const double more = asked_.counts(other).observed;
        both_.expect(more < expected.observed + 1.1e-3 + 2 * tolerance(more), "the order of lines");
      }
    }
  }

  void compare_cells(const MatrixView& view) {
    const char* at = view.cells.data();
    for (const MatrixLine& keyword : view.keywords) {
      for (const MatrixLine& checkpoint : view.checkpoints) {
        const int rate = static_cast<unsigned char>(*at++);
        const int strength = static_cast<unsigned char>(*at++);
        const Tally cell = asked_.counts({.keyword = keyword.name, .checkpoint = key_of(checkpoint.name)});
        const double off = tolerance(cell.observed);
        const auto strength_of = [](double seen) { return std::lround(16 * std::log2(1 + std::max(seen, 0.0))); };
        both_.expect(strength >= strength_of(cell.observed - off) && strength <= strength_of(cell.observed + off),
                     "how much was seen");
        if (cell.observed == 0 && asked_.lost() == 0) both_.expect(rate == 0 && strength == 0, "an empty cell");
        both_.is_sure(true);
        if (strength == 0) continue;  // next to nothing was
        const double room = 255 * 2 * off / cell.observed + 0.5001;
        both_.expect(Comparison::is_close(rate, 255 * cell.selected / cell.observed, room), "how often it was kept");
      }
    }
  }

  Both& both_;
  const Person& person_;
  OracleAsked asked_;
};

BOOST_AUTO_TEST_SUITE(oracle)

BOOST_AUTO_TEST_CASE(the_matrix_is_drawn_as_the_oracle_counts) {
  live_and_ask([&](Both& both) {
    for (const Person& person : both.oracle.people()) {
      const MatrixQuestion question{.user = person.name,
                                    .keywords = 1 + both.life.below(12),
                                    .checkpoints = 1 + both.life.below(12),
                                    .at_ms = both.life.next_question(both.engine.now_ms()).at_ms};
      ComparedMatrix(both, person, question.at_ms).compare(view_matrix(both.engine, question), question);
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "engine/kernels.h"

#include <Eigen/Core>
#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

namespace penchant::test {
namespace {

constexpr std::size_t lines_tried_max = 67;
constexpr std::size_t rows_tried_max = 9;
constexpr PriorWeights weights{5, 10};

using Row = Eigen::Array<float, static_cast<int>(line_floats), Eigen::Dynamic>;

struct Sums {
  Eigen::ArrayXf score;
  Eigen::ArrayXf seen;

  explicit Sums(std::size_t line_count) : score(columns(line_count)), seen(columns(line_count)) {
    score.setConstant(-1);  // what was there is overwritten
    seen.setConstant(-1);
  }
  static Eigen::Index columns(std::size_t line_count) { return static_cast<Eigen::Index>(line_count * line_columns); }
  bool operator==(const Sums& other) const { return (score == other.score).all() && (seen == other.seen).all(); }
};

/// Rows of small integers, each of `line_count` lines or fewer.
struct Rows {
  std::vector<Row> rows;
  std::vector<RowView> views;

  Rows(std::size_t count, std::size_t line_count, std::mt19937& random) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t lines = random() % 3 == 0 ? random() % (line_count + 1) : line_count;
      Row& row = rows.emplace_back(line_floats, static_cast<Eigen::Index>(lines));
      for (float& cell : row.reshaped()) cell = static_cast<float>(random() % 100);
    }
    for (const Row& row : rows) views.push_back({row.data(), static_cast<std::size_t>(row.cols())});
  }
};

Sums reference(const Rows& rows, std::size_t line_count) {
  Sums sums(line_count);
  for (std::size_t column = 0; column < line_count * line_columns; ++column) {
    float score = 0;
    float seen = 0;
    for (const RowView& row : rows.views) {
      const bool has_counts = column < row.line_count * line_columns;
      const std::size_t at = column / line_columns * line_floats + column % line_columns;
      const float selected = has_counts ? row.lines[at] : 0;
      const float observed = has_counts ? row.lines[at + line_columns] : 0;
      score += (selected + weights.selected) / (observed + weights.observed);
      seen += observed;
    }
    sums.score[static_cast<Eigen::Index>(column)] = score;
    sums.seen[static_cast<Eigen::Index>(column)] = seen;
  }
  return sums;
}

Sums computed(const Kernels& variant, const Rows& rows, std::size_t line_count) {
  Sums sums(line_count);
  variant.score_rows(rows.views, line_count, weights, sums.score.data(), sums.seen.data());
  return sums;
}

/// The same scores by rates kept for each row.
Sums computed_by_rates(const Kernels& variant, const Rows& rows, std::size_t line_count) {
  Sums sums = reference(rows, line_count);
  std::vector<Sums> rates(rows.views.size(), Sums(line_count));
  std::vector<const float*> kept;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    variant.rate_row(rows.views[i], line_count, weights, rates[i].score.data());
    kept.push_back(rates[i].score.data());
  }
  variant.sum_rates(kept, line_count, sums.score.data());
  return sums;
}

BOOST_AUTO_TEST_SUITE(kernels)

BOOST_AUTO_TEST_CASE(every_variant_equals_the_plain_loop_at_every_size) {
  for (const Kernels& variant : available_kernels()) {
    std::mt19937 random(1);
    for (std::size_t line_count = 0; line_count <= lines_tried_max; ++line_count) {
      for (std::size_t row_count = 0; row_count <= rows_tried_max; ++row_count) {
        const Rows rows(row_count, line_count, random);
        const Sums expected = reference(rows, line_count);
        BOOST_REQUIRE_MESSAGE(computed(variant, rows, line_count) == expected,
                              variant.name << ": " << row_count << " rows of " << line_count << " lines");
        BOOST_REQUIRE_MESSAGE(computed_by_rates(variant, rows, line_count) == expected,
                              variant.name << ": rates of " << row_count << " rows of " << line_count << " lines");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(rows_longer_than_asked_are_read_as_far_as_asked) {
  std::mt19937 random(2);
  const Rows rows(4, 9, random);
  for (const Kernels& variant : available_kernels()) {
    for (std::size_t line_count = 0; line_count < 9; ++line_count) {
      BOOST_TEST((computed(variant, rows, line_count) == reference(rows, line_count)));
      BOOST_TEST((computed_by_rates(variant, rows, line_count) == reference(rows, line_count)));
    }
  }
}

BOOST_AUTO_TEST_CASE(of_a_line_the_columns_are_told_that_reach_a_score) {
  for (std::size_t column = 0; column < line_columns; ++column) {
    alignas(64) float line[line_columns] = {};
    line[column] = 3;
    line[7] = 4;
    BOOST_TEST(reaching(line, 3) == ((1U << column) | (1U << 7)));
    BOOST_TEST(reaching(line, 4) == (1U << 7));
    BOOST_TEST(reaching(line, 4.5F) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(so_many_columns_have_the_score_that_they_are_said_to_reach) {
  std::mt19937 random(3);
  for (const int distinct : {1, 2, 10, 1000}) {
    for (std::size_t lines = 1; lines < 6; ++lines) {
      Eigen::ArrayXf scores(static_cast<Eigen::Index>(lines * line_columns));
      for (float& score : scores) score = static_cast<float>(random() % static_cast<unsigned>(distinct)) - 5;
      for (std::size_t count = 1; count <= line_columns; ++count) {
        const float reached = reached_by(scores.data(), lines, count);
        BOOST_TEST(std::ranges::count_if(scores, [=](float score) { return score >= reached; }) >=
                   static_cast<std::ptrdiff_t>(count));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_best_of_all_is_reached_by_one) {
  Eigen::ArrayXf scores = Eigen::ArrayXf::Constant(3 * line_columns, 0.25F);
  scores[20] = 0.5F;
  scores[33] = 0.375F;
  BOOST_TEST(reached_by(scores.data(), 3, 1) == 0.5F);
  BOOST_TEST(reached_by(scores.data(), 3, 2) == 0.375F);
}

BOOST_AUTO_TEST_CASE(no_columns_and_more_than_a_line_reach_nothing) {
  constexpr float lowest = std::numeric_limits<float>::lowest();
  const Eigen::ArrayXf scores = Eigen::ArrayXf::Ones(line_columns);
  BOOST_TEST(reached_by(scores.data(), 0, 1) == lowest);
  BOOST_TEST(reached_by(scores.data(), 1, 0) == lowest);
  BOOST_TEST(reached_by(scores.data(), 1, line_columns + 1) == lowest);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "engine/count_matrix.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <random>

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

constexpr Counts kept_one{1, 1};
constexpr Counts rejected_one{0, 1};

struct OneRow {
  CountMatrix matrix;
  std::uint32_t row = 0;

  void add(Counts counts, int times, double unit = 1) {
    for (; times > 0; --times) matrix.add(row, 0, counts, unit);
  }
  double rate() const { return matrix.counts(row, 0).selected / matrix.counts(row, 0).observed; }
};

BOOST_FIXTURE_TEST_SUITE(count_matrix, OneRow, *boost::unit_test::tolerance(1e-6))

BOOST_AUTO_TEST_CASE(a_cell_holds_what_was_added) {
  add(kept_one, 3);
  add(rejected_one, 2);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).selected, 3);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).observed, 5);
}

BOOST_AUTO_TEST_CASE(a_row_of_few_counts_is_packed_however_far_apart_they_are) {
  for (std::uint32_t column = 0; column < 8000; column += 1000) matrix.add(3, column, kept_one, 1);
  BOOST_TEST(matrix.cells() == 8U);
  BOOST_TEST(!matrix.is_dense(3));
  BOOST_TEST(matrix.packed_row(3).size() == 8U);
  BOOST_TEST(matrix.packed_row(2).empty());
  BOOST_TEST(matrix.row_count() == 4U);
}

BOOST_AUTO_TEST_CASE(a_row_of_many_counts_is_dense_and_as_wide_as_its_last_column) {
  for (std::uint32_t column = 0; column < 20; ++column) matrix.add(row, column, kept_one, 1);
  BOOST_TEST(matrix.is_dense(row));
  BOOST_TEST(matrix.row(row).line_count == 2U);
  BOOST_TEST(matrix.cells() == 32U);
}

BOOST_AUTO_TEST_CASE(a_dense_row_is_packed_again_where_one_far_column_would_widen_it) {
  for (std::uint32_t column = 0; column < 20; ++column) matrix.add(row, column, {column * 1.0, column + 1.0}, 1);
  matrix.add(row, 5000, kept_one, 1);
  BOOST_TEST(!matrix.is_dense(row));
  BOOST_TEST(matrix.cells() == 21U);
  for (std::uint32_t column = 0; column < 20; ++column) BOOST_CHECK_EQUAL(matrix.counts(row, column).selected, column);
  BOOST_CHECK_EQUAL(matrix.counts(row, 5000).observed, 1);
}

BOOST_AUTO_TEST_CASE(columns_in_any_order_give_what_a_map_gives) {
  std::mt19937 random(7);
  std::map<std::pair<std::uint32_t, std::uint32_t>, Counts> oracle;
  for (int i = 0; i < 20'000; ++i) {
    const auto at_row = static_cast<std::uint32_t>(random() % 40);
    const auto column = static_cast<std::uint32_t>(random() % (at_row % 2 == 0 ? 9000U : 12U));
    const Counts added = random() % 2 == 0 ? kept_one : rejected_one;
    matrix.add(at_row, column, added, 1);
    oracle[{at_row, column}].add(added);
  }
  for (const auto& [place, counts] : oracle) {
    BOOST_REQUIRE_EQUAL(matrix.counts(place.first, place.second).selected, counts.selected);
    BOOST_REQUIRE_EQUAL(matrix.counts(place.first, place.second).observed, counts.observed);
  }
  BOOST_TEST(matrix.dense_rows() > 0U);
  BOOST_TEST(matrix.dense_rows() < 40U);
}

BOOST_AUTO_TEST_CASE(rows_that_are_kept_keep_their_counts_heavy_ones_too) {
  for (std::uint32_t column = 0; column < 20; ++column) matrix.add(2, column, kept_one, 1);
  matrix.add(4, 7, rejected_one, 1);
  for (int i = 0; i < 5000; ++i) matrix.add(2, 3, kept_one, 1);
  const std::uint32_t kept[] = {2, 4};
  matrix.keep_rows(kept);
  BOOST_TEST(matrix.row_count() == 2U);
  BOOST_CHECK_EQUAL(matrix.counts(0, 3).observed, 5001);
  BOOST_CHECK_EQUAL(matrix.counts(1, 7).observed, 1);
  BOOST_TEST(matrix.heavy_cells() == 1U);
}

BOOST_AUTO_TEST_CASE(columns_without_counts_are_empty) {
  matrix.add(row, 20, kept_one, 1);
  for (const std::uint32_t column : {0U, 19U, 21U, 31U, 32U, 1000U}) {
    BOOST_CHECK_EQUAL(matrix.counts(row, column).observed, 0);
  }
}

BOOST_AUTO_TEST_CASE(growing_keeps_what_was_there) {
  for (std::uint32_t column = 0; column < 200; ++column) matrix.add(row, column, {column * 1.0, column * 2.0}, 1);
  for (std::uint32_t column = 0; column < 200; ++column) {
    BOOST_REQUIRE_EQUAL(matrix.counts(row, column).selected, column);
    BOOST_REQUIRE_EQUAL(matrix.counts(row, column).observed, 2 * column);
  }
}

BOOST_AUTO_TEST_CASE(lines_start_on_a_cache_line) {
  for (std::uint32_t column = 0; column < 100; ++column) {
    matrix.add(row, column, kept_one, 1);
    if (!matrix.is_dense(row)) continue;
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(matrix.row(row).lines) % 64 == 0U);
  }
}

BOOST_AUTO_TEST_CASE(no_count_falls_below_zero_and_none_is_kept_that_was_not_observed) {
  add(kept_one, 1);
  matrix.add(row, 0, {-1 - 1e-7, -1 - 1e-7}, 1);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).selected, 0);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).observed, 0);
  add(rejected_one, 1);
  matrix.add(row, 0, {0.5, 0}, 1);
  matrix.add(row, 0, {0, -0.75}, 1);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).selected, 0.25);
}

BOOST_AUTO_TEST_CASE(more_than_16_million_records_in_one_cell_still_count) {
  constexpr int floats_stop_at = 1 << 24;
  add(kept_one, floats_stop_at);
  add(rejected_one, 1000);
  add(kept_one, 1000);
  BOOST_TEST(matrix.counts(row, 0).observed == floats_stop_at + 2000.0);
  BOOST_TEST(matrix.heavy_cells() == 1U);
}

// A sanitizer makes an addition ten times slower: there the first 98 million come in one.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int added_at_once = 98'000'000;
#else
constexpr int added_at_once = 0;
#endif

BOOST_AUTO_TEST_CASE(after_100_million_records_in_one_cell_its_rate_is_right_to_a_thousandth) {
  if (added_at_once > 0) matrix.add(row, 0, {added_at_once * 0.25, added_at_once}, 1);
  for (int i = added_at_once; i < 100'000'000; ++i) matrix.add(row, 0, i % 4 == 0 ? kept_one : rejected_one, 1);
  BOOST_TEST(rate() == 0.25, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(matrix.counts(row, 0).observed == 1e8, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_heavy_cell_fades_with_the_others_and_becomes_light_again) {
  add(kept_one, 6000);
  BOOST_TEST(matrix.heavy_cells() == 1U);
  matrix.scale(0.5, 0.5);  // the landmark moved; a record weighs as much as before
  BOOST_TEST(matrix.heavy_cells() == 1U);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).observed, 3000);
  matrix.scale(0.5, 1);  // and here twice as much: 1500 observations are left
  BOOST_TEST(matrix.heavy_cells() == 0U);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).observed, 1500);
  add(kept_one, 10);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).observed, 1510);
}

BOOST_AUTO_TEST_CASE(a_heavy_cell_gives_back_what_was_added) {
  add(kept_one, 5000);
  add(rejected_one, 5000);
  matrix.add(row, 0, {-1, -1}, 1);
  matrix.add(row, 0, {0, -1}, 1);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).selected, 4999);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).observed, 9998);
}

BOOST_AUTO_TEST_CASE(only_the_cell_with_the_many_records_is_heavy) {
  for (std::uint32_t column = 0; column < 20; ++column) matrix.add(row, column, kept_one, 1);
  add(kept_one, 5000);
  BOOST_TEST(matrix.heavy_cells() == 1U);
  for (std::uint32_t column = 1; column < 20; ++column) BOOST_REQUIRE_EQUAL(matrix.counts(row, column).observed, 1);
}

BOOST_AUTO_TEST_CASE(a_power_of_two_scales_exactly_and_comes_back) {
  add({1.0 / 3, 0.7}, 11);
  const Counts before = matrix.counts(row, 0);
  matrix.scale(std::ldexp(1.0, -40), 1);
  matrix.scale(std::ldexp(1.0, 40), 1);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).selected, before.selected);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).observed, before.observed);
}

BOOST_AUTO_TEST_CASE(a_factor_below_every_float_leaves_nothing) {
  add(kept_one, 5000);
  matrix.scale(std::ldexp(1.0, -1000), 1);
  BOOST_CHECK_EQUAL(matrix.counts(row, 0).observed, 0);
  BOOST_TEST(matrix.heavy_cells() == 0U);
}

BOOST_AUTO_TEST_CASE(an_engines_heavy_cells_fade_with_time) {
  Taste taste;
  taste.kept("ann", "A", "ink", 6000);
  taste.days_pass(30);
  taste.rejected("ann", "A", "ink", 6000);
  const double kept_left = 6000 / std::exp(1);
  const auto tolerance = boost::test_tools::tolerance(1e-4);  // of 4096 floats added before the cell was heavy
  BOOST_TEST(taste.observations("ann", "A", "ink") == kept_left + 6000, tolerance);
  BOOST_TEST(taste.score("ann", "A", "ink") == (kept_left + 5) / (kept_left + 6010), tolerance);
  taste.days_pass(700);  // moves the landmark
  taste.kept("ann", "A", "ink", 1);
  const double left = (kept_left + 6000) * std::exp(-700.0 / 30);
  BOOST_TEST(taste.observations("ann", "A", "ink") == left + 1);
  BOOST_TEST(taste.engine.find_user("ann")->keyword_checkpoints().heavy_cells() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "engine/learner/feature_table.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <vector>

namespace penchant::test {
namespace {

using CellMap = std::map<std::uint32_t, FeatureCell>;

/// One row, and what it should have.
struct OneRow {
  FeatureTable table;
  CellMap expected;

  OneRow() { table.add(7); }
  void add(std::uint32_t column, const FeatureCell& added = {1, 2, -3, 4}) {
    const auto change = [&added](FeatureCell& cell) {
      cell = {cell.selected + added.selected, cell.observed + added.observed, cell.residual + added.residual,
              cell.precision + added.precision};
    };
    table.change_cell(0, column, change);
    change(expected[column]);
  }
  void add_all(std::uint32_t columns) {
    for (std::uint32_t column = 0; column < columns; ++column) add(column);
  }
};

bool is_same(const FeatureCell& a, const FeatureCell& b) {
  return a.selected == b.selected && a.observed == b.observed && a.residual == b.residual && a.precision == b.precision;
}

void check(const FeatureTable& table, const CellMap& expected) {
  auto next = expected.begin();
  table.each_cell(0, [&](std::uint32_t column, const FeatureCell& cell) {
    BOOST_REQUIRE((next != expected.end() && next->first == column && is_same(next->second, cell)));
    ++next;
  });
  BOOST_TEST((next == expected.end()));
  BOOST_TEST(table.cell_count() == expected.size());
  BOOST_TEST(table[0].cells.size == expected.size());
}

BOOST_AUTO_TEST_SUITE(feature_table)

BOOST_AUTO_TEST_CASE(a_row_has_what_was_put_there_in_whichever_order) {
  std::mt19937 random(1);
  for (const std::uint32_t columns : {1U, 16U, 17U, 100U, 500U}) {
    OneRow row;
    for (int i = 0; i < 2000; ++i) row.add(static_cast<std::uint32_t>(random() % columns));
    check(row.table, row.expected);
  }
}

BOOST_AUTO_TEST_CASE(a_row_with_cells_in_most_columns_is_dense_and_others_are_packed) {
  OneRow few;
  few.add(3), few.add(900);
  BOOST_TEST(!few.table.is_dense(0));
  OneRow many;
  many.add_all(40);
  BOOST_TEST(many.table.is_dense(0));
  BOOST_TEST(many.table.lines(0).size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_dense_row_whose_next_column_is_far_is_packed_again) {
  OneRow row;
  row.add_all(40);
  row.add(5000);
  BOOST_TEST(!row.table.is_dense(0));
  check(row.table, row.expected);
  row.add_all(40);
  check(row.table, row.expected);
}

BOOST_AUTO_TEST_CASE(it_takes_at_most_twice_what_its_cells_take_packed) {
  std::mt19937 random(2);
  OneRow row;
  for (int i = 0; i < 3000; ++i) {
    row.add(static_cast<std::uint32_t>(random() % 400));
    BOOST_REQUIRE(row.table[0].lines * sizeof(FeatureLine) <= 2 * row.expected.size() * sizeof(FeatureTable::Entry));
  }
}

BOOST_AUTO_TEST_CASE(a_cell_of_nothing_is_one_in_both_forms) {
  OneRow row;
  row.add(0, {});
  check(row.table, row.expected);
  row.add_all(15);
  row.add(15, {});
  BOOST_TEST(row.table.is_dense(0));
  check(row.table, row.expected);
  row.table.scale(0.5F, 0.25F);
  BOOST_TEST(row.table.lines(0)[0].has(15));
}

BOOST_AUTO_TEST_CASE(filled_at_once_it_has_the_same_in_the_same_form) {
  for (const std::uint32_t columns : {0U, 3U, 40U}) {
    OneRow row;
    row.add_all(columns);
    std::vector<FeatureTable::Entry> cells;
    for (const auto& [column, cell] : row.expected) cells.push_back({column, cell});
    FeatureTable filled;
    filled.add(7);
    filled.fill(0, cells);
    check(filled, row.expected);
    BOOST_TEST(filled.is_dense(0) == row.table.is_dense(0));
  }
}

BOOST_AUTO_TEST_CASE(scaling_multiplies_counts_and_what_was_learned_in_both_forms) {
  for (const std::uint32_t columns : {3U, 40U}) {
    OneRow row;
    row.add_all(columns);
    row.table.scale(0.5F, 0.25F);
    for (auto& [column, cell] : row.expected) {
      cell = {cell.selected / 2, cell.observed / 2, cell.residual / 4, cell.precision / 4};
    }
    check(row.table, row.expected);
  }
}

BOOST_AUTO_TEST_CASE(rows_that_have_faded_are_dropped_and_the_others_keep_their_cells) {
  Interner texts;
  OneRow row;
  row.table = {};
  row.table.add(texts.acquire("faded"));
  row.table.add(texts.acquire("kept"));
  row.table[1].records = 2;
  for (std::uint32_t column = 0; column < 40; ++column) {
    row.expected[column] = {1, 2, 3, 4};
    row.table.change_cell(1, column, [](FeatureCell& cell) { cell = {1, 2, 3, 4}; });
  }
  row.table.drop_faded(1, texts);
  BOOST_TEST(row.table.size() == 1U);
  BOOST_TEST(row.table[0].records == 2);
  check(row.table, row.expected);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

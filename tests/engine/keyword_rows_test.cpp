#include "engine/keyword_rows.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

std::vector<Lessons::Id> listed(const KeywordRows& rows, std::uint32_t row) {
  const auto lessons = rows.lessons(row);
  return {lessons.begin(), lessons.end()};
}

BOOST_AUTO_TEST_SUITE(keyword_rows)

BOOST_AUTO_TEST_CASE(keywords_are_rows_in_order_and_found_however_many_there_are) {
  KeywordRows rows;
  BOOST_TEST(!rows.find(0));
  for (std::uint32_t i = 0; i < 100'000; ++i) BOOST_TEST_REQUIRE(rows.add(i * 7) == i);
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    BOOST_TEST_REQUIRE(rows.find(i * 7).value_or(1) == i);
    BOOST_TEST_REQUIRE(!rows.find(i * 7 + 1));
    BOOST_TEST_REQUIRE(rows.keyword(i) == i * 7);
  }
}

BOOST_AUTO_TEST_CASE(rows_are_assigned_where_no_keyword_comes_twice) {
  KeywordRows rows;
  rows.add(1);
  BOOST_TEST(rows.assign(std::array<Interner::Id, 3>{7, 5, 6}));
  BOOST_TEST(rows.size() == 3U);
  BOOST_TEST((rows.find(5) == 1U && !rows.find(1) && listed(rows, 1).empty()));
  BOOST_TEST(!rows.assign(std::array<Interner::Id, 3>{7, 5, 7}));
}

BOOST_AUTO_TEST_CASE(the_index_goes_on_where_the_numbers_of_rows_take_a_byte_more) {
  KeywordRows rows;
  for (std::uint32_t i = 0; i < 0x10010; ++i) {
    BOOST_TEST_REQUIRE(rows.add(i * 3) == i);
    if (i < 0xFFF0) continue;
    std::vector<LessonKeyword> asked{{0, 7}, {i * 3, {}}, {i * 3 - 3, {}}, {i * 3 + 1, 7}, {Interner::no_id, 7}};
    rows.find_all(asked);
    BOOST_TEST((asked[0].row == 0U && asked[1].row == i && asked[2].row == i - 1));
    BOOST_TEST((!asked[3].row && !asked[4].row));
  }
}

BOOST_AUTO_TEST_CASE(the_largest_number_a_keyword_may_have_is_one_less_than_there_are_texts) {
  KeywordRows rows;
  BOOST_TEST(rows.assign(std::array<Interner::Id, 2>{7, texts_max - 1}));
  BOOST_TEST(rows.keyword(1) == texts_max - 1);
  BOOST_TEST(rows.find(texts_max - 1).value_or(9) == 1U);
  BOOST_TEST(!rows.assign(std::array<Interner::Id, 2>{7, texts_max}));
}

BOOST_AUTO_TEST_CASE(a_row_lists_what_a_vector_lists) {
  std::mt19937 random(5);
  KeywordRows rows;
  std::map<std::uint32_t, std::vector<Lessons::Id>> model;
  std::size_t count = 0;
  for (std::uint32_t row = 0; row < 20; ++row) rows.add(row);
  for (Lessons::Id lesson = 0; lesson < listing_records_max; ++lesson) {
    const std::uint32_t row = static_cast<std::uint32_t>(random()) % 20;
    std::vector<Lessons::Id>& list = model[row];
    if (!list.empty() && static_cast<std::uint32_t>(random()) % 3 == 0) {
      const Lessons::Id gone = list[static_cast<std::uint32_t>(random()) % list.size()];
      rows.remove_lesson(row, gone);
      std::erase(list, gone);
      --count;
    } else if (list.size() < 16) {
      rows.add_lesson(row, lesson);
      list.push_back(lesson);
      ++count;
    }
    BOOST_TEST_REQUIRE(listed(rows, row) == list);
    BOOST_TEST_REQUIRE(rows.listed_count() == count);
  }
}

BOOST_AUTO_TEST_CASE(rows_that_are_counted_have_numbers_of_their_own) {
  KeywordRows rows;
  for (const Interner::Id keyword : {5U, 6U, 7U}) rows.add(keyword);
  rows.add_lesson(2, 0);
  rows.add_lesson(2, 1);
  BOOST_TEST(!rows.counted(2));
  BOOST_TEST(rows.make_counted(2) == 0U);
  BOOST_TEST(rows.make_counted(0) == 1U);
  BOOST_TEST(rows.counted(2).value_or(9) == 0U);
  BOOST_TEST(rows.lessons(2).empty());
  BOOST_TEST(rows.counted_count() == 2U);
  BOOST_TEST(rows.listed_count() == 0U);
}

// Through the engine: whichever form a keyword is in, its answers are the same.

struct Rare : Taste {
  const KeywordRows& rows() { return engine.find_user("ann")->rows(); }
  bool is_counted(std::string_view word) {
    return rows().counted(*rows().find(*engine.find_keyword(word))).has_value();
  }
  std::size_t lessons() { return engine.find_user("ann")->lessons().in_order().size(); }
};

BOOST_AUTO_TEST_CASE(a_keyword_lists_its_records_up_to_the_bound_and_one_more_gives_it_counts) {
  Rare taste;
  taste.kept("ann", "A", "ink", listed_lessons_max);
  BOOST_TEST(!taste.is_counted("ink"));
  BOOST_TEST(taste.lessons() == listed_lessons_max);
  taste.rejected("ann", "A", "ink");
  BOOST_TEST(taste.is_counted("ink"));
  BOOST_TEST(taste.lessons() == 0U);
  BOOST_TEST(taste.observations("ann", "A", "ink") == listed_lessons_max + 1.0, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_user_of_many_records_counts_every_keyword_from_its_next_record_on) {
  Rare taste;
  taste.kept("ann", "A", "ink cat");
  taste.kept("ann", "A", "oil", listing_records_max - 2);
  taste.kept("ann", "A", "pen");
  BOOST_TEST(!taste.is_counted("pen"));
  taste.kept("ann", "B", "ink fog");
  BOOST_TEST(taste.is_counted("fog"));
  BOOST_TEST(taste.is_counted("ink"));
  BOOST_TEST(!taste.is_counted("cat"));
  BOOST_TEST(taste.observations("ann", "A", "ink") == 1.0, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(there_are_as_many_lessons_as_records_that_may_list_them_however_often_these_are_corrected) {
  Rare taste;
  const auto tell = [&taste](std::uint64_t record, Verdict verdict) {
    const std::string number = std::to_string(record);
    taste.tell({.verdict = verdict, .user = "ann", .checkpoint = "A", .prompt = "ink" + number, .id = number});
  };
  for (std::uint64_t record = 1; record <= listing_records_max; ++record) tell(record, Verdict::selected);
  BOOST_TEST(taste.lessons() == listing_records_max);
  BOOST_TEST(taste.engine.find_user("ann")->lessons().is_full());
  for (std::uint64_t record = 1; record <= listing_records_max; ++record) tell(record, Verdict::rejected);
  BOOST_TEST(taste.lessons() == listing_records_max);
  tell(listing_records_max + 1, Verdict::selected);
  BOOST_TEST(taste.lessons() == listing_records_max);
  BOOST_TEST(taste.is_counted("ink4097"));
  BOOST_TEST(!taste.is_counted("ink4096"));
  BOOST_TEST(taste.observations("ann", "A", "ink1") == 1.0, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(the_score_goes_on_as_if_nothing_happened_when_a_keyword_gets_counts) {
  Rare taste;
  for (int records = 1; records <= 40; ++records) {
    taste.kept("ann", "A", "ink");
    BOOST_TEST(taste.score("ann", "A", "ink") == (records + 5.0) / (records + 10.0),
               boost::test_tools::tolerance(1e-6));
  }
}

BOOST_AUTO_TEST_CASE(a_lesson_stays_while_any_of_its_keywords_lists_it) {
  Rare taste;
  taste.kept("ann", "A", "ink cat");
  taste.kept("ann", "A", "ink", listed_lessons_max);
  BOOST_TEST(taste.is_counted("ink"));
  BOOST_TEST(taste.lessons() == 1U);
  BOOST_TEST(taste.observations("ann", "A", "cat") == 1.0, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_correction_takes_the_listed_lesson_back) {
  Rare taste;
  taste.tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .prompt = "ink cat", .id = "1"});
  taste.tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "B", .prompt = "ink dog", .id = "1"});
  BOOST_TEST(taste.lessons() == 1U);
  BOOST_TEST(taste.observations("ann", "A", "ink") == 0.0);
  BOOST_TEST(taste.observations("ann", "B", "ink") == 1.0, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(taste.observations("ann", "A", "cat") == 0.0);
}

BOOST_AUTO_TEST_CASE(a_correction_takes_back_what_the_tables_have_counted_meanwhile) {
  Rare taste;
  taste.tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .prompt = "ink cat", .id = "1"});
  taste.kept("ann", "B", "ink", listed_lessons_max);
  taste.tell({.verdict = Verdict::neutral, .user = "ann", .checkpoint = "A", .prompt = "ink cat", .id = "1"});
  BOOST_TEST(taste.observations("ann", "A", "ink cat") == 0.0);
  BOOST_TEST(taste.observations("ann", "B", "ink") == 1.0 * listed_lessons_max, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(taste.lessons() == 0U);
}

BOOST_AUTO_TEST_CASE(lessons_that_have_faded_are_dropped_with_their_keywords_when_the_landmark_moves) {
  Rare taste;
  taste.kept("ann", "A", "ink cat");
  taste.kept("ann", "A", "oil", listed_lessons_max + 1);
  taste.days_pass(700);
  taste.kept("ann", "A", "ink");
  BOOST_TEST(taste.rows().size() == 1U);
  BOOST_TEST(taste.rows().counted_count() == 0U);
  BOOST_TEST(taste.lessons() == 1U);
  BOOST_TEST(!taste.engine.find_keyword("cat"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

// A user's records, newest first: filters, corrections, pages, and cursors from anywhere.
#include "persistence/history.h"

#include "tests/persistence/store_fixture.h"

namespace penchant::test {
namespace {

struct HistoryLife : StoreLife {
  HistoryLife() { open(); }

  void keep(std::string_view user, std::string_view prompt, Record record = {}) {
    record.user = user;
    record.prompt = prompt;
    if (record.checkpoint.empty()) record.checkpoint = "A";
    const auto recorded = tell(record);
    BOOST_REQUIRE_MESSAGE(recorded, recorded.error().message);
  }
  void keep_many(std::string_view user, int count) {
    for (int i = 1; i <= count; ++i) keep(user, numbered('p', i));
  }
  /// The prompts, spaces between; or why not. Where the next page begins is kept.
  std::string told(HistoryQuery query = {}) {
    if (query.user.empty()) query.user = "ann";
    std::string prompts;
    ids.clear();
    const auto page = store->history(query, [&](const HistoryRecord& told) {
      prompts.append(prompts.empty() ? "" : " ").append(told.record.prompt);
      ids.emplace_back(told.id);
      last_bytes = told.record.prompt.size();
    });
    if (!page) return page.error().message;
    cursor = page->cursor;
    BOOST_TEST(page->records == ids.size());
    return prompts;
  }
  /// All pages of such a query.
  std::string told_in_pages(HistoryQuery query) {
    std::string all;
    cursor = "0";
    do {
      const std::string from = cursor;
      query.cursor = from;
      const std::string page = told(query);
      if (!page.empty()) all.append(all.empty() ? "" : " ").append(page);
    } while (cursor != "0");
    return all;
  }
  std::string told_from(std::string_view from) { return told({.cursor = from}); }

  std::string cursor;
  Texts ids;
  std::size_t last_bytes = 0;
  const std::string refusal =
      "CURSOR is 0, or what an answer to this user's history gave: no record of this user is there";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(history, HistoryLife)

BOOST_AUTO_TEST_CASE(the_newest_comes_first_and_users_are_apart) {
  keep("ann", "one");
  keep("bob", "two");
  keep("ann", "three");
  BOOST_TEST(told() == "three one");
  BOOST_TEST(cursor == "0");
  BOOST_TEST(told({.user = "bob"}) == "two");
}

BOOST_AUTO_TEST_CASE(who_has_no_records_has_an_empty_history) {
  BOOST_TEST(told() == "");
  BOOST_TEST(cursor == "0");
  BOOST_TEST(told({.user = "ann", .cursor = "1-40"}) == "");
}

BOOST_AUTO_TEST_CASE(it_is_the_same_after_commits_snapshots_segments_and_starts) {
  options.journal.segment_bytes = 300;
  reopen();
  for (int i = 1; i <= 12; ++i) {
    keep(i % 2 == 0 ? "ann" : "bob", numbered('p', i));
    if (i % 3 == 0) commit();
    if (i == 7) save();
  }
  commit();
  BOOST_TEST(told() == "p12 p10 p8 p6 p4 p2");
  reopen();
  BOOST_TEST(told() == "p12 p10 p8 p6 p4 p2");
  keep("ann", "p14");
  BOOST_TEST(told() == "p14 p12 p10 p8 p6 p4 p2");
  BOOST_REQUIRE(disk.remove(snapshot_path(7)));
  commit();
  reopen();
  BOOST_TEST(told() == "p14 p12 p10 p8 p6 p4 p2");
}

BOOST_AUTO_TEST_CASE(each_filter_leaves_what_fits) {
  const LoraTag loras[] = {{"x/wash.safetensors"}};
  const std::vector<Keyword> hair = words("blue hair");
  keep("ann", "one", {.verdict = Verdict::selected, .checkpoint = "sdxl/B.safetensors", .session = "s"});
  keep("ann", "two", {.verdict = Verdict::rejected, .loras = loras});
  keep("ann", "three", {.verdict = Verdict::rejected, .keywords = hair});
  BOOST_TEST(told({.checkpoint = "B"}) == "one");
  BOOST_TEST(told({.lora = "wash"}) == "two");
  BOOST_TEST(told({.keyword = "hair"}) == "three");
  BOOST_TEST(told({.session = "s"}) == "one");
  BOOST_TEST(told({.verdict = Verdict::rejected}) == "three two");
  BOOST_TEST(told({.keyword = "hair", .verdict = Verdict::selected}) == "");
  BOOST_TEST(told({.keyword = "hai"}) == "");
}

BOOST_AUTO_TEST_CASE(times_are_the_records_own_and_inclusive) {
  for (int i = 1; i <= 4; ++i) keep("ann", numbered('p', i), {.at_ms = i * 10});
  keep("ann", "now");
  BOOST_TEST(told({.since_ms = 20, .until_ms = 30}) == "p3 p2");
  BOOST_TEST(told({.since_ms = 40}) == "now p4");
  BOOST_TEST(told({.until_ms = 10}) == "p1");
  BOOST_TEST(told({.since_ms = now_ms}) == "now");
}

BOOST_AUTO_TEST_CASE(of_a_corrected_record_the_last_verdict_is_told) {
  keep("ann", "first", {.verdict = Verdict::selected, .id = "x"});
  keep("ann", "other");
  keep("ann", "second", {.verdict = Verdict::rejected, .id = "x"});
  keep("bob", "his", {.verdict = Verdict::selected, .id = "x"});
  BOOST_TEST(told() == "second other");
  commit();
  reopen();
  BOOST_TEST(told() == "second other");
  keep("ann", "third", {.verdict = Verdict::selected, .id = "x"});
  BOOST_TEST(told() == "third other");
  BOOST_TEST(told({.user = "bob"}) == "his");
}

BOOST_AUTO_TEST_CASE(a_record_without_an_id_is_given_one_for_good) {
  keep("ann", "one", {.id = "mine"});
  keep("ann", "two");
  (void)told();
  BOOST_REQUIRE(ids.size() == 2U);
  BOOST_TEST(ids[1] == "mine");
  BOOST_TEST(ids[0].size() == 16U + 2U);
  BOOST_TEST(ids[0].ends_with("-2"));
  const Texts before = ids;
  commit();
  reopen();
  (void)told();
  BOOST_TEST(ids == before);
}

BOOST_AUTO_TEST_CASE(pages_of_any_size_are_the_whole) {
  keep_many("ann", 7);
  keep_many("bob", 3);
  const std::string whole = told();
  for (std::size_t limit = 1; limit <= 8; ++limit) BOOST_TEST(told_in_pages({.limit = limit}) == whole);
  BOOST_TEST(told_in_pages({.keyword = "p3", .limit = 2}) == "p3");
}

BOOST_AUTO_TEST_CASE(a_cursor_holds_across_starts_and_new_records) {
  keep_many("ann", 4);
  commit();
  BOOST_TEST(told({.limit = 2}) == "p4 p3");
  const std::string next = cursor;
  reopen();
  keep("ann", "new");
  BOOST_TEST(told_from(next) == "p2 p1");
  BOOST_TEST(cursor == "0");
}

BOOST_AUTO_TEST_CASE(a_cursor_shows_nothing_but_the_users_own) {
  keep("ann", "one");
  const EventPlace bobs{1, 0};
  keep("bob", "secret");
  keep("bob", "secret");
  BOOST_REQUIRE(pool("sdxl", "A"));
  commit();
  int shown = 0;
  for (std::uint64_t offset = bobs.offset; offset < disk.bytes(segment_path(1)).size() + 50; ++offset) {
    const std::string answer = told_from("1-" + std::to_string(offset));
    if (answer == "one") ++shown;
    BOOST_TEST((answer == "one" || answer == refusal), answer);
  }
  BOOST_TEST(shown == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_cursor_is_refused_in_a_sentence) {
  keep("ann", "one");
  for (const char* text : {"", "1", "1-", "-40", "1-40 ", " 1-40", "01-40", "1-040", "1--40", "x", "0-40", "0-0",
                           "2-40", "18446744073709551615-40", "18446744073709551616-40", "1-18446744073709551615"}) {
    BOOST_TEST(told_from(text) == refusal, text);
  }
  BOOST_TEST(told_from("1-40") == "one");
}

BOOST_AUTO_TEST_CASE(where_a_segment_is_gone_the_history_ends) {
  options.journal.segment_bytes = 1;
  reopen();
  for (int i = 1; i <= 4; ++i) {
    keep("ann", numbered('p', i));
    commit();
  }
  save();
  reopen();
  BOOST_REQUIRE(disk.remove(segment_path(2)));
  BOOST_TEST(told() == "p4 p3");
  BOOST_TEST(cursor == "0");
  BOOST_TEST(told_from("2-40") == "");
}

BOOST_AUTO_TEST_CASE(a_limit_out_of_bounds_is_refused) {
  keep_many("ann", static_cast<int>(history_limit_max) + 1);
  BOOST_TEST(told({.limit = 0}) == "LIMIT is from 1 to 1000");
  BOOST_TEST(told({.limit = history_limit_max + 1}) == "LIMIT is from 1 to 1000");
  (void)told({.limit = history_limit_max});
  BOOST_TEST(ids.size() == history_limit_max);
  BOOST_TEST(told_from(std::string(cursor)) == "p1");
}

BOOST_AUTO_TEST_CASE(no_call_looks_at_more_than_it_may) {
  keep("ann", "first", {.session = "s"});
  keep_many("ann", static_cast<int>(history_examined_max) - 1);
  BOOST_TEST(told({.session = "s"}) == "first");
  BOOST_TEST(cursor == "0");
  keep("ann", "more");
  BOOST_TEST(told({.session = "s"}) == "");
  BOOST_TEST(cursor == "1-40");
  BOOST_TEST(told({.session = "s", .cursor = "1-40"}) == "first");
}

BOOST_AUTO_TEST_CASE(no_call_tells_more_bytes_than_it_may) {
  const std::string half_a_bound(history_bytes_max / 32 - 1000, 'x');  // as a prompt and as a negative one
  for (int i = 0; i < 17; ++i) keep("ann", half_a_bound, {.negative_prompt = half_a_bound, .keywords = words("x")});
  commit();
  (void)told();
  BOOST_TEST(ids.size() == 16U);
  (void)told_from(std::string(cursor));
  BOOST_TEST(ids.size() == 1U);
  BOOST_TEST(cursor == "0");
}

BOOST_AUTO_TEST_CASE(no_call_looks_at_more_bytes_than_it_may) {
  const std::string half(history_examined_bytes_max / 128 - 1000, 'x');
  keep("ann", "first", {.session = "s"});
  for (int i = 0; i < 65; ++i) keep("ann", half, {.negative_prompt = half, .keywords = words("x")});
  commit();
  BOOST_TEST(told({.session = "s"}) == "");
  BOOST_TEST(cursor != "0");
  BOOST_TEST(told({.session = "s", .cursor = std::string(cursor)}) == "first");
}

BOOST_AUTO_TEST_CASE(what_a_failed_write_did_not_take_is_not_told) {
  keep("ann", "one");
  commit();
  keep("ann", "two");
  keep("ann", "three");
  BOOST_TEST(told() == "three two one");
  files.fail_in(1, true);
  BOOST_REQUIRE(!store->commit());
  BOOST_TEST(told() == "one");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_told) {
  keep("ann", "one");
  commit();
  for (std::uint64_t n = 1; n <= 3; ++n) {
    reopen();
    files.fail_in(n);
    BOOST_TEST(told().starts_with("cannot "));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

// One event by its place: from every state of the journal, and never from a place where there is none.
#include "persistence/journal_lookup.h"

#include <optional>

#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {
namespace {

struct Lookup : JournalLife {
  Lookup() { start(); }

  /// Appends, and remembers where.
  void append(std::string_view text) {
    places.push_back(journal->next_place());
    JournalLife::append(text);
  }
  /// The text of event `i`, from 1; "none", "gone", or why not.
  std::string text(std::size_t i) { return text_at(places[i - 1]); }
  std::string text_at(EventPlace place) {
    const auto found = lookup().find(place);
    if (!found) return found.error().message;
    if (found->kind == FoundEvent::Kind::event) return text_of(found->payload);
    return found->kind == FoundEvent::Kind::none ? "none" : "gone";
  }
  JournalLookup& lookup() {
    if (!lookup_) lookup_.emplace(disk, folder, *journal);
    return *lookup_;
  }
  /// Many segments, one event in each.
  void fill_segments(int count) {
    options.segment_bytes = 1;
    start();
    for (int i = 1; i <= count; ++i) {
      append("event " + std::to_string(i));
      commit();
    }
  }

  std::vector<EventPlace> places;

 private:
  std::optional<JournalLookup> lookup_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(journal_lookup, Lookup)

BOOST_AUTO_TEST_CASE(what_was_appended_is_found_before_and_after_its_commit) {
  append("one");
  append("two");
  BOOST_TEST(text(1) == "one");
  BOOST_TEST(text(2) == "two");
  commit();
  BOOST_TEST(text(1) == "one");
  append("three");
  BOOST_TEST(text(2) == "two");
  BOOST_TEST(text(3) == "three");
}

BOOST_AUTO_TEST_CASE(closed_segments_are_read_too) {
  fill_segments(3);
  for (std::size_t i = 1; i <= 3; ++i) BOOST_TEST(text(i) == "event " + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(an_event_longer_than_the_first_read_is_read_whole) {
  const std::string text_of_it(100'000, 'x');
  append("one");
  append(text_of_it);
  append("");
  commit();
  BOOST_TEST((text(2) == text_of_it));
  BOOST_TEST(text(3) == "");
}

BOOST_AUTO_TEST_CASE(where_no_frame_begins_there_is_none) {
  append("one");
  append("two");
  commit();
  append("three");
  const EventPlace end = journal->next_place();
  for (std::uint64_t offset = 0; offset < end.offset + 50; ++offset) {
    const bool is_frame = std::ranges::find(places, EventPlace{1, offset}) != places.end();
    BOOST_TEST((text_at({1, offset}) == "none") == !is_frame, "offset " << offset);
  }
  for (const EventPlace place : {EventPlace{0, 40}, {2, 40}, {~0ULL, 40}, {1, ~0ULL}}) {
    BOOST_TEST(text_at(place) == "none");
  }
}

BOOST_AUTO_TEST_CASE(a_segment_that_was_removed_is_gone) {
  fill_segments(3);
  BOOST_REQUIRE(disk.remove(segment_path(1)));
  BOOST_TEST(text(1) == "gone");
  BOOST_TEST(text(2) == "event 2");
}

BOOST_AUTO_TEST_CASE(damage_is_told_with_file_and_offset) {
  append("one");
  commit();
  flip(frame_header_bytes + segment_header_bytes);
  BOOST_TEST(text(1) == segment_path(1) + " at offset 40, event 1, is damaged (its checksum is wrong)");
}

BOOST_AUTO_TEST_CASE(a_header_that_is_not_that_of_the_name_is_damage) {
  fill_segments(2);
  put(bytes(2), 1);
  BOOST_TEST(text(1) == segment_path(1) + " is damaged at offset 0 (its header is not that of its name)");
}

BOOST_AUTO_TEST_CASE(no_more_files_stay_open_than_may) {
  fill_segments(static_cast<int>(lookup_files_max) + 1);
  for (std::size_t i = 1; i <= lookup_files_max; ++i) {
    (void)text(i);
    BOOST_TEST(lookup().open_files() == i);
  }
  (void)text(lookup_files_max + 1);
  BOOST_TEST(lookup().open_files() == lookup_files_max);
  BOOST_REQUIRE(disk.remove(segment_path(2)));
  BOOST_TEST(text(2) == "event 2");  // still open, as the file that is current now is not
  BOOST_REQUIRE(disk.remove(segment_path(1)));
  BOOST_TEST(text(1) == "gone");  // the one used first was closed
}

BOOST_AUTO_TEST_CASE(a_file_written_anew_is_read_once_the_old_one_is_let_go) {
  fill_segments(2);
  BOOST_TEST(text(1) == "event 1");
  Bytes other = bytes();
  other.back() = std::byte{'9'};
  put(other);
  BOOST_TEST(text(1) == "event 1");
  lookup().close_files();
  BOOST_TEST(text(1) != "event 1");
}

BOOST_AUTO_TEST_CASE(any_call_that_fails_is_reported) {
  append("one");
  append(std::string(10'000, 'x'));
  commit();
  for (std::uint64_t n = 1;; ++n) {
    FaultyFileSystem files(disk, {.fail_call = n});
    JournalLookup faulty(files, folder, *journal);
    const auto found = faulty.find(places[1]);
    if (!files.failed()) break;
    BOOST_REQUIRE(!found);
    BOOST_TEST(found.error().message.starts_with("cannot "), found.error().message);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

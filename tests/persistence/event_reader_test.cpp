#include "persistence/event_reader.h"

#include "tests/persistence/journal_fixture.h"

namespace penchant::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(event_reader, JournalLife)

BOOST_AUTO_TEST_CASE(reads_every_event_in_any_order) {
  options.segment_bytes = 100;
  start();
  const Texts all = {"one", "", "three", std::string(5000, 'x'), "five", "six"};
  for (const std::string& text : all) write({text});
  const auto locations = read().locations;
  EventReader reader(disk, folder);
  for (std::size_t i = all.size(); i-- > 0;) {
    const auto event = reader.read(locations.at(i));
    BOOST_REQUIRE(event);
    BOOST_TEST(event->sequence == i + 1);
    BOOST_TEST(text_of(event->payload) == all[i]);
  }
}

BOOST_AUTO_TEST_CASE(sees_events_committed_after_it_opened_the_segment) {
  start();
  EventReader reader(disk, folder);
  for (const char* text : {"a", "b"}) {
    const EventLocation location = journal->next_location();
    write({text});
    BOOST_TEST(text_of(reader.read(location)->payload) == text);
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_or_damaged_place_is_a_failure) {
  start();
  write({"a", std::string(5000, 'x')});
  EventReader reader(disk, folder);
  for (const std::uint64_t offset : {0U, 39U, 41U, 5112U, 5113U, 9999999U}) {
    BOOST_TEST(reader.read({1, offset}).error().message ==
               segment_path(1) + " holds no whole event at offset " + std::to_string(offset));
  }
  flip(segment_header_bytes + frame_header_bytes);
  BOOST_TEST(!EventReader(disk, folder).read({1, 40}));
  cut(5000);
  BOOST_TEST(!EventReader(disk, folder).read({1, 65}));
}

BOOST_AUTO_TEST_CASE(a_missing_or_damaged_segment_is_a_failure_each_time) {
  start();
  write({"a"});
  EventReader reader(disk, folder);
  BOOST_TEST(!reader.read({7, 40}));
  BOOST_TEST(!reader.read({7, 40}));
  BOOST_CHECK(reader.read({1, 40}));
  flip(9);
  EventReader second(disk, folder);
  BOOST_TEST(!second.read({1, 40}));
  BOOST_TEST(second.read({1, 40}).error().message ==
             segment_path(1) + " is damaged at offset 0 (its header's checksum is wrong)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

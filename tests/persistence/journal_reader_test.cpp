// Recovery: exactly a prefix, or a refusal with file and offset; never wrong data.
#include "persistence/journal_reader.h"

#include <random>

#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {
namespace {

constexpr std::size_t frame_of_a = segment_header_bytes;
constexpr std::size_t frame_of_b = frame_of_a + frame_header_bytes + 1;
constexpr std::size_t end_of_b = frame_of_b + frame_header_bytes + 1;

bool names_file_and_offset(const std::string& message) {
  return message.find(segment_path(1)) != std::string::npos && message.find("offset ") != std::string::npos;
}

// A frame as the writer makes it, but with any header.
Bytes frame(const Bytes& segment, FrameHeader header) {
  Bytes bytes(frame_header_bytes);
  encode_frame_header(header, segment_crc(std::span(segment).first(segment_header_bytes)), bytes.data());
  return bytes;
}

BOOST_FIXTURE_TEST_SUITE(journal_recovery, JournalLife)

BOOST_AUTO_TEST_CASE(an_empty_folder_is_an_empty_journal) {
  const Reading reading = read(5);
  BOOST_TEST(!reading.refused());
  BOOST_TEST(reading.recovery->next_sequence == 5U);
  BOOST_TEST(!reading.recovery->last_segment.has_value());
}

BOOST_AUTO_TEST_CASE(cut_at_every_byte_gives_exactly_a_prefix) {
  start();
  const Texts all = {"first", "", "a third event", "4"};
  for (const std::string& text : all) write({text});
  const Bytes whole = bytes();
  for (std::size_t size = segment_header_bytes; size <= whole.size(); ++size) {
    put(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    std::size_t events = 0;
    for (std::size_t end = segment_header_bytes; events < all.size(); ++events) {
      end += frame_header_bytes + all[events].size();
      if (end > size) break;
    }
    BOOST_TEST(start() == Texts(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(events)),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(cut_inside_the_segment_header_is_refused) {
  start();
  for (std::size_t size = 0; size < segment_header_bytes; ++size) {
    cut(size);
    BOOST_TEST(names_file_and_offset(read().message()));
  }
}

BOOST_AUTO_TEST_CASE(every_bit_flipped_gives_a_prefix_or_a_refusal) {
  start();
  const Texts all = {"first", "", "a third event", "4"};
  for (const std::string& text : all) write({text});
  const std::size_t size = bytes().size();
  for (std::size_t bit = 0; bit < 8 * size; ++bit) {
    flip(bit / 8, bit % 8);
    const Reading reading = read();
    BOOST_TEST(is_prefix(reading.texts, all));
    BOOST_TEST((reading.torn() || names_file_and_offset(reading.message())));
    flip(bit / 8, bit % 8);
  }
}

BOOST_AUTO_TEST_CASE(every_bit_flipped_in_a_synced_middle_is_refused) {
  start();
  write({"a"});
  write({"b"});
  sync();
  write({"c"});
  for (std::size_t bit = 0; bit < 8 * end_of_b; ++bit) {
    flip(bit / 8, bit % 8);
    BOOST_TEST(names_file_and_offset(read().message()));
    flip(bit / 8, bit % 8);
  }
}

BOOST_AUTO_TEST_CASE(a_synced_middle_is_proven_by_a_header_whose_payload_is_torn) {
  start();
  write({"a"});
  sync();
  write({"b"});
  cut(end_of_b - 1);
  flip(frame_of_a);
  BOOST_TEST(read().message() ==
             segment_path(1) +
                 " at offset 40, event 1, is damaged (its header's checksum is wrong) though later events show that "
                 "it had been on disk; the start stops here, so that no verdict is lost unseen: put back a copy of the "
                 "folder that is whole, or let penchant repair save what can be read");
}

BOOST_AUTO_TEST_CASE(a_middle_that_was_never_synced_is_a_torn_tail) {
  start();
  write({"a"});
  write({"b"});
  flip(frame_of_a);
  const Reading reading = read();
  BOOST_TEST(reading.torn());
  BOOST_TEST(reading.recovery->torn_tail->offset == frame_of_a);
  BOOST_TEST(reading.recovery->next_sequence == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_snapshot_holds_is_never_a_torn_tail) {
  start();
  write({"a"});
  write({"b"});
  flip(frame_of_b + frame_header_bytes);
  BOOST_TEST(read(2).torn());
  BOOST_TEST(read(3).message().find("though a snapshot holds it") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_journal_that_ends_before_the_snapshot_is_refused) {
  start();
  write({"a", "b"});
  BOOST_TEST(!read(3).refused());
  BOOST_TEST(read(4).message().find("events 3 to 3 are missing") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(zeros_at_the_end_are_a_torn_tail) {
  start();
  write({"a", "b"});
  for (const std::size_t zeros : {1U, 7U, 8U, 24U, 4096U, 3000000U}) {
    add(Bytes(zeros));
    BOOST_TEST(read().torn());
    BOOST_TEST(start() == Texts({"a", "b"}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(garbage_at_the_end_is_a_torn_tail) {
  start();
  write({"a", "b"});
  std::mt19937 random(3);
  Bytes garbage(1 << 21);
  for (std::byte& byte : garbage) byte = static_cast<std::byte>(random() & 0xff);
  add(garbage);
  BOOST_TEST(start() == Texts({"a", "b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_payload_that_holds_a_journal_is_no_proof) {
  start();
  write({"a"});
  sync();
  write({"b"});
  const std::string journal_of_another_store = text_of(bytes());
  JournalLife life;
  life.journal = *Journal::open(life.disk, folder, Recovery{}, StoreId{});
  life.write({journal_of_another_store});
  life.cut(life.bytes().size() - 1);
  BOOST_TEST(life.read().torn());
}

BOOST_AUTO_TEST_CASE(a_torn_tail_is_kept_aside_before_it_is_cut) {
  start();
  write({"a"});
  const Bytes garbage = {std::byte{1}, std::byte{2}};
  add(garbage);
  Reading reading = read();
  const std::string copy = reading.recovery->torn_tail->copy_path();
  BOOST_TEST(copy == segment_path(1) + ".torn-65");
  BOOST_TEST(reading.recovery->torn_tail->reason == "the file ends inside the event");
  BOOST_TEST(!disk.exists(copy));
  start();
  power_cut();
  BOOST_CHECK(disk.bytes(copy) == garbage);
  BOOST_TEST(bytes().size() == frame_of_b);
}

BOOST_AUTO_TEST_CASE(a_segment_that_is_not_the_last_cannot_be_torn) {
  options.segment_bytes = 1;
  start();
  write({"a"});
  flip(frame_of_a);
  BOOST_TEST(
      read().message().find("offset 40, event 1, is damaged (its header's checksum is wrong) though a later "
                            "segment exists") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_segment_that_ends_early_is_refused) {
  options.segment_bytes = 60;
  start();
  write({"a", "b"});
  cut(frame_of_b);
  BOOST_TEST(read().message().find("events 2 to 2 are missing: " + segment_path(1) + " ends at offset 65") ==
             0U);
}

BOOST_AUTO_TEST_CASE(a_missing_segment_is_refused) {
  options.segment_bytes = 1;
  start();
  for (const char* text : {"a", "b", "c"}) write({text});
  BOOST_REQUIRE(disk.remove(segment_path(2)));
  BOOST_TEST(read().message().find("events 2 to 2 are missing") == 0U);
  BOOST_REQUIRE(disk.remove(segment_path(1)));
  BOOST_TEST(read().message().find("events 1 to 2 are missing: the first segment is " + segment_path(3)) ==
             0U);
  BOOST_TEST(read(3).texts == Texts({"c"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(events_that_are_there_twice_are_refused) {
  options.segment_bytes = 1;
  start();
  write({"a"});
  kill();
  options = {};
  BOOST_REQUIRE(disk.remove(segment_path(2)));
  start();
  write({"b"});
  Bytes second(segment_header_bytes);
  encode_segment_header({.store_id = store_id, .first_sequence = 2}, second.data());
  put(second, 2);
  BOOST_TEST(read().message().find("events from 2 on are there twice") == 0U);
}

BOOST_AUTO_TEST_CASE(a_segment_of_another_store_is_refused) {
  options.segment_bytes = 1;
  start();
  write({"a"});
  Bytes second(segment_header_bytes);
  encode_segment_header({.store_id = {}, .first_sequence = 2}, second.data());
  put(second, 2);
  BOOST_TEST(read().message().find(segment_path(2) + " belongs to another store") == 0U);
}

BOOST_AUTO_TEST_CASE(a_renamed_segment_is_refused) {
  start();
  put(bytes(), 2);
  BOOST_REQUIRE(disk.remove(segment_path(1)));
  BOOST_TEST(read(2).message().find("its header says that it begins with event 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_refused_as_such) {
  Bytes newer(segment_header_bytes);
  encode_segment_header({.version = 2, .store_id = store_id, .first_sequence = 1}, newer.data());
  put(newer);
  BOOST_TEST(read().message() ==
             segment_path(1) +
                 " has journal format 2, this penchant reads format 1: start the newer penchant that "
                 "wrote it");
}

BOOST_AUTO_TEST_CASE(segments_before_the_first_event_asked_for_are_not_opened) {
  options.segment_bytes = 1;
  start();
  for (const char* text : {"a", "b", "c"}) write({text});
  put(Bytes(3), 1);
  BOOST_TEST(read(2).texts == Texts({"b", "c"}), boost::test_tools::per_element());
  BOOST_TEST(read(1).refused());
}

BOOST_AUTO_TEST_CASE(events_before_the_first_one_asked_for_are_checked_but_not_handed_on) {
  start();
  write({"a", "b", "c"});
  BOOST_TEST(read(3).texts == Texts({"c"}), boost::test_tools::per_element());
  BOOST_TEST(read(3).recovery->events == 1U);
  BOOST_TEST(read(4).texts.empty());
}

BOOST_AUTO_TEST_CASE(the_callers_failure_comes_back_with_file_and_offset) {
  start();
  write({"a"});
  const auto refused = [](const JournalEvent&) -> result<void> { return Failure{"no such kind of event"}; };
  BOOST_TEST(recover_journal(disk, folder, 1, refused).error().message ==
             "event 1 in " + segment_path(1) + " at offset 40: no such kind of event");
}

BOOST_AUTO_TEST_CASE(foreign_files_are_left_alone) {
  for (const char* name :
       {"journal-1.log", "journal-09223372036854775809.log", "journal-00000000000000000000.log",
        "journal-99999999999999999999.log", "journal-0000000000000000000a.log", "notes"}) {
    disk.put(path_in(folder, name), Bytes(3));
  }
  BOOST_TEST(start().empty());
  BOOST_TEST(disk.list(folder)->size() == 7U);
}

BOOST_AUTO_TEST_CASE(a_length_over_the_bound_is_no_event) {
  start();
  const auto over = static_cast<std::uint32_t>(journal_payload_bytes_max + 1);
  add(frame(bytes(), {.length = over, .sequence = 1}));
  BOOST_TEST(read().recovery->torn_tail->reason == "it is longer than an event may be");
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_file_allocates_nothing) {
  start();
  add(frame(bytes(), {.length = static_cast<std::uint32_t>(journal_payload_bytes_max), .sequence = 1}));
  FaultyFileSystem watched(disk);
  const Reading reading = read_journal(watched);
  BOOST_TEST(reading.recovery->torn_tail->reason == "the file ends inside the event");
  BOOST_TEST(watched.largest_read() <= segment_header_bytes + frame_header_bytes);
}

BOOST_AUTO_TEST_CASE(an_event_in_anothers_place_is_no_event) {
  start();
  add(frame(bytes(), {.unsynced = 1, .sequence = 2}));
  BOOST_TEST(read().recovery->torn_tail->reason == "another event is in its place");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

// What the writer promises, one rule a test.
#include "persistence/journal.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/folders.h"
#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {
namespace {

// The hex dump of the worked example in docs/journal_format.md.
Bytes documented_example() {
  std::ifstream page(source_file("docs/journal_format.md"));
  Bytes bytes;
  std::string line;
  while (std::getline(page, line)) {
    if (line.size() < 7 || line.find_first_not_of("0123456789abcdef ") != std::string::npos) continue;
    std::istringstream digits(line.substr(5));
    for (unsigned byte = 0; digits >> std::hex >> byte;) bytes.push_back(static_cast<std::byte>(byte));
  }
  return bytes;
}

FrameHeader frame_at(const Bytes& segment, std::size_t offset) {
  const auto crc = segment_crc(std::span(segment).first(segment_header_bytes));
  return decode_frame_header(segment.data() + offset, crc).value();
}

BOOST_FIXTURE_TEST_SUITE(journal_writer, JournalLife)

BOOST_AUTO_TEST_CASE(writes_the_bytes_of_the_documented_example) {
  auto opened = Journal::open(disk, folder, Recovery{.next_sequence = 7}, store_id);
  journal = std::move(*opened);
  write({"hello", ""});
  const Bytes example = documented_example();
  BOOST_TEST(example.size() == 93U);
  BOOST_CHECK(bytes(7) == example);
}

BOOST_AUTO_TEST_CASE(events_come_back_in_order) {
  start();
  write({"one", "", "three"});
  BOOST_TEST(start() == Texts({"one", "", "three"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(sequences_begin_at_1_and_go_on_after_a_restart) {
  start();
  BOOST_TEST(journal->append(bytes_of("a")) == 1U);
  BOOST_TEST(journal->append(bytes_of("b")) == 2U);
  commit();
  start();
  BOOST_TEST(journal->append(bytes_of("c")) == 3U);
}

BOOST_AUTO_TEST_CASE(what_was_not_committed_is_lost) {
  start();
  write({"kept"});
  append("lost");
  BOOST_TEST(start() == Texts({"kept"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_batch_is_one_write_and_an_empty_one_none) {
  FaultyFileSystem counted(disk);
  journal = *Journal::open(counted, folder, Recovery{}, store_id);
  const std::uint64_t before = counted.calls();
  commit();
  BOOST_TEST(counted.calls() == before);
  write({"a", "b", "c"});
  BOOST_TEST(counted.calls() == before + 1);
}

BOOST_AUTO_TEST_CASE(written_follows_commit_and_synced_follows_sync) {
  start();
  append("a");
  BOOST_TEST(journal->written_sequence() == 0U);
  commit();
  BOOST_TEST(journal->written_sequence() == 1U);
  BOOST_TEST(journal->synced_sequence() == 0U);
  BOOST_TEST(*journal->sync() == 1U);
  BOOST_TEST(journal->synced_sequence() == 1U);
}

BOOST_AUTO_TEST_CASE(a_sync_of_nothing_new_asks_nothing_of_the_disk) {
  FaultyFileSystem counted(disk);
  journal = *Journal::open(counted, folder, Recovery{}, store_id);
  write({"a"});
  sync();
  const std::uint64_t before = counted.calls();
  sync();
  BOOST_TEST(counted.calls() == before);
}

BOOST_AUTO_TEST_CASE(what_a_start_has_read_is_synced) {
  start();
  write({"a"});
  start();
  BOOST_TEST(journal->synced_sequence() == 1U);
  power_cut();
  BOOST_TEST(start() == Texts({"a"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_frame_tells_how_many_before_it_were_not_synced) {
  start();
  write({"", ""});
  sync();
  write({"", ""});
  for (const auto& [index, unsynced] : {std::pair{0, 0U}, {1, 1U}, {2, 0U}, {3, 1U}}) {
    const std::size_t offset = segment_header_bytes + static_cast<std::size_t>(index) * frame_header_bytes;
    BOOST_TEST(frame_at(bytes(), offset).unsynced == unsynced);
  }
}

BOOST_AUTO_TEST_CASE(a_saturated_count_proves_nothing) {
  BOOST_TEST((FrameHeader{.unsynced = unsynced_unknown, .sequence = UINT64_MAX}.synced_before()) == 0U);
  BOOST_TEST((FrameHeader{.unsynced = unsynced_unknown - 1, .sequence = UINT64_MAX}.synced_before()) ==
             UINT64_MAX - unsynced_unknown + 1);
  BOOST_TEST((FrameHeader{.unsynced = 5, .sequence = 5}.synced_before()) == 0U);
}

BOOST_AUTO_TEST_CASE(a_segment_is_named_by_its_first_event_up_to_the_bound) {
  BOOST_TEST(segment_name(7) == "journal-00000000000000000007.log");
  BOOST_TEST(first_sequence_of(segment_name(first_sequence_max)).value() == first_sequence_max);
  for (const std::uint64_t sequence : {std::uint64_t{0}, first_sequence_max + 1, UINT64_MAX}) {
    BOOST_TEST(!first_sequence_of(segment_name(sequence)));
  }
}

BOOST_AUTO_TEST_CASE(no_segment_begins_after_the_bound) {
  const auto open = [this](std::uint64_t next) {
    return Journal::open(disk, folder, Recovery{.next_sequence = next}, store_id);
  };
  BOOST_TEST(open(first_sequence_max).has_value());
  BOOST_TEST(open(first_sequence_max + 1).error().message ==
             "the journal in /data is full: no segment begins after event 9223372036854775808");
}

BOOST_AUTO_TEST_CASE(the_largest_event_comes_back_whole) {
  start();
  const std::string largest(journal_payload_bytes_max, 'x');
  write({"before", largest, "after"});
  const Texts texts = start();
  BOOST_TEST(texts.size() == 3U);
  BOOST_CHECK(texts.at(1) == largest);
}

BOOST_AUTO_TEST_CASE(a_segment_below_its_bound_goes_on_and_one_at_its_bound_does_not) {
  options.segment_bytes = segment_header_bytes + frame_header_bytes + 10;
  start();
  write({std::string(9, 'x')});
  BOOST_TEST(!disk.exists(segment_path(2)));
  start();
  write({""});
  BOOST_TEST(disk.exists(segment_path(3)));
}

BOOST_AUTO_TEST_CASE(a_segment_exactly_at_its_bound_is_the_last_write_of_it) {
  options.segment_bytes = segment_header_bytes + frame_header_bytes + 10;
  start();
  write({std::string(10, 'x')});
  BOOST_TEST(disk.exists(segment_path(2)));
}

BOOST_AUTO_TEST_CASE(events_come_back_across_segments) {
  options.segment_bytes = 100;
  start();
  Texts all;
  for (int i = 0; i < 20; ++i) {
    all.push_back("event " + std::to_string(i));
    write({all.back()});
  }
  BOOST_TEST(disk.list(folder)->size() == 11U);  // ten of two events each, and a new one
  BOOST_TEST(start() == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_change_of_segment_syncs_the_old_one) {
  options.segment_bytes = 1;
  start();
  write({"a", "b"});
  BOOST_TEST(journal->synced_sequence() == 2U);
  power_cut();
  BOOST_TEST(start() == Texts({"a", "b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(another_store_is_refused) {
  start();
  kill();
  StoreId other = store_id;
  other[0] = std::byte{0};
  const auto opened = Journal::open(disk, folder, *read().recovery, other);
  BOOST_TEST(opened.error().message == "the journal in /data belongs to another store");
}

BOOST_AUTO_TEST_CASE(a_file_that_changed_since_it_was_read_is_refused) {
  start();
  const Recovery recovery = *read().recovery;
  add(Bytes(1));
  const auto opened = Journal::open(disk, folder, recovery, store_id);
  BOOST_TEST(opened.error().message ==
             segment_path(1) + " has 41 bytes where recovery read 40: something else writes to it");
}

BOOST_AUTO_TEST_CASE(unfinished_files_are_removed) {
  disk.put(segment_path(1) + ".tmp", Bytes(3));
  start();
  BOOST_TEST(*disk.list(folder) == std::vector({segment_name(1)}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

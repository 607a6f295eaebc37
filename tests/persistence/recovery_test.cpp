#include "persistence/recovery.h"

#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "persistence/segment_reader.h"
#include "tests/persistence/store_fixture.h"

namespace penchant::test {
namespace {

result<Recovered> recovered(FileSystem& files, bool use_snapshots = true) {
  return recover(files, folder, use_snapshots, [](const std::string&) {});
}

std::string refusal(FileSystem& files) {
  const auto result = recovered(files);
  return result ? "" : result.error().message;
}

std::string recovered_state(FileSystem& files, bool use_snapshots) {
  const auto result = recovered(files, use_snapshots);
  BOOST_REQUIRE_MESSAGE(result, result.error().message);
  return state_bytes(result->engine);
}

/// Ten events, a snapshot after the third and the seventh.
struct TwoSnapshots : StoreLife {
  TwoSnapshots() {
    open();
    for (int i = 1; i <= 10; ++i) {
      BOOST_REQUIRE(kept(i % 3));
      if (i == 3 || i == 7) commit_and_save();
    }
    commit();
    whole = state();
    store.reset();
  }
  void damage(const std::string& path) {
    Bytes bytes = disk.bytes(path);
    bytes[bytes.size() / 2] ^= std::byte{1};
    disk.put(path, std::move(bytes));
  }
  /// Makes it one of another format, its header's checksum right.
  void set_format(const std::string& path, std::uint32_t version) {
    Bytes bytes = disk.bytes(path);
    store_little_endian(bytes.data() + 8, version);
    store_little_endian(bytes.data() + 36, crc32c(std::span(bytes).first(36)));
    disk.put(path, std::move(bytes));
  }
  /// Takes the segment away.
  void forget_journal() { BOOST_REQUIRE(disk.remove(segment_path(1))); }

  std::string whole;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(recovery)

BOOST_AUTO_TEST_CASE(an_empty_folder_is_an_empty_state) {
  MemoryFileSystem disk;
  BOOST_TEST((recovered_state(disk, true) == state_bytes(Engine())));
}

BOOST_AUTO_TEST_CASE(a_snapshot_and_the_tail_are_the_whole_journal_bit_by_bit) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    StoreLife life;
    life.options.journal.segment_bytes = 2000;
    life.options.is_learning = seed % 2 == 1;
    std::mt19937 random(seed);
    RandomLife events(seed);
    life.open();
    for (int i = 0; i < 150; ++i) {
      life.tell(events.next_event());
      if (random() % 20 == 0) life.commit_and_save();
      if (random() % 20 == 0) life.commit();
    }
    life.commit();
    BOOST_TEST((recovered_state(life.disk, true) == life.state()), "seed " << seed);
    BOOST_TEST((recovered_state(life.disk, false) == life.state()), "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(the_newest_snapshot_is_used) {
  TwoSnapshots life;
  const auto result = recovered(life.disk);
  BOOST_REQUIRE(result);
  BOOST_TEST(result->snapshot_sequence == 7U);
  BOOST_TEST(result->replayed == 3U);
  BOOST_TEST(result->warnings.empty());
}

BOOST_AUTO_TEST_CASE(where_it_is_damaged_the_one_before_is_with_a_warning) {
  TwoSnapshots life;
  life.damage(snapshot_path(7));
  const auto result = recovered(life.disk);
  BOOST_REQUIRE(result);
  BOOST_TEST(result->snapshot_sequence == 3U);
  BOOST_REQUIRE(result->warnings.size() == 1U);
  BOOST_TEST(result->warnings.front().starts_with(snapshot_path(7) + " is damaged: "),
             result->warnings.front());
  BOOST_TEST(result->warnings.front().ends_with("; the one before it is used"));
  BOOST_TEST((state_bytes(result->engine) == life.whole));
}

BOOST_AUTO_TEST_CASE(where_all_are_damaged_the_journal_is_enough) {
  TwoSnapshots life;
  life.damage(snapshot_path(3));
  life.damage(snapshot_path(7));
  const auto result = recovered(life.disk);
  BOOST_REQUIRE(result);
  BOOST_TEST(result->replayed == 10U);
  BOOST_REQUIRE(result->warnings.size() == 2U);
  BOOST_TEST(result->warnings.back().starts_with(snapshot_path(3) + " is damaged: "));
  BOOST_TEST(result->warnings.back().ends_with("; the journal is used from its beginning"));
  BOOST_TEST((state_bytes(result->engine) == life.whole));
}

BOOST_AUTO_TEST_CASE(where_all_are_damaged_and_there_is_no_journal_the_start_is_refused) {
  TwoSnapshots life;
  life.damage(snapshot_path(3));
  life.damage(snapshot_path(7));
  life.forget_journal();
  const std::string why = life.try_open();
  BOOST_TEST(why.starts_with(snapshot_path(7) + " is damaged: "), why);
  BOOST_TEST(why.find("penchant repair") != std::string::npos, why);
  BOOST_TEST(why.find("; nothing else holds the events 1 to 7; the start stops here") != std::string::npos, why);
}

BOOST_AUTO_TEST_CASE(the_one_before_a_damaged_one_is_not_enough_without_the_journal) {
  TwoSnapshots life;
  life.damage(snapshot_path(7));
  life.forget_journal();
  BOOST_TEST(life.try_open().find("; nothing else holds the events 4 to 7; ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_torn_tail_is_none_where_a_damaged_snapshot_held_it) {
  TwoSnapshots life;
  life.damage(snapshot_path(7));
  Bytes torn = life.disk.bytes(segment_path(1));
  torn.resize(torn.size() / 2);
  life.disk.put(segment_path(1), std::move(torn));
  BOOST_TEST(life.try_open().find(" to 7; the start stops here") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_damaged_snapshots_too) {
  TwoSnapshots life;
  life.options.journal.segment_bytes = 1;
  life.reopen();
  BOOST_REQUIRE(life.kept(1));
  life.commit();
  life.damage(snapshot_path(3));
  life.damage(snapshot_path(7));
  life.forget_journal();
  const std::string why = life.try_open();
  BOOST_TEST(why.starts_with("events 1 to 11 are missing: the first segment is " + segment_path(12)), why);
  BOOST_TEST(why.find(snapshot_path(7) + " is damaged: ") != std::string::npos, why);
}

BOOST_AUTO_TEST_CASE(a_damaged_snapshot_does_not_count_among_the_two_that_are_kept) {
  TwoSnapshots life;
  life.damage(snapshot_path(7));
  life.reopen();
  life.save();
  BOOST_TEST(snapshots_in(life.disk, folder) == (Texts{snapshot_name(3), snapshot_name(10)}));
}

BOOST_AUTO_TEST_CASE(a_damaged_snapshot_that_is_written_anew_is_kept) {
  TwoSnapshots life;
  life.reopen();
  life.save();
  life.damage(snapshot_path(10));
  life.reopen();
  life.save();
  BOOST_TEST(snapshots_in(life.disk, folder) == (Texts{snapshot_name(7), snapshot_name(10)}));
  life.reopen();
  BOOST_TEST(life.warning() == "");
}

BOOST_AUTO_TEST_CASE(a_snapshot_under_anothers_name_is_passed_over) {
  TwoSnapshots life;
  life.disk.put(snapshot_path(8), life.disk.bytes(snapshot_path(7)));
  life.reopen();
  BOOST_TEST(life.warning() == snapshot_path(8) + " is that of event 7; the one before it is used");
  BOOST_TEST((life.state() == life.whole));
}

BOOST_AUTO_TEST_CASE(a_snapshot_of_an_older_format_is_passed_over) {
  TwoSnapshots life;
  life.set_format(snapshot_path(7), 1);
  life.reopen();
  BOOST_TEST(life.warning() ==
             snapshot_path(7) + " is of a time before the first release (format 1); the one before it is used");
  BOOST_TEST((life.state() == life.whole));
}

BOOST_AUTO_TEST_CASE(a_snapshot_of_a_newer_format_refuses_the_start) {
  TwoSnapshots life;
  life.set_format(snapshot_path(7), snapshot_format_version + 1);
  BOOST_TEST(life.try_open() == snapshot_path(7) + " was written by a newer Penchant (format 9): start that one");
}

BOOST_AUTO_TEST_CASE(a_snapshot_without_a_journal_is_enough_and_the_store_goes_on_behind_it) {
  TwoSnapshots life;
  life.forget_journal();
  life.reopen();
  BOOST_TEST(life.store->replayed() == 0U);
  BOOST_REQUIRE(life.kept(1));
  life.commit();
  BOOST_TEST(life.store->written_sequence() == 8U);
  const std::string state = life.state();
  life.reopen();
  BOOST_TEST((life.state() == state));
}

BOOST_AUTO_TEST_CASE(a_torn_tail_behind_a_snapshot_is_cut_and_told) {
  TwoSnapshots life;
  Bytes torn = life.disk.bytes(segment_path(1));
  torn.pop_back();
  life.disk.put(segment_path(1), std::move(torn));
  life.reopen();
  BOOST_TEST(life.store->replayed() == 2U);
  BOOST_TEST(life.warning().starts_with(segment_path(1) + " has a torn tail at offset "), life.warning());
  BOOST_REQUIRE(life.kept(1));
  life.commit();
  const std::string state = life.state();
  life.reopen();
  BOOST_TEST((life.state() == state));
  BOOST_TEST(life.warning() == "");
}

BOOST_AUTO_TEST_CASE(a_journal_that_ends_before_its_snapshot_is_refused) {
  TwoSnapshots life;
  Bytes cut = life.disk.bytes(segment_path(1));
  cut.resize(300);
  life.disk.put(segment_path(1), std::move(cut));
  BOOST_TEST(refusal(life.disk).find(segment_path(1)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_damaged_middle_is_refused_with_file_and_offset) {
  TwoSnapshots life;
  Bytes bytes = life.disk.bytes(segment_path(1));
  bytes[100] ^= std::byte{1};
  life.disk.put(segment_path(1), bytes);
  const auto result = recovered(life.disk, false);
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().message.find(segment_path(1)) != std::string::npos);
  BOOST_TEST(result.error().message.find("offset 40") != std::string::npos, result.error().message);
  BOOST_TEST(result.error().message.ends_with(damage_advice), result.error().message);
}

BOOST_AUTO_TEST_CASE(a_snapshot_and_a_journal_of_different_stores_are_refused) {
  TwoSnapshots life;
  StoreLife other;
  other.open();
  for (int i = 0; i < 10; ++i) BOOST_REQUIRE(other.kept(i));
  other.commit_and_save();
  life.disk.put(segment_path(1), other.disk.bytes(segment_path(1)));
  BOOST_TEST(refusal(life.disk) == "the snapshot and the journal in /data belong to different stores");
}

BOOST_AUTO_TEST_CASE(an_event_that_cannot_be_read_refuses_the_start_with_file_and_offset) {
  JournalLife life;
  life.start();
  life.write({"\xff no event"});
  BOOST_TEST(refusal(life.disk).find(segment_path(1)) != std::string::npos, refusal(life.disk));
  BOOST_TEST(refusal(life.disk).find("offset 40") != std::string::npos, refusal(life.disk));
  BOOST_TEST(refusal(life.disk).find("the event is not one of this version: ") != std::string::npos);
  BOOST_TEST(refusal(life.disk).find(": start the newer penchant that wrote it") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_cannot_be_read_refuses_the_start_with_its_name) {
  TwoSnapshots life;
  int refused = 0;
  for (std::uint64_t n = 1;; ++n) {
    FaultyFileSystem files(life.disk, {.fail_call = n});
    const std::string why = refusal(files);
    if (!files.failed()) break;
    if (why.find(snapshot_path(7)) == std::string::npos) continue;
    BOOST_TEST(why.ends_with(" " + snapshot_path(7) +
                             ": Input/output error; the start stops here, for the snapshot may be whole: let it be "
                             "read, or move it out of the folder"),
               why);
    ++refused;
  }
  BOOST_TEST(refused >= 4);  // the opening, the header, a chunk, the size
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_could_not_be_read_once_is_used_by_the_next_start) {
  TwoSnapshots life;
  for (std::uint64_t n = 1;; ++n) {
    life.files.fail_in(n);
    const bool is_refused = !life.try_open().empty();
    const bool failed = life.files.failed();
    life.store.reset();
    life.files.heal();
    if (!failed) break;
    if (is_refused) BOOST_TEST((snapshots_in(life.disk, folder) == Texts{snapshot_name(3), snapshot_name(7)}));
    life.reopen();
    BOOST_TEST(life.store->snapshot_sequence() == 7U, "call " << n);
    BOOST_TEST((life.state() == life.whole));
    life.store.reset();
  }
}

BOOST_AUTO_TEST_CASE(any_call_that_fails_is_told_or_passed_over_but_never_gives_another_state) {
  TwoSnapshots life;
  bool failed = true;
  for (std::uint64_t n = 1; failed; ++n) {
    FaultyFileSystem files(life.disk, {.fail_call = n});
    const auto result = recovered(files);
    failed = files.failed();
    if (result) BOOST_TEST((state_bytes(result->engine) == life.whole), "call " << n);
    if (!result) BOOST_TEST(result.error().message.starts_with("cannot "), result.error().message);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

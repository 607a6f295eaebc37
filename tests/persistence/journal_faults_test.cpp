// Power cuts and failing calls: acknowledged is a part of recovered, recovered is a part of what was sent.
#include <random>

#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {
namespace {

// Lives through commits, syncs and changes of segments until a call fails, and goes on after that.
struct Scenario {
  Texts sent;
  std::size_t acknowledged = 0;  // commits that succeeded
  std::size_t lasting = 0;       // syncs that succeeded
  std::string first_failure;

  void run(FileSystem& files) {
    Reading reading = read_journal(files);
    if (!reading.recovery) return;
    if (!cut_torn_tail(files, folder, *reading.recovery)) return;
    auto opened = Journal::open(files, folder, *reading.recovery, store_id, {.segment_bytes = 250});
    if (!opened) return;
    Journal& journal = **opened;
    for (int i = 0; i < 12; ++i) {
      append(journal);
      append(journal);
      commit(journal);
      if (i % 3 == 1) sync(journal);
    }
  }

 private:
  void append(Journal& journal) {
    sent.push_back("event " + std::to_string(sent.size() + 1));
    journal.append(bytes_of(sent.back()));
  }
  void commit(Journal& journal) {
    const auto committed = journal.commit();
    if (committed) {
      acknowledged = sent.size();
      BOOST_TEST(first_failure.empty());
      return;
    }
    if (first_failure.empty()) first_failure = committed.error().message;
    BOOST_TEST(committed.error().message == first_failure);
  }
  void sync(Journal& journal) {
    if (const auto synced = journal.sync()) lasting = static_cast<std::size_t>(*synced);
  }
};

void fail_each_call(bool short_write, bool power_cut) {
  for (std::uint64_t n = 1;; ++n) {
    JournalLife life;
    FaultyFileSystem faulty(life.disk, {.fail_call = n, .short_write = short_write});
    Scenario scenario;
    scenario.run(faulty);
    if (!faulty.failed()) {
      BOOST_TEST(n > 40U);
      return;
    }
    if (power_cut) life.power_cut();
    const Texts recovered = life.start();
    BOOST_TEST(is_prefix(recovered, scenario.sent));
    BOOST_TEST(recovered.size() >= (power_cut ? scenario.lasting : scenario.acknowledged));
  }
}

BOOST_FIXTURE_TEST_SUITE(journal_faults, JournalLife)

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_whichever_call_fails) { fail_each_call(false, false); }

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_when_the_disk_is_full) { fail_each_call(true, false); }

BOOST_AUTO_TEST_CASE(nothing_synced_is_lost_when_power_follows_a_failed_call) { fail_each_call(true, true); }

BOOST_AUTO_TEST_CASE(a_full_disk_is_for_ever) {
  FaultyFileSystem faulty(disk);
  journal = *Journal::open(faulty, folder, Recovery{}, store_id);
  append("a");
  faulty.fail_in(1, true);
  BOOST_TEST(journal->commit().error().message ==
             "cannot write " + segment_path(1) + ": No space left on device");
  append("b");
  BOOST_TEST(journal->commit().error().message ==
             "cannot write " + segment_path(1) + ": No space left on device");
  BOOST_TEST(journal->commit().error().message ==
             "cannot write " + segment_path(1) + ": No space left on device");
  BOOST_TEST(journal->written_sequence() == 0U);
  BOOST_TEST(start().empty());
}

BOOST_AUTO_TEST_CASE(what_was_written_before_a_full_disk_can_still_be_synced) {
  FaultyFileSystem faulty(disk);
  journal = *Journal::open(faulty, folder, Recovery{}, store_id);
  write({"a"});
  append("b");
  faulty.fail_in(1, true);
  BOOST_TEST(!journal->commit());
  BOOST_TEST(*journal->sync() == 1U);
}

BOOST_AUTO_TEST_CASE(a_failed_sync_is_for_ever_and_stops_commits) {
  FaultyFileSystem faulty(disk);
  journal = *Journal::open(faulty, folder, Recovery{}, store_id);
  write({"a"});
  faulty.fail_in(1);
  const std::string message = "cannot sync " + segment_path(1) + ": Input/output error";
  BOOST_TEST(journal->sync().error().message == message);
  const std::uint64_t syncs = faulty.syncs();
  BOOST_TEST(journal->sync().error().message == message);
  BOOST_TEST(faulty.syncs() == syncs);
  append("b");
  BOOST_TEST(journal->commit().error().message == message);
  BOOST_TEST(journal->synced_sequence() == 0U);
}

BOOST_AUTO_TEST_CASE(a_start_whose_nth_call_fails_can_be_tried_again) {
  start();
  write({"a"});
  kill();
  add(Bytes(10));
  for (std::uint64_t n = 1;; ++n) {
    MemoryFileSystem again;
    again.put(segment_path(1), bytes());
    again.put(segment_path(9) + ".tmp", {});
    FaultyFileSystem faulty(again, {.fail_call = n});
    Scenario().run(faulty);
    if (!faulty.failed()) break;
    BOOST_TEST(is_prefix({"a"}, read_journal(again).texts));
  }
}

BOOST_AUTO_TEST_CASE(a_power_cut_at_any_byte_starts_unaided_and_keeps_what_was_synced) {
  for (std::uint64_t kept = 0; kept < 100; ++kept) {
    JournalLife life;
    life.start();
    life.write({"synced"});
    life.sync();
    life.write({"written", "and more"});
    life.power_cut({.prefix_bytes = kept});
    const Texts recovered = life.start();
    BOOST_TEST(recovered.size() >= 1U);
    BOOST_TEST(is_prefix(recovered, {"synced", "written", "and more"}));
  }
}

BOOST_AUTO_TEST_CASE(a_power_cut_between_pages_out_of_order_starts_unaided_and_keeps_what_was_synced) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    std::mt19937_64 random(seed);
    JournalLife life;
    life.options.segment_bytes = 2000;
    Texts history;
    for (int cuts = 0; cuts < 3; ++cuts) {
      life.start();
      for (int i = 0; i < 40; ++i) {
        history.emplace_back(random() % 90, static_cast<char>('a' + i % 26));
        life.append(history.back());
        if (random() % 3 == 0) life.commit();
        if (random() % 12 == 0) life.sync();
      }
      const auto synced = static_cast<std::size_t>(life.journal->synced_sequence());
      life.power_cut({.random = &random});
      const Texts recovered = life.start();
      BOOST_REQUIRE(is_prefix(recovered, history));
      BOOST_REQUIRE_GE(recovered.size(), synced);
      history = recovered;
    }
  }
}

BOOST_AUTO_TEST_CASE(a_power_cut_while_the_tail_is_cut_loses_nothing) {
  start();
  write({"a"});
  kill();
  add(Bytes(10));
  Reading reading = read();
  BOOST_REQUIRE(cut_torn_tail(disk, folder, *reading.recovery));
  BOOST_TEST(!reading.recovery->torn_tail.has_value());
  power_cut();
  BOOST_TEST(start() == Texts({"a"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

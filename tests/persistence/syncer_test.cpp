#include "persistence/syncer.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// Collects what the syncer reports, and lets a test wait for it.
class Reports {
 public:
  Syncer::Callback callback() {
    return [this](const result<std::uint64_t>& synced) {
      const std::lock_guard lock(mutex_);
      ++count_;
      if (synced) {
        last_ = *synced;
      } else {
        failure_ = synced.error().message;
      }
      changed_.notify_all();
    };
  }
  void wait_for_sequence(std::uint64_t sequence) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return last_ >= sequence; });
  }
  void wait_for_count(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  std::string failure() {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  std::uint64_t last_ = 0;
  std::string failure_;
};

BOOST_FIXTURE_TEST_SUITE(syncer, JournalLife)

BOOST_AUTO_TEST_CASE(a_request_brings_what_was_written_to_the_disk) {
  start();
  Reports reports;
  {
    Syncer syncer(*journal, reports.callback());
    write({"a", "b"});
    syncer.request();
    reports.wait_for_sequence(2);
  }
  power_cut();
  BOOST_TEST(start().size() == 2U);
}

BOOST_AUTO_TEST_CASE(without_a_request_nothing_is_synced) {
  start();
  Reports reports;
  {
    const Syncer syncer(*journal, reports.callback());
    write({"a"});
  }
  BOOST_TEST(reports.count() == 0);
  BOOST_TEST(journal->synced_sequence() == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_is_served_before_the_end) {
  start();
  Reports reports;
  for (int i = 0; i < 50; ++i) {
    write({"a"});
    Syncer(*journal, reports.callback()).request();
    BOOST_TEST(reports.count() == i + 1);
    BOOST_TEST(journal->synced_sequence() == journal->written_sequence());
  }
}

BOOST_AUTO_TEST_CASE(writing_goes_on_while_syncs_and_changes_of_segment_run) {
  options.segment_bytes = 1000;
  start();
  Reports reports;
  constexpr std::uint64_t events = 3000;
  {
    Syncer syncer(*journal, reports.callback());
    for (std::uint64_t i = 0; i < events; ++i) {
      write({"event"});
      BOOST_REQUIRE_LE(journal->synced_sequence(), journal->written_sequence());
      if (i % 3 == 0) syncer.request();
    }
    syncer.request();
    reports.wait_for_sequence(events);
  }
  BOOST_TEST(reports.count() <= static_cast<int>(events));
  power_cut();
  BOOST_TEST(start().size() == events);
}

BOOST_AUTO_TEST_CASE(a_request_for_later_is_served_when_its_time_has_come) {
  start();
  write({"a"});
  Reports reports;
  Syncer syncer(*journal, reports.callback());
  const Syncer::Time due = Syncer::Clock::now() + milliseconds(50);
  syncer.request_by(due);
  reports.wait_for_sequence(1);
  BOOST_CHECK(Syncer::Clock::now() >= due);
}

BOOST_AUTO_TEST_CASE(the_earliest_request_counts_whichever_came_first) {
  start();
  Reports reports;
  Syncer syncer(*journal, reports.callback());
  const auto later = [](auto duration) { return Syncer::Clock::now() + duration; };
  for (const bool earliest_first : {true, false}) {
    write({"a"});
    syncer.request_by(earliest_first ? later(milliseconds(20)) : later(hours(1)));
    syncer.request_by(earliest_first ? later(hours(1)) : later(milliseconds(20)));
    reports.wait_for_sequence(journal->written_sequence());
  }
  BOOST_TEST(reports.count() == 2);
}

BOOST_AUTO_TEST_CASE(what_is_not_due_yet_is_served_before_the_end) {
  start();
  write({"a"});
  Reports reports;
  Syncer(*journal, reports.callback()).request_by(Syncer::Clock::now() + hours(1));
  BOOST_TEST(reports.count() == 1);
  BOOST_TEST(journal->synced_sequence() == 1U);
}

BOOST_AUTO_TEST_CASE(requests_come_from_any_thread) {
  start();
  write({"a"});
  Reports reports;
  Syncer syncer(*journal, reports.callback());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, due = Syncer::Clock::now() + milliseconds(i)] { syncer.request_by(due); });
  }
  for (std::thread& thread : threads) thread.join();
  reports.wait_for_sequence(1);
  BOOST_TEST(reports.count() <= 4);
}

BOOST_AUTO_TEST_CASE(a_failed_sync_answers_every_later_request_and_is_never_repeated) {
  FaultyFileSystem faulty(disk);
  journal = *Journal::open(faulty, folder, Recovery{}, store_id);
  write({"a"});
  const std::uint64_t syncs = faulty.syncs();
  faulty.fail_in(1);
  Reports reports;
  Syncer syncer(*journal, reports.callback());
  for (int i = 1; i <= 3; ++i) {
    syncer.request();
    reports.wait_for_count(i);
    BOOST_TEST(reports.failure() == "cannot sync " + segment_path(1) + ": Input/output error");
  }
  BOOST_TEST(faulty.syncs() == syncs + 1);
  BOOST_TEST(!journal->commit());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sync_schedule)

constexpr Syncer::Time noon{std::chrono::hours(12)};

BOOST_AUTO_TEST_CASE(always_syncs_after_each_write) { BOOST_CHECK(sync_due(Durability::always, noon) == noon); }

BOOST_AUTO_TEST_CASE(everysec_syncs_half_a_second_after_a_write) {
  BOOST_CHECK(sync_due(Durability::everysec, noon) == noon + milliseconds(500));
}

BOOST_AUTO_TEST_CASE(os_never_syncs) { BOOST_CHECK(!sync_due(Durability::os, noon)); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "persistence/syncer.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {
namespace {

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

BOOST_AUTO_TEST_CASE(requests_come_from_any_thread) {
  start();
  write({"a"});
  Reports reports;
  Syncer syncer(*journal, reports.callback());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { syncer.request(); });
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

using std::chrono::milliseconds;

BOOST_AUTO_TEST_SUITE(sync_schedule)

BOOST_AUTO_TEST_CASE(always_asks_after_each_write) {
  SyncSchedule schedule(Durability::always);
  BOOST_TEST(schedule.due_after_write({}));
  BOOST_TEST(schedule.due_after_write({}));
  BOOST_TEST(!schedule.due_at_tick(SyncSchedule::Time(milliseconds(10'000))));
}

BOOST_AUTO_TEST_CASE(everysec_asks_when_the_oldest_write_is_half_a_second_old) {
  SyncSchedule schedule(Durability::everysec);
  const auto at = [](int ms) { return SyncSchedule::Time(milliseconds(ms)); };
  BOOST_TEST(!schedule.due_at_tick(at(5000)));
  BOOST_TEST(!schedule.due_after_write(at(5000)));
  BOOST_TEST(!schedule.due_after_write(at(5400)));
  BOOST_TEST(!schedule.due_at_tick(at(5499)));
  BOOST_TEST(schedule.due_at_tick(at(5500)));
  BOOST_TEST(!schedule.due_at_tick(at(9000)));
  BOOST_TEST(!schedule.due_after_write(at(9000)));
  BOOST_TEST(schedule.due_at_tick(at(9500)));
}

BOOST_AUTO_TEST_CASE(os_never_asks) {
  SyncSchedule schedule(Durability::os);
  BOOST_TEST(!schedule.due_after_write({}));
  BOOST_TEST(!schedule.due_at_tick(SyncSchedule::Time(milliseconds(10'000))));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

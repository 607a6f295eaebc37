// When snapshots are taken, in the foreground and by a thread, and how their failures are told.
#include <new>

#include "tests/persistence/store_fixture.h"

namespace penchant::test {
namespace {

/// A store on the real disk.
struct RealStore {
  RealStore() { life.open(); }

  /// Ticks until one says something.
  Store::News news() {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < give_up) {
      if (const auto news = life.store->tick(life.now_ms)) return *news;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {"nothing"};
  }
  std::string told() {
    const Store::News told = news();
    BOOST_TEST(!told.is_failure);
    return told.sentence;
  }
  std::string failure() {
    const Store::News told = news();
    BOOST_TEST(told.is_failure);
    return told.sentence;
  }
  void keep(int count) {
    for (int i = 0; i < count; ++i) BOOST_REQUIRE(life.kept(i % 3));
    life.commit();
  }
  std::string segment() { return path_in(directory.path, segment_name(1)); }
  Texts snapshots() { return snapshots_in(real, directory.path); }
  void restart() {
    life.open();
    BOOST_TEST(life.warning() == "");
  }

  RealDirectory directory;
  PosixFileSystem real;
  StoreLife life{real, directory.path};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(store_snapshots, RealStore)

BOOST_AUTO_TEST_CASE(a_background_save_becomes_the_newest_snapshot_while_records_go_on) {
  keep(4);
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  keep(2);
  BOOST_TEST(told() == "snapshot of event 4 written");
  BOOST_TEST(snapshots() == Texts{snapshot_name(4)});
  BOOST_TEST(life.store->events_since_save() == 2U);
  const std::string state = life.state();
  restart();
  BOOST_TEST(life.store->replayed() == 2U);
  BOOST_TEST((life.state() == state));
}

BOOST_AUTO_TEST_CASE(it_holds_what_was_not_committed_before_it) {
  BOOST_REQUIRE(life.kept(1));
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  BOOST_TEST(told() == "snapshot of event 1 written");
  restart();
  BOOST_TEST(life.store->replayed() == 0U);
}

BOOST_AUTO_TEST_CASE(there_is_one_save_at_a_time) {
  keep(1);
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  BOOST_TEST(life.store->saving());
  BOOST_TEST(life.store->save_in_background(life.now_ms).error().message == "a background save is in progress");
  BOOST_TEST(life.store->save(life.now_ms).error().message == "a background save is in progress");
  life.store->await_background_save();
  BOOST_TEST(!life.store->saving());
  life.save();
}

BOOST_AUTO_TEST_CASE(awaiting_it_ends_with_the_snapshot) {
  keep(3);
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  life.store->await_background_save();
  BOOST_TEST(snapshots() == Texts{snapshot_name(3)});
  BOOST_TEST(life.store->events_since_save() == 0U);
  BOOST_TEST(!life.store->last_save_failed());
}

BOOST_AUTO_TEST_CASE(a_snapshot_has_the_time_of_its_state) {
  keep(1);
  life.now_ms += 5000;
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  life.store->await_background_save();
  BOOST_TEST(life.store->last_save_ms() == life.now_ms);
}

BOOST_AUTO_TEST_CASE(awaited_snapshots_are_kept_as_others_are) {
  for (int i = 0; i < 4; ++i) {
    keep(1);
    BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
    life.store->await_background_save();
  }
  BOOST_TEST(snapshots() == (Texts{snapshot_name(3), snapshot_name(4)}));
}

BOOST_AUTO_TEST_CASE(its_failure_is_told_as_its_sentence) {
  keep(1);
  BOOST_REQUIRE(life.store->sync());
  life.files.fail_in(1);
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  BOOST_TEST(failure() == "the snapshot failed: cannot list " + directory.path + ": Input/output error");
  BOOST_TEST(life.store->last_save_failed());
  BOOST_TEST(snapshots().empty());
}

BOOST_AUTO_TEST_CASE(without_memory_it_ends_with_a_sentence) {
  keep(1);
  BOOST_REQUIRE(life.store->sync());
  life.files.do_in(2, [] { throw std::bad_alloc(); });
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  BOOST_TEST(failure() == "the snapshot failed: std::bad_alloc");
}

/// Its journal is synced before it has its name: what is not known to be on disk is in no snapshot.
BOOST_AUTO_TEST_CASE(where_the_journal_cannot_be_synced_there_is_no_snapshot_and_no_more_records) {
  keep(1);
  life.files.fail_in(7);  // list, create, header, content, end, the sync of the snapshot, of the journal
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  BOOST_TEST(failure() == "the snapshot failed: cannot sync " + segment() + ": Input/output error");
  life.files.fail_in(0);
  BOOST_TEST(snapshots().empty());
  BOOST_TEST(life.store->read_only().has_value());
}

BOOST_AUTO_TEST_CASE(a_failure_that_was_awaited_is_known_too) {
  keep(1);
  BOOST_REQUIRE(life.store->sync());
  life.files.fail_in(1);
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  life.store->await_background_save();
  BOOST_TEST(life.store->last_save_failed());
  BOOST_TEST(life.store->events_since_save() == 1U);
}

BOOST_AUTO_TEST_CASE(after_a_failed_save_the_next_works) {
  keep(1);
  BOOST_REQUIRE(life.store->sync());
  life.files.fail_in(4, true);  // list, create, header, content
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  BOOST_TEST(failure().ends_with("No space left on device"));
  life.files.fail_in(0);
  life.save();
  BOOST_TEST(snapshots() == Texts{snapshot_name(1)});
  BOOST_TEST(!life.store->last_save_failed());
}

BOOST_AUTO_TEST_CASE(a_store_that_ends_stops_it) {
  keep(100);
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));
  restart();
  BOOST_TEST(life.store->written_sequence() == 100U);
  life.save();
  BOOST_TEST(snapshots() == Texts{snapshot_name(100)});
}

BOOST_AUTO_TEST_CASE(a_tick_saves_by_number_of_records) {
  life.options.snapshot_every_records = 5;
  restart();
  keep(4);
  BOOST_TEST(!life.store->tick(life.now_ms));
  BOOST_TEST(!life.store->saving());
  keep(1);
  BOOST_TEST(told() == "snapshot of event 5 written");
  BOOST_TEST(!life.store->tick(life.now_ms));
  BOOST_TEST(!life.store->saving());
}

BOOST_AUTO_TEST_CASE(a_tick_saves_by_time) {
  life.options.snapshot_every = std::chrono::seconds(300);
  restart();
  keep(1);
  life.now_ms += 299'999;
  BOOST_TEST(!life.store->tick(life.now_ms));
  BOOST_TEST(!life.store->saving());
  life.now_ms += 1;
  BOOST_TEST(told() == "snapshot of event 1 written");
  BOOST_TEST(life.store->last_save_ms() == life.now_ms);
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_stops_no_snapshots) {
  life.options.snapshot_every = std::chrono::seconds(300);
  restart();
  keep(1);
  life.now_ms -= 365 * day_ms;
  BOOST_TEST(told() == "snapshot of event 1 written");
  keep(1);
  BOOST_TEST(!life.store->tick(life.now_ms));
  BOOST_TEST(!life.store->saving());
  life.now_ms += 300'000;
  BOOST_TEST(told() == "snapshot of event 2 written");
}

BOOST_AUTO_TEST_CASE(where_nothing_is_new_no_time_is_long_enough) {
  life.options.snapshot_every = std::chrono::seconds(300);
  restart();
  life.now_ms += 100 * day_ms;
  BOOST_TEST(!life.store->tick(life.now_ms));
  BOOST_TEST(!life.store->saving());
}

BOOST_AUTO_TEST_CASE(a_failed_save_is_tried_again_after_a_minute) {
  life.options.snapshot_every_records = 1;
  restart();
  keep(1);
  BOOST_REQUIRE(life.store->sync());
  life.files.fail_in(1);
  BOOST_TEST(failure().starts_with("the snapshot failed: "));
  life.files.fail_in(0);
  life.now_ms += 59'999;
  BOOST_TEST(!life.store->tick(life.now_ms));
  BOOST_TEST(!life.store->saving());
  life.now_ms += 1;
  BOOST_TEST(told() == "snapshot of event 1 written");
}

BOOST_AUTO_TEST_CASE(a_read_only_store_takes_none) {
  life.options.snapshot_every_records = 1;
  restart();
  BOOST_REQUIRE(life.kept(1));
  life.files.fail_in(1);
  BOOST_REQUIRE(!life.store->commit());
  BOOST_TEST(!life.store->tick(life.now_ms));
  BOOST_TEST(!life.store->saving());
}

BOOST_AUTO_TEST_CASE(saves_keep_the_last_two) {
  for (int i = 0; i < 4; ++i) {
    keep(1);
    life.save();
  }
  BOOST_TEST(snapshots() == (Texts{snapshot_name(3), snapshot_name(4)}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

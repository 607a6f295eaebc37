// What a store promises when calls fail and the power goes: acknowledged ⊆ recovered ⊆ sent, and read-only
// for good.
#include <deque>
#include <set>

#include "tests/persistence/store_fixture.h"

namespace penchant::test {
namespace {

constexpr int steps = 24;

/// The states of an engine that was told nothing, one event, two events, …
struct States {
  States() {
    StoreLife life;
    life.open();
    after.push_back(life.state());
    for (int step = 0; step < steps; ++step) {
      BOOST_REQUIRE(send(life, step));
      after.push_back(life.state());
    }
  }
  /// Event number `step` of the workload; whether it was taken.
  static bool send(StoreLife& life, int step) {
    if (step % 8 == 5) return life.pool("sdxl", step % 16 == 5 ? "m1 m2" : "m2").has_value();
    if (step % 5 == 0) return life.rejected(step % 3).has_value();
    return life.kept(step % 3).has_value();
  }
  /// How many events `state` is the state after; nothing where it is that of no prefix.
  std::optional<std::size_t> count(const std::string& state) const {
    const auto found = std::ranges::find(after, state);
    return found == after.end() ? std::nullopt : std::optional<std::size_t>(found - after.begin());
  }

  std::vector<std::string> after;
};

/// One life under a fault, and what was promised in it.
struct Workload {
  StoreLife life;
  std::size_t sent = 0;
  std::size_t acknowledged = 0;
  std::size_t saved = 0;  // of those, in a snapshot or synced

  /// Sends events in batches, saves and restarts on the way; ends with the first batch that is refused.
  void run() {
    if (!life.try_open().empty()) return;
    for (int step = 0; step < steps; ++step) {
      if (!States::send(life, step)) return;
      ++sent;
      if (step % 3 == 2) {
        if (!life.acknowledged()) return;
        acknowledged = sent;
      }
      if (step % 9 == 8 && life.store->save(life.now_ms)) saved = sent;
      if (step == 11 && !life.try_open().empty()) return;
    }
  }
  void check(const States& states, std::size_t promised, const std::string& where) {
    const auto recovered = states.count(life.state());
    BOOST_REQUIRE_MESSAGE(recovered, where << ": the state of no prefix of what was sent");
    BOOST_TEST(*recovered >= promised, where);
    BOOST_TEST(*recovered <= sent, where);
  }
};

struct Case {
  Durability durability;
  bool short_write;
  bool power_cut;
};

/// Fails each call of the workload in turn; says how many there were.
std::uint64_t fail_each_call(const States& states, const Case& how) {
  std::mt19937_64 random(1);
  for (std::uint64_t n = 1;; ++n) {
    Workload work;
    work.life.options.durability = how.durability;
    work.life.options.journal.segment_bytes = 600;
    work.life.files.fail_in(n, how.short_write);
    work.run();
    if (!work.life.files.failed()) return n - 1;
    const std::size_t promised =
        !how.power_cut || how.durability == Durability::always ? work.acknowledged : work.saved;
    how.power_cut ? work.life.power_cut({.random = &random}) : work.life.reopen();
    work.check(states, promised, "call " + std::to_string(n));
  }
}

/// A store whose next commit fails.
struct FailedStore : StoreLife {
  FailedStore() {
    open();
    BOOST_REQUIRE(kept(1));
    commit();
    written = state();
    BOOST_REQUIRE(kept(2));
    files.fail_in(1, true);
    BOOST_REQUIRE(!store->commit());
  }
  const std::string sentence = "cannot write " + segment_path(1) + ": No space left on device";
  std::string written;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_faults)

BOOST_AUTO_TEST_CASE(whatever_call_fails_what_was_acknowledged_survives_the_process) {
  const States states;
  for (const bool short_write : {false, true}) {
    BOOST_TEST(fail_each_call(states, {Durability::os, short_write, false}) > 30U);
    BOOST_TEST(fail_each_call(states, {Durability::always, short_write, false}) > 30U);
  }
}

BOOST_AUTO_TEST_CASE(whatever_call_fails_what_was_acknowledged_survives_the_power_with_always) {
  const States states;
  for (const bool short_write : {false, true}) {
    BOOST_TEST(fail_each_call(states, {Durability::always, short_write, true}) > 30U);
  }
}

BOOST_AUTO_TEST_CASE(whatever_call_fails_what_was_saved_survives_the_power_with_any_durability) {
  const States states;
  BOOST_TEST(fail_each_call(states, {Durability::os, false, true}) > 30U);
  BOOST_TEST(fail_each_call(states, {Durability::everysec, true, true}) > 30U);
}

BOOST_AUTO_TEST_CASE(with_always_a_power_cut_at_any_time_loses_nothing_acknowledged) {
  const States states;
  std::mt19937_64 random(1);
  for (int cut_after = 1; cut_after <= steps; ++cut_after) {
    StoreLife life;
    life.options.durability = Durability::always;
    life.open();
    for (int step = 0; step < cut_after; ++step) BOOST_REQUIRE(States::send(life, step));
    BOOST_TEST(life.acknowledged());
    life.power_cut({.random = &random});
    BOOST_TEST((life.state() == states.after[static_cast<std::size_t>(cut_after)]));
  }
}

BOOST_AUTO_TEST_CASE(with_always_nothing_is_acknowledged_before_it_is_on_disk) {
  StoreLife life;
  life.options.durability = Durability::always;
  life.open();
  BOOST_REQUIRE(life.kept(1));
  BOOST_TEST(!life.store->may_acknowledge(1));
  BOOST_TEST(life.acknowledged());
  BOOST_TEST(life.store->synced_sequence() == 1U);
  BOOST_TEST(!life.store->may_acknowledge(2));
}

BOOST_AUTO_TEST_CASE(with_the_others_a_commit_is_enough) {
  for (const Durability durability : {Durability::everysec, Durability::os}) {
    StoreLife life;
    life.options.durability = durability;
    life.open();
    BOOST_REQUIRE(life.kept(1));
    life.commit();
    BOOST_TEST(life.store->may_acknowledge(1));
  }
}

BOOST_AUTO_TEST_CASE(with_everysec_it_is_on_disk_soon_whatever_the_owner_does) {
  StoreLife life;
  life.options.durability = Durability::everysec;
  life.open();
  BOOST_REQUIRE(life.kept(1));
  life.commit();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (life.store->synced_sequence() == 0 && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::string state = life.state();
  life.power_cut();
  BOOST_TEST((life.state() == state));
}

BOOST_AUTO_TEST_CASE(sync_brings_everything_to_the_disk) {
  StoreLife life;
  life.open();
  BOOST_REQUIRE(life.kept(1));
  BOOST_REQUIRE(life.store->sync());
  const std::string state = life.state();
  life.power_cut();
  BOOST_TEST((life.state() == state));
}

BOOST_FIXTURE_TEST_CASE(after_a_failed_write_the_store_is_read_only_and_says_why, FailedStore) {
  BOOST_TEST(read_only() == sentence);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(kept(1).error().message == sentence);
    BOOST_TEST(pool("sdxl", "A").error().message == sentence);
    BOOST_TEST(store->delete_pool({.family = "sdxl"}).error().message == sentence);
    BOOST_TEST(store->commit().error().message == sentence);
    BOOST_TEST(store->save(now_ms).error().message == sentence);
    BOOST_TEST(store->save_in_background(now_ms).error().message == sentence);
    BOOST_TEST(store->sync().error().message == sentence);
  }
}

BOOST_FIXTURE_TEST_CASE(a_read_only_store_writes_nothing_any_more, FailedStore) {
  const Bytes before = disk.bytes(segment_path(1));
  (void)kept(1);
  (void)store->commit();
  (void)store->save(now_ms);
  BOOST_TEST((disk.bytes(segment_path(1)) == before));
  BOOST_TEST(snapshots_in(disk, folder).empty());
}

BOOST_FIXTURE_TEST_CASE(started_again_it_has_what_was_acknowledged_and_takes_records, FailedStore) {
  reopen();
  BOOST_TEST((state() == written));
  BOOST_TEST(read_only() == "");
  BOOST_REQUIRE(kept(3));
  commit();
}

BOOST_AUTO_TEST_CASE(after_a_failed_sync_the_store_is_read_only) {
  StoreLife life;
  life.options.durability = Durability::always;
  life.open();
  BOOST_REQUIRE(life.kept(1));
  life.files.fail_in(2);  // the write, the sync
  BOOST_TEST(!life.acknowledged());
  BOOST_TEST(life.read_only() == "cannot sync " + segment_path(1) + ": Input/output error");
  BOOST_TEST(!life.store->may_acknowledge(1));
  BOOST_TEST(!life.kept(2));
  BOOST_TEST(!life.store->save(life.now_ms));
}

BOOST_AUTO_TEST_CASE(a_save_whose_sync_fails_makes_the_store_read_only) {
  StoreLife life;
  life.open();
  BOOST_REQUIRE(life.kept(1));
  life.files.fail_in(8);  // the record; list, create, header, content, end, the sync of the snapshot, of the journal
  BOOST_TEST(!life.store->save(life.now_ms));
  BOOST_TEST(life.read_only() == "cannot sync " + segment_path(1) + ": Input/output error");
  BOOST_TEST(snapshots_in(life.disk, folder).empty());
}

BOOST_AUTO_TEST_CASE(a_save_that_fails_behind_the_sync_leaves_the_store_writable) {
  StoreLife life;
  life.open();
  BOOST_REQUIRE(life.kept(1));
  BOOST_REQUIRE(life.store->sync());
  life.files.fail_in(1);
  BOOST_TEST(!life.store->save(life.now_ms));
  BOOST_TEST(life.store->last_save_failed());
  BOOST_REQUIRE(life.kept(2));
  life.commit_and_save();
  BOOST_TEST(!life.store->last_save_failed());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

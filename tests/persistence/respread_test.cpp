// Changing how many stores a folder has: whatever is known and told before is known and told afterwards, and nothing
// else.
#include "persistence/respread.h"

#include <set>

#include "engine/context/word_lists.h"
#include "persistence/segment_keeper.h"
#include "persistence/segments.h"
#include "persistence/snapshot.h"
#include "tests/persistence/respread_fixture.h"

namespace penchant::test {

BOOST_AUTO_TEST_SUITE(respread_test)

BOOST_AUTO_TEST_CASE(all_that_is_known_and_told_outlives_every_change_of_the_number) {
  Folder life;
  life.open();
  life.live_all();
  life.options.store.decay_days = 10;
  life.open();
  life.live(3, 23);
  const Told before = life.told();
  for (const std::uint32_t stores : {2U, 3U, 1U, 1U, stores_max, 2U}) {
    life.open(stores);
    BOOST_TEST(life.set->size() == stores);
    BOOST_TEST(life.set->warnings().empty());
    expect_same(before, life.told());
    life.close();
    BOOST_TEST(life.unsound(1) == "");
  }
}

BOOST_AUTO_TEST_CASE(life_goes_on_as_in_one_store) {
  Folder one;
  Folder many;
  for (Folder* const life : {&one, &many}) {
    life->open();
    life->live_all();
  }
  for (const std::uint32_t stores : {3U, 2U}) {
    many.open(stores);
    for (Folder* const life : {&one, &many}) {
      life->live(10, static_cast<int>(stores) * 40);
      life->save();
    }
    for (const auto& [asked, answer] : one.told()) {
      if (asked.starts_with("answers")) BOOST_TEST(many.told().at(asked) == answer);
    }
    many.close();
    BOOST_TEST(many.unsound(2) == "");
  }
}

BOOST_AUTO_TEST_CASE(without_its_snapshots_the_journal_gives_the_same) {
  Folder life;
  life.open();
  life.live_all();
  life.options.store.decay_days = 10;
  life.open(3);
  life.live(2, 23);
  const Told before = life.told();
  life.close();
  for (const std::string& directory : store_directories(folder, *read_layout(life.disk, folder))) {
    for (const std::string& name : *life.disk.list(directory)) {
      if (snapshot_sequence(name)) BOOST_REQUIRE(life.disk.remove(path_in(directory, name)));
    }
  }
  life.open();
  expect_same(before, life.told());
}

BOOST_AUTO_TEST_CASE(a_history_without_its_beginning_goes_on_without_it) {
  Folder life;
  life.options.store.segments = {.compress = true, .history_bytes = 1500};
  life.open();
  life.live_all();
  for (int i = 0; i < 2; ++i) {  // both snapshots must hold what goes
    life.live(1, 23 + i);
    life.save();
  }
  Store& store = life.set->store(0);
  life.now_ms += segments_every_ms;
  while (list_segments(life.disk, folder)->front().first_sequence == 1 || store.keeping())
    (void)store.tick(life.now_ms);
  const Told before = life.told();
  BOOST_REQUIRE(before.at("history u1").size() > 100);
  life.options.store.segments = {};
  for (const std::uint32_t stores : {3U, 1U, 2U}) {
    life.open(stores);
    expect_same(before, life.told());
    life.close();
    BOOST_TEST(life.unsound(0) == "");
  }
  life.open();
  life.live(1, 50);  // from then on snapshots are what the events give
  life.save();
  life.close();
  BOOST_TEST(life.unsound(1) == "");
}

BOOST_AUTO_TEST_CASE(an_old_export_brings_nothing_new) {
  Folder life;
  life.open();
  life.live_all();
  const Told before = life.told();
  for (const std::uint32_t stores : {2U, 3U}) {
    life.open(stores);
    for (int u = 0; u < 6; ++u) {
      const std::string user = numbered('u', u);
      StoreTarget target(life.store_for(user), WordLists::english(), life.now_ms);
      const auto report = import_into(target, before.at("export " + user));
      BOOST_REQUIRE_MESSAGE(report, report.error().message);
      BOOST_TEST(report->recorded == 0U);
      const std::string directory = life.store_for(user).options().directory;
      const auto trial = TrialTarget::open(life.disk, directory, WordLists::english(), life.now_ms);
      BOOST_REQUIRE(trial);
      BOOST_TEST(import_into(**trial, before.at("export " + user))->recorded == 0U);
    }
    expect_same(before, life.told());
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_no_record_has_is_new) {
  Folder life;
  life.open();
  life.kept("ann", "ink cat");
  life.commit();
  life.open(2);
  std::string name;
  BOOST_REQUIRE(life.store_for("ann").each_record("ann", [&](const HistoryRecord& one) -> result<void> {
    name = one.id;
    return {};
  }));
  const Record same{.at_ms = life.now_ms, .user = "ann", .checkpoint = "A", .prompt = "ink cat"};
  Record other = same;
  other.prompt = "fog";
  Store& store = life.store_for("ann");
  BOOST_TEST(*store.has_named(name, same));
  BOOST_TEST(!*store.has_named(name, other));
  BOOST_TEST(!*store.has_named(name + "7", same));
  BOOST_TEST(!*store.has_named(name.substr(0, 15) + "z-1", same));
  BOOST_TEST(!*store.has_named(name.substr(0, 17) + "01", same));
}

BOOST_AUTO_TEST_CASE(of_whom_was_forgotten_nothing_goes_on) {
  for (const bool is_pending : {false, true}) {
    Folder life;
    life.open(2);
    life.live_all();
    life.forget("u3");
    if (!is_pending) life.finish_erasures();
    life.kept("u3", "fresh");
    life.commit();
    life.forget("u2");
    if (!is_pending) life.finish_erasures();
    const Told before = life.told();
    life.open(3);
    expect_same(before, life.told());
    BOOST_TEST(before.contains("history u3"));
    BOOST_TEST(!before.contains("history u2"));
    for (std::uint32_t k = 0; k < 3; ++k) BOOST_TEST(!life.set->store(k).erasing());
    life.close();
    for (const std::string& directory : store_directories(folder, *read_layout(life.disk, folder))) {
      for (const std::string& name : *life.disk.list(directory)) {
        const std::string bytes = text_of(life.disk.bytes(path_in(directory, name)));
        for (const std::string_view trace : {"u2n0", "u2n1", "x0u2", "u3n0", "x0u3"}) {
          BOOST_TEST(bytes.find(trace) == std::string::npos, name << " tells of " << trace);
        }
      }
    }
    BOOST_TEST(life.unsound(1) == "");
  }
}

BOOST_AUTO_TEST_CASE(what_is_set_aside_keeps_the_number) {
  Folder life;
  life.open();
  life.live(2);
  const Told before = life.told();
  life.close();
  const std::string copy = segment_path(1) + ".torn-40";
  life.disk.put(copy, {});
  life.open(2);
  BOOST_TEST(life.set->size() == 1U);
  BOOST_REQUIRE(life.set->warnings().size() == 1U);
  BOOST_TEST(
      life.set->warnings().front() ==
      "/data holds copies of torn tails, or of what was repaired: there will be 2 stores instead of 1 when these "
      "copies have been moved out of it, and the server is started again");
  expect_same(before, life.told());
  life.close();
  BOOST_REQUIRE(life.disk.remove(copy));
  life.open(2);
  BOOST_TEST(life.set->size() == 2U);
  expect_same(before, life.told());
}

BOOST_AUTO_TEST_CASE(a_damaged_journal_is_refused_and_stays) {
  Folder life;
  life.open();
  life.live(20);
  life.save();
  const Told before = life.told();
  life.close();
  const Bytes whole = life.disk.bytes(segment_path(1));
  Bytes damaged = whole;
  damaged[1000] ^= std::byte{1};
  life.disk.put(segment_path(1), damaged);
  const std::string why = life.try_open(2);
  BOOST_TEST(why.starts_with("the number of stores cannot be changed from 1 to 2: /data/journal-"), why);
  BOOST_TEST(!life.disk.exists(path_in(folder, layout_name)));
  life.disk.put(segment_path(1), whole);
  life.open();
  expect_same(before, life.told());
}

BOOST_AUTO_TEST_CASE(no_decision_id_is_given_again_where_the_clock_stands_still) {
  SetLife life;
  life.now_ms = 1000;
  std::set<std::string> ids;
  std::size_t told = 0;
  for (const std::uint32_t stores : {3U, 1U, 2U, 1U}) {
    life.open(stores);
    for (std::uint32_t k = 0; k < stores; ++k) life.set->decisions(k).begin();  // a start is used, told of or not
    for (int i = 0; i < 30; ++i, ++told) ids.insert(life.decide(numbered('u', i), "ink cat"));
  }
  BOOST_TEST(ids.size() == told);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

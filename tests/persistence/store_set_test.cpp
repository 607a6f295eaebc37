#include "persistence/store_set.h"

#include <filesystem>
#include <set>

#include "persistence/snapshot.h"
#include "tests/persistence/store_fixture.h"
#include "tests/persistence/store_set_fixture.h"

namespace penchant::test {

BOOST_AUTO_TEST_SUITE(store_set_test)

result<void> set_pool(Store& store, std::string_view family, std::string_view names) {
  const auto checkpoints = split(names);
  return store.set_pool({.family = family, .tier = Tier::draft, .checkpoints = checkpoints});
}

BOOST_AUTO_TEST_CASE(a_new_folder_gets_one_store_in_the_root) {
  SetLife life;
  life.open();
  BOOST_TEST(life.set->size() == 1U);
  BOOST_TEST(life.disk.exists(segment_path(1)));
  BOOST_TEST(!life.disk.exists(path_in(folder, layout_name)));
}

BOOST_AUTO_TEST_CASE(a_new_folder_gets_as_many_stores_as_are_asked_for) {
  SetLife life;
  life.open(3);
  for (int i = 0; i < 20; ++i) life.kept(numbered('u', i), "ink cat");
  life.commit();
  life.open();
  BOOST_TEST(life.set->size() == 3U);
  BOOST_TEST(life.users() == 20U);
  for (std::uint32_t k = 0; k < 3; ++k) {
    for (const NamedUser& user : life.set->store(k).engine().users()) BOOST_TEST(store_of(user.name, 3) == k);
  }
}

BOOST_AUTO_TEST_CASE(one_folder_one_process) {
  SetLife life;
  life.open(2);
  SetLife other(life.disk, folder);
  BOOST_TEST(other.try_open().find("in use") != std::string::npos);
  life.close();
  BOOST_TEST(other.try_open() == "");
}

// As the real disk has it: one in memory knows no folders.
BOOST_AUTO_TEST_CASE(a_store_whose_folder_is_missing_is_refused) {
  const RealDirectory directory;
  PosixFileSystem disk;
  SetLife life(disk, directory.path);
  life.open(2);
  life.kept("ann", "ink cat");
  life.commit();
  life.close();
  const std::string gone = store_directories(directory.path, {.generation = 1, .stores = 2})[1];
  std::filesystem::rename(gone, gone + "-taken");
  BOOST_TEST(life.try_open().find("a store's folder is missing; put back a copy of it") != std::string::npos);
  std::filesystem::rename(gone + "-taken", gone);
  life.open(3);  // and the old folders go
  BOOST_TEST(life.users() == 1U);
  BOOST_TEST(!std::filesystem::exists(gone));
}

BOOST_AUTO_TEST_CASE(the_number_of_stores_has_bounds) {
  SetLife life;
  BOOST_TEST(life.try_open(0) == "a folder has from 1 to 64 stores, not 0");
  BOOST_TEST(life.try_open(stores_max + 1) == "a folder has from 1 to 64 stores, not 65");
  BOOST_TEST(life.try_open(stores_max) == "");
}

BOOST_AUTO_TEST_CASE(decay_changes_in_all_stores_to_the_bit) {
  SetLife life;
  life.open(3);
  life.kept("ann", "ink cat");  // the others have no users
  life.commit();
  for (const double days : {7.0, 0.0, 12.5}) {
    life.now_ms += 12'345'678;
    life.options.store.decay_days = days;
    life.open();
    const Decay decay = life.set->store(0).engine().decay();
    BOOST_TEST(decay.days() == days);
    for (std::uint32_t k = 0; k < 3; ++k) {
      BOOST_TEST((life.set->store(k).engine().decay() == decay));
      const std::string state = state_bytes(life.set->store(k).engine());
      const auto replayed =
          recover(life.disk, store_directories(folder, life.set->layout())[k], false, [](const auto&) {});
      BOOST_REQUIRE(replayed);
      BOOST_TEST((state_bytes(replayed->engine) == state));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_change_of_decay_that_was_broken_off_is_brought_to_its_end) {
  for (std::uint64_t n = 1;; ++n) {
    SetLife life;
    life.open(3);
    for (int i = 0; i < 10; ++i) life.kept(numbered('u', i), "ink cat");
    for (std::uint32_t k = 0; k < 3; ++k) BOOST_REQUIRE(life.set->store(k).sync());
    life.close();
    life.now_ms += 1'000'000;
    life.options.store.decay_days = 7;
    life.files.lose_power_in(n);
    life.try_open();
    const bool failed = life.files.failed();
    life.files.heal();
    life.power_cut();
    life.options.store.keep_decay = true;
    life.open();
    for (std::uint32_t k = 1; k < 3; ++k) {
      BOOST_TEST((life.set->store(k).engine().decay() == life.set->store(0).engine().decay()));
    }
    if (!failed) {
      BOOST_TEST(life.set->store(2).engine().decay().days() == 7);
      break;
    }
  }
}

BOOST_AUTO_TEST_CASE(a_start_keeps_the_decay_where_it_is_told_to) {
  SetLife life;
  life.options.store.decay_days = 7;
  life.open(2);
  life.options.store = {.directory = folder, .durability = Durability::os, .keep_decay = true};
  life.open();
  BOOST_TEST(life.set->store(1).engine().decay().days() == 7);
}

BOOST_AUTO_TEST_CASE(all_stores_get_the_pools_of_store_0) {
  SetLife life;
  life.open(3);
  for (const std::string_view family : {"sdxl", "sd15", "flux"})
    BOOST_REQUIRE(set_pool(life.set->store(0), family, "A B"));
  BOOST_REQUIRE(set_pool(life.set->store(1), "sd15", "B"));
  BOOST_REQUIRE(set_pool(life.set->store(1), "other", "C"));
  life.commit();
  life.open();
  for (std::uint32_t k = 0; k < 3; ++k) {
    BOOST_TEST(pools_told(life.set->store(k)) == "sdxl/draft: A B, sd15/draft: A B, flux/draft: A B");
  }
  life.open();
  BOOST_TEST(life.set->store(2).written_sequence() == 3U);  // once
}

BOOST_AUTO_TEST_CASE(a_decision_has_an_id_that_no_ring_gives_again) {
  SetLife life;
  life.now_ms = 1000;
  std::set<std::string> ids;
  std::size_t told = 0;
  for (int start = 0; start < 4; ++start) {  // the clock stands still
    life.open(3);
    for (int i = 0; i < 30; ++i, ++told) ids.insert(life.decide(numbered('u', i), "ink cat"));
  }
  BOOST_TEST(ids.size() == told);
  BOOST_TEST(life.set->decisions(0).start() < life.set->decisions(1).start());
  BOOST_TEST(life.set->decisions(1).start() < life.set->decisions(2).start());
}

BOOST_AUTO_TEST_CASE(each_ring_has_its_share_of_the_bytes) {
  SetLife life;
  life.options.decisions.bytes_max = 4 * decision_ring_bytes_min;
  life.open(4);
  for (int i = 0; i < 1000; ++i) life.decide("ann", "ink cat");
  BOOST_TEST(life.decisions_for("ann").bytes() <= decision_ring_bytes_min);
  BOOST_TEST(life.decisions_for("ann").decisions() > 2U);
}

BOOST_AUTO_TEST_CASE(the_bytes_of_decisions_keep_their_bounds) {
  SetLife life;
  life.options.decisions.bytes_max = decision_ring_bytes_min - 1;
  BOOST_TEST(life.try_open(2).starts_with("the decisions' bytes must be from 1024"));
  life.options.decisions.bytes_max = decision_ring_bytes_max + 1;
  BOOST_TEST(life.try_open(2).starts_with("the decisions' bytes must be from 1024"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

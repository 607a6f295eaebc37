// A change of the number of stores in which a call fails, or the power: the old stores or the new ones are whole.
#include <random>

#include "persistence/journal_format.h"
#include "tests/persistence/respread_fixture.h"

namespace penchant::test {

BOOST_AUTO_TEST_SUITE(respread_faults_test)

/// A small folder of `from` stores, to be opened with two. What it tells.
Told live_a_little(Folder& life, std::uint32_t from) {
  life.open(from);
  life.pool("sdxl", "A B");
  life.live(2);
  life.decide_and_judge();
  life.forget("u2");
  life.set.reset();
  life.open(from);
  Told told = life.told();
  life.close();
  return told;
}

void expect_old_or_new(Folder& life, const Told& before) {
  life.options.stores.reset();
  life.files.heal();
  life.open();
  expect_same(before, life.told());
  life.open(2);  // again, where it was the old one
  expect_same(before, life.told());
  life.close();
  BOOST_TEST(life.unsound(1) == "");
}

BOOST_AUTO_TEST_CASE(whatever_call_fails_the_old_stores_or_the_new_are_whole) {
  for (const std::uint32_t from : {1U, 3U}) {
    for (std::uint64_t n = 1;; ++n) {
      Folder life;
      const Told before = live_a_little(life, from);
      life.files.fail_in(n, n % 2 == 0);
      const std::string why = life.try_open(2);
      const bool failed = life.files.failed();
      BOOST_TEST((why.empty() || failed), why);
      expect_old_or_new(life, before);
      if (!failed) break;
    }
  }
}

BOOST_AUTO_TEST_CASE(a_number_that_nobody_asked_for_is_given_up_where_it_cannot_be_had) {
  int given_up = 0;
  for (std::uint64_t n = 1;; n += 7) {
    Folder life;
    const Told before = live_a_little(life, 3);
    life.options.may_keep_number = true;
    life.files.fail_in(n);
    const std::string why = life.try_open(2);
    const bool failed = life.files.failed();
    life.files.heal();
    if (why.empty() && life.set->size() == 3) {
      ++given_up;
      BOOST_REQUIRE(!life.set->warnings().empty());
      BOOST_TEST(life.set->warnings().back().starts_with("the number of stores cannot be changed from 3 to 2: "));
      expect_same(before, life.told());
    }
    if (!failed) break;
  }
  BOOST_TEST(given_up > 5);
}

BOOST_AUTO_TEST_CASE(whenever_the_power_fails_the_old_stores_or_the_new_are_whole) {
  std::mt19937_64 random(7);
  for (const std::uint32_t from : {1U, 3U}) {
    for (std::uint64_t n = 1;; ++n) {
      Folder life;
      const Told before = live_a_little(life, from);
      for (const auto& directory : store_directories(folder, *read_layout(life.disk, folder))) {
        for (const auto& name : *life.disk.list(directory)) {
          if (first_sequence_of(name)) BOOST_REQUIRE((*life.disk.open_append(path_in(directory, name)))->sync());
        }
        BOOST_REQUIRE(life.disk.sync_directory(directory));
      }
      life.files.lose_power_in(n, n % 2 == 0);
      life.try_open(2);
      const bool failed = life.files.failed();
      life.power_cut({.random = &random});
      expect_old_or_new(life, before);
      if (!failed) break;
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

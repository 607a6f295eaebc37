#include "persistence/store_layout.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {

BOOST_AUTO_TEST_SUITE(store_layout_test)

const std::string layout_path = path_in(folder, layout_name);

BOOST_AUTO_TEST_CASE(a_folder_without_a_layout_is_one_store_in_the_root) {
  MemoryFileSystem disk;
  const auto layout = read_layout(disk, folder);
  BOOST_REQUIRE(layout);
  BOOST_TEST((*layout == StoreLayout{}));
  BOOST_TEST(store_directories(folder, *layout) == Texts{folder}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_and_lasts) {
  MemoryFileSystem disk;
  const StoreLayout three{.generation = 7, .stores = 3};
  BOOST_REQUIRE(write_layout(disk, folder, three));
  disk.power_cut();
  BOOST_TEST((*read_layout(disk, folder) == three));
  const Texts folders = {"/data/store-7-0", "/data/store-7-1", "/data/store-7-2"};
  BOOST_TEST(store_directories(folder, three) == folders, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_flipped_bit_and_no_cut_goes_unnoticed) {
  MemoryFileSystem disk;
  BOOST_REQUIRE(write_layout(disk, folder, {.generation = 1, .stores = 2}));
  const Bytes whole = disk.bytes(layout_path);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] ^= std::byte{1} << bit % 8;
    disk.put(layout_path, flipped);
    BOOST_TEST(!read_layout(disk, folder));
  }
  for (std::size_t size = 0; size <= whole.size() + 1; ++size) {
    Bytes cut = whole;
    cut.resize(size);
    disk.put(layout_path, cut);
    BOOST_TEST(read_layout(disk, folder).has_value() == (size == whole.size()));
  }
}

BOOST_AUTO_TEST_CASE(whatever_call_fails_the_old_or_the_new_layout_is_there) {
  const StoreLayout old{.generation = 1, .stores = 2};
  const StoreLayout young{.generation = 2, .stores = 5};
  for (std::uint64_t n = 1;; ++n) {
    MemoryFileSystem disk;
    FaultyFileSystem files(disk);
    BOOST_REQUIRE(write_layout(files, folder, old));
    files.lose_power_in(n, true);
    const auto written = write_layout(files, folder, young);
    const bool failed = files.failed();
    BOOST_TEST(written.has_value() == !failed);
    disk.power_cut();
    const auto layout = read_layout(disk, folder);
    BOOST_REQUIRE(layout);
    BOOST_TEST((*layout == (failed ? old : young)));
    if (!failed) break;
  }
}

BOOST_AUTO_TEST_CASE(only_what_is_penchants_and_of_another_generation_goes) {
  MemoryFileSystem disk;
  const Texts own = {"/data/journal-00000000000000000001.log",
                     "/data/journal-00000000000000000001.log.torn-40",
                     "/data/journal-00000000000000000001.log.zst",
                     "/data/snapshot-00000000000000000007.penchant",
                     "/data/snapshot-00000000000000000007.penchant.tmp",
                     "/data/snapshot-00000000000000000007.penchant.before-repair-12",
                     "/data/erase-00000000000000000009",
                     "/data/decisions-00000001750000000000-00000000000000000001.ring",
                     "/data/stores.tmp",
                     "/data/store-1-0/journal-00000000000000000001.log",
                     "/data/store-1-0/lock",
                     "/data/store-3-1/snapshot-00000000000000000007.penchant"};
  const Texts others = {"/data/lock",
                        "/data/stores",
                        "/data/notes.txt",
                        "/data/snapshot-7.penchant",
                        "/data/notes.before-repair-3",
                        "/data/store-01-0/journal-00000000000000000001.log",
                        "/data/store-1-0/mine",
                        "/data/store-2-0/journal-00000000000000000001.log",
                        "/data/store-2-1/erase-00000000000000000009"};
  for (const Texts& paths : {own, others}) {
    for (const std::string& path : paths) disk.put(path, {});
  }
  BOOST_REQUIRE(remove_other_generations(disk, folder, {.generation = 2, .stores = 2}));
  for (const std::string& path : own) BOOST_TEST(!disk.exists(path), path);
  for (const std::string& path : others) BOOST_TEST(disk.exists(path), path);
}

BOOST_AUTO_TEST_CASE(a_folder_with_one_store_keeps_what_is_in_the_root) {
  MemoryFileSystem disk;
  disk.put(segment_path(1), {});
  disk.put("/data/store-1-0/journal-00000000000000000001.log", {});
  BOOST_REQUIRE(remove_other_generations(disk, folder, {}));
  BOOST_TEST(disk.exists(segment_path(1)));
  BOOST_TEST(!disk.exists("/data/store-1-0/journal-00000000000000000001.log"));
}

// Were one of these to change, users would not be found where they were put.
BOOST_AUTO_TEST_CASE(the_store_of_a_user_never_changes) {
  const std::map<std::string, std::vector<std::uint32_t>> of = {
      {"", {0, 1, 2, 14, 59}},      {"a", {0, 1, 1, 8, 32}},
      {"ann", {0, 0, 1, 6, 27}},    {"default", {0, 1, 2, 13, 53}},
      {"user-1", {0, 0, 0, 4, 16}}, {"user-2", {0, 1, 1, 10, 42}},
      {"äö你", {0, 1, 2, 14, 56}},  {std::string(256, 'x'), {0, 0, 0, 4, 18}}};
  for (const auto& [user, expected] : of) {
    std::vector<std::uint32_t> told;
    for (const std::uint32_t stores : {1U, 2U, 3U, 16U, 64U}) told.push_back(store_of(user, stores));
    BOOST_TEST(told == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(users_are_spread_evenly) {
  constexpr int users = 10'000;
  for (const std::uint32_t stores : {2U, 3U, 16U, stores_max}) {
    std::vector<int> counts(stores);
    for (int i = 0; i < users; ++i) ++counts[store_of("user-" + std::to_string(i), stores)];
    const auto [least, most] = std::ranges::minmax(counts);
    // Four standard deviations of a fair throw.
    const double mean = double{users} / stores;
    BOOST_TEST(least > mean - 4 * std::sqrt(mean));
    BOOST_TEST(most < mean + 4 * std::sqrt(mean));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

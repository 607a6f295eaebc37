// Files that earlier versions wrote are read for ever, and a format does not change without its version.
#include <boost/test/unit_test.hpp>
#include <numeric>
#include <set>

#include "tests/folders.h"
#include "tests/persistence/golden_files.h"

namespace penchant::test {
namespace {

const std::filesystem::path golden_folder = source_file("tests/golden");

/// The numbers of the sets, each a folder.
std::set<int> golden_sets() {
  std::set<int> sets;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder)) {
    sets.insert(std::stoi(entry.path().filename().string()));
  }
  return sets;
}
std::filesystem::path golden_set(int number) { return golden_folder / std::to_string(number); }

std::string advice() {
  return ": a format has changed. Raise its version and keep reading the one before; leave the sets of tests/golden as "
         "they are, and add one: build/release/tests/golden write tests/golden/" +
         std::to_string(*golden_sets().rbegin() + 1);
}

/// A file as it is compared: what zstd has made differs from one version of zstd to the next.
bool is_by_zstd(const std::string& name) { return name.starts_with("compressed/"); }

/// The life's state after all of it, and what happened in it.
struct GoldenLived {
  GoldenLived() {
    GoldenLife life([this](const Event& event) { tell(event); });
    life.live_first();
    life.live_second();
    life.live_last();
  }
  void tell(const Event& event) {
    kinds.insert(event.index());
    store.tell(event);
    for (const NamedUser& named : store.engine.users()) landmarks.insert(named.user->landmark());
  }
  const User& user(std::string_view name) const { return *store.engine.find_user(name); }

  MemoryFileSystem disk;
  GoldenStore store{disk};
  std::set<std::size_t> kinds;
  std::set<std::int64_t> landmarks;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(files_of_every_version_are_read_and_say_what_they_said) {
  BOOST_REQUIRE(!golden_sets().empty());
  for (const int set : golden_sets()) {
    BOOST_TEST(golden_problem(files_in(golden_set(set))) == "", "set " << set);
  }
}

BOOST_AUTO_TEST_CASE(learners_of_snapshots_before_reliability_begin_it_after_them) {
  MemoryFileSystem disk;
  put(disk, "/data", files_in(golden_set(2)));
  const auto outcomes = [&disk](bool use_snapshots) {
    const auto recovered = recover(disk, "/data", use_snapshots, [](const std::string&) {});
    BOOST_REQUIRE((recovered && use_snapshots == (recovered->snapshot_sequence > 0)));
    const auto bins = recovered->engine.find_user("cyd")->learner()->reliability().bins();
    return std::accumulate(bins.begin(), bins.end(), 0.0, [](double sum, auto& bin) { return sum + bin.count; });
  };
  BOOST_TEST((outcomes(true) > 2.9 && outcomes(true) < 3));  // three since then
  BOOST_TEST(outcomes(false) > 20);
}

BOOST_AUTO_TEST_CASE(no_format_changes_without_its_version) {
  Files kept = files_in(golden_set(*golden_sets().rbegin()));
  Files written = golden_files();
  for (const auto& [name, bytes] : written) {
    BOOST_REQUIRE_MESSAGE(kept.contains(name), name << " is new" << advice());
    if (is_by_zstd(name)) continue;
    const auto [there, here] = std::ranges::mismatch(kept[name], bytes);
    BOOST_TEST((there == kept[name].end() && here == bytes.end()),
               name << " differs at byte " << here - bytes.begin() << advice());
  }
  BOOST_TEST(kept.size() == written.size(), "a file is no longer written" << advice());
  // Of what is compressed golden_problem() has compared the content of the one; this is the other.
  BOOST_TEST(golden_problem(written) == "");
}

BOOST_AUTO_TEST_CASE(a_file_that_another_zstd_made_has_the_same_content) {
  MemoryFileSystem disk;
  put(disk, "/data", files_in(golden_set(*golden_sets().rbegin())));
  const Bytes plain = disk.bytes(path_of_segment("/data", {1, false}));
  BOOST_TEST((decompressed(disk, path_of_segment("/data/compressed", {1, true}), 1) == plain));
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_changed_is_noticed) {
  const Files files = files_in(golden_set(*golden_sets().rbegin()));
  for (const auto& [name, bytes] : files) {
    Files damaged = files;
    damaged[name].back() ^= std::byte{1};
    std::string problem;
    try {
      problem = golden_problem(damaged);
    } catch (const std::runtime_error& failure) {
      problem = failure.what();
    }
    BOOST_TEST(problem != "", name);
  }
}

BOOST_AUTO_TEST_CASE(the_life_has_every_kind_of_event_and_of_state) {
  const GoldenLived life;
  BOOST_TEST(life.kinds.size() == std::variant_size_v<Event> - 1);  // a Respread's bytes: event_codec_test.cpp
  BOOST_TEST(life.landmarks.size() > 1U);
  const User& ann = life.user("ann");
  BOOST_TEST(ann.keyword_checkpoints().dense_rows() > 0U);
  BOOST_TEST(ann.rows().listed_count() > 0U);
  BOOST_TEST(ann.parameters().column_count() > 0U);
  BOOST_TEST(ann.negatives().matrix().cells() > 0U);
  BOOST_TEST(ann.checkpoint_loras().cells() > 0U);
  BOOST_TEST(ann.known().find("corrected")->revision == 2U);
  const CountMatrix& bobs = life.user("bob").keyword_checkpoints();
  BOOST_TEST((bobs.row_count() > 0U && bobs.dense_rows() == 0U && bobs.cells() > 0U));
  BOOST_TEST(life.user("cyd").totals().neutral == 1U);
  BOOST_TEST(life.user("cyd").is_sharing());
  BOOST_TEST((life.store.engine.find_user("fay") == nullptr));
  BOOST_TEST(life.store.engine.pools().all().size() == 1U);

  Engine heavy;
  HistoryHeads heads;
  GoldenLife([&](const Event& event) { std::visit(Replay{heavy, heads, {}}, event).value(); }).live_heavily();
  BOOST_TEST(heavy.find_user("bob")->keyword_checkpoints().heavy_cells() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

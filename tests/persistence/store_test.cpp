#include "persistence/store.h"

#include "engine/limits.h"
#include "tests/persistence/store_fixture.h"

namespace penchant::test {
namespace {

struct OpenStore : StoreLife {
  OpenStore() { open(); }
  std::size_t segment_bytes() const { return disk.bytes(segment_path(1)).size(); }
};

/// Names of 1024 bytes, together `bytes` long.
std::vector<std::string> names_of(std::size_t bytes) {
  std::vector<std::string> names;
  for (std::size_t left = bytes; left > 0; left -= names.back().size()) {
    names.push_back(numbered('m', static_cast<int>(names.size())));
    names.back().resize(std::min<std::size_t>(left, 1024), 'x');
  }
  return names;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(store, OpenStore)

BOOST_AUTO_TEST_CASE(a_commit_is_one_write_whatever_it_holds) {
  for (int i = 0; i < 100; ++i) BOOST_REQUIRE(kept(i));
  const std::uint64_t calls = files.calls();
  const std::uint64_t appends = files.appends();
  commit();
  BOOST_TEST(files.appends() == appends + 1);
  BOOST_TEST(files.calls() == calls + 1);
  BOOST_TEST(store->written_sequence() == 100U);
}

BOOST_AUTO_TEST_CASE(a_commit_of_nothing_is_no_call) {
  BOOST_REQUIRE(kept(1));
  commit();
  const std::uint64_t calls = files.calls();
  commit();
  BOOST_TEST(files.calls() == calls);
}

BOOST_AUTO_TEST_CASE(nothing_is_in_the_file_before_the_commit) {
  const std::size_t before = segment_bytes();
  BOOST_REQUIRE(kept(1));
  BOOST_TEST(segment_bytes() == before);
  const std::size_t waiting = store->uncommitted_bytes();
  BOOST_TEST(waiting > 0U);
  commit();
  BOOST_TEST(segment_bytes() == before + waiting);
  BOOST_TEST(store->uncommitted_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_committed_survives_the_process_and_what_was_not_does_not) {
  BOOST_REQUIRE(kept(1));
  commit();
  const std::string committed = state();
  BOOST_REQUIRE(kept(2));
  reopen();
  BOOST_TEST((state() == committed));
  BOOST_TEST(store->replayed() == 1U);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_known_appends_nothing) {
  const Record record{.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .id = "1"};
  BOOST_REQUIRE(tell(record));
  commit();
  const auto again = tell(record);
  BOOST_REQUIRE(again);
  BOOST_TEST((again->kind == Recorded::Kind::duplicate));
  BOOST_TEST(store->uncommitted_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(a_pool_that_is_not_there_is_deleted_without_an_event) {
  const auto deleted = store->delete_pool({.now_ms = now_ms, .family = "sdxl", .tier = Tier::draft});
  BOOST_REQUIRE(deleted);
  BOOST_TEST(!*deleted);
  BOOST_TEST(store->uncommitted_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_refused_appends_nothing_and_changes_nothing) {
  const std::string before = state();
  BOOST_TEST(!tell({.user = "", .checkpoint = "A"}));
  BOOST_TEST(!tell({.user = "ann", .checkpoint = "\xff"}));
  BOOST_TEST(store->uncommitted_bytes() == 0U);
  BOOST_TEST((state() == before));
}

BOOST_AUTO_TEST_CASE(pools_come_back) {
  BOOST_REQUIRE(pool("sdxl", "A B"));
  BOOST_REQUIRE(pool("sd15", "C"));
  BOOST_REQUIRE(store->delete_pool({.now_ms = now_ms, .family = "sd15", .tier = Tier::draft}));
  commit();
  const std::string before = state();
  reopen();
  BOOST_TEST((state() == before));
  BOOST_TEST(store->engine().pools().all().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_earlier_clock_never_moves_the_time_back) {
  BOOST_REQUIRE(kept(1));
  const std::int64_t latest = now_ms;
  now_ms -= day_ms;
  BOOST_REQUIRE(kept(1));
  BOOST_REQUIRE(pool("sdxl", "A"));
  BOOST_TEST(store->engine().now_ms() == latest);
  commit();
  const std::string before = state();
  reopen();
  BOOST_TEST(store->engine().now_ms() == latest);
  BOOST_TEST((state() == before));
}

BOOST_AUTO_TEST_CASE(a_record_of_the_future_counts_as_now) {
  BOOST_REQUIRE(
      tell({.at_ms = now_ms + 100 * day_ms, .verdict = Verdict::selected, .user = "ann", .checkpoint = "A"}));
  StoreLife other;
  other.open();
  BOOST_REQUIRE(other.tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A"}));
  BOOST_TEST((state() == other.state()));
}

BOOST_AUTO_TEST_CASE(another_decay_is_one_event_at_the_start_and_none_at_the_next) {
  BOOST_REQUIRE(kept(1));
  commit();
  options.decay_days = 7;
  reopen();
  BOOST_TEST(store->written_sequence() == 2U);
  BOOST_TEST(store->engine().decay().days() == 7.0);
  reopen();
  BOOST_TEST(store->written_sequence() == 2U);
}

BOOST_AUTO_TEST_CASE(the_decay_of_the_folder_can_be_kept) {
  options.decay_days = 7;
  reopen();
  options = {.directory = folder, .decay_days = 30, .keep_decay = true};
  reopen();
  BOOST_TEST(store->engine().decay().days() == 7.0);
  BOOST_TEST(store->written_sequence() == 1U);
}

BOOST_AUTO_TEST_CASE(learning_begins_and_ends_by_one_event_at_a_start) {
  const auto has_learner = [this] { return store->engine().find_user("ann")->learner() != nullptr; };
  BOOST_REQUIRE(kept(1));
  BOOST_TEST(!has_learner());
  commit();
  options.is_learning = true;
  reopen();
  BOOST_TEST(store->written_sequence() == 2U);
  BOOST_REQUIRE(kept(1));
  BOOST_TEST(has_learner());
  commit();
  reopen();
  BOOST_TEST(store->written_sequence() == 3U);
  BOOST_TEST(has_learner());
  options.is_learning = false;
  reopen();
  BOOST_TEST(store->written_sequence() == 4U);
  BOOST_TEST(!has_learner());
  reopen();
  BOOST_TEST(store->written_sequence() == 4U);
}

BOOST_AUTO_TEST_CASE(whether_the_folders_users_learn_can_be_kept) {
  options.is_learning = true;
  reopen();
  options = {.directory = folder, .keep_decay = true};
  reopen();
  BOOST_TEST(store->engine().is_learning());
  BOOST_TEST(store->written_sequence() == 1U);
}

BOOST_AUTO_TEST_CASE(learning_and_another_decay_begin_at_one_start) {
  options.is_learning = true;
  options.decay_days = 7;
  reopen();
  BOOST_TEST(store->written_sequence() == 2U);
  const std::string begun = state();
  reopen();
  BOOST_TEST((state() == begun));
}

BOOST_AUTO_TEST_CASE(a_decay_out_of_range_refuses_the_start_and_writes_nothing) {
  options.decay_days = -1;
  BOOST_TEST(try_open() == "the decay is 0 (off), or from 0.000001 to 36500 days");
  options.decay_days = 30;
  open();
  BOOST_TEST(store->written_sequence() == 0U);
}

BOOST_AUTO_TEST_CASE(a_folder_has_one_store) {
  RealDirectory directory;
  PosixFileSystem real;
  StoreLife first(real, directory.path);
  StoreLife second(real, directory.path);
  first.open();
  BOOST_TEST(second.try_open() ==
             directory.path + " is in use by another penchant (pid " + std::to_string(getpid()) + ")");
  first.store.reset();
  BOOST_TEST(second.try_open() == "");
}

BOOST_AUTO_TEST_CASE(a_store_on_the_real_disk_comes_back) {
  RealDirectory directory;
  PosixFileSystem real;
  StoreLife life(real, path_in(directory.path, "new"));
  life.open();
  BOOST_REQUIRE(life.kept(1));
  life.commit_and_save();
  BOOST_REQUIRE(life.rejected(2));
  life.commit();
  const std::string before = life.state();
  life.reopen();
  BOOST_TEST((life.state() == before));
}

BOOST_AUTO_TEST_CASE(the_names_of_a_pool_have_a_bound_in_bytes) {
  const auto set = [this](std::size_t bytes) {
    const auto names = names_of(bytes);
    const std::vector<std::string_view> views(names.begin(), names.end());
    return store->set_pool({.now_ms = now_ms, .family = "sdxl", .tier = Tier::draft, .checkpoints = views});
  };
  const auto refused = set(pool_bytes_max + 1);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().message == "a pool's names are at most 16777216 bytes");
  BOOST_TEST(store->uncommitted_bytes() == 0U);
  BOOST_REQUIRE(set(pool_bytes_max));
  commit();
  const std::string before = state();
  reopen();
  BOOST_TEST((state() == before));
}

BOOST_AUTO_TEST_CASE(the_checkpoints_of_a_pool_have_a_bound) {
  const auto set = [this](std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(numbered('m', static_cast<int>(i)));
    const std::vector<std::string_view> views(names.begin(), names.end());
    return store->set_pool({.now_ms = now_ms, .family = "sdxl", .tier = Tier::draft, .checkpoints = views});
  };
  BOOST_TEST(!set(pool_checkpoints_max + 1));
  BOOST_TEST(store->uncommitted_bytes() == 0U);
  BOOST_REQUIRE(set(pool_checkpoints_max));
  commit();
  reopen();
  BOOST_TEST(store->engine().pools().all().front().checkpoints.size() == pool_checkpoints_max);
}

BOOST_AUTO_TEST_CASE(the_largest_record_comes_back) {
  const std::string text(prompt_bytes_max, 'p');
  const std::string note(text_bytes_max, 'n');
  const std::vector<Parameter> parameters(record_parameters_max, {"size", note});
  BOOST_REQUIRE(tell({.user = "ann",
                      .checkpoint = "A",
                      .prompt = text,
                      .negative_prompt = text,
                      .note = note,
                      .vision = note,
                      .parameters = parameters}));
  commit();
  const std::string before = state();
  reopen();
  BOOST_TEST((state() == before));
  BOOST_TEST(store->replayed() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

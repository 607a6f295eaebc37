// Trying an import: what a trial says is what comes of it, and it leaves no trace.
#include "engine/limits.h"
#include "tests/persistence/export_fixture.h"

namespace penchant::test {
namespace {

std::string record(int checkpoint) {
  return R"({"checkpoint":")" + numbered('m', checkpoint) + R"(","action":"selected","prompt":"ink"})";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(import_targets, ExportLife)

BOOST_AUTO_TEST_CASE(a_trial_says_what_will_come_of_it_and_keeps_nothing) {
  imported(file(record(1)));
  commit();
  const std::string text =
      file(record(1) + "," + record(2), R"(,"pools":[{"family":"x","tier":"draft","checkpoints":["A"]}])");
  const Bytes before = disk.bytes(segment_path(1));
  {
    auto trial = TrialTarget::open(files, folder, WordLists::english(), now_ms);
    BOOST_REQUIRE(trial);
    const auto tried = import_into(**trial, text);
    BOOST_REQUIRE(tried);
    BOOST_TEST((tried->recorded == 1 && tried->duplicates == 1 && tried->pools == 1));
  }
  BOOST_TEST((disk.bytes(segment_path(1)) == before));
  BOOST_TEST(imported(text) == "1 recorded, 1 known");
}

BOOST_AUTO_TEST_CASE(a_trial_knows_the_records_that_the_store_has_named) {
  keep({.prompt = "ink"});
  commit();
  auto trial = TrialTarget::open(files, folder, WordLists::english(), now_ms);
  BOOST_REQUIRE(trial);
  BOOST_TEST(import_into(**trial, exported())->duplicates == 1U);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_tried_as_an_empty_one) {
  auto trial = TrialTarget::open(files, "/nowhere", WordLists::english(), now_ms);
  BOOST_REQUIRE(trial);
  BOOST_TEST(import_into(**trial, file(record(1)))->recorded == 1U);
}

BOOST_AUTO_TEST_CASE(a_limit_of_the_engine_is_met_by_trial_and_by_room) {
  std::string records = record(0);
  for (std::size_t i = 1; i <= arms_per_user_max; ++i) records += "," + record(static_cast<int>(i));
  const std::string text = file(records);
  auto trial = TrialTarget::open(files, folder, WordLists::english(), now_ms);
  BOOST_TEST(import_into(**trial, text).error().message ==
             "record 65537: this user has the most checkpoints one may have, 65536");
  RoomTarget room(store->engine(), WordLists::english());
  BOOST_TEST(
      import_into(room, text).error().message ==
      "record 65537: together with these records this user would have more checkpoints than one may have, 65536");
  BOOST_TEST(store->engine().users().empty());
}

BOOST_AUTO_TEST_CASE(what_is_imported_along_is_written_along) {
  std::string records = record(0);
  const std::string note(60'000, 'x');
  for (int i = 1; i < 200; ++i) {
    records += R"(,{"checkpoint":"A","action":"selected","feedback_text":")" + note + R"(","id":")" +
               std::to_string(i) + "\"}";
  }
  StoreTarget target(*store, WordLists::english(), now_ms);
  target.commit_along();
  BOOST_REQUIRE(import_into(target, file(records)));
  BOOST_TEST(store->uncommitted_bytes() < import_commit_bytes);
  BOOST_TEST(store->written_sequence() > 100U);
}

BOOST_AUTO_TEST_CASE(an_import_whose_writes_fail_is_told_and_is_whole_after_another_try) {
  std::string records;
  const std::string note(60'000, 'x');
  for (int i = 0; i < 200; ++i) {
    records += (i > 0 ? R"(,{"checkpoint":"A","action":"selected","feedback_text":")"
                      : R"({"checkpoint":"A","action":"selected","feedback_text":")") +
               note + R"(","id":")" + std::to_string(i) + "\"}";
  }
  {
    StoreTarget target(*store, WordLists::english(), now_ms);
    target.commit_along();
    files.fail_in(2);
    BOOST_TEST(import_into(target, file(records)).error().message.starts_with("record "));
    BOOST_TEST(read_only() != "");
    files.heal();
  }
  reopen();
  StoreTarget target(*store, WordLists::english(), now_ms);
  const auto again = import_into(target, file(records));
  BOOST_REQUIRE(again);
  BOOST_TEST((again->duplicates > 0 && again->recorded > 0 && again->recorded + again->duplicates == 200));
  BOOST_TEST(store->engine().find_user("ann")->totals().records == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

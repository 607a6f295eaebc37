// Closed segments of a store: compressed, let go, and what HISTORY, a start and FORGET make of them.
#include "persistence/segment_keeping.h"

#include "persistence/segment_reader.h"
#include "tests/persistence/segment_fixture.h"

namespace penchant::test {
namespace {

/// Several closed segments, all plain, and two snapshots of all of them.
struct PlainLife : KeptLife {
  PlainLife() {
    open();
    live(4);
    save();
    live(2);
    save();
  }
};

/// The same, its closed segments compressed.
struct CompressedLife : PlainLife {
  CompressedLife() {
    BOOST_REQUIRE(keep() == "");
    BOOST_REQUIRE(segments().find('z') != std::string::npos);
  }
};

/// The prompts of everybody's records, as an export tells them.
std::string all_prompts(Store& store) {
  std::string prompts;
  BOOST_REQUIRE(store.each_record("", [&prompts](const HistoryRecord& one) -> result<void> {
    prompts.append(one.id).append(":").append(one.record.prompt).append(" ");
    return {};
  }));
  return prompts;
}

BOOST_AUTO_TEST_SUITE(segment_keeping)

BOOST_FIXTURE_TEST_CASE(compressing_changes_no_byte_of_what_is_read, PlainLife) {
  const std::string before = content();
  const std::string known = told("bob");
  const std::string exported = all_prompts(*store);
  const std::string plain = segments();
  BOOST_TEST(keep() == "");
  BOOST_TEST(content() == before);
  BOOST_TEST(told("bob") == known);
  BOOST_TEST(all_prompts(*store) == exported);
  std::string compressed = plain;
  for (std::size_t at = compressed.find(' '); at != std::string::npos; at = compressed.find(' ', at + 2)) {
    compressed.insert(at, "z");
  }
  BOOST_TEST(segments() == compressed);  // all but the newest
}

BOOST_FIXTURE_TEST_CASE(nothing_is_compressed_unless_it_is_asked_for, PlainLife) {
  options.segments.compress = false;
  reopen();
  const std::string before = segments();
  BOOST_TEST(keep() == "");
  BOOST_TEST(segments() == before);
}

BOOST_FIXTURE_TEST_CASE(a_start_replays_compressed_segments, CompressedLife) {
  const std::string before = state();
  const std::string known = told("bob");
  for (const std::string& name : snapshots_in(disk, folder)) BOOST_REQUIRE(disk.remove(path_in(folder, name)));
  reopen();
  BOOST_TEST(store->replayed() == store->written_sequence());
  BOOST_TEST(state() == before);
  BOOST_TEST(told("bob") == known);
}

BOOST_FIXTURE_TEST_CASE(history_goes_on_while_segments_change_their_form, PlainLife) {
  const std::string known = told("bob");
  now_ms += segments_every_ms;
  (void)store->tick(now_ms);
  while (store->keeping()) {
    BOOST_REQUIRE(told("bob") == known);
    (void)store->tick(now_ms);
  }
  BOOST_TEST(told("bob") == known);
}

/// What an export or a dump is told: everybody's prompts in the order of recording.
std::string told_by_all(Store& store) {
  std::string prompts;
  const auto told = store.each_record("", [&](const HistoryRecord& one) -> result<void> {
    prompts.append(one.record.prompt).append(" ");
    return {};
  });
  return told ? prompts : told.error().message;
}

BOOST_FIXTURE_TEST_CASE(an_export_reads_compressed_segments_too, PlainLife) {
  const std::string before = told_by_all(*store);
  BOOST_TEST(before.starts_with("p1 secret-prompt p2 "));
  BOOST_REQUIRE(keep() == "");
  BOOST_REQUIRE(segments().find('z') != std::string::npos);
  BOOST_TEST(told_by_all(*store) == before);
  for (int i = 0; i < 3; ++i) BOOST_REQUIRE(other("late"));
  BOOST_TEST(told_by_all(*store) == before + "late late late ");
}

BOOST_FIXTURE_TEST_CASE(an_export_goes_on_while_segments_change_their_form, PlainLife) {
  const std::string before = told_by_all(*store);
  now_ms += segments_every_ms;
  (void)store->tick(now_ms);
  while (store->keeping()) {
    BOOST_REQUIRE(told_by_all(*store) == before);
    (void)store->tick(now_ms);
  }
  BOOST_TEST(told_by_all(*store) == before);
}

BOOST_FIXTURE_TEST_CASE(a_record_without_an_id_is_known_again_in_a_compressed_segment, CompressedLife) {
  int known = 0;
  BOOST_REQUIRE(store->each_record("bob", [&](const HistoryRecord& one) -> result<void> {
    Record again = one.record;
    again.at_ms = one.record.at_ms.value_or(one.record.now_ms);  // as an export tells it
    const auto has = store->has_named(one.id, again);
    known += has && *has ? 1 : 0;
    return {};
  }));
  BOOST_TEST(known == 6);
}

BOOST_FIXTURE_TEST_CASE(a_segment_in_both_forms_counts_once_and_the_plain_one_stays, CompressedLife) {
  const std::string compressed = path_in(folder, compressed_name(1));
  const auto opened = open_segment(disk, folder, 1);
  Bytes plain(static_cast<std::size_t>(*opened->file->size()));
  BOOST_REQUIRE(opened->file->read_at(0, plain));
  disk.put(segment_path(1), plain);
  const std::string before = state();
  reopen();
  BOOST_TEST(state() == before);
  BOOST_TEST(disk.exists(segment_path(1)));
  BOOST_TEST(!disk.exists(compressed));
}

BOOST_FIXTURE_TEST_CASE(what_an_unfinished_compressing_left_goes_with_the_start, CompressedLife) {
  const std::string left = unfinished_compressed(path_in(folder, compressed_name(1)));
  disk.put(left, Bytes(10));
  reopen();
  BOOST_TEST(!disk.exists(left));
}

BOOST_FIXTURE_TEST_CASE(where_the_newest_segment_is_compressed_the_next_begins, CompressedLife) {
  std::string newest = segments();
  newest.erase(0, newest.rfind(' ') + 1);
  BOOST_REQUIRE(disk.remove(segment_path(std::stoul(newest))));
  for (const std::string& name : snapshots_in(disk, folder)) BOOST_REQUIRE(disk.remove(path_in(folder, name)));
  reopen();
  BOOST_TEST(store->written_sequence() + 1 == std::stoul(newest));
  BOOST_TEST(segments().ends_with("z " + newest));
}

BOOST_FIXTURE_TEST_CASE(a_damaged_segment_is_not_compressed_and_the_others_are, PlainLife) {
  Bytes bytes = disk.bytes(segment_path(1));
  bytes.back() ^= std::byte{1};
  disk.put(segment_path(1), bytes);
  const std::string failure = keep();
  BOOST_TEST(failure.starts_with("the segments: " + segment_path(1) + " is damaged at offset "), failure);
  BOOST_TEST(store->segments_failure().has_value());
  BOOST_TEST(!store->read_only().has_value());
  BOOST_TEST(segments().starts_with("1 "));
  BOOST_TEST(segments().find("z ") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_compressed_segment_stops_a_start_that_needs_it, CompressedLife) {
  const std::string path = path_in(folder, compressed_name(1));
  Bytes bytes = disk.bytes(path);
  bytes[compressed_head_bytes + 9] ^= std::byte{1};
  disk.put(path, bytes);
  reopen();  // the snapshots cover it
  for (const std::string& name : snapshots_in(disk, folder)) BOOST_REQUIRE(disk.remove(path_in(folder, name)));
  BOOST_TEST(try_open() ==
             path + " is damaged at offset 60 (a block's checksum is wrong)" + std::string(damage_advice));
}

BOOST_FIXTURE_TEST_CASE(what_is_told_of_the_segments_is_what_there_is, CompressedLife) {
  const SegmentsTold told = store->segments();
  std::uint64_t disk_bytes = 0;
  for (const SegmentName& segment : *list_segments(disk, folder)) {
    disk_bytes += disk.bytes(path_of_segment(folder, segment)).size();
  }
  BOOST_TEST(told.segments == list_segments(disk, folder)->size());
  BOOST_TEST(told.disk_bytes == disk_bytes);
  BOOST_TEST(told.bytes > told.disk_bytes);
  BOOST_TEST(told.oldest_event_ms == 1'750'000'000'000);
}

BOOST_FIXTURE_TEST_CASE(forgetting_leaves_no_byte_in_compressed_segments, CompressedLife) {
  const std::string known = told("bob");
  BOOST_REQUIRE(content_traces(secrets_and_name()) != "");
  forget();
  BOOST_REQUIRE(erase());
  BOOST_TEST(content_traces(secrets_and_name()) == "");
  BOOST_TEST(traces() == "");
  BOOST_TEST(segments().starts_with("1z "));
  BOOST_TEST(told("bob") == known);
  reopen();
  BOOST_TEST(told("bob") == known);
}

BOOST_FIXTURE_TEST_CASE(forgetting_removes_what_a_compressing_left_too, PlainLife) {
  const std::string left = unfinished_compressed(path_in(folder, compressed_name(1)));
  disk.put(left, disk.bytes(segment_path(1)));
  disk.put(path_in(folder, compressed_name(1)), disk.bytes(segment_path(1)));
  forget();
  BOOST_REQUIRE(erase());
  BOOST_TEST(traces() == "");
}

// --- letting go

BOOST_FIXTURE_TEST_CASE(the_oldest_go_while_the_journal_is_too_large, PlainLife) {
  options.segments = {.history_bytes = 1};
  reopen();
  const std::string before = state();
  BOOST_TEST(keep() == "");
  BOOST_TEST(begins_with() > 1U);
  BOOST_TEST(state() == before);
  reopen();
  BOOST_TEST(state() == before);
}

BOOST_FIXTURE_TEST_CASE(nothing_goes_that_a_kept_snapshot_does_not_hold, PlainLife) {
  options.segments = {.history_bytes = 1};
  reopen();
  BOOST_TEST(keep() == "");
  const Texts snapshots = snapshots_in(disk, folder);
  BOOST_REQUIRE(snapshots.size() == 2U);
  BOOST_TEST(begins_with() <= *snapshot_sequence(snapshots.front()) + 1);
  const std::string before = state();
  BOOST_REQUIRE(disk.remove(path_in(folder, snapshots.back())));
  reopen();  // with the older one
  BOOST_TEST(state() == before);
}

BOOST_FIXTURE_TEST_CASE(with_one_snapshot_nothing_goes, KeptLife) {
  options.segments = {.history_bytes = 1};
  open();
  live(4);
  save();
  BOOST_TEST(keep() == "");
  BOOST_TEST(begins_with() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_snapshot_does_not_count_as_one, PlainLife) {
  options.segments = {.history_bytes = 1};
  const std::string newest = path_in(folder, snapshots_in(disk, folder).back());
  Bytes bytes = disk.bytes(newest);
  bytes.back() ^= std::byte{1};
  disk.put(newest, bytes);
  reopen();
  BOOST_TEST(keep() == "");
  BOOST_TEST(begins_with() == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_is_younger_than_the_days_stays, PlainLife) {
  options.segments = {.history_days = 3};
  reopen();
  now_ms += 3 * day_ms - segments_every_ms;
  BOOST_TEST(keep() == "");
  BOOST_TEST(begins_with() == 1U);
  now_ms += 1;
  BOOST_TEST(keep() == "");
  BOOST_TEST(begins_with() > 1U);
}

BOOST_FIXTURE_TEST_CASE(history_ends_where_a_segment_was_let_go, PlainLife) {
  const std::string known = told("bob");
  options.segments = {.compress = true, .history_bytes = 1};
  reopen();
  BOOST_TEST(keep() == "");
  const std::string left = told("bob");
  BOOST_TEST(left.size() < known.size());
  BOOST_TEST(known.starts_with(left));
  BOOST_TEST(!left.empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_known_of_an_id_stays, PlainLife) {
  options.segments = {.history_bytes = 1};
  reopen();
  BOOST_TEST(keep() == "");
  const auto again = secret(2);  // its ID and verdict
  BOOST_REQUIRE(again);
  BOOST_TEST((again->kind == Recorded::Kind::duplicate));
}

BOOST_FIXTURE_TEST_CASE(without_a_whole_snapshot_a_start_says_what_is_missing, PlainLife) {
  options.segments = {.history_bytes = 1};
  reopen();
  BOOST_TEST(keep() == "");
  for (const std::string& name : snapshots_in(disk, folder)) BOOST_REQUIRE(disk.remove(path_in(folder, name)));
  const std::string why = try_open();
  const std::string begin = "events 1 to " + std::to_string(begins_with() - 1) + " are missing: the first segment is ";
  BOOST_TEST(why.starts_with(begin + segment_path(begins_with()) + ", and no whole snapshot holds them"), why);
}

BOOST_AUTO_TEST_SUITE_END()

// --- under faults

/// Calls of a pass over compressing and letting go: each in turn fails, or is the last.
std::uint64_t fail_each_call(bool power_cut, const SegmentOptions& how) {
  std::mt19937_64 random(7);
  for (std::uint64_t n = 1;; ++n) {
    PlainLife life;
    life.options.segments = how;
    life.reopen();
    const std::string state = life.state();
    const std::string known = life.told("bob");
    const std::string content = life.content();
    const std::atomic<bool> stop = false;
    const SegmentsTask task{life.store->written_sequence(), *snapshot_sequence(snapshots_in(life.disk, folder)[0]),
                            life.now_ms};
    life.store.reset();
    power_cut ? life.files.lose_power_in(n) : life.files.fail_in(n, n % 2 == 0);
    const SegmentsOutcome outcome = keep_segments(life.files, folder, how, task, stop);
    if (!life.files.failed()) {
      BOOST_TEST(!outcome.failure.has_value());
      return n - 1;
    }
    const std::string where = "call " + std::to_string(n);
    if (power_cut) life.disk.power_cut({.random = &random});
    life.files.heal();
    life.open();
    BOOST_TEST(life.state() == state, where);
    BOOST_TEST(known.starts_with(life.told("bob")), where);
    BOOST_TEST(content.ends_with(life.content()), where);
    if (how.history_bytes == 0) BOOST_TEST(life.content() == content, where);
    BOOST_TEST(life.keep() == "", where);
    BOOST_TEST(content.ends_with(life.content()), where);
    for (const std::string& name : *life.disk.list(folder)) BOOST_TEST(!name.ends_with(".tmp"), where << name);
    // And once more from the older snapshot, or with none.
    life.store.reset();
    BOOST_REQUIRE(life.disk.remove(path_in(folder, snapshots_in(life.disk, folder).back())));
    if (how.history_bytes == 0) BOOST_REQUIRE(life.disk.remove(path_in(folder, snapshots_in(life.disk, folder)[0])));
    life.open();
    BOOST_TEST(life.state() == state, where);
  }
}

BOOST_AUTO_TEST_SUITE(segment_keeping_faults)

BOOST_AUTO_TEST_CASE(compressing_survives_each_failing_call) {
  const auto calls = fail_each_call(false, {.compress = true});
  BOOST_TEST_MESSAGE(calls << " calls failed");
  BOOST_TEST(calls > 50U);
}
BOOST_AUTO_TEST_CASE(compressing_survives_a_power_cut_at_each_call) {
  BOOST_TEST(fail_each_call(true, {.compress = true}) > 50U);
}
BOOST_AUTO_TEST_CASE(letting_go_survives_each_failing_call) {
  BOOST_TEST(fail_each_call(false, {.compress = true, .history_bytes = 1}) > 50U);
}
BOOST_AUTO_TEST_CASE(letting_go_survives_a_power_cut_at_each_call) {
  BOOST_TEST(fail_each_call(true, {.compress = true, .history_days = 0, .history_bytes = 1}) > 50U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

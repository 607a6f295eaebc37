// penchant check and repair below the command line: what is found, and what is left after a repair.
#include "persistence/folder_check.h"

#include "persistence/folder_repair.h"
#include "tests/persistence/segment_fixture.h"

namespace penchant::test {
namespace {

/// A store with closed segments and two snapshots of some of its events, closed; and another one beside it.
struct CheckedLife : KeptLife {
  explicit CheckedLife(bool compresses = true) {
    options.segments.compress = compresses;
    open();
    live(4);
    save();
    live(3);
    save();
    live(2);
    if (compresses) BOOST_REQUIRE(keep() == "");
    whole_state = state();
    whole_history = told("bob");
    last_event = store->written_sequence();
    store.reset();
  }

  FolderFound check(bool in_use = false) {
    auto found =
        check_folder(disk, folder, in_use, [](std::uint64_t done, std::uint64_t all) { BOOST_TEST(done <= all); });
    BOOST_REQUIRE_MESSAGE(found, found.error().message);
    return std::move(*found);
  }
  std::string repair() {
    const auto done = repair_folder(disk, folder, check(), {.now_ms = 7});
    BOOST_REQUIRE_MESSAGE(done, done.error().message);
    std::string told_by_it;
    for (const std::string& sentence : *done) told_by_it += sentence + "\n";
    return told_by_it;
  }
  void flip(const std::string& path, std::size_t at) {
    Bytes bytes = disk.bytes(path);
    bytes[at] ^= std::byte{1};
    disk.put(path, bytes);
  }
  void remove(const std::string& path) { BOOST_REQUIRE(disk.remove(path)); }
  void remove_snapshots() {
    for (const std::string& name : snapshots_in(disk, folder)) remove(path_in(folder, name));
  }
  std::string newest_segment() { return path_of_segment(folder, list_segments(disk, folder)->back()); }

  std::string whole_state;
  std::string whole_history;
  std::uint64_t last_event = 0;
};

struct PlainCheckedLife : CheckedLife {
  PlainCheckedLife() : CheckedLife(false) {}
};

std::string first_damage(const FolderFound& found) {
  for (const Finding& finding : found.findings) {
    if (finding.is_damage) return finding.file + "@" + std::to_string(finding.offset) + ": " + finding.what;
  }
  return "";
}

BOOST_AUTO_TEST_SUITE(folder_check)

BOOST_FIXTURE_TEST_CASE(a_sound_folder_has_no_damage_and_is_told_in_numbers, CheckedLife) {
  const FolderFound found = check();
  BOOST_TEST(first_damage(found) == "");
  BOOST_TEST(found.is_sound());
  BOOST_TEST(found.events == last_event);
  BOOST_TEST(found.first_event == 1U);
  BOOST_TEST(found.last_event == last_event);
  BOOST_TEST(found.segments == list_segments(disk, folder)->size());
  BOOST_TEST(found.compressed_segments + 1 == found.segments);
  BOOST_TEST(found.snapshots.size() == 2U);
  BOOST_TEST(found.compared_snapshots == 2U);
  BOOST_TEST(found.users.value() == 2U);
  BOOST_TEST(found.records.value() == last_event);
  BOOST_TEST(repair_plan(found).empty());
}

BOOST_FIXTURE_TEST_CASE(checking_changes_no_file, CheckedLife) {
  flip(newest_segment(), 41);
  const Texts names = *disk.list(folder);
  (void)check();
  BOOST_TEST((*disk.list(folder) == names));
}

BOOST_FIXTURE_TEST_CASE(a_folder_after_a_forget_is_sound, CheckedLife) {
  open();
  forget();
  BOOST_REQUIRE(erase());
  save();
  store.reset();
  const FolderFound found = check();
  BOOST_TEST(first_damage(found) == "");
  BOOST_TEST(found.erased_events > 0U);
  BOOST_TEST(found.compared_snapshots == found.snapshots.size());
}

BOOST_FIXTURE_TEST_CASE(a_folder_whose_oldest_segments_were_let_go_is_sound, CheckedLife) {
  options.segments.history_bytes = 1;
  open();
  BOOST_REQUIRE(keep() == "");
  BOOST_REQUIRE(begins_with() > 1U);
  store.reset();
  const FolderFound found = check();
  BOOST_TEST(first_damage(found) == "");
  BOOST_TEST(found.users.has_value());
}

BOOST_FIXTURE_TEST_CASE(every_flipped_bit_of_the_oldest_segment_is_found, CheckedLife) {
  const std::string path = path_in(folder, compressed_name(1));
  const Bytes whole = disk.bytes(path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    flip(path, at);
    const std::string what = first_damage(check());
    BOOST_TEST(what.starts_with(compressed_name(1) + "@"), at << ": " << what);
    disk.put(path, whole);
  }
}

BOOST_FIXTURE_TEST_CASE(every_flipped_byte_of_the_newest_segment_is_found, PlainCheckedLife) {
  const std::string path = newest_segment();
  const Bytes whole = disk.bytes(path);
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    flip(path, at);
    BOOST_TEST(!check().is_sound(), at);
    disk.put(path, whole);
  }
}

BOOST_FIXTURE_TEST_CASE(beside_a_server_the_newest_event_may_be_half_there, PlainCheckedLife) {
  Bytes bytes = disk.bytes(newest_segment());
  bytes.resize(bytes.size() - 5);
  disk.put(newest_segment(), bytes);
  BOOST_TEST(!check(false).is_sound());
  BOOST_TEST(first_damage(check(true)) == "");
}

BOOST_FIXTURE_TEST_CASE(a_snapshot_that_is_not_what_the_events_give_is_found, CheckedLife) {
  const std::uint64_t sequence = *snapshot_sequence(snapshots_in(disk, folder).back());
  BOOST_REQUIRE(write_snapshot(disk, folder, {*check().store_id, sequence}, FrozenState(Engine(), HistoryHeads())));
  const std::string what = first_damage(check());
  BOOST_TEST(what.starts_with(snapshot_name(sequence) + "@0: it is not what the events up to it give: it has 0 users"),
             what);
}

BOOST_FIXTURE_TEST_CASE(files_that_are_none_of_ours_are_told_and_no_damage, CheckedLife) {
  disk.put(path_in(folder, "notes.txt"), Bytes(3));
  disk.put(path_in(folder, "snapshot-1.tmp"), Bytes(3));
  const FolderFound found = check();
  BOOST_TEST(found.is_sound());
  BOOST_TEST(found.unknown == 1U);
  BOOST_TEST(found.unfinished == 1U);
  BOOST_TEST(found.findings.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(missing_events_are_found, CheckedLife) {
  const auto segments = *list_segments(disk, folder);
  remove(path_of_segment(folder, segments[1]));
  const std::string what = first_damage(check());
  BOOST_TEST(what.find("it ends before its last event") != std::string::npos, what);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(folder_repair)

/// What must hold behind every repair: the folder starts, and is sound.
void starts_again(CheckedLife& life) {
  const FolderFound found = life.check();
  BOOST_TEST(first_damage(found) == "");
  BOOST_TEST(life.try_open() == "");
}

BOOST_FIXTURE_TEST_CASE(a_damaged_event_that_a_snapshot_holds_costs_nothing_that_was_learned, CheckedLife) {
  flip(path_in(folder, compressed_name(1)), 70);
  const std::string done = repair();
  BOOST_TEST(done.find("what they taught is in the snapshot of event ") != std::string::npos, done);
  starts_again(*this);
  BOOST_TEST(state() == whole_state);
  const std::string left = told("bob");
  BOOST_TEST(whole_history.starts_with(left), left);
}

BOOST_FIXTURE_TEST_CASE(of_a_damaged_middle_the_damaged_event_alone_is_lost, PlainCheckedLife) {
  remove_snapshots();
  const std::string path = path_in(folder, segment_name(1));
  flip(path, disk.bytes(path).size() - 1);  // the last event of the first segment
  BOOST_TEST(try_open() != "");
  const std::string done = repair();
  BOOST_TEST(done.starts_with("lost: event "), done);
  starts_again(*this);
  BOOST_TEST(store->engine().record_count() == last_event - 1);
}

BOOST_AUTO_TEST_CASE(every_flipped_byte_of_a_middle_segment_can_be_repaired) {
  PlainCheckedLife life;
  life.remove_snapshots();
  const std::uint64_t second = (*list_segments(life.disk, folder))[1].first_sequence;
  const std::string path = segment_path(second);
  const Bytes whole = life.disk.bytes(path);
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    life.flip(path, at);
    const std::string done = life.repair();
    starts_again(life);
    BOOST_TEST(life.store->engine().record_count() + 2 >= life.last_event, at << ": " << done);
    BOOST_TEST(life.whole_history.starts_with(life.told("bob")), at);
    BOOST_TEST(life.store->written_sequence() == life.last_event);
    life.store.reset();
    for (const std::string& name : *life.disk.list(folder)) {
      if (is_set_aside(name)) life.remove(path_in(folder, name));
    }
    life.disk.put(path, whole);
  }
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_middle_segment_can_be_repaired) {
  PlainCheckedLife life;
  life.remove_snapshots();
  const std::uint64_t second = (*list_segments(life.disk, folder))[1].first_sequence;
  const std::string path = segment_path(second);
  const Bytes whole = life.disk.bytes(path);
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    life.disk.put(path, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    (void)life.repair();
    starts_again(life);
    BOOST_TEST(life.store->written_sequence() == life.last_event);
    life.store.reset();
    for (const std::string& name : *life.disk.list(folder)) {
      if (is_set_aside(name)) life.remove(path_in(folder, name));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_flipped_byte_of_a_compressed_segment_can_be_repaired) {
  CheckedLife life;
  const std::string path = path_in(folder, compressed_name(1));
  const Bytes whole = life.disk.bytes(path);
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    life.flip(path, at);
    const std::string done = life.repair();
    starts_again(life);
    BOOST_TEST(life.state() == life.whole_state, at << ": " << done);
    life.store.reset();
    for (const std::string& name : *life.disk.list(folder)) {
      if (is_set_aside(name) || name == segment_name(1)) life.remove(path_in(folder, name));
    }
    life.disk.put(path, whole);
  }
}

BOOST_FIXTURE_TEST_CASE(what_is_changed_is_kept_as_it_was, PlainCheckedLife) {
  flip(segment_path(1), 60);
  const Bytes damaged = disk.bytes(segment_path(1));
  BOOST_TEST(repair().find("it is kept as it was in " + segment_path(1) + ".before-repair-7") != std::string::npos);
  BOOST_TEST((disk.bytes(segment_path(1) + ".before-repair-7") == damaged));
}

BOOST_FIXTURE_TEST_CASE(a_forget_removes_what_a_repair_has_set_aside, PlainCheckedLife) {
  flip(segment_path(1), 60);
  (void)repair();
  open();
  forget();
  BOOST_REQUIRE(erase());
  BOOST_TEST(traces() == "");
}

BOOST_FIXTURE_TEST_CASE(a_damaged_snapshot_is_taken_out, CheckedLife) {
  const std::string name = snapshots_in(disk, folder).back();
  flip(path_in(folder, name), 60);
  BOOST_TEST(repair().starts_with(name + " was taken out; it is kept as "));
  starts_again(*this);
  BOOST_TEST(state() == whole_state);
}

BOOST_FIXTURE_TEST_CASE(a_torn_tail_is_cut, PlainCheckedLife) {
  Bytes bytes = disk.bytes(newest_segment());
  bytes.resize(bytes.size() + 30, std::byte{7});
  disk.put(newest_segment(), bytes);
  const std::string done = repair();
  BOOST_TEST(
      done.find(" was cut behind event " + std::to_string(last_event) + ": its last 30 bytes") != std::string::npos,
      done);
  starts_again(*this);
  BOOST_TEST(state() == whole_state);
}

BOOST_FIXTURE_TEST_CASE(a_journal_that_ends_before_a_snapshot_goes_on_behind_it, PlainCheckedLife) {
  open();
  save();  // of the last event
  store.reset();
  remove(newest_segment());
  BOOST_TEST(try_open() != "");
  const std::string done = repair();
  BOOST_TEST(done.find("what they taught is in the snapshot") != std::string::npos, done);
  starts_again(*this);
  BOOST_TEST(state() == whole_state);
  BOOST_TEST(store->written_sequence() == last_event);
}

BOOST_FIXTURE_TEST_CASE(a_journal_that_begins_late_without_a_snapshot_starts_with_what_is_left, CheckedLife) {
  options.segments.history_bytes = 1;
  open();
  BOOST_REQUIRE(keep() == "");
  store.reset();
  const std::uint64_t begin = begins_with();
  remove_snapshots();
  const auto segments = *list_segments(disk, folder);
  BOOST_TEST(repair().find("lost: events 1 to " + std::to_string(begin - 1)) != std::string::npos);
  starts_again(*this);
  BOOST_TEST(store->written_sequence() == last_event);
}

BOOST_FIXTURE_TEST_CASE(a_missing_segment_is_replaced, CheckedLife) {
  const auto segments = *list_segments(disk, folder);
  remove(path_of_segment(folder, segments[1]));
  remove_snapshots();
  const std::string done = repair();
  BOOST_TEST(done.find("lost: ") != std::string::npos, done);
  starts_again(*this);
  BOOST_TEST(store->written_sequence() == last_event);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_erasure_is_taken_out, CheckedLife) {
  disk.put(path_in(folder, erasure_name(last_event)), Bytes(20));
  BOOST_TEST(try_open() != "");
  BOOST_TEST(repair().find("FORGET that user again") != std::string::npos);
  starts_again(*this);
}

BOOST_AUTO_TEST_CASE(a_repair_that_fails_at_any_call_can_be_done_again) {
  for (std::uint64_t n = 1;; ++n) {
    CheckedLife life;
    life.flip(path_in(folder, compressed_name(1)), 70);
    life.flip(path_in(folder, snapshots_in(life.disk, folder).back()), 60);
    const FolderFound found = life.check();
    FaultyFileSystem faulty(life.disk, {.fail_call = n});
    const auto done = repair_folder(faulty, folder, found, {.now_ms = 7});
    if (!faulty.failed()) {
      BOOST_TEST(done.has_value());
      BOOST_TEST(n > 20U);
      break;
    }
    const auto again = repair_folder(life.disk, folder, life.check(), {.now_ms = 8});
    BOOST_REQUIRE_MESSAGE(again, "call " << n << ": " << again.error().message);
    life.open();
    BOOST_TEST(life.state() == life.whole_state, "call " << n);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

// penchant repair below the command line: what is left after a repair.
#include "persistence/folder_repair.h"

#include "persistence/segment_reader.h"
#include "tests/persistence/folder_fixture.h"

namespace penchant::test {
namespace {

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
  BOOST_TEST(try_open().ends_with(damage_advice));
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

BOOST_AUTO_TEST_CASE(every_flipped_byte_of_a_compressed_segment_refuses_a_start_that_needs_it_and_names_the_repair) {
  CheckedLife life;
  life.remove_snapshots();
  const std::string path = path_in(folder, compressed_name(1));
  const Bytes whole = life.disk.bytes(path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    life.flip(path, at);
    const std::string why = life.try_open();
    BOOST_TEST(why.find("penchant repair") != std::string::npos, at << ": " << why);
    life.disk.put(path, whole);
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

// penchant check below the command line: what is found.
#include "persistence/folder_check.h"

#include "persistence/crc32c.h"
#include "persistence/decision_format.h"
#include "persistence/little_endian.h"
#include "tests/persistence/folder_fixture.h"

namespace penchant::test {
namespace {

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
  BOOST_TEST(found.snapshots[0].format.value() == snapshot_format_version);
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

BOOST_FIXTURE_TEST_CASE(a_snapshot_that_cannot_be_read_is_found_and_nothing_a_repair_may_change, CheckedLife) {
  const std::string path = path_in(folder, snapshots_in(disk, folder).back());
  int found_unread = 0;
  for (std::uint64_t n = 1;; ++n) {
    FaultyFileSystem faulty(disk, {.fail_call = n});
    const auto found = check_folder(faulty, folder, false, [](std::uint64_t, std::uint64_t) {});
    if (!faulty.failed()) break;
    if (!found || first_damage(*found).find(path + ": Input/output error") == std::string::npos) continue;
    BOOST_TEST(found->is_beyond_repair);
    BOOST_TEST(found->damaged_files.empty());
    ++found_unread;
  }
  BOOST_TEST(found_unread >= 3);
}

BOOST_FIXTURE_TEST_CASE(a_snapshot_of_another_format_is_told_with_its_number, CheckedLife) {
  const std::string path = path_in(folder, snapshots_in(disk, folder).back());
  Bytes bytes = disk.bytes(path);
  store_little_endian(bytes.data() + 8, snapshot_format_version + 1);
  store_little_endian(bytes.data() + 36, crc32c(std::span(bytes).first(36)));
  disk.put(path, bytes);
  BOOST_TEST(check().snapshots.back().format.value() == snapshot_format_version + 1);
  bytes[36] ^= std::byte{1};
  disk.put(path, bytes);
  BOOST_TEST(!check().snapshots.back().format);
}

/// A header, and the marks of two decisions that were judged.
struct TornDecisions : CheckedLife {
  TornDecisions() : whole(decision_header_bytes + 2 * judged_frame_bytes) {
    encode_generation_header({.id = id, .first_number = 1}, whole.data());
    encode_judged({.start = 30, .number = 1}, &whole[decision_header_bytes]);
    encode_judged({.start = 30, .number = 2}, &whole[decision_header_bytes + judged_frame_bytes]);
    seal_frames(whole, decision_header_bytes);
  }
  FolderFound check_with(const Bytes& bytes) {
    disk.put(path_in(folder, generation_name(id)), bytes);
    return check();
  }

  const GenerationId id{.start = 35, .generation = 1};
  Bytes whole;
};

BOOST_FIXTURE_TEST_CASE(a_torn_tail_of_decisions_is_told_and_no_damage, TornDecisions) {
  BOOST_TEST(check_with(whole).findings.empty());
  for (std::size_t size = decision_header_bytes + 1; size < whole.size(); ++size) {
    if (size == decision_header_bytes + judged_frame_bytes) continue;
    const FolderFound found = check_with({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    BOOST_TEST(found.is_sound(), size);
    BOOST_REQUIRE(found.findings.size() == 1U);
    const std::size_t good = size > decision_header_bytes + judged_frame_bytes ? 68 : 40;
    BOOST_TEST(found.findings[0].offset == good);
    BOOST_TEST(found.findings[0].what ==
               "a torn tail of " + std::to_string(size - good) + " bytes, as a crash leaves it");
  }
  Bytes with_zeros = whole;
  with_zeros.resize(whole.size() + 4096);
  BOOST_TEST(check_with(with_zeros).is_sound());
}

BOOST_FIXTURE_TEST_CASE(every_flipped_bit_of_decisions_before_a_whole_frame_is_damage, TornDecisions) {
  for (std::size_t bit = 0; bit < 8 * (decision_header_bytes + judged_frame_bytes); ++bit) {
    Bytes bytes = whole;
    bytes[bit / 8] ^= std::byte{1} << bit % 8;
    BOOST_TEST(!check_with(bytes).is_sound(), bit);
  }
  BOOST_TEST(!check_with({}).is_sound());
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

}  // namespace
}  // namespace penchant::test

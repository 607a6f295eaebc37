// The file of a snapshot: its layout, what damages it, and what a writer that fails leaves.
#include <algorithm>
#include <atomic>
#include <bit>
#include <functional>

#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "tests/persistence/snapshot_lives.h"

namespace penchant::test {

BOOST_AUTO_TEST_SUITE(snapshot_file)

BOOST_AUTO_TEST_CASE(a_compressed_snapshot_is_smaller_and_the_same_state) {
  Taste taste;
  live_long(taste, 2 * snapshot_chunk_bytes_max + 1);
  SnapshotLife life;
  life.write(taste.engine);
  const std::size_t plain = life.bytes().size();
  life.how.is_compressing = true;
  life.write(taste.engine);
  BOOST_TEST(life.bytes().size() < plain / 4);
  Engine read;
  HistoryHeads heads;
  BOOST_REQUIRE(read_snapshot(life.disk, life.path(), read, heads));
  BOOST_TEST((state_bytes(read) == state_bytes(taste.engine)));
}

/// Bytes that nothing makes smaller stay as they are: both kinds of chunk are in it.
struct CompressedSnapshot : SmallSnapshot {
  CompressedSnapshot() : SmallSnapshot(live_fully) {
    how.is_compressing = true;
    write(taste.engine);
    whole = bytes();
    BOOST_REQUIRE((whole[snapshot_header_bytes + 3] & std::byte{0x80}) != std::byte{0});
  }
};

BOOST_AUTO_TEST_CASE(compressed_it_is_refused_with_any_bit_flipped_and_cut_at_any_byte) {
  CompressedSnapshot life;
  for (std::size_t byte = 0; byte < life.whole.size(); ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes flipped = life.whole;
      flipped[byte] ^= static_cast<std::byte>(1U << bit);
      life.put(std::move(flipped));
      BOOST_TEST(life.refused_with_path(), "bit " << bit << " of byte " << byte << ": " << life.refusal());
    }
    life.put(cut(life.whole, byte));
    BOOST_TEST(life.refused_with_path(), "cut at " << byte << ": " << life.refusal());
  }
}

/// What it becomes can be kept.
void live_on_and_reload(Engine& engine) {
  live_on(engine);
  SnapshotLife later;
  later.write(engine);
  BOOST_TEST(later.refusal() == "");
}

/// What is forged takes the place of what is there, at every place in turn; how many are refused.
template <class Forge>
std::size_t forged_and_refused(SmallSnapshot& life, std::size_t bytes, const Forge& forge, std::uint32_t tag = 0) {
  const Bytes content = life.content();
  std::size_t refused = 0;
  for (std::size_t at = 0; at + bytes <= content.size(); ++at) {
    Bytes forged = content;
    forge(forged.data() + at);
    life.forge(std::move(forged), tag);
    Engine engine;
    HistoryHeads heads;
    const auto read = read_snapshot(life.disk, life.path(), engine, heads);
    BOOST_TEST_CONTEXT("at " << at << " of " << content.size()) {
      read ? live_on_and_reload(engine) : void(++refused);
    }
  }
  return refused;
}

struct Flip {
  std::size_t bytes;
  void operator()(std::byte* at) const { std::transform(at, at + bytes, at, std::bit_not()); }
};

BOOST_AUTO_TEST_CASE(a_compressed_chunk_that_was_forged_is_refused_or_safe) {
  CompressedSnapshot life;
  (void)forged_and_refused(life, 1, Flip{1}, 0x80000000);
}

BOOST_AUTO_TEST_CASE(a_writing_that_is_stopped_leaves_nothing) {
  Taste taste;
  live_fully(taste);
  SnapshotLife life;
  const std::atomic<bool> stop = true;
  life.how.stop = &stop;
  BOOST_TEST(life.write(life.disk, taste.engine).error().message == "it was stopped");
  BOOST_TEST(life.disk.list(folder)->empty());
}

BOOST_AUTO_TEST_CASE(cut_at_any_byte_it_is_refused) {
  SmallSnapshot life;
  for (std::size_t size = 0; size < life.whole.size(); ++size) {
    life.put(cut(life.whole, size));
    BOOST_TEST(life.refused_with_path(), "cut at " << size << ": " << life.refusal());
  }
}

BOOST_AUTO_TEST_CASE(with_any_bit_flipped_it_is_refused) {
  SmallSnapshot life;
  for (std::size_t bit = 0; bit < 8 * life.whole.size(); ++bit) {
    Bytes flipped = life.whole;
    flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    life.put(std::move(flipped));
    BOOST_TEST(life.refused_with_path(), "bit " << bit << ": " << life.refusal());
  }
}

BOOST_AUTO_TEST_CASE(bytes_behind_the_end_are_refused) {
  SmallSnapshot life;
  life.put(cut(life.whole, life.whole.size() + 1));
  BOOST_TEST(life.refusal().find("it goes on after its end") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_told_as_such) {
  SmallSnapshot life;
  Bytes newer = life.whole;
  store_little_endian(newer.data() + 8, snapshot_format_version + 1);
  store_little_endian(newer.data() + 36, crc32c(std::span(newer).first(36)));
  life.put(std::move(newer));
  BOOST_TEST(life.refusal() == life.path() + " was written by a newer Penchant (format 9): start that one");
}

BOOST_AUTO_TEST_CASE(the_file_is_laid_out_as_its_page_says) {
  SmallSnapshot life;
  const std::byte* const at = life.whole.data();
  BOOST_TEST(text_of(std::span(life.whole).first(8)) == "PENCHSNP");
  BOOST_TEST(load_little_endian<std::uint32_t>(at + 8) == 8U);
  BOOST_TEST(std::ranges::equal(std::span(life.whole).subspan(12, 16), store_id));
  BOOST_TEST(load_little_endian<std::uint64_t>(at + 28) == 7U);
  BOOST_TEST(load_little_endian<std::uint32_t>(at + 36) == crc32c(std::span(life.whole).first(36)));
  BOOST_TEST(load_little_endian<std::uint32_t>(at + 40) == life.content().size());
  const std::string state = state_bytes(life.taste.engine);
  BOOST_REQUIRE(life.content().size() == state.size() + 8 + 16);  // one user's head
  BOOST_TEST(text_of(life.content()).starts_with(state));
  BOOST_TEST(load_little_endian<std::uint64_t>(life.content().data() + state.size()) == 1U);
  BOOST_TEST(load_little_endian<std::uint64_t>(life.content().data() + state.size() + 8) == 2U);
  BOOST_TEST(load_little_endian<std::uint64_t>(life.content().data() + state.size() + 16) == 40U);
  BOOST_TEST(load_little_endian<std::uint32_t>(&life.whole.back() - 7) == 0U);
}

BOOST_AUTO_TEST_CASE(a_chunk_longer_than_the_bound_is_refused_before_it_is_read) {
  SmallSnapshot life;
  Bytes forged = life.whole;
  store_little_endian(forged.data() + snapshot_header_bytes, static_cast<std::uint32_t>(snapshot_chunk_bytes_max + 1));
  life.put(std::move(forged));
  BOOST_TEST(life.refusal() == life.path() + " is damaged: a chunk is too long, at offset 40");
}

/// `number`, which stands before `rest`, is `forged`.
Bytes with_number(Bytes content, std::uint64_t number, std::string_view rest, std::uint64_t forged) {
  Bytes wanted(8);
  store_little_endian(wanted.data(), number);
  for (const std::byte byte : std::as_bytes(std::span(rest))) wanted.push_back(byte);
  const auto found = std::ranges::search(content, wanted);
  BOOST_REQUIRE(!found.empty());
  store_little_endian(&*found.begin(), forged);
  return content;
}

BOOST_AUTO_TEST_CASE(a_lesson_of_a_later_record_than_any_that_leaves_one_is_refused) {
  SmallSnapshot life(+[](Taste& taste) {
    taste.kept("ann", "A", "oil", listing_records_max - 1);
    taste.kept("ann", "A", "ink");
    taste.kept("ann", "A", "oil");
  });
  const std::string_view rest("\0\0\0\0\xff\xff\xff\xff", 8);  // its checkpoint, and no negative keywords
  life.forge(with_number(life.content(), listing_records_max, rest, listing_records_max));
  BOOST_TEST(life.refusal() == "");
  life.forge(with_number(life.content(), listing_records_max, rest, listing_records_max + 1));
  BOOST_TEST(life.refusal() == life.path() + " is damaged: its content contradicts itself");
}

BOOST_AUTO_TEST_CASE(more_texts_than_there_may_be_are_refused_before_they_are_read) {
  SmallSnapshot life;
  const std::string_view rest("\3\0\0\0ink", 7);
  life.forge(with_number(life.content(), 1, rest, texts_max));
  BOOST_TEST(life.refusal() != life.path() + " is damaged: its content contradicts itself");
  life.forge(with_number(life.content(), 1, rest, texts_max + 1));
  BOOST_TEST(life.refusal() == life.path() + " is damaged: its content contradicts itself");
}

void forge_everything(void (*live)(Taste&)) {
  SmallSnapshot life(live);
  for (const std::size_t bytes : {1U, 4U, 8U}) {
    BOOST_TEST(forged_and_refused(life, bytes, Flip{bytes}) > life.content().size() / 4);
  }
  for (const double number : {0x1p100, -0x1p100, 1e300, -1e300, 1e-300}) {
    const auto forge = [number](std::byte* at) { store_little_endian(at, std::bit_cast<std::uint64_t>(number)); };
    BOOST_TEST(forged_and_refused(life, 8, forge) > life.content().size() / 4);
  }
}

BOOST_AUTO_TEST_CASE(what_loads_though_it_was_forged_is_safe_to_live_on_with) { forge_everything(live_fully); }

BOOST_AUTO_TEST_CASE(so_are_learners_that_were_forged) { forge_everything(live_and_learn); }

BOOST_AUTO_TEST_CASE(learners_cut_at_any_byte_or_with_any_bit_flipped_are_refused) {
  SmallSnapshot life(live_and_learn);
  for (std::size_t byte = 0; byte < life.whole.size(); ++byte) {
    life.put(cut(life.whole, byte));
    BOOST_TEST(life.refused_with_path(), "cut at " << byte << ": " << life.refusal());
    Bytes flipped = life.whole;
    flipped[byte] ^= static_cast<std::byte>(1U << byte % 8);
    life.put(std::move(flipped));
    BOOST_TEST(life.refused_with_path(), "byte " << byte << ": " << life.refusal());
  }
}

BOOST_AUTO_TEST_CASE(a_large_state_crosses_chunks) {
  Taste taste;
  live_long(taste, 2 * snapshot_chunk_bytes_max + 1);
  SnapshotLife life;
  life.write(taste.engine);
  Engine read;
  HistoryHeads heads;
  BOOST_REQUIRE(read_snapshot(life.disk, life.path(), read, heads));
  BOOST_TEST((state_bytes(read) == state_bytes(taste.engine)));
  BOOST_TEST(load_little_endian<std::uint32_t>(life.bytes().data() + snapshot_header_bytes) ==
             snapshot_chunk_bytes_max);
}

BOOST_AUTO_TEST_CASE(chunks_that_changed_places_are_refused) {
  Taste taste;
  live_long(taste, 2 * snapshot_chunk_bytes_max + 1);
  SnapshotLife life;
  life.write(taste.engine);
  Bytes swapped = life.bytes();
  const auto first = swapped.begin() + snapshot_header_bytes;
  std::swap_ranges(first, first + snapshot_chunk_header_bytes + snapshot_chunk_bytes_max,
                   first + snapshot_chunk_header_bytes + snapshot_chunk_bytes_max);
  life.put(std::move(swapped));
  BOOST_TEST(life.refusal() == life.path() + " is damaged: a checksum is wrong, at offset 40");
}

BOOST_AUTO_TEST_CASE(a_state_cut_between_chunks_is_refused) {
  Taste taste;
  live_long(taste, snapshot_chunk_bytes_max + 1);
  SnapshotLife life;
  life.write(taste.engine);
  life.put(cut(life.bytes(), snapshot_header_bytes + snapshot_chunk_header_bytes + snapshot_chunk_bytes_max));
  BOOST_TEST(life.refused_with_path());
}

BOOST_AUTO_TEST_CASE(a_name_tells_the_sequence_and_nothing_else_is_a_name) {
  BOOST_TEST(snapshot_name(7) == "snapshot-00000000000000000007.penchant");
  BOOST_TEST(snapshot_sequence(snapshot_name(first_sequence_max)).value() == first_sequence_max);
  BOOST_TEST(!snapshot_sequence(snapshot_name(first_sequence_max + 1)));
  for (const char* name :
       {"", "snapshot-.penchant", "snapshot-7.penchant", "snapshot-0000000000000000000x.penchant",
        "snapshot-99999999999999999999.penchant", "snapshot-00000000000000000007.penchant.tmp",
        "snapshot--0000000000000000007.penchant", "journal-00000000000000000007.log"}) {
    BOOST_TEST(!snapshot_sequence(name), name);
  }
}

BOOST_AUTO_TEST_CASE(two_snapshots_are_kept_and_what_was_never_finished_is_not) {
  MemoryFileSystem disk;
  for (const std::uint64_t sequence : {3U, 5U, 11U}) {
    BOOST_REQUIRE(write_snapshot(disk, folder, {store_id, sequence}, FrozenState(Engine(), HistoryHeads())));
  }
  disk.put(snapshot_path(4) + ".tmp", {});
  disk.put(path_in(folder, "notes"), {});
  BOOST_REQUIRE(remove_old_snapshots(disk, folder, {}));
  BOOST_TEST(snapshots_in(disk, folder) == (Texts{snapshot_name(5), snapshot_name(11)}));
  BOOST_TEST(disk.exists(path_in(folder, "notes")));
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_was_written_lasts) {
  SnapshotLife life;
  life.write(Engine());
  life.disk.power_cut();
  BOOST_TEST(life.refusal() == "");
}

BOOST_AUTO_TEST_CASE(what_an_unfinished_one_left_is_no_obstacle) {
  SnapshotLife life;
  life.disk.put(life.path() + ".tmp", Bytes(10));
  life.write(Engine());
  BOOST_TEST(life.refusal() == "");
}

BOOST_AUTO_TEST_CASE(any_call_that_fails_is_reported_and_leaves_the_older_snapshot) {
  for (const bool short_write : {false, true}) {
    SnapshotLife older(3);
    older.write(Engine());
    Taste taste;
    taste.kept("ann", "A", "ink");
    bool failed = true;
    for (std::uint64_t n = 1; failed; ++n) {
      FaultyFileSystem files(older.disk, {.fail_call = n, .short_write = short_write});
      const auto written = write_snapshot(files, folder, {store_id, 7}, FrozenState(taste.engine, {}));
      failed = files.failed();
      BOOST_TEST(written.has_value() == !failed, "call " << n);
      if (failed) BOOST_TEST(written.error().message.starts_with("cannot "), written.error().message);
      BOOST_TEST(older.refusal() == "", "call " << n);
      BOOST_TEST((n < 100));
    }
  }
}

BOOST_AUTO_TEST_CASE(any_read_that_fails_is_reported_and_names_the_file) {
  SmallSnapshot life;
  bool failed = true;
  for (std::uint64_t n = 1; failed; ++n) {
    FaultyFileSystem files(life.disk, {.fail_call = n});
    Engine engine;
    HistoryHeads heads;
    const auto read = read_snapshot(files, life.path(), engine, heads);
    failed = files.failed();
    BOOST_TEST(read.has_value() == !failed, "call " << n);
    if (failed) BOOST_TEST(read.error().message.find(life.path()) != std::string::npos, read.error().message);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

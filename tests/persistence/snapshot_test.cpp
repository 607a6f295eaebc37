#include "persistence/snapshot.h"

#include <algorithm>
#include <sstream>

#include "engine/explain.h"
#include "engine/suggest.h"
#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "tests/persistence/snapshot_fixture.h"

namespace penchant::test {
namespace {

/// Everything a state can hold: users, LoRAs, families, IDs, corrections, pools, heavy cells, a changed
/// decay, a landmark that moved.
void live_fully(Taste& taste) {
  const LoraTag loras[] = {{"wash", 0.5, 0.5}, {"detail.safetensors", 1, 1}};
  taste.kept("ann", "sdxl/A.safetensors", "ink cat", 3);
  taste.tell(
      {.user = "ann", .checkpoint = "B", .prompt = "ink", .family = "sdxl", .id = "1", .loras = loras});
  taste.tell(
      {.verdict = Verdict::selected, .user = "ann", .checkpoint = "B", .prompt = "ink moon", .id = "2"});
  taste.tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "B", .prompt = "ink", .id = "2"});
  taste.pool("sdxl", Tier::quality, "A B C");
  taste.pool("sd15", Tier::draft, "D");
  taste.days_pass(900);
  taste.decay(7);
  taste.kept("bob", "E", "oil", 5000);
  taste.days_pass(1);
  taste.rejected("bob", "E", "oil cat");
  taste.tell({.user = "cyd", .checkpoint = "A", .prompt = ""});
}

/// Every question, record and correction that concerns what the state holds; what they answer does not matter.
void live_on(Engine& engine) {
  const auto keywords = words("ink cat moon oil");
  const LoraTag loras[] = {{"wash"}, {"detail"}};
  Recommender recommender{Bands{}};
  std::string told;
  const auto ask = [&](const Question& question) {
    const auto answer = recommender.recommend(engine, question);
    if (answer) append_reason(*answer, question.keywords, recommender.scorer(), told);
  };
  std::vector<std::string> users;
  for (const NamedUser& named : engine.users()) users.push_back(named.name);
  for (const std::string& user : users) {
    ask({.user = user, .keywords = keywords, .at_ms = engine.now_ms()});
    ask({.user = user, .family = "sdxl", .at_ms = engine.now_ms()});
    for (const Verdict verdict : {Verdict::selected, Verdict::rejected, Verdict::neutral}) {
      for (const char* id : {"", "1", "2"}) {
        (void)engine.record({.now_ms = engine.now_ms() / 2 + 1,
                             .verdict = verdict,
                             .user = user,
                             .checkpoint = "B",
                             .id = id,
                             .keywords = keywords,
                             .loras = loras});
      }
    }
    ask({.user = user, .keywords = keywords, .top = 10, .at_ms = engine.now_ms()});
  }
  for (const Pool& pool : engine.pools().all()) told += to_string(pool.tier);
  (void)state_bytes(engine);
}

void tell_engine(Engine& engine, const RandomLife::AnyEvent& event) {
  if (const auto* record = std::get_if<Record>(&event)) BOOST_REQUIRE(engine.record(*record));
  if (const auto* change = std::get_if<DecayChange>(&event)) BOOST_REQUIRE(engine.change_decay(*change));
  if (const auto* pool = std::get_if<PoolSet>(&event)) BOOST_REQUIRE(engine.set_pool(*pool));
  if (const auto* erased = std::get_if<PoolDelete>(&event)) engine.delete_pool(*erased);
  if (const auto* shared = std::get_if<Share>(&event)) BOOST_REQUIRE(engine.share(*shared));
  if (const auto* forgotten = std::get_if<Forget>(&event)) engine.forget(*forgotten);
}

/// What random questions are answered, to the last bit; with the community as it is now.
std::string answers(const Engine& engine, RandomLife& life) {
  CommunityBuilder builder;
  builder.start(engine);
  const Community community = *builder.advance(engine, 1'000'000'000);
  Recommender recommender{Bands{}};
  Suggester suggester;
  std::ostringstream told;
  told << std::hexfloat;
  const auto tell_value = [&told](const ValueAnswer& value) { told << value.mean << value.sd << value.observations; };
  for (int i = 0; i < 20; ++i) {
    Question question = life.next_question(engine.now_ms());
    question.community = &community;
    if (const auto answer = recommender.recommend(engine, question)) {
      told << answer->chosen.checkpoint << answer->confidence;
      for (const ArmAnswer& arm : answer->arms) {
        told << arm.checkpoint << arm.score << arm.observations << arm.probability;
      }
    }
    SuggestQuestion suggest = life.next_suggest_question(engine.now_ms());
    suggest.community = &community;
    for (const LoraAnswer& lora : suggester.loras(engine, suggest)) {
      told << lora.lora << lora.score << lora.observations;
      if (lora.strength) tell_value(*lora.strength);
    }
    for (const NegativeAnswer& one : suggester.negatives(engine, suggest)) {
      told << one.keyword << one.score << one.observations;
    }
    for (const ParameterAnswer& one : suggester.parameters(engine, suggest)) {
      told << one.name;
      tell_value(one.value);
    }
  }
  return told.str();
}

Bytes cut(Bytes bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

/// More than `bytes` of state: names of many models.
void live_long(Taste& taste, std::size_t bytes) {
  for (int i = 0; state_bytes(taste.engine).size() < bytes; ++i) {
    std::string names;
    for (int j = 0; j < 500; ++j) names += std::string(400, 'x') + std::to_string(j) + " ";
    taste.pool(numbered('f', i), Tier::draft, names + numbered('m', i));
    taste.kept("ann", numbered('m', i), "ink cat");
    for (int j = 0; j < 300; ++j) {
      const std::string id = numbered('i', i * 300 + j);
      taste.tell({.user = "ann", .checkpoint = "A", .prompt = "ink", .id = id + std::string(240, '-')});
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot)

BOOST_AUTO_TEST_CASE(the_state_that_is_read_is_the_one_that_was_written) {
  Taste taste;
  live_fully(taste);
  BOOST_TEST(taste.engine.find_user("bob")->keyword_checkpoints().heavy_cells() == 1U);
  SnapshotLife life;
  life.write(taste.engine);
  Engine read;
  HistoryHeads heads;
  const auto stamp = read_snapshot(life.disk, life.path(), read, heads);
  BOOST_REQUIRE_MESSAGE(stamp, stamp.error().message);
  BOOST_TEST(stamp->sequence == 7U);
  BOOST_TEST((stamp->store_id == store_id));
  BOOST_TEST((state_bytes(read) == state_bytes(taste.engine)));
}

BOOST_AUTO_TEST_CASE(a_state_that_was_read_goes_on_as_the_one_that_was_written) {
  Taste taste;
  live_fully(taste);
  SnapshotLife life;
  life.write(taste.engine);
  Taste read;
  HistoryHeads heads;
  BOOST_REQUIRE(read_snapshot(life.disk, life.path(), read.engine, heads));
  read.now_ms = taste.now_ms;
  for (Taste* one : {&taste, &read}) {
    one->tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "B", .prompt = "oil", .id = "2"});
    one->kept("bob", "E", "oil moon", 10);
    one->kept("dan", "A", "ink");
    one->pool("sdxl", Tier::draft, "C F");
  }
  BOOST_TEST((state_bytes(read.engine) == state_bytes(taste.engine)));
}

BOOST_AUTO_TEST_CASE(an_empty_state_is_a_state) {
  SnapshotLife life;
  life.write(Engine());
  BOOST_TEST(life.refusal() == "");
}

BOOST_AUTO_TEST_CASE(random_lives_come_back_and_go_on_bit_by_bit) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Engine engine;
    RandomLife life(seed);
    for (int i = 0; i < 150; ++i) tell_engine(engine, life.next_event());
    SnapshotLife saved;
    saved.write(engine);
    Engine read;
    HistoryHeads heads;
    BOOST_REQUIRE(read_snapshot(saved.disk, saved.path(), read, heads));
    BOOST_TEST((state_bytes(read) == state_bytes(engine)), "seed " << seed);
    for (int i = 0; i < 100; ++i) {
      const RandomLife::AnyEvent event = life.next_event();
      tell_engine(engine, event);
      tell_engine(read, event);
      if (i % 10 > 0) continue;
      RandomLife asking(seed + static_cast<unsigned>(i));
      RandomLife asking_again(seed + static_cast<unsigned>(i));
      BOOST_TEST(answers(read, asking) == answers(engine, asking_again), "seed " << seed << ", event " << i);
    }
    BOOST_TEST((state_bytes(read) == state_bytes(engine)), "seed " << seed);
  }
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
  BOOST_TEST(life.refusal() == life.path() + " was written by a newer Penchant (format 5): start that one");
}

BOOST_AUTO_TEST_CASE(the_file_is_laid_out_as_its_page_says) {
  SmallSnapshot life;
  const std::byte* const at = life.whole.data();
  BOOST_TEST(text_of(std::span(life.whole).first(8)) == "PENCHSNP");
  BOOST_TEST(load_little_endian<std::uint32_t>(at + 8) == 4U);
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

BOOST_AUTO_TEST_CASE(what_loads_though_it_was_forged_is_safe_to_live_on_with) {
  SmallSnapshot life(live_fully);
  const Bytes content = life.content();
  for (const std::size_t bytes : {1U, 4U, 8U}) {
    std::size_t refused = 0;
    for (std::size_t i = 0; i + bytes <= content.size(); ++i) {
      Bytes forged = content;
      for (std::size_t j = i; j < i + bytes; ++j) forged[j] = ~forged[j];
      life.forge(std::move(forged));
      Engine engine;
      HistoryHeads heads;
      const auto read = read_snapshot(life.disk, life.path(), engine, heads);
      read ? live_on(engine) : void(++refused);
    }
    BOOST_TEST(refused > content.size() / 4);
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
    BOOST_REQUIRE(write_snapshot(disk, folder, {store_id, sequence}, Engine(), HistoryHeads()));
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
      const auto written = write_snapshot(files, folder, {store_id, 7}, taste.engine, {});
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

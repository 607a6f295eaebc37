// The decisions' ring when files are bad, and when the disk fails or is slow.
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>

#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "tests/folders.h"
#include "tests/persistence/decision_fixture.h"

namespace penchant::test {
namespace {

// A few decisions of which some are judged, in one file, on the disk.
struct DamagedRing : RingLife {
  DamagedRing() {
    open();
    for (const std::string& id : tell_many(5)) prompts[id] = told(id);
    ring->mark_judged("z-2");
    other = tell({.prompt = "other arms", .would_be = "lone"}, {"lone"});
    prompts[other] = "other arms";
    ring.reset();
    whole = disk.bytes(path(35));
  }
  void put(Bytes bytes) {
    ring.reset();
    for (const std::string& name : names()) BOOST_REQUIRE(disk.remove(path_in(folder, name)));
    disk.put(path(35), std::move(bytes));
    open();
  }
  // What is known is as it was told; how many are.
  std::size_t known() {
    std::size_t count = 0;
    for (const auto& [id, prompt] : prompts) {
      if (!knows(id)) continue;
      ++count;
      BOOST_REQUIRE_EQUAL(told(id), prompt);
      BOOST_REQUIRE(!is_judged(id) || id == "z-2");
      BOOST_REQUIRE_EQUAL(ring->find(id)->arms.size(), id == other ? 1U : 3U);
      BOOST_REQUIRE_EQUAL(ring->find(id)->decision.would_be, id == other ? "lone" : "");
    }
    return count;
  }

  std::map<std::string, std::string> prompts;
  std::string other;
  Bytes whole;
};

BOOST_FIXTURE_TEST_SUITE(decision_damage, DamagedRing)

BOOST_AUTO_TEST_CASE(a_file_cut_at_any_byte_is_used_as_far_as_it_is_whole) {
  std::size_t before = 0;
  std::size_t unwarned = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    put(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    const std::size_t now = known();
    BOOST_REQUIRE(now == before || now == before + 1);
    before = now;
    unwarned += ring->warnings().empty() ? 1 : 0;
    BOOST_REQUIRE_EQUAL(told(tell("new")), "new");
    reopen();
    BOOST_REQUIRE(ring->warnings().empty());  // what was torn is cut
    BOOST_REQUIRE_EQUAL(known(), now);
  }
  BOOST_TEST(before == prompts.size());
  BOOST_TEST(unwarned == 10U);  // between the header, two arm sets, six decisions and a mark
}

BOOST_AUTO_TEST_CASE(a_file_with_any_bit_flipped_is_used_up_to_there) {
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes flipped = whole;
    flipped[at] ^= static_cast<std::byte>(1U << (at % 8));
    put(std::move(flipped));
    BOOST_REQUIRE(known() < prompts.size());
    BOOST_REQUIRE_EQUAL(ring->warnings().size(), 1U);
    BOOST_REQUIRE(ring->warnings().front().starts_with(path(35)));
  }
}

BOOST_AUTO_TEST_CASE(the_warning_names_file_and_byte) {
  put(Bytes(whole.begin(), whole.begin() + 50));
  BOOST_TEST(ring->warnings().front() ==
             path(35) + " is damaged or torn at byte 40: its decisions from there on are lost");
}

// Whatever a frame says, if its CRC is right: it may contradict itself.
BOOST_AUTO_TEST_CASE(frames_that_lie_with_a_right_crc_are_safe) {
  std::mt19937 random(7);
  for (std::size_t at = decision_header_bytes + 4; at < whole.size(); ++at) {
    Bytes lying = whole;
    lying[at] = static_cast<std::byte>(random());
    for (std::size_t frame = decision_header_bytes; frame + 8 <= lying.size();) {
      const std::size_t length = load_little_endian<std::uint32_t>(lying.data() + frame + 4);
      if (length < 8 || length > lying.size() - frame) break;
      const auto header_crc = load_little_endian<std::uint32_t>(lying.data() + 36);
      store_little_endian(lying.data() + frame, crc32c(std::span(lying).subspan(frame + 4, length - 4), header_crc));
      frame += length;
    }
    put(std::move(lying));
    for (const auto& [id, prompt] : prompts) {
      const auto found = ring->find(id);
      std::size_t bytes = 0;
      if (found) bytes += found->decision.would_be.size();
      if (found) found->arms.for_each([&](std::string_view name, float) { bytes += name.size(); });
      BOOST_REQUIRE(bytes < whole.size());
    }
    (void)next();
    ring->erase_user("ann");
  }
}

BOOST_AUTO_TEST_CASE(a_file_of_another_version_start_or_generation_is_not_used) {
  for (const std::size_t at : {8, 12, 20}) {
    Bytes other_file = whole;
    other_file[at] ^= std::byte{2};
    store_little_endian(other_file.data() + 36, crc32c(std::span(other_file).first(36)));
    put(std::move(other_file));
    BOOST_TEST(known() == 0U);
    BOOST_TEST(ring->warnings().front() == path(35) +
                                               " has no header of a decisions' file of version 1: its decisions "
                                               "are lost");
    tell("new");
    write();
    BOOST_TEST(!disk.exists(path(35)));
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_names_the_last_start_is_refused) {
  disk.put(path(decision_start_max), {});
  BOOST_TEST(try_open() == path(decision_start_max) + " names the last start that there can be: remove it");
}

BOOST_AUTO_TEST_CASE(other_files_stay) {
  for (const char* name : {"decisions-1.ring", "decisions-", "decisions", "journal-00000000000000000001.log",
                           "decisions-00000000000000000000-00000000000000000001.ring"}) {
    disk.put(path_in(folder, name), {});
  }
  reopen();
  write();
  BOOST_TEST(names().size() == 6U);
  disk.put(path(7) + ".tmp", {});
  reopen();
  write();
  BOOST_TEST(disk.exists(path(7) + ".tmp"));
  tell("new");
  write();
  BOOST_TEST(!disk.exists(path(7) + ".tmp"));
}

BOOST_AUTO_TEST_CASE(the_formats_page_has_the_bytes) {
  Bytes bytes(decision_header_bytes + 16 + judged_frame_bytes);
  encode_generation_header({.id = {.start = 35, .generation = 1}, .first_number = 1}, bytes.data());
  encode_arm_set(0, {}, std::span(bytes).subspan(40, 16));
  encode_judged({.start = 35, .number = 1}, bytes.data() + 56);
  seal_frames(bytes, decision_header_bytes);
  std::string hex;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    char text[16];
    if (i % 16 == 0) hex.append(text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "\n%04zx", i)));
    hex.append(text,
               static_cast<std::size_t>(std::snprintf(text, sizeof text, " %02x", std::to_integer<int>(bytes[i]))));
  }
  std::ifstream page(source_file("docs/decision_format.md"));
  const std::string text(std::istreambuf_iterator<char>(page), {});
  BOOST_CHECK_MESSAGE(text.find(hex + "\n```") != std::string::npos, hex);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(decision_faults, RingLife)

// A life in which everything is written that ever is; what was told, by id.
std::map<std::string, std::string> live(RingLife& life) {
  std::map<std::string, std::string> prompts;
  const auto tell = [&](const std::string& prompt) { prompts[life.tell(prompt)] = prompt; };
  if (!life.try_open().empty()) life.open();
  for (int i = 0; i < 120; ++i) {
    tell("first " + std::to_string(i));
    if (i % 16 == 0) (void)life.ring->wait_until_written();
  }
  life.tell("secret", "eve");
  (void)life.ring->wait_until_written();
  life.ring->erase_user("eve");
  (void)life.ring->wait_until_written();
  if (!life.try_open().empty()) life.open();
  for (int i = 0; i < 3; ++i) tell("second " + std::to_string(i));
  (void)life.ring->wait_until_written();
  (void)life.ring->wait_until_written();  // what failed is tried again
  return prompts;
}

BOOST_AUTO_TEST_CASE(whichever_call_fails_no_id_names_another_decision_and_the_newest_are_kept) {
  for (const bool short_write : {false, true}) {
    for (std::uint64_t call = 1;; ++call) {
      RingLife life;
      life.files.fail_in(call, short_write);
      const auto prompts = live(life);
      const bool failed = life.files.failed();
      life.files.fail_in(0);  // none from here on
      life.reopen();
      life.write();
      std::size_t known = 0;
      for (const auto& [id, prompt] : prompts) {
        const std::string told = life.told(id);
        BOOST_REQUIRE(told == prompt || told == "?");
        known += told == prompt ? 1 : 0;
        BOOST_REQUIRE(told == prompt || prompt.starts_with("first"));
      }
      BOOST_REQUIRE(known >= 3);
      BOOST_REQUIRE(life.bytes_on_disk() <= life.options.bytes_max);
      if (failed) continue;
      BOOST_TEST(call > 50U);
      BOOST_TEST(known > 50U);
      BOOST_TEST(!life.disk_holds("secret"));
      break;
    }
  }
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_once_and_the_ring_goes_on) {
  open();
  const std::string id = tell("cat");
  files.fail_in(1);
  BOOST_TEST(!ring->wait_until_written());
  BOOST_TEST(told(id) == "cat");
  BOOST_TEST(ring->take_failure()->message == "cannot write " + path(35) + ".tmp: No space left on device");
  BOOST_CHECK(!ring->take_failure());
  write();
  crash();
  BOOST_TEST(told(id) == "cat");
}

BOOST_AUTO_TEST_CASE(a_failure_that_lasts_is_told_once_until_it_has_ended) {
  open();
  for (int i = 0; i < 3; ++i) {
    tell("cat");
    files.fail_in(1);
    BOOST_TEST(!ring->wait_until_written());
    BOOST_TEST(ring->take_failure().has_value() == (i == 0));
  }
  write();
  tell("cat");
  files.fail_in(1);
  BOOST_TEST(!ring->wait_until_written());
  BOOST_TEST(ring->take_failure().has_value());
}

BOOST_AUTO_TEST_CASE(a_start_that_cannot_write_goes_on_in_memory) {
  open();
  files.fail_in(1);
  const std::string id = tell("cat");
  BOOST_TEST(ring->take_failure()->message == "cannot create " + path(35) + ".tmp: Input/output error");
  reopen();
  BOOST_TEST(told(id) == "cat");
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_listed_is_refused) {
  files.fail_in(1);
  BOOST_TEST(try_open() == "cannot list /data: Input/output error");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_there_at_the_next_start) {
  open();
  const std::string id = tell("cat");
  ring.reset();
  files.fail_in(2);
  open();
  BOOST_TEST(ring->warnings().front() ==
             "cannot open " + path(35) + ": Input/output error: its decisions are unknown until the next start");
  BOOST_TEST(!knows(id));
  reopen();
  BOOST_TEST(told(id) == "cat");
}

BOOST_AUTO_TEST_CASE(a_power_cut_leaves_what_was_written) {
  open();
  const std::string id = tell("cat");
  write();
  tell("dog");
  ring->flush();
  crash();
  disk.power_cut();
  reopen();
  BOOST_TEST(told(id) == "cat");
}

// Holds the writer up in a call that fails after that.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_open = false;
  bool is_reached = false;
};
Gate* gate = nullptr;

BOOST_AUTO_TEST_CASE(while_the_disk_hangs_decisions_are_told_found_and_expire) {
  Gate here;
  gate = &here;
  open();
  tell_many(100);
  files.do_in(1, [] {
    std::unique_lock lock(gate->mutex);
    gate->is_reached = true;
    gate->changed.notify_all();
    gate->changed.wait(lock, [] { return gate->is_open; });
  });
  ring->flush();
  {
    std::unique_lock lock(here.mutex);
    here.changed.wait(lock, [&] { return here.is_reached; });
  }
  for (int i = 0; i < 500; ++i) {
    BOOST_TEST(told(tell("cat " + std::to_string(i))) == "cat " + std::to_string(i));
    ring->flush();
  }
  BOOST_TEST(ring->bytes() <= options.bytes_max);
  {
    const std::lock_guard lock(here.mutex);
    here.is_open = true;
  }
  here.changed.notify_all();
  BOOST_TEST(ring->wait_until_written().has_value());
  BOOST_TEST(bytes_on_disk() <= options.bytes_max);
}

BOOST_AUTO_TEST_CASE(the_writer_may_be_at_work_during_every_call) {
  open();
  for (int i = 0; i < 3000; ++i) {
    const std::string id = tell("cat " + std::to_string(i), i % 3 == 0 ? "ann" : "bob");
    ring->flush();
    if (i % 2 == 0) ring->mark_judged(id);
    BOOST_REQUIRE_EQUAL(told(id), "cat " + std::to_string(i));
    (void)next();
    if (i % 100 == 0) ring->erase_user("ann");
    BOOST_REQUIRE(!ring->take_failure());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

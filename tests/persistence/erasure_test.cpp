// FORGET: nothing of a user is in memory, the journal, the snapshots and the history; everybody else's is.
#include "persistence/erasure.h"

#include <filesystem>

#include "tests/persistence/erasure_fixture.h"

namespace penchant::test {

BOOST_FIXTURE_TEST_SUITE(erasure, LivedLife)

BOOST_AUTO_TEST_CASE(the_fixture_leaves_traces_in_segments_and_snapshots) {
  BOOST_TEST(names("journal-").size() > 3U);
  BOOST_TEST(names("snapshot-").size() == 2U);
  const std::string found = traces();
  for (const std::string& text : secrets_and_name()) BOOST_TEST(found.find(text) != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_forgotten_user_is_gone_at_once) {
  const auto forgotten = forget();
  BOOST_TEST(forgotten.records == 6U);  // three of the eight correct nothing: they are known
  BOOST_TEST(forgotten.sequence == store->written_sequence());
  BOOST_TEST(store->engine().find_user(victim) == nullptr);
  BOOST_TEST(told(victim) == "");
  BOOST_TEST(told("bob") == "p8 p7 p6 p5 p4 p3 p2 p1");
}

BOOST_AUTO_TEST_CASE(when_it_is_erased_no_file_holds_a_trace) {
  const auto forgotten = forget();
  BOOST_TEST(store->erasing());
  BOOST_TEST(!store->erased(forgotten.sequence));
  BOOST_TEST(erase());
  BOOST_TEST(store->erased(forgotten.sequence));
  BOOST_TEST(traces() == "");
  BOOST_TEST(names("erase-").empty());
  lose_power();
  BOOST_TEST(traces() == "");
  open();
  BOOST_TEST(!store->erasing());
  BOOST_TEST(told("bob") == "p8 p7 p6 p5 p4 p3 p2 p1");
}

BOOST_AUTO_TEST_CASE(who_is_not_known_leaves_everything_as_it_is) {
  const std::uint64_t before = store->written_sequence();
  const auto forgotten = forget("cyd");
  BOOST_TEST(forgotten.records == 0U);
  BOOST_TEST(forgotten.sequence == 0U);
  BOOST_TEST(store->erased(forgotten.sequence));
  BOOST_TEST(store->written_sequence() == before);
  BOOST_TEST(names("erase-").empty());
  BOOST_TEST(!store->forget("", now_ms));
}

BOOST_AUTO_TEST_CASE(the_state_after_a_start_is_the_one_before) {
  forget();
  const std::string state = this->state();
  reopen();
  BOOST_TEST((this->state() == state));
  BOOST_TEST(erase());
  BOOST_TEST((this->state() == state));
  reopen();
  BOOST_TEST((this->state() == state));
}

BOOST_AUTO_TEST_CASE(the_whole_journal_replays_to_the_same_answers) {
  forget();
  BOOST_TEST(erase());
  for (const std::string& name : names("snapshot-")) BOOST_REQUIRE(disk.remove(path_in(folder, name)));
  reopen();
  BOOST_TEST(store->engine().find_user(victim) == nullptr);
  BOOST_TEST(store->engine().find_user("bob")->totals().records == 8U);
  BOOST_TEST(told("bob") == "p8 p7 p6 p5 p4 p3 p2 p1");
}

BOOST_AUTO_TEST_CASE(every_frame_keeps_its_place_and_number) {
  const auto frames = [this] {
    std::vector<std::pair<std::uint64_t, EventPlace>> all;
    std::vector<std::size_t> sizes;
    BOOST_REQUIRE(recover_journal(disk, folder, 1, [&](const JournalEvent& event) -> result<void> {
      all.emplace_back(event.sequence, event.place);
      return {};
    }));
    return all;
  };
  forget();
  const auto before = frames();
  BOOST_TEST(erase());
  BOOST_TEST((frames() == before));
}

BOOST_AUTO_TEST_CASE(who_comes_back_begins_anew_and_stays) {
  forget();
  BOOST_REQUIRE(fresh("new1"));
  BOOST_REQUIRE(other("p9"));
  BOOST_REQUIRE(fresh("new2"));
  commit();
  BOOST_TEST(told(victim) == "new2 new1");
  BOOST_TEST(erase());
  BOOST_TEST(told(victim) == "new2 new1");
  BOOST_TEST(traces(secrets()) == "");
  reopen();
  BOOST_TEST(told(victim) == "new2 new1");
  BOOST_TEST(store->engine().find_user(victim)->totals().records == 2U);
  BOOST_TEST(told("bob") == "p9 p8 p7 p6 p5 p4 p3 p2 p1");
}

BOOST_AUTO_TEST_CASE(a_cursor_from_before_shows_nothing_before_and_after_the_erasure) {
  std::string cursor;
  cursor = store->history({.user = victim, .limit = 1}, [](const HistoryRecord&) {})->cursor;
  BOOST_TEST(told(victim, cursor) != "");
  forget();
  BOOST_REQUIRE(fresh("new"));
  BOOST_TEST(told(victim, cursor).starts_with("CURSOR is 0, or "));
  BOOST_TEST(erase());
  BOOST_TEST(told(victim, cursor).starts_with("CURSOR is 0, or "));
  BOOST_TEST(told(victim) == "new");
}

BOOST_AUTO_TEST_CASE(several_are_erased_together_and_one_twice) {
  forget();
  BOOST_REQUIRE(secret(1));
  commit();
  BOOST_TEST(forget().records == 1U);
  BOOST_TEST(forget("bob").records == 8U);
  BOOST_TEST(names("erase-").size() == 3U);
  BOOST_TEST(erase());
  Texts texts = secrets_and_name();
  texts.emplace_back("bob");
  BOOST_TEST(traces(texts) == "");
  reopen();
  BOOST_TEST(store->engine().user_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_forget_during_an_erasure_waits_for_the_next) {
  const auto first = forget();
  save();
  (void)store->tick(now_ms);  // the thread is at work
  const auto second = forget("bob");
  while (!store->erased(first.sequence)) (void)store->tick(now_ms);
  BOOST_TEST(!store->erased(second.sequence));
  BOOST_TEST(names("erase-") == Texts{erasure_name(second.sequence)});
  BOOST_TEST(erase());
  BOOST_TEST(traces({"bob"}) == "");
}

BOOST_AUTO_TEST_CASE(no_more_than_may_be_are_erased_at_a_time) {
  for (std::size_t i = 0; i <= erasures_max; ++i) {
    BOOST_REQUIRE(fresh("p"));
    const auto forgotten = store->forget(victim, now_ms);
    BOOST_TEST(forgotten.has_value() == (i < erasures_max));
    if (!forgotten) BOOST_TEST(forgotten.error().message.starts_with("as many users are being erased as may be"));
  }
  BOOST_TEST(store->read_only().has_value() == false);
  BOOST_TEST(erase());
  (void)forget();
}

BOOST_AUTO_TEST_CASE(copies_of_torn_tails_are_removed) {
  disk.put(segment_path(1) + ".torn-77", Bytes(100));
  disk.put(path_in(folder, "notes"), Bytes(100));
  forget();
  BOOST_TEST(erase());
  BOOST_TEST(!disk.exists(segment_path(1) + ".torn-77"));
  BOOST_TEST(disk.exists(path_in(folder, "notes")));
}

BOOST_AUTO_TEST_CASE(who_is_known_only_by_a_torn_tail_is_forgotten_too) {
  BOOST_REQUIRE(store->sync());
  BOOST_REQUIRE(tell({.user = "dan", .checkpoint = std::string(200, 'A'), .prompt = "lost"}));
  commit();
  lose_power({.prefix_bytes = 60});
  open();
  BOOST_TEST(traces({"dan"}) != "");
  BOOST_TEST(forget("dan").records == 0U);
  BOOST_TEST(erase());
  BOOST_TEST(traces({"dan"}) == "");
}

BOOST_AUTO_TEST_CASE(damaged_snapshots_are_removed_too) {
  const std::string newest = path_in(folder, names("snapshot-").back());
  Bytes bytes = disk.bytes(newest);
  bytes[bytes.size() / 2] ^= std::byte{1};
  disk.put(newest, bytes);
  reopen();
  forget();
  BOOST_TEST(erase());
  BOOST_TEST(names("snapshot-").size() == 1U);
  BOOST_TEST(traces() == "");
}

BOOST_AUTO_TEST_CASE(a_failure_is_tried_again_at_once_where_the_clock_was_set_back) {
  const auto forgotten = forget();
  save();
  files.fail_in(1);
  BOOST_REQUIRE(store->tick(now_ms));
  now_ms -= 365 * day_ms;
  while (!store->erased(forgotten.sequence)) (void)store->tick(now_ms);
  BOOST_TEST(!store->erasure_failure());
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_and_tried_again_after_a_minute) {
  const auto forgotten = forget();
  save();
  files.fail_in(1);
  const auto news = store->tick(now_ms);
  BOOST_REQUIRE(news);
  BOOST_TEST(news->is_failure);
  BOOST_TEST(news->sentence == "the erasure failed: cannot list /data: Input/output error");
  BOOST_TEST(store->erasure_failure().has_value());
  now_ms += erasure_retry_ms - 1;
  BOOST_TEST(!store->tick(now_ms));
  BOOST_TEST(store->erasure_failure().has_value());
  now_ms += 1;
  while (!store->erased(forgotten.sequence)) (void)store->tick(now_ms);
  BOOST_TEST(!store->erasure_failure());
  BOOST_TEST(traces() == "");
}

BOOST_AUTO_TEST_CASE(a_damaged_segment_is_told_with_its_place) {
  forget();
  save();
  Bytes bytes = disk.bytes(segment_path(1));
  bytes.back() ^= std::byte{1};
  disk.put(segment_path(1), bytes);
  BOOST_TEST(!erase());
  const std::string message = store->erasure_failure()->message;
  BOOST_TEST(message.starts_with(segment_path(1) + " at offset "), message);
  BOOST_TEST(message.ends_with(", is damaged (its checksum is wrong)"), message);
}

BOOST_AUTO_TEST_CASE(a_damaged_erase_file_refuses_the_start) {
  const std::string path = path_in(folder, erasure_name(forget().sequence));
  const Bytes whole = disk.bytes(path);
  for (std::size_t i = 0; i <= whole.size(); ++i) {
    Bytes damaged = whole;
    i < whole.size() ? damaged[i] ^= std::byte{1} : damaged.emplace_back(std::byte{'x'});
    disk.put(path, damaged);
    BOOST_TEST(try_open().starts_with(path + " is damaged, and only it says who is to be forgotten"));
  }
  disk.put(path, Bytes(1000));
  BOOST_TEST(try_open().starts_with(path + " is damaged"));
  disk.put(path, whole);
  open();
  BOOST_TEST(erase());
}

BOOST_AUTO_TEST_CASE(a_start_finishes_what_a_snapshot_already_holds) {
  forget();
  save();
  reopen();
  BOOST_REQUIRE(store->erasures().size() == 1U);
  BOOST_TEST(store->erasures().front().user == victim);
  const auto began = std::chrono::steady_clock::now();
  while (store->erasing() && std::chrono::steady_clock::now() - began < std::chrono::seconds(30)) {
    (void)store->tick(now_ms);
  }
  BOOST_TEST(traces() == "");
}

BOOST_AUTO_TEST_CASE(a_store_that_ends_in_the_middle_goes_on_at_its_next_start) {
  forget();
  save();
  (void)store->tick(now_ms);
  reopen();
  BOOST_TEST(erase());
  BOOST_TEST(traces() == "");
  BOOST_TEST(told("bob") == "p8 p7 p6 p5 p4 p3 p2 p1");
}

BOOST_AUTO_TEST_CASE(names_are_those_of_erasures_only) {
  BOOST_TEST(erasure_name(7) == "erase-00000000000000000007");
  BOOST_TEST(erasure_sequence(erasure_name(7)).value() == 7U);
  for (const char* name : {"", "erase-", "erase-7", "erase-00000000000000000007.tmp", "erase-0000000000000000000x"}) {
    BOOST_TEST(!erasure_sequence(name), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(erasure_on_a_real_disk)

BOOST_AUTO_TEST_CASE(ticks_alone_erase_with_a_snapshot_in_the_background) {
  RealDirectory directory;
  PosixFileSystem real;
  ErasureLife life(real, directory.path);
  life.open();
  life.live(6);
  life.save();
  BOOST_REQUIRE(life.store->save_in_background(life.now_ms));  // one from before, which must not be taken for it
  const auto forgotten = life.forget();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!life.store->erased(forgotten.sequence) && std::chrono::steady_clock::now() < give_up) {
    (void)life.store->tick(life.now_ms);
    BOOST_REQUIRE(life.other("busy"));
    life.commit();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  BOOST_TEST(life.store->erased(forgotten.sequence));
  BOOST_TEST(life.traces() == "");
  life.reopen();
  BOOST_TEST(life.traces() == "");
  BOOST_TEST(life.told("bob").ends_with("p6 p5 p4 p3 p2 p1"));
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_fails_is_the_erasures_failure) {
  RealDirectory directory;
  PosixFileSystem real;
  ErasureLife life(real, directory.path);
  life.open();
  life.live(1);
  life.forget();
  life.files.fail_in(1);  // of the snapshot
  while (!life.store->erasure_failure()) (void)life.store->tick(life.now_ms);
  BOOST_TEST(life.store->erasure_failure()->message.starts_with("the snapshot failed: cannot list "));
  life.files.heal();
  life.now_ms += erasure_retry_ms;
  while (life.store->erasing()) (void)life.store->tick(life.now_ms);
  BOOST_TEST(life.traces() == "");
}

BOOST_AUTO_TEST_CASE(an_erasure_waits_for_what_is_kept_elsewhere) {
  LivedLife life;
  life.forget();
  life.save();
  for (int i = 0; i < 10; ++i) BOOST_TEST(!life.store->tick(life.now_ms, false).has_value());
  BOOST_TEST(life.names("erase-").size() == 1U);
  BOOST_TEST(life.store->tick(life.now_ms, Failure{"it is full"})->sentence == "the erasure failed: it is full");
  BOOST_TEST(life.store->erasure_failure()->message == "it is full");
  life.now_ms += erasure_retry_ms;
  BOOST_TEST(life.erase());
  BOOST_TEST(life.traces() == "");
}

BOOST_AUTO_TEST_CASE(a_forget_of_who_is_being_erased_tells_of_that_erasure) {
  LivedLife life;
  const auto first = life.forget();
  BOOST_TEST(life.forget().sequence == first.sequence);
  BOOST_TEST(life.forget().records == 0U);
  BOOST_TEST(life.erase());
  BOOST_TEST(life.forget().sequence == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

// The decisions' ring when a user is forgotten.
#include "tests/persistence/decision_fixture.h"

namespace penchant::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(decision_forget, RingLife)

BOOST_AUTO_TEST_CASE(a_forgotten_users_decisions_are_unknown_and_in_no_file) {
  open();
  const std::string old = tell("secret old", "eve");
  reopen();
  const std::string kept = tell("cat", "ann");
  const std::string other = tell({.user = "eve", .prompt = "secret"}, {"evesmodel"});
  write();
  BOOST_TEST(disk_holds("secret"));
  ring->erase_user("eve");
  BOOST_TEST(!knows(old));
  BOOST_TEST(!knows(other));
  write();
  for (const char* text : {"eve", "secret", "evesmodel"}) BOOST_TEST(!disk_holds(text));
  BOOST_TEST(told(kept) == "cat");
  reopen();
  BOOST_TEST(told(kept) == "cat");
  BOOST_TEST(!knows(other));
}

BOOST_AUTO_TEST_CASE(nobody_elses_files_are_written_anew) {
  open();
  tell("cat", "ann");
  write();
  const std::uint64_t calls = files.calls();
  ring->erase_user("an");
  ring->erase_user("anna");
  write();
  BOOST_TEST(files.calls() == calls);
}

BOOST_AUTO_TEST_CASE(arms_erased_with_a_user_are_named_again) {
  open();
  tell({.user = "eve"}, {"lone"});
  ring->erase_user("eve");
  const std::string id = tell({.user = "ann"}, {"lone"});
  reopen();
  BOOST_TEST(ring->find(id)->arms.probability_of("lone").has_value());
}

BOOST_AUTO_TEST_CASE(an_erasure_that_could_not_be_written_is_tried_again) {
  open();
  tell("secret", "eve");
  write();
  ring->erase_user("eve");
  files.fail_in(1);
  BOOST_TEST(!ring->wait_until_written());
  BOOST_TEST(disk_holds("secret"));
  BOOST_TEST(ring->erased().error().message.starts_with("cannot create "));
  write();
  BOOST_TEST(*ring->erased());
  BOOST_TEST(!disk_holds("secret"));
}

BOOST_AUTO_TEST_CASE(what_expired_and_could_not_be_removed_is_tried_again) {
  for (std::uint64_t call = 1;; ++call) {
    RingLife life;
    life.open();
    life.tell("secret", "eve");
    life.write();
    life.tell_many(500);
    life.files.fail_in(call);
    (void)life.ring->wait_until_written();
    life.ring->erase_user("eve");
    life.write();
    BOOST_REQUIRE(*life.ring->erased());
    BOOST_REQUIRE(!life.disk_holds("secret"));
    if (!life.files.failed()) break;
    BOOST_REQUIRE(call < 100U);
  }
}

BOOST_AUTO_TEST_CASE(what_another_start_left_unfinished_or_has_no_room_is_removed_with_a_user) {
  options.bytes_max = 1 << 20;
  open();
  tell("secret", "eve");
  tell_many(100);
  ring.reset();
  disk.put(path(7) + ".tmp", disk.bytes(path(35)));
  options.bytes_max = 2048;
  open();
  BOOST_TEST(disk_holds("secret"));
  ring->erase_user("eve");
  write();
  BOOST_TEST(*ring->erased());
  BOOST_TEST(!disk_holds("secret"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_may_hold_what_is_to_be_erased) {
  open();
  tell("secret", "eve");
  ring.reset();
  files.fail_in(2);
  open();
  ring->erase_user("eve");
  BOOST_TEST(ring->erased().error().message == "cannot open " + path(35) + ": Input/output error");
  reopen();
  ring->erase_user("eve");
  write();
  BOOST_TEST(*ring->erased());
  BOOST_TEST(!disk_holds("secret"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

// FORGET: what is answered, when, and what is left, whatever fails meanwhile.
#include <boost/test/unit_test.hpp>

#include "tests/net/users_fixture.h"

namespace penchant::test {
namespace {

/// Kills the process at the nth call of a FORGET and what follows it, and starts it again; whether it came to that.
bool kill_at(std::uint64_t call) {
  Users life;
  life.kept("ann", "A", "secret", 3);
  life.decision("ann", "secret");
  life.kept("bob", "A", "ink", 2);
  const std::string others = life.say("HISTORY bob");
  BOOST_REQUIRE(life.decisions->wait_until_written());
  life.files.lose_power_in(call);
  const bool is_answered = life.say("FORGET ann") == "3";
  const bool is_acknowledged = is_answered && life.erase() == "";
  const bool was_killed = life.files.failed();
  life.stop();
  life.files.heal();
  life.start();
  const std::string known = life.say("USERS");
  BOOST_TEST((known == "[bob]" || (known == "[ann, bob]" && !is_answered)), known << " after call " << call);
  if (known != "[bob]") BOOST_TEST(life.say("FORGET ann") == "3");
  BOOST_TEST((!is_acknowledged || !life.disk_holds("secret")), "call " << call);
  BOOST_TEST(life.erase() == "");
  BOOST_TEST(!life.disk_holds("secret"), "call " << call);
  BOOST_TEST(life.say("HISTORY bob") == others);
  return was_killed;
}

BOOST_FIXTURE_TEST_SUITE(forget, Users)

BOOST_AUTO_TEST_CASE(a_forget_waits_for_its_event_and_a_second_one_for_the_same) {
  kept("ann", "A", "secret", 3);
  BOOST_TEST(say("FORGET nobody") == "0");
  BOOST_TEST(connection->batch().awaited_erasure() == 0U);
  BOOST_TEST(say("FORGET ann") == "3");
  const std::uint64_t sequence = connection->batch().awaited_erasure();
  BOOST_TEST(sequence == store->written_sequence());
  BOOST_TEST(say("FORGET ann") == "0");
  BOOST_TEST(connection->batch().awaited_erasure() == sequence);
  BOOST_TEST(info("erasures_pending:1"));
  BOOST_TEST(erase() == "");
  BOOST_TEST(info("erasures_pending:0"));
  BOOST_TEST(say("FORGET ann") == "0");
  BOOST_TEST(connection->batch().awaited_erasure() == 0U);
}

BOOST_AUTO_TEST_CASE(who_has_only_asked_is_forgotten_too) {
  const std::string id = field(ask("RECOMMEND ann secret AMONG 1 A"), "decision").text;
  BOOST_TEST(decisions->wait_until_written().has_value());
  BOOST_TEST(disk_holds("secret"));
  restart();
  BOOST_TEST(say("FORGET ann") == "0");
  BOOST_TEST(connection->batch().awaited_erasure() > 0U);
  BOOST_TEST(!decisions->find(id).has_value());
  BOOST_TEST(erase() == "");
  BOOST_TEST(!disk_holds("secret"));
  BOOST_TEST(say("FORGET ann") == "0");
  BOOST_TEST(connection->batch().awaited_erasure() == 0U);
}

BOOST_AUTO_TEST_CASE(a_forget_that_cannot_be_erased_says_so_and_nothing_else_in_its_batch_does) {
  kept("ann", "A", "secret", 2);
  kept("bob", "A", "secret", 2);
  send("MULTI\r\n");
  const std::string replies = send("FORGET ann\r\nEXEC\r\nECHO a\r\nFORGET bob\r\nRECORD cyd selected A ink\r\n");
  BOOST_TEST(replies == "+QUEUED\r\n*1\r\n:2\r\n$1\r\na\r\n:2\r\n:1\r\n");
  const std::string told = connection->batch().unerased(replies, Failure{"no space"});
  const std::string sentence =
      "-UNERASED the user is forgotten, but not erased from all files: no space; mend that: the server tries again "
      "every minute and at each start, and FORGET again is answered when it is done\r\n";
  BOOST_TEST(told == "+QUEUED\r\n*1\r\n" + sentence + "$1\r\na\r\n" + sentence + ":1\r\n");
  BOOST_TEST(connection->batch().refused(replies, Failure{"no space"}) ==
             "+QUEUED\r\n-READONLY nothing can be recorded: no space\r\n$1\r\na\r\n" + sentence +
                 "-READONLY nothing can be recorded: no space\r\n");
}

BOOST_AUTO_TEST_CASE(an_erasure_that_failed_is_told_by_info_and_goes_on_by_itself) {
  kept("ann", "A", "secret", 3);
  BOOST_TEST(say("FORGET ann") == "3");
  BOOST_TEST(store->save(now_ms).has_value());
  files.lose_power_in(1);
  BOOST_TEST(erase().starts_with("cannot "));
  BOOST_TEST(info("erasures_failure:" + store->erasure_failure()->message));
  files.heal();
  now_ms += erasure_retry_ms - 1;
  (void)service->tick(now_ms);
  BOOST_TEST(store->erasure_failure().has_value());
  now_ms += 1;
  (void)service->tick(now_ms);
  BOOST_TEST(erase() == "");
  BOOST_TEST(info("erasures_failure:"));
  BOOST_TEST(!disk_holds("secret"));
}

BOOST_AUTO_TEST_CASE(a_forget_again_has_what_failed_tried_again_at_once) {
  kept("ann", "A", "secret", 3);
  BOOST_TEST(say("FORGET ann") == "3");
  BOOST_TEST(store->save(now_ms).has_value());
  files.lose_power_in(1);
  BOOST_TEST(erase().starts_with("cannot "));
  files.heal();
  BOOST_TEST(say("FORGET ann") == "0");
  BOOST_TEST(erase() == "");
  BOOST_TEST(!disk_holds("secret"));
}

BOOST_AUTO_TEST_CASE(a_forget_that_answers_an_error_has_changed_nothing) {
  kept("ann", "A", "secret", 3);
  const std::string id = decision("ann", "secret");
  BOOST_TEST(decisions->wait_until_written().has_value());
  const std::string before = say("STATS ann") + say("HISTORY ann") + say("SCORE ann secret 1 A");
  files.fail_in(1);
  BOOST_TEST(say("FORGET ann").starts_with("-ERR cannot create "));
  BOOST_TEST(before == say("STATS ann") + say("HISTORY ann") + say("SCORE ann secret 1 A"));
  BOOST_TEST(decisions->find(id).has_value());
  BOOST_TEST(say("JUDGE " + id + " selected A") == "4");
  BOOST_TEST(say("FORGET ann") == "4");
  BOOST_TEST(!decisions->find(id).has_value());
}

BOOST_AUTO_TEST_CASE(a_forget_that_could_not_be_written_whole_is_finished_by_the_next_start) {
  kept("ann", "A", "secret", 3);
  files.fail_in(6);  // the write of the event
  const std::string reply = say("FORGET ann");
  BOOST_TEST(reply.starts_with("-READONLY the user will be forgotten by the next start only: cannot write "), reply);
  restart();
  BOOST_TEST(say("FORGET ann") == "0");
  BOOST_TEST(connection->batch().awaited_erasure() > 0U);
  BOOST_TEST(erase() == "");
  BOOST_TEST(!disk_holds("secret"));
}

BOOST_AUTO_TEST_CASE(wherever_it_is_killed_a_forget_is_whole_or_has_not_been) {
  std::uint64_t call = 1;
  while (kill_at(call)) ++call;
  BOOST_TEST(call > 30U);
}

BOOST_AUTO_TEST_CASE(the_community_is_without_a_forgotten_user_before_the_forget_is_answered) {
  for (const char* user : {"ann", "bob", "cyd", "dan"}) share(user);
  kept("eve", "A", "ink");
  BOOST_TEST(say("FORGET eve") == "1");
  BOOST_TEST(!service->awaits_community());  // never was in it
  BOOST_TEST(say("FORGET ann") == "4");
  BOOST_TEST(service->awaits_community());
  BOOST_TEST(store->save(now_ms).has_value());
  for (int i = 0; i < 10; ++i) (void)service->tick(now_ms);
  BOOST_TEST(store->erasing());
  renew();
  BOOST_TEST(!service->awaits_community());
  BOOST_TEST(service->community().user_count() == 3U);
  BOOST_TEST(erase() == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

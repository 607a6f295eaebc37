// MULTI, EXEC, DISCARD.
#include "net/limits.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {

BOOST_FIXTURE_TEST_SUITE(commands_transaction, Talk)

BOOST_AUTO_TEST_CASE(requests_between_multi_and_exec_run_in_one_go) {
  BOOST_TEST(say("MULTI") == "OK");
  BOOST_TEST(say("RECORD ann selected A ink ID 1") == "QUEUED");
  BOOST_TEST(say("RECORD ann selected A ink ID 1") == "QUEUED");
  BOOST_TEST(say("KEYWORDS 'ink cat'") == "QUEUED");
  BOOST_TEST(store->engine().user_count() == 0U);
  BOOST_TEST(say("EXEC") == "[1, 0, [ink, cat]]");
  BOOST_TEST(say("EXEC") == "-ERR EXEC without MULTI");
  BOOST_TEST(say("PING") == "PONG");
}

BOOST_AUTO_TEST_CASE(what_one_of_them_answers_stops_no_other) {
  send("MULTI\r\nRECORD ann loved A ink\r\nRECORD ann selected A ink\r\n");
  BOOST_TEST(say("EXEC") == "[-ERR the verdict must be selected, rejected or neutral, 1]");
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_run_makes_exec_run_none) {
  for (const char* wrong : {"NOTHING", "RECORD ann"}) {
    send("MULTI\r\nRECORD ann selected A ink\r\n" + std::string(wrong) + "\r\n");
    BOOST_TEST(say("KEYWORDS ink") == "QUEUED");
    BOOST_TEST(say("EXEC") == "-EXECABORT Transaction discarded because of previous errors.");
  }
  BOOST_TEST(store->engine().user_count() == 0U);
}

BOOST_AUTO_TEST_CASE(discard_and_reset_forget_them) {
  for (const char* forget : {"DISCARD", "RESET"}) {
    send("MULTI\r\nRECORD ann selected A ink\r\n" + std::string(forget) + "\r\n");
    BOOST_TEST(say("EXEC") == "-ERR EXEC without MULTI");
  }
  BOOST_TEST(say("DISCARD") == "-ERR DISCARD without MULTI");
  BOOST_TEST(store->engine().user_count() == 0U);
}

BOOST_AUTO_TEST_CASE(they_do_not_nest) {
  send("MULTI\r\n");
  BOOST_TEST(say("MULTI") == "-ERR MULTI calls can not be nested");
  BOOST_TEST(say("EXEC") == "[]");
}

BOOST_AUTO_TEST_CASE(quit_in_the_middle_runs_none) {
  BOOST_TEST(send("MULTI\r\nRECORD ann selected A ink\r\nQUIT\r\n") == "+OK\r\n+QUEUED\r\n+OK\r\n");
  BOOST_TEST(store->engine().user_count() == 0U);
}

BOOST_AUTO_TEST_CASE(their_number_has_a_bound) {
  const auto queue = [this](std::size_t count) {
    send("MULTI\r\n");
    for (std::size_t i = 0; i < count; ++i) send("PING\r\n");
    return ask("EXEC");
  };
  BOOST_TEST(queue(transaction_requests_max).elements.size() == transaction_requests_max);
  BOOST_TEST(queue(transaction_requests_max + 1).text.starts_with("EXECABORT"));
}

BOOST_AUTO_TEST_CASE(what_they_hold_has_a_bound) {
  const auto queue = [this](std::size_t bytes) {
    send("MULTI\r\n");
    for (std::size_t i = 0; i < 4; ++i) send(request({"ECHO", std::string(bytes - 4, 'x')}));
    return ask("EXEC");
  };
  BOOST_TEST(queue(request_bytes_max / 4).elements.size() == 4U);
  BOOST_TEST(queue(request_bytes_max / 4 + 1).text.starts_with("EXECABORT"));
}

BOOST_AUTO_TEST_CASE(where_the_journal_fails_the_whole_is_refused) {
  send("MULTI\r\nPING\r\nRECORD ann selected A ink\r\n");
  files.fail_in(1);
  BOOST_TEST(say("EXEC").starts_with("-READONLY nothing can be recorded: "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

// SLOWLOG, and what it and MONITOR show of a request.
#include "net/request_shown.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

struct Slow : Talk {
  Slow() { add_slow_log_settings(runtime); }

  std::vector<std::string> commands() {
    std::vector<std::string> names;
    for (const Reply& entry : ask("SLOWLOG GET -1").elements) names.push_back(entry.elements[3].elements[0].text);
    return names;
  }
  void note(const std::string& name) { runtime.shards.front().slow_log.add({.arguments = {name}}); }
};

std::string shortened(const std::vector<std::string_view>& request) {
  std::string text;
  for (const std::string& argument : shown_request(request)) text += (text.empty() ? "" : " ") + argument;
  return text;
}

BOOST_FIXTURE_TEST_SUITE(commands_slowlog, Slow)

BOOST_AUTO_TEST_CASE(a_request_that_takes_as_long_as_was_said_is_kept) {
  BOOST_TEST(say("SLOWLOG LEN") == "0");
  say("CONFIG SET slowlog-log-slower-than 0");
  const std::int64_t before_s = clock_ms() / 1000;
  say("CLIENT SETNAME me");
  say({"RECORD", "ann", "selected", "A", "ink"});
  const Reply told = ask("SLOWLOG GET");
  BOOST_TEST(told.elements.size() == 3U);  // the CONFIG SET, too
  const std::vector<Reply>& entry = told.elements[0].elements;
  BOOST_TEST(entry.size() == 6U);
  BOOST_TEST(entry[0].integer == 2);
  BOOST_TEST(entry[1].integer >= before_s);
  BOOST_TEST(entry[2].integer >= 0);
  BOOST_TEST(shown(entry[3]) == "[RECORD, ann, selected, A, ink]");
  BOOST_TEST(entry[4].text == "127.0.0.1:1");
  BOOST_TEST(entry[5].text == "me");
}

BOOST_AUTO_TEST_CASE(a_negative_threshold_keeps_none) {
  say("CONFIG SET slowlog-log-slower-than 0");
  say("CONFIG SET slowlog-log-slower-than -1");
  say("SLOWLOG RESET");
  say("PING");
  BOOST_TEST(say("SLOWLOG LEN") == "0");
  BOOST_TEST(say("CONFIG GET slowlog-log-slower-than") == "[slowlog-log-slower-than, -1]");
  BOOST_TEST(say("CONFIG SET slowlog-log-slower-than -2").starts_with("-ERR CONFIG SET failed"));
}

BOOST_AUTO_TEST_CASE(a_transaction_s_requests_are_kept_and_not_itself) {
  say("CONFIG SET slowlog-log-slower-than 0");
  say("SLOWLOG RESET");
  send("MULTI\r\nPING\r\nEXEC\r\n");
  const std::vector<std::string> kept = commands();
  BOOST_TEST(kept == std::vector<std::string>({"PING", "MULTI", "SLOWLOG"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_newest_are_kept_and_as_many_told_as_are_asked_for) {
  for (int i = 0; i <= 128; ++i) note(std::to_string(i));
  BOOST_TEST(say("SLOWLOG LEN") == "128");
  BOOST_TEST(commands().front() == "128");
  BOOST_TEST(commands().back() == "1");
  BOOST_TEST(ask("SLOWLOG GET").elements.size() == 10U);
  BOOST_TEST(ask("SLOWLOG GET 3").elements.size() == 3U);
  BOOST_TEST(ask("SLOWLOG GET 0").elements.empty());
  say("CONFIG SET slowlog-max-len 2");
  BOOST_TEST(commands() == std::vector<std::string>({"128", "127"}), boost::test_tools::per_element());
  say("CONFIG SET slowlog-max-len 0");
  note("x");
  BOOST_TEST(say("SLOWLOG LEN") == "0");
  BOOST_TEST(say("CONFIG SET slowlog-max-len 100000") == "OK");
  BOOST_TEST(say("CONFIG SET slowlog-max-len 100001").starts_with("-ERR CONFIG SET failed"));
}

BOOST_AUTO_TEST_CASE(what_is_asked_otherwise_is_refused) {
  BOOST_TEST(say("SLOWLOG SHOW") == "-ERR SLOWLOG must be followed by GET, LEN or RESET");
  BOOST_TEST(say("SLOWLOG GET many").starts_with("-ERR the number of entries must be a whole number"));
  BOOST_TEST(say("SLOWLOG LEN 3").starts_with("-ERR unknown option '3'"));
}

BOOST_AUTO_TEST_CASE(long_requests_are_shortened) {
  const std::string longest(shown_argument_bytes_max, 'x');
  const std::string longer = longest + "yz";
  BOOST_TEST(shortened({"ECHO", longest}) == "ECHO " + longest);
  BOOST_TEST(shortened({"ECHO", longer}) == "ECHO " + longest + "... (2 more bytes)");
  std::vector<std::string_view> many(shown_arguments_max, "a");
  BOOST_TEST(shown_request(many).size() == shown_arguments_max);
  BOOST_TEST(shown_request(many).back() == "a");
  many.push_back("a");
  BOOST_TEST(shown_request(many).size() == shown_arguments_max);
  BOOST_TEST(shown_request(many).back() == "... (2 more arguments)");
}

BOOST_AUTO_TEST_CASE(secrets_are_not_shown) {
  BOOST_TEST(shortened({"auth", "secret"}) == "auth (redacted)");
  BOOST_TEST(shortened({"AUTH", "ann", "secret"}) == "AUTH (redacted) (redacted)");
  BOOST_TEST(shortened({"HELLO", "3", "AUTH", "ann", "secret", "SETNAME", "me"}) ==
             "HELLO 3 AUTH (redacted) (redacted) SETNAME me");
  BOOST_TEST(shortened({"ECHO", "AUTH", "x"}) == "ECHO AUTH x");
}

BOOST_AUTO_TEST_CASE(arguments_are_quoted_as_redis_server_quotes_them) {
  std::string text;
  append_quoted(std::string_view("a \"b\"\\\n\r\t\a\b\x01\x7f\xff", 14), text);
  BOOST_TEST(text == "\"a \\\"b\\\"\\\\\\n\\r\\t\\a\\b\\x01\\x7f\\xff\"");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

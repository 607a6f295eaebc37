// CLIENT KILL, and what a client may do who monitors.
#include "net/monitor.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

/// Two others beside the one who asks.
struct Killing : Talk {
  Killing() {
    runtime.close_client = [this](std::uint64_t id) { closed_ids.push_back(id); };
    runtime.tell_monitors = [this](const std::string& line) { lines.push_back(line); };
    old.id = 3;
    old.address = "127.0.0.1:30";
    old.access.name = "studio";
    old.local_address = "127.0.0.1:7379";
    old.connected_ms = clock_ms() - 100'000;
    young.id = 4;
    young.address = "127.0.0.1:40";
    young.local_address = "127.0.0.1:7379";
    young.connected_ms = connection->client().connected_ms = clock_ms();
    runtime.shards.front().clients = {&old, &young, &connection->client()};
  }
  /// Whom it closes, and its reply.
  std::string kill(const std::string& how) {
    closed_ids.clear();
    std::string told = say("CLIENT KILL " + how) + ":";
    for (const std::uint64_t id : closed_ids) told += " " + std::to_string(id);
    return told;
  }

  Client old;
  Client young;
  std::vector<std::uint64_t> closed_ids;
  std::vector<std::string> lines;
};

BOOST_FIXTURE_TEST_SUITE(commands_client, Killing)

BOOST_AUTO_TEST_CASE(clients_are_closed_by_what_they_are) {
  BOOST_TEST(kill("127.0.0.1:30") == "OK: 3");
  BOOST_TEST(kill("127.0.0.1:99") == "-ERR No such client:");
  BOOST_TEST(kill("ID 4") == "1: 4");
  BOOST_TEST(kill("ID 9") == "0:");
  BOOST_TEST(kill("ADDR 127.0.0.1:40") == "1: 4");
  BOOST_TEST(kill("LADDR 127.0.0.1:7379") == "2: 3 4");
  BOOST_TEST(kill("LADDR 127.0.0.1:7379 ID 3") == "1: 3");
  BOOST_TEST(kill("USER studio") == "1: 3");
  BOOST_TEST(kill("USER default") == "1: 4");
  BOOST_TEST(kill("MAXAGE 50") == "1: 3");
  BOOST_TEST(kill("SKIPME yes") == "2: 3 4");
  BOOST_TEST(!closed());
}

BOOST_AUTO_TEST_CASE(who_asks_is_closed_after_the_reply_and_only_where_that_was_said) {
  BOOST_TEST(kill("ID 7") == "0:");
  BOOST_TEST(!closed());
  BOOST_TEST(kill("ID 7 SKIPME no") == "1:");
  BOOST_TEST(closed());
  connect();
  BOOST_TEST(kill("127.0.0.1:1") == "OK:");
  BOOST_TEST(closed());
}

BOOST_AUTO_TEST_CASE(what_is_no_filter_is_refused_and_closes_nobody) {
  for (const char* how : {"ID", "ID me", "COLOUR red", "SKIPME maybe", "MAXAGE 0", "MAXAGE 5 ID x"}) {
    const std::string told = kill(how);
    if (std::string_view(how) == "ID") continue;  // an address, as it stands
    BOOST_TEST(told.starts_with("-ERR "), how);
  }
  BOOST_TEST(say("CLIENT KILL").starts_with("-ERR CLIENT KILL needs an address, or ID"));
  BOOST_TEST(closed_ids.empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_told_while_nobody_monitors) {
  say("PING");
  BOOST_TEST(lines.empty());
}

BOOST_AUTO_TEST_CASE(who_monitors_is_told_what_is_asked) {
  runtime.monitors = 1;
  say({"RECORD", "ann", "selected", "A", "ink \"x\""});
  say("MONITOR");
  BOOST_TEST(lines.size() == 1U);
  BOOST_TEST(lines[0].starts_with("+1"), lines[0]);
  BOOST_TEST(lines[0].find('.') == 11U, lines[0]);
  BOOST_TEST(lines[0].ends_with(" [0 127.0.0.1:1] \"RECORD\" \"ann\" \"selected\" \"A\" \"ink \\\"x\\\"\"\r\n"),
             lines[0]);
}

BOOST_AUTO_TEST_CASE(what_does_not_run_is_not_told) {
  runtime.monitors = 1;
  send("NOTHING\r\nPING a b\r\n");
  BOOST_TEST(lines.empty());
  send("MULTI\r\nPING\r\nEXEC\r\n");
  BOOST_TEST(lines.size() == 3U);  // EXEC before what it runs
  BOOST_TEST(lines[1].find("EXEC") != std::string::npos);
  BOOST_TEST(lines[2].find("PING") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_monitors_asks_about_the_connection_only) {
  BOOST_TEST(say("MONITOR") == "OK");
  BOOST_TEST(say("MONITOR") == "-" + std::string(monitoring_sentence));
  BOOST_TEST(runtime.monitors == 1U);
  BOOST_TEST(say("CLIENT INFO").find(" flags=O ") != std::string::npos);
  BOOST_TEST(say("PING") == "PONG");
  BOOST_TEST(say("STATS ann") == "-" + std::string(monitoring_sentence));
  BOOST_TEST(say("RESET") == "RESET");
  BOOST_TEST(runtime.monitors == 0U);
  BOOST_TEST(say("STATS ann").starts_with("[records, 0, "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

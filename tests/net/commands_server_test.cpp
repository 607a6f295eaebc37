// What clients and people ask of the server and the connection itself.
#include "net/version.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

using Arguments = std::vector<std::string>;

bool has_line(const std::string& text, const std::string& line) {
  return ("\r\n" + text).find("\r\n" + line + "\r\n") != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commands_server, Talk)

BOOST_AUTO_TEST_CASE(ping_and_echo) {
  BOOST_TEST(send("PING\r\nPING hello\r\nECHO ''\r\n") == "+PONG\r\n$5\r\nhello\r\n$0\r\n\r\n");
  BOOST_TEST(say("PING a b") == "-ERR wrong number of arguments for 'PING'; it is PING [message]");
  BOOST_TEST(say("ECHO") == "-ERR wrong number of arguments for 'ECHO'; it is ECHO message");
}

BOOST_AUTO_TEST_CASE(an_unknown_command_is_told) {
  BOOST_TEST(say("NOTHING") == "-ERR unknown command 'NOTHING'; COMMAND LIST tells what there is");
  BOOST_TEST(say(Arguments{std::string(100, 'x')}) ==
             "-ERR unknown command '" + std::string(64, 'x') + "'; COMMAND LIST tells what there is");
  BOOST_TEST(say(Arguments{"a\r\nb"}) == "-ERR unknown command 'a  b'; COMMAND LIST tells what there is");
}

BOOST_AUTO_TEST_CASE(hello_tells_the_server_in_the_protocol_chosen) {
  const std::string version3 = "{server: penchant, version: " + std::string(version) +
                               ", proto: 3, id: 7, mode: standalone, role: master, modules: []}";
  BOOST_TEST(say("HELLO").starts_with("[server, penchant, version, "));
  BOOST_TEST(say("HELLO 3") == version3);
  BOOST_TEST(say("HELLO") == version3);
  BOOST_TEST(say("hello 2").starts_with("[server, "));
}

BOOST_AUTO_TEST_CASE(hello_refuses_what_it_does_not_know_and_changes_nothing) {
  for (const char* v : {"1", "4", "x"})
    BOOST_TEST(say(Arguments{"HELLO", v}) == "-NOPROTO unsupported protocol version");
  BOOST_TEST(say("HELLO 3 AUTH user password").starts_with("-ERR AUTH"));
  BOOST_TEST(say("HELLO 3 SETNAME") == "-ERR the name is missing");
  BOOST_TEST(say("HELLO 3 SETNAME 'a b'").starts_with("-ERR Client names cannot contain spaces"));
  BOOST_TEST(say("HELLO 3 COLOUR").starts_with("-ERR unknown option 'COLOUR'; it is "));
  BOOST_TEST(connection->client().protocol == 2);
}

BOOST_AUTO_TEST_CASE(a_client_has_a_name) {
  BOOST_TEST(say("CLIENT GETNAME") == "null");
  BOOST_TEST(say("CLIENT SETNAME me") == "OK");
  BOOST_TEST(say("CLIENT GETNAME") == "me");
  BOOST_TEST(say({"CLIENT", "SETNAME", "a b"}).starts_with("-ERR Client names cannot contain spaces"));
  BOOST_TEST(say({"CLIENT", "SETNAME", std::string(256, 'x')}) == "OK");
  BOOST_TEST(say({"CLIENT", "SETNAME", std::string(257, 'x')}).starts_with("-ERR Client names"));
  BOOST_TEST(say("HELLO 2 SETNAME other").starts_with("[server"));
  BOOST_TEST(say("CLIENT GETNAME") == "other");
}

BOOST_AUTO_TEST_CASE(reset_makes_the_connection_as_new) {
  say("HELLO 3 SETNAME me");
  BOOST_TEST(send("RESET\r\n") == "+RESET\r\n");
  BOOST_TEST(say("CLIENT GETNAME") == "null");
  BOOST_TEST(connection->client().protocol == 2);
}

BOOST_AUTO_TEST_CASE(clients_tell_of_themselves) {
  BOOST_TEST(say("CLIENT ID") == "7");
  BOOST_TEST(say("CLIENT SETINFO LIB-NAME redis-py") == "OK");
  BOOST_TEST(say("CLIENT SETINFO lib-ver 5.0") == "OK");
  BOOST_TEST(say("CLIENT SETINFO COLOUR red") == "-ERR CLIENT SETINFO takes LIB-NAME or LIB-VER");
  const std::string told = say("CLIENT INFO");
  BOOST_TEST(told.starts_with("id=7 addr=127.0.0.1:1 laddr= fd=-1 name= age="), told);
  BOOST_TEST(
      told.ends_with(" flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 events=r cmd=client user=default redir=-1 resp=2 "
                     "lib-name=redis-py lib-ver=5.0\n"),
      told);
  for (const char* list : {"CLIENT LIST", "CLIENT LIST TYPE normal", "CLIENT LIST ID 7", "CLIENT LIST ID 5 7"}) {
    BOOST_TEST(say(list) == told, list);
  }
  BOOST_TEST(say("CLIENT LIST TYPE pubsub") == "");
  BOOST_TEST(say("CLIENT LIST ID 8") == "");
  BOOST_TEST(say("CLIENT LIST ID me").starts_with("-ERR ID must be a whole number"));
  BOOST_TEST(say("CLIENT NO-EVICT ON") == "OK");
  BOOST_TEST(say("CLIENT NO-TOUCH off") == "OK");
  BOOST_TEST(say("CLIENT NO-TOUCH") == "-ERR ON or OFF must follow");
  BOOST_TEST(say("CLIENT PAUSE 7").starts_with("-ERR CLIENT must be followed by ID, "));
  say("HELLO 3");
  BOOST_TEST(send("CLIENT INFO\r\n").starts_with("="));
}

BOOST_AUTO_TEST_CASE(there_is_one_database) {
  BOOST_TEST(say("SELECT 0") == "OK");
  BOOST_TEST(say("SELECT 1") == "-ERR DB index is out of range: there is one, 0");
}

BOOST_AUTO_TEST_CASE(dbsize_is_the_number_of_users) {
  BOOST_TEST(say("DBSIZE") == "0");
  kept("ann", "A", "ink");
  BOOST_TEST(say("DBSIZE") == "1");
}

BOOST_AUTO_TEST_CASE(time_is_seconds_and_microseconds) {
  const std::int64_t before = clock_ms();
  const Reply time = ask("TIME");
  const double seconds = number(time.elements[0]);
  BOOST_TEST(time.elements.size() == 2U);
  BOOST_TEST(seconds >= static_cast<double>(before / 1000));
  BOOST_TEST(seconds <= static_cast<double>(clock_ms() / 1000));
  BOOST_TEST(number(time.elements[1]) < 1e6);
}

BOOST_AUTO_TEST_CASE(save_writes_a_snapshot) {
  kept("ann", "A", "ink");
  BOOST_TEST(store->events_since_save() == 2U);
  BOOST_TEST(say("SAVE") == "OK");
  BOOST_TEST(store->events_since_save() == 0U);
  BOOST_TEST(disk.exists("/data/snapshot-00000000000000000002.penchant"));
  BOOST_TEST(say("LASTSAVE") == std::to_string(store->last_save_ms() / 1000));
  BOOST_TEST(std::abs(store->last_save_ms() - clock_ms()) < 60'000);
}

BOOST_AUTO_TEST_CASE(a_save_that_fails_is_told) {
  files.fail_in(2);  // the sync is done with, then the folder is read
  BOOST_TEST(say("SAVE").starts_with("-ERR cannot "));
  BOOST_TEST(say("SAVE") == "OK");
}

BOOST_AUTO_TEST_CASE(a_save_in_a_batch_keeps_the_order_of_replies) {
  BOOST_TEST(send("RECORD ann selected A ink\r\nSAVE\r\nRECORD ann selected A ink\r\n") ==
             ":1\r\n+OK\r\n:2\r\n");
  BOOST_TEST(store->written_sequence() == 3U);
}

BOOST_AUTO_TEST_CASE(a_save_that_fails_to_write_takes_back_the_records_before_it) {
  files.fail_in(1);
  const std::string replies = send("RECORD ann selected A ink\r\nSAVE\r\nPING\r\n");
  BOOST_TEST(replies.starts_with("-READONLY nothing can be recorded: "), replies);
  BOOST_TEST(replies.ends_with("+PONG\r\n"), replies);
  BOOST_TEST(replies.find("+OK") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(bgsave_answers_at_once_and_is_one_at_a_time) {
  kept("ann", "A", "ink");
  BOOST_TEST(say("BGSAVE") == "Background saving started");
  BOOST_TEST(say("BGSAVE") == "-ERR a background save is in progress");
  BOOST_TEST(say("SAVE") == "-ERR a background save is in progress");
  store->await_background_save();
  BOOST_TEST(say("INFO persistence").find("rdb_last_bgsave_status:ok") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(info_tells_in_sections) {
  kept("ann", "A", "ink", 3);
  const std::string all = say("INFO");
  for (const char* title :
       {"Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Preferences"}) {
    BOOST_TEST(has_line(all, "# " + std::string(title)), title);
  }
  BOOST_TEST(has_line(all, "penchant_version:" + std::string(version)));
  BOOST_TEST(has_line(all, "connected_clients:1"));
  BOOST_TEST(has_line(all, "records:3"));
  BOOST_TEST(has_line(all, "users:1"));
  BOOST_TEST(has_line(all, "read_only:0"));
  BOOST_TEST(has_line(all, "journal_written_sequence:4"));
}

BOOST_AUTO_TEST_CASE(info_tells_the_sections_asked_for) {
  const std::string some = say("INFO cpu STATS");
  BOOST_TEST(has_line(some, "# Stats"));
  BOOST_TEST(has_line(some, "# CPU"));
  BOOST_TEST(!has_line(some, "# Server"));
  BOOST_TEST(has_line(say("INFO everything"), "# Server"));
  BOOST_TEST(say("INFO nothing") == "");
  say("HELLO 3");
  BOOST_TEST(send("INFO cpu\r\n").find("txt:# CPU\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(info_tells_when_nothing_can_be_recorded) {
  files.fail_in(1);
  say("RECORD ann selected A ink");
  BOOST_TEST(has_line(say("INFO persistence"), "read_only:1"));
  BOOST_TEST(has_line(say("INFO persistence"), "aof_last_write_status:err"));
}

BOOST_AUTO_TEST_CASE(settings_are_told_by_pattern) {
  runtime.settings = {{"bind", "127.0.0.1"}, {"data", "/data"}, {"decay-days", "30"}};
  BOOST_TEST(say("CONFIG GET d*") == "[data, /data, decay-days, 30]");
  BOOST_TEST(say("CONFIG GET BIND nothing") == "[bind, 127.0.0.1]");
  BOOST_TEST(say("CONFIG GET nothing") == "[]");
  BOOST_TEST(say("CONFIG GET") == "-ERR CONFIG GET needs at least one pattern");
  BOOST_TEST(say("CONFIG SET bind x") ==
             "-ERR CONFIG SET failed, nothing was set: 'bind': it is fixed while the server runs: start penchant serve "
             "with another value");
  BOOST_TEST(say("CONFIG REWRITE").starts_with("-ERR CONFIG must be followed by GET and patterns, SET and pairs"));
  say("HELLO 3");
  BOOST_TEST(say("CONFIG GET data") == "{data: /data}");
}

BOOST_AUTO_TEST_CASE(commands_tell_of_themselves) {
  const std::size_t count = all_commands().size();
  BOOST_TEST(say("COMMAND COUNT") == std::to_string(count));
  BOOST_TEST(ask("COMMAND LIST").elements.size() == count);
  BOOST_TEST(ask("COMMAND").elements.size() == count);
  BOOST_TEST(ask("COMMAND INFO").elements.size() == count);
  BOOST_TEST(say("COMMAND INFO ping nothing") == "[[ping, -1, [fast, loading, stale], 0, 0, 0, []], null]");
  BOOST_TEST(say("COMMAND INFO record") == "[[record, -5, [write, fast], 0, 0, 0, []]]");
  BOOST_TEST(say("COMMAND INFO echo") == "[[echo, 2, [fast, loading, stale], 0, 0, 0, []]]");  // just so many
  BOOST_TEST(say("COMMAND KEYS") == "-ERR COMMAND may be followed by COUNT, LIST, INFO or DOCS");
}

BOOST_AUTO_TEST_CASE(every_command_of_the_list_is_found_and_documented) {
  const Reply docs = ask("COMMAND DOCS");
  BOOST_TEST(docs.elements.size() == 2 * all_commands().size());
  for (const Command& command : all_commands()) {
    BOOST_TEST(find_command(command.name) == &command);
    BOOST_TEST(!command.summary.empty());
  }
  BOOST_TEST(say("COMMAND DOCS users nothing") ==
             "[users, [summary, All users., since, 0.1.0, group, preferences]]");
}

BOOST_AUTO_TEST_CASE(a_commands_syntax_is_told_piece_by_piece_as_redis_cli_hints_it) {
  const Reply score = field(ask("COMMAND DOCS score"), "score");
  BOOST_TEST(shown(field(score, "arguments")) ==
             "[[name, user, type, string], [name, prompt, type, string], [name, n, type, string], "
             "[name, checkpoint ..., type, string], "
             "[name, SCORER mean|weighted|logodds|evidence|auto, type, string, flags, [optional]]]");
  const Reply ping = field(ask("COMMAND DOCS ping"), "ping");
  BOOST_TEST(shown(field(ping, "arguments")) == "[[name, message, type, string, flags, [optional]]]");
}

BOOST_AUTO_TEST_CASE(bgsave_may_be_told_to_schedule) {
  BOOST_TEST(say("BGSAVE SCHEDULE") == "Background saving started");
  BOOST_TEST(say("BGSAVE LATER").starts_with("-ERR unknown option 'LATER'; it is BGSAVE [SCHEDULE]"));
}

BOOST_AUTO_TEST_CASE(info_has_what_redis_cli_watches) {
  say("RECORD ann selected A ink");
  const std::string info = say("INFO");
  for (const char* line : {"used_memory:", "blocked_clients:0", "db0:keys=1,expires=0,avg_ttl=0", "decay_days:0",
                           "records_total:1", "matrix_cells:1"}) {
    BOOST_TEST(info.find(line) != std::string::npos, line);
  }
}

BOOST_AUTO_TEST_CASE(quit_answers_and_closes) {
  BOOST_TEST(send("QUIT\r\nPING\r\n") == "+OK\r\n");
  BOOST_TEST(closed());
}

BOOST_AUTO_TEST_CASE(shutdown_closes_without_an_answer) {
  for (const auto& [line, save] :
       {std::pair("SHUTDOWN", true), {"SHUTDOWN SAVE", true}, {"shutdown nosave", false}}) {
    connect();
    BOOST_TEST(send(std::string(line) + "\r\n") == "");
    BOOST_TEST(closed());
    BOOST_TEST(shut_down.value() == save);
  }
}

BOOST_AUTO_TEST_CASE(shutdown_with_anything_else_does_not) {
  BOOST_TEST(say("SHUTDOWN NOW").starts_with("-ERR unknown option 'NOW'; it is "));
  BOOST_TEST(!closed());
  BOOST_TEST(!shut_down);
}

BOOST_AUTO_TEST_CASE(what_takes_no_arguments_says_so) {
  for (const std::string name : {"SAVE", "LASTSAVE", "TIME", "DBSIZE", "RESET", "USERS"}) {
    BOOST_TEST(say(name + " more") == "-ERR wrong number of arguments for '" + name + "'; it is " + name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

// CONFIG: what may change while the server runs.
#include "net/running_settings.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

struct Running : Talk {
  Running() {
    runtime.settings = {{"bind", "127.0.0.1"}};
    add_running_settings(runtime, options, "info");
  }
  std::string value(const std::string& name) { return ask("CONFIG GET " + name).elements.at(1).text; }

  ServerOptions options;
};

constexpr const char* failed = "-ERR CONFIG SET failed, nothing was set: ";

BOOST_FIXTURE_TEST_SUITE(commands_config, Running)

BOOST_AUTO_TEST_CASE(settings_of_clients_change) {
  BOOST_TEST(value("maxclients") == "10000");
  BOOST_TEST(say("CONFIG SET maxclients 20 TIMEOUT 30 request-timeout 40") == "OK");
  BOOST_TEST(options.clients_max == 20U);
  BOOST_TEST(options.idle_max.count() == 30);
  BOOST_TEST(options.request_max.count() == 40);
  BOOST_TEST(value("maxclients") == "20");
  BOOST_TEST(value("timeout") == "30");
  BOOST_TEST(value("request-timeout") == "40");
  BOOST_TEST(say("INFO clients").find("maxclients:20\r\n") != std::string::npos);
  BOOST_TEST(say("CONFIG SET maxclients 0").starts_with(failed));
  BOOST_TEST(say("CONFIG SET maxclients 1000001").starts_with(failed));
  BOOST_TEST(say("CONFIG SET request-timeout 0").starts_with(failed));
}

BOOST_AUTO_TEST_CASE(more_clients_than_files_may_be_open_are_refused) {
  if (make_room_for_clients(clients_most, false) == clients_most) return;  // this system gives them
  BOOST_TEST(say("CONFIG SET maxclients 1000000").find("the limit of open files") != std::string::npos);
  BOOST_TEST(options.clients_max == 10'000U);
}

BOOST_AUTO_TEST_CASE(settings_of_default_verdicts_change) {
  BOOST_TEST(value("default-verdict") == "");
  BOOST_TEST(say("CONFIG SET default-verdict rejected default-verdict-after 60") == "OK");
  BOOST_TEST((options.default_verdict == Verdict::rejected));
  BOOST_TEST(options.default_verdict_after.count() == 60);
  BOOST_TEST(say("CONFIG SET default-verdict ''") == "OK");
  BOOST_TEST(!options.default_verdict.has_value());
  BOOST_TEST(say("CONFIG SET default-verdict liked").find("selected, rejected or neutral") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_shadow_changes_from_the_next_answer_on) {
  const auto told = [this] { return field(ask("RECOMMEND ann ink AMONG 2 A B"), "checkpoint").text; };
  kept("ann", "B", "ink");
  BOOST_TEST(value("shadow") == "no");
  BOOST_TEST(told() == "B");
  BOOST_TEST(say("CONFIG SET shadow yes") == "OK");
  BOOST_TEST(value("shadow") == "yes");
  BOOST_TEST(told() == "A");
  BOOST_TEST(say("CONFIG SET shadow no") == "OK");
  BOOST_TEST(told() == "B");
  BOOST_TEST(say("CONFIG SET shadow on").ends_with("'shadow': it must be yes or no"));
}

BOOST_AUTO_TEST_CASE(settings_of_stores_change) {
  BOOST_TEST(value("save") == "300 1");
  BOOST_TEST(say("CONFIG SET snapshot-every 7 history-days 30 history-bytes 1000") == "OK");
  BOOST_TEST(store->options().snapshot_every.count() == 7);
  BOOST_TEST(store->options().segments.history_days == 30U);
  BOOST_TEST(store->options().segments.history_bytes == 1000U);
  BOOST_TEST(value("save") == "7 1");
  BOOST_TEST(value("history-bytes") == "1000");
}

BOOST_AUTO_TEST_CASE(all_pairs_are_set_or_none) {
  BOOST_TEST(say("CONFIG SET timeout 5 maxclients many").starts_with(std::string(failed) + "'maxclients': "));
  BOOST_TEST(say("CONFIG SET timeout 5 colour red").starts_with(std::string(failed) + "'colour': there is no such"));
  BOOST_TEST(say("CONFIG SET timeout 5 bind x").starts_with(std::string(failed) + "'bind': it is fixed"));
  BOOST_TEST(say("CONFIG SET timeout 5 timeout 6") == std::string(failed) + "'timeout' is given twice");
  BOOST_TEST(say("CONFIG SET timeout") == "-ERR CONFIG SET needs a name and a value for each setting");
  BOOST_TEST(say("CONFIG SET") == "-ERR CONFIG SET needs a name and a value for each setting");
  BOOST_TEST(options.idle_max.count() == 0);
  BOOST_TEST(value("timeout") == "0");
}

BOOST_AUTO_TEST_CASE(the_log_s_level_changes) {
  BOOST_TEST(say("CONFIG SET log-level warning") == "OK");
  BOOST_TEST(value("log-level") == "warning");
  BOOST_TEST(say("CONFIG SET log-level loud").find("debug, info, warning or error") != std::string::npos);
  BOOST_TEST(say("CONFIG SET log-level info") == "OK");
}

BOOST_AUTO_TEST_CASE(figures_begin_anew) {
  kept("ann", "A", "ink");
  say("RECOMMEND ann ink");
  say("NOTHING");
  runtime.connections_received = 3;
  BOOST_TEST(say("CONFIG RESETSTAT") == "OK");
  const Traffic& traffic = runtime.shards.front().traffic;
  BOOST_TEST(traffic.recommendations == 0U);
  BOOST_TEST(traffic.errors == 0U);
  BOOST_TEST(traffic.commands.size() == all_commands().size());
  BOOST_TEST(traffic.commands[place_of(*find_command("RECORD"))].latency.count() == 0U);
  BOOST_TEST(runtime.connections_received == 0U);
  BOOST_TEST(say("STATS ann").starts_with("[records, 1, "), "what is learned stays");
  BOOST_TEST(say("CONFIG RESETSTAT all").starts_with("-ERR unknown option 'all'"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

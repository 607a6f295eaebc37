// What is counted of requests, and how INFO tells it.
#include "net/figures.h"

#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

struct Counted : Talk {
  Traffic& traffic() { return runtime.shards.front().traffic; }
  CommandFigures figures(std::string_view name) { return command_figures(runtime, place_of(*find_command(name))); }
  /// The line of INFO that begins so; empty where there is none.
  std::string line(const std::string& begin, const std::string& section) {
    const std::string text = "\r\n" + say("INFO " + section);
    const std::size_t at = text.find("\r\n" + begin);
    return at == std::string::npos ? "" : text.substr(at + 2, text.find("\r\n", at + 2) - at - 2);
  }
};

BOOST_FIXTURE_TEST_SUITE(figures, Counted)

BOOST_AUTO_TEST_CASE(each_command_has_its_figures) {
  send("PING\r\nping\r\nPING a b\r\nECHO x\r\nSELECT 1\r\nNOTHING\r\n");
  BOOST_TEST(figures("PING").latency.count() == 2U);
  BOOST_TEST(figures("PING").rejected == 1U);
  BOOST_TEST(figures("ECHO").latency.count() == 1U);
  BOOST_TEST(figures("SELECT").latency.count() == 1U);
  BOOST_TEST(figures("SELECT").failed == 1U);
  BOOST_TEST(traffic().commands_processed == 6U);
  BOOST_TEST(traffic().errors == 3U);
}

BOOST_AUTO_TEST_CASE(a_command_takes_the_time_from_the_end_of_the_one_before_it) {
  const std::uint64_t before = steady_ns();
  send("PING\r\nPING\r\nRECORD ann selected A ink\r\n");
  const std::uint64_t took = steady_ns() - before;
  const std::uint64_t told = figures("PING").latency.total_ns() + figures("RECORD").latency.total_ns();
  BOOST_TEST(told > 0U);
  BOOST_TEST(told <= took);
}

BOOST_AUTO_TEST_CASE(a_transaction_takes_the_time_of_its_requests_each_of_which_is_counted_once) {
  send("MULTI\r\nPING\r\nRECORD ann selected A ink\r\nEXEC\r\n");
  BOOST_TEST(figures("PING").latency.count() == 1U);
  BOOST_TEST(figures("RECORD").latency.count() == 1U);
  BOOST_TEST(figures("EXEC").latency.total_ns() >=
             figures("PING").latency.total_ns() + figures("RECORD").latency.total_ns());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_recorded_is_rejected) {
  files.fail_in(1);
  say("RECORD ann selected A ink");
  say("RECORD ann selected A ink");
  BOOST_TEST(figures("RECORD").latency.count() == 1U);
  BOOST_TEST(figures("RECORD").rejected == 1U);
}

BOOST_AUTO_TEST_CASE(info_tells_of_commands_as_redis_server_does) {
  send("PING\r\nPING a b\r\nSELECT 1\r\nHELLO 4\r\n");
  BOOST_TEST(line("cmdstat_ping", "commandstats").starts_with("cmdstat_ping:calls=1,usec="));
  BOOST_TEST(line("cmdstat_ping", "commandstats").ends_with(",rejected_calls=1,failed_calls=0"));
  BOOST_TEST(line("cmdstat_select", "commandstats").ends_with(",rejected_calls=0,failed_calls=1"));
  BOOST_TEST(line("cmdstat_record", "commandstats") == "");
  BOOST_TEST(line("latency_percentiles_usec_ping", "latencystats").starts_with("latency_percentiles_usec_ping:p50="));
  BOOST_TEST(line("errorstat_ERR", "errorstats") == "errorstat_ERR:count=2");
  BOOST_TEST(line("errorstat_NOPROTO", "errorstats") == "errorstat_NOPROTO:count=1");
  BOOST_TEST(line("total_error_replies", "stats") == "total_error_replies:3");
}

BOOST_AUTO_TEST_CASE(sections_about_commands_are_told_when_they_are_asked_for) {
  say("PING");
  for (const char* one : {"# Commandstats", "# Latencystats"}) {
    BOOST_TEST(say("INFO").find(one) == std::string::npos);
    BOOST_TEST(say("INFO default").find(one) == std::string::npos);
    BOOST_TEST(say("INFO all").find(one) != std::string::npos);
    BOOST_TEST(say("INFO everything").find(one) != std::string::npos);
  }
  BOOST_TEST(say("INFO").find("# Errorstats") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_more_codes_of_errors_are_counted_than_there_may_be) {
  for (std::size_t i = 0; i <= error_codes_max; ++i)
    traffic().note_error("-CODE" + std::to_string(i) + " sentence\r\n");
  traffic().note_error("-CODE0\r\n");
  BOOST_TEST(traffic().errors_by_code.size() == error_codes_max);
  BOOST_TEST(traffic().errors_by_code.at("CODE0") == 2U);
  BOOST_TEST(traffic().errors == error_codes_max + 2);
}

BOOST_AUTO_TEST_CASE(recommendations_are_counted_by_band) {
  kept("ann", "A", "ink", 40);
  kept("bob", "A", "ink", 80);
  kept("cyd", "A", "ink", 2);
  for (const char* user : {"ann", "bob", "bob", "cyd"}) say("RECOMMEND " + std::string(user) + " ink AMONG 2 A B");
  say("PLAN cyd ink COUNT 2");
  say("RECOMMEND cyd ink PEEK");
  BOOST_TEST(line("decisions_explore", "stats") == "decisions_explore:2");
  BOOST_TEST(line("decisions_hedge", "stats") == "decisions_hedge:1");
  BOOST_TEST(line("decisions_exploit", "stats") == "decisions_exploit:2");
}

BOOST_AUTO_TEST_CASE(verdicts_on_what_was_recommended_are_counted) {
  kept("ann", "A", "ink");
  const std::string id = field(ask("RECOMMEND ann ink"), "decision").text;
  say("JUDGE " + id + " selected A");
  say("JUDGE " + id + " rejected A");
  say("JUDGE " + id + " neutral A");
  say("RECORD ann selected A ink DECISION " + id);
  say("RECORD ann selected A ink DECISION " + id + " ID x");
  say("RECORD ann selected A ink DECISION " + id + " ID x");
  say("REJECTALL ann ink 2 A B DECISION " + id);
  say("JUDGE nothing selected A");
  BOOST_TEST(line("decisions_judged", "stats") == "decisions_judged:6");
  BOOST_TEST(line("decisions_kept_verdicts", "stats") == "decisions_kept_verdicts:3");
}

BOOST_AUTO_TEST_CASE(the_rate_is_that_of_the_last_samples) {
  RateMeter meter;
  BOOST_TEST(meter.per_second() == 0U);
  meter.sample(1'000'000'000, 5);
  BOOST_TEST(meter.per_second() == 0U);
  for (std::uint64_t i = 1; i <= 100; ++i) meter.sample(1'000'000'000 + i * 100'000'000, 5 + i * i);
  // The last 15 steps were 85 to 100.
  BOOST_TEST(meter.per_second() == (100 * 100 - 85 * 85) * 2 / 3);
  meter.sample(12'000'000'000, 0);
  BOOST_TEST(meter.per_second() == 0U, "counted from the beginning again");
}

BOOST_AUTO_TEST_CASE(memory_is_told_by_part) {
  kept("ann", "A", "ink cat", 20);
  rejected("bob", "B", "moon");
  MemoryParts parts;
  std::size_t all = 0;
  for (const NamedUser& named : service->engine().users()) {
    parts.add(*named.user);
    all += named.user->bytes();
  }
  BOOST_TEST(parts.matrices + parts.keyword_rows + parts.lessons + parts.negatives + parts.parameters == all);
  BOOST_TEST(line("memory_matrices", "memory") == "memory_matrices:" + std::to_string(parts.matrices));
  BOOST_TEST(line("memory_lessons", "memory") == "memory_lessons:" + std::to_string(parts.lessons));
  BOOST_TEST(line("memory_texts", "memory") == "memory_texts:" + std::to_string(service->engine().vocabulary_bytes()));
}

BOOST_AUTO_TEST_CASE(a_walk_goes_on_where_it_stopped_and_begins_again_when_somebody_is_forgotten) {
  for (int i = 0; i < 10; ++i) kept("user" + std::to_string(i), "A", "ink");
  MemoryWalk walk;
  for (int i = 0; i < 3; ++i) walk.advance(service->engine(), 3);
  BOOST_TEST(walk.parts().lessons == 0U);
  walk.advance(service->engine(), 3);
  const std::size_t of_ten = walk.parts().lessons;
  BOOST_TEST(of_ten > 0U);
  walk.advance(service->engine(), 3);
  say("FORGET user3");
  BOOST_TEST(walk.parts().lessons == of_ten);
  for (int i = 0; i < 3; ++i) walk.advance(service->engine(), 3);
  BOOST_TEST(walk.parts().lessons == of_ten / 10 * 9);
}

BOOST_AUTO_TEST_CASE(snapshots_and_syncs_are_timed) {
  BOOST_TEST(line("rdb_last_bgsave_time_sec", "persistence") == "rdb_last_bgsave_time_sec:-1");
  kept("ann", "A", "ink");
  const std::uint64_t before = store->sync_figures().syncs;
  say("SAVE");
  BOOST_TEST(store->sync_figures().syncs == before + 1);
  BOOST_TEST(store->last_save_duration().count() > 0);
  BOOST_TEST(line("journal_fsyncs", "persistence") == "journal_fsyncs:" + std::to_string(before + 1));
  BOOST_TEST(line("rdb_last_bgsave_time_sec", "persistence") == "rdb_last_bgsave_time_sec:0");
  BOOST_TEST(line("snapshot_age_in_seconds", "persistence") == "snapshot_age_in_seconds:0");
}

BOOST_AUTO_TEST_CASE(info_has_what_clients_of_redis_look_for) {
  runtime.settings = {{"maxclients", "10000"}};
  BOOST_TEST(line("maxclients", "clients") == "maxclients:10000");
  for (const char* name : {"os:", "multiplexing_api:epoll", "server_time_usec:"})
    BOOST_TEST(line(name, "server") != "");
  for (const char* name : {"used_memory_human:", "used_memory_peak:", "total_system_memory:", "maxmemory:0"}) {
    BOOST_TEST(line(name, "memory") != "", name);
  }
  BOOST_TEST(line("instantaneous_ops_per_sec", "stats") == "instantaneous_ops_per_sec:0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

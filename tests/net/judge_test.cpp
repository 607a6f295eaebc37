// Verdicts that come days later, after restarts, or by default.
#include <boost/test/unit_test.hpp>

#include "tests/net/users_fixture.h"

namespace penchant::test {
namespace {

constexpr std::int64_t one_day_ms = 86'400'000;

/// What was told five days ago.
struct Judging : Users {
  Judging() : Users(decay_days_default) {}  // a change of it would set the engine's clock
  std::string told(const std::string& user, const std::string& prompt) {
    service->set_time(then_ms);
    const std::string_view among[] = {"A", "B"};
    const auto answer = service->recommend({.user = user, .prompt = prompt, .among = among});
    BOOST_REQUIRE(answer);
    return std::string(answer->decision);
  }
  std::string counts(const std::string& user) {
    const std::string stats = say("STATS " + user);
    return stats.substr(0, stats.find(", keywords"));
  }

  const std::int64_t then_ms = clock_ms() - 5 * one_day_ms;
};

BOOST_FIXTURE_TEST_SUITE(judging, Judging)

BOOST_AUTO_TEST_CASE(a_verdict_may_come_days_later_and_after_a_restart) {
  const std::string id = told("ann", "ink cat");
  const std::string other = told("ann", "castle");
  BOOST_TEST(say("JUDGE " + id + " selected A") == "1");
  restart();
  BOOST_TEST(say("JUDGE " + other + " rejected B NOTE late") == "2");
  const std::string history = say("HISTORY ann");
  BOOST_TEST(history.find("prompt: castle, ") < history.find("prompt: ink cat, "), history);
  BOOST_TEST(history.find("decision_id: " + other) != std::string::npos, history);
  // It counts from when it was given.
  BOOST_TEST(number(ask("SCORE ann castle 1 B").elements[0]) == 5.0 / 11, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_default_verdict_is_given_after_the_waiting_time_and_not_before) {
  const std::string id = told("ann", "ink");
  BOOST_TEST(service->judge_by_default(Verdict::rejected, 6 * one_day_ms) == 0U);
  BOOST_TEST(service->judge_by_default(Verdict::rejected, 4 * one_day_ms) == 1U);
  BOOST_TEST(counts("ann") == "{records: 1, selected: 0, rejected: 1, neutral: 0");
  BOOST_TEST(say("HISTORY ann").find("decision_id: " + id) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(while_the_server_s_time_stands_still_no_decision_comes_of_age) {
  service->set_time(clock_ms() + one_day_ms);
  Record tomorrow{.verdict = Verdict::selected, .user = "bob", .checkpoint = "A", .prompt = "ink"};
  BOOST_REQUIRE(service->record(tomorrow));
  told("ann", "ink");  // by a clock that was set back from it
  BOOST_TEST(service->judge_by_default(Verdict::rejected, 4 * one_day_ms) == 0U);
}

BOOST_AUTO_TEST_CASE(who_was_judged_gets_no_default_verdict) {
  BOOST_TEST(say("JUDGE " + told("ann", "ink") + " selected A") == "1");
  restart();
  BOOST_TEST(service->judge_by_default(Verdict::rejected, one_day_ms) == 0U);
}

BOOST_AUTO_TEST_CASE(a_default_verdict_and_the_taking_back_of_one_survive_a_restart) {
  const std::string id = told("ann", "ink");
  BOOST_TEST(service->judge_by_default(Verdict::rejected, one_day_ms) == 1U);
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(store->commit().has_value());
    restart();
    BOOST_TEST(service->judge_by_default(Verdict::rejected, one_day_ms) == 0U);
    BOOST_TEST(counts("ann") == "{records: 1, selected: 0, rejected: 1, neutral: 0");
  }
  BOOST_TEST(say("JUDGE " + id + " selected A") == "2");
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(counts("ann") == "{records: 2, selected: 1, rejected: 0, neutral: 1");
    restart();
    BOOST_TEST(service->judge_by_default(Verdict::rejected, one_day_ms) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_mark_that_a_crash_forgot_gives_no_second_default_verdict) {
  told("ann", "ink");
  BOOST_TEST(decisions->wait_until_written().has_value());
  BOOST_TEST(service->judge_by_default(Verdict::rejected, one_day_ms) == 1U);
  BOOST_TEST(store->commit().has_value());
  files.lose_power_in(1);
  stop();
  files.heal();
  start();
  BOOST_TEST(service->judge_by_default(Verdict::rejected, one_day_ms) == 0U);
  BOOST_TEST(counts("ann") == "{records: 1, selected: 0, rejected: 1, neutral: 0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

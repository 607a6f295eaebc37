#include "cli/bench/limit.h"

#include <boost/test/unit_test.hpp>

namespace penchant::bench {
namespace {

constexpr double ping_seconds = 0.0001;

struct Busy {
  double server;
  double client;
};

/// 10,000 answers, evenly over so many seconds.
Figures answered_in(double seconds, Busy busy = {0.5, 0.3}) {
  Figures figures;
  for (int i = 0; i < 10'000; ++i) figures.of_kind[0].latencies.add(1'000'000);
  figures.due_seconds = figures.seconds = seconds;
  figures.server_cpu_cores = busy.server;
  figures.client_cpu_cores = busy.client;
  return figures;
}

const char* told(const Load& load, const Figures& figures) {
  const Limit limit = limit_of(load, figures, ping_seconds);
  BOOST_TEST(limit_sentence(load, figures, ping_seconds).starts_with("Limited by "));
  return limit_name(limit);
}

BOOST_AUTO_TEST_SUITE(limit)

BOOST_AUTO_TEST_CASE(an_open_loop_that_is_kept_up_with_is_limited_by_its_rate) {
  BOOST_TEST(told({.rate_per_s = 1000}, answered_in(10)) == "rate");
  BOOST_TEST(told({.rate_per_s = 1000}, answered_in(10, {0.95, 0.95})) == "rate");
}

BOOST_AUTO_TEST_CASE(one_that_falls_behind_or_has_no_answer_is_not) {
  Figures late = answered_in(10);
  late.due_seconds = 9.89;
  BOOST_TEST(told({.rate_per_s = 1000}, late) == "other");
  late.due_seconds = 9.91;
  BOOST_TEST(told({.rate_per_s = 1000}, late) == "rate");
  late.unanswered = 1;
  BOOST_TEST(told({.rate_per_s = 1000}, late) == "other");
}

BOOST_AUTO_TEST_CASE(the_busier_processor_is_the_limit) {
  BOOST_TEST(told({}, answered_in(1, {0.9, 0.89})) == "server_processor");
  BOOST_TEST(told({}, answered_in(1, {0.9, 0.95})) == "client_processor");
  BOOST_TEST(told({}, answered_in(1, {1.2, 0.95})) == "server_processor");
  BOOST_TEST(told({}, answered_in(1, {0.89, 0.89})) == "other");
}

BOOST_AUTO_TEST_CASE(a_server_of_several_threads_is_at_its_limit_when_all_are) {
  Figures figures = answered_in(1, {1.7, 0.5});
  figures.server_threads = 2;
  BOOST_TEST(told({}, figures) == "other");
  figures.server_cpu_cores = 1.8;
  BOOST_TEST(told({}, figures) == "server_processor");
  figures.client_cpu_cores = 0.95;
  BOOST_TEST(told({}, figures) == "client_processor");
}

BOOST_AUTO_TEST_CASE(a_machine_that_server_and_client_share_may_be_the_limit) {
  Figures figures = answered_in(1, {1.25, 0.6});
  figures.server_threads = figures.shared_cores = 2;
  BOOST_TEST(told({}, figures) == "machine");
  figures.client_cpu_cores = 0.5;
  BOOST_TEST(told({}, figures) == "other");
}

BOOST_AUTO_TEST_CASE(a_connection_that_waits_for_its_round_trip_is_limited_by_it) {
  // 10,000 a second at most by the PING alone; answered are 5,000.
  BOOST_TEST(told({.connections = 1, .pipeline = 1}, answered_in(2)) == "round_trip");
  BOOST_TEST(told({.connections = 1, .pipeline = 1}, answered_in(5, {0.1, 0.1})) == "other");
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_tell_is_told_as_unknown) {
  Figures figures = answered_in(1);
  figures.server_cpu_cores.reset();
  BOOST_TEST(limit_sentence({}, figures, ping_seconds).find("an unknown share") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::bench

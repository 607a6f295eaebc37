#include "cli/bench/schedule.h"

#include <boost/test/unit_test.hpp>
#include <vector>

namespace penchant::bench {
namespace {

std::vector<std::int64_t> due_times(Schedule schedule, std::size_t count) {
  std::vector<std::int64_t> times;
  for (; times.size() < count; schedule.advance()) times.push_back(schedule.due_ns());
  return times;
}

BOOST_AUTO_TEST_SUITE(schedule)

BOOST_AUTO_TEST_CASE(fixed_arrivals_are_evenly_apart_from_the_start) {
  const std::vector<std::int64_t> wanted = {0, 250'000'000, 500'000'000, 750'000'000, 1'000'000'000};
  BOOST_TEST(due_times(Schedule(4, Arrival::fixed), 5) == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(fixed_arrivals_do_not_drift) {
  // A third of a nanosecond is lost nowhere: the millionth is due when it should be.
  BOOST_TEST(due_times(Schedule(3'000'000, Arrival::fixed), 3'000'001).back() == 1'000'000'000);
}

BOOST_AUTO_TEST_CASE(random_arrivals_never_go_back_and_keep_the_rate) {
  constexpr std::size_t count = 200'000;
  const auto times = due_times(Schedule(1000, Arrival::poisson), count);
  BOOST_TEST(times.front() > 0);
  BOOST_TEST(std::ranges::is_sorted(times));
  BOOST_TEST(static_cast<double>(times.back()) / 1e9 == 200.0, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(gaps_of_random_arrivals_are_exponential) {
  constexpr std::size_t count = 200'000;
  const auto times = due_times(Schedule(1000, Arrival::poisson), count);
  std::size_t longer = 0;
  for (std::size_t i = 1; i < count; ++i) longer += times[i] - times[i - 1] > 2'000'000 ? 1U : 0U;
  BOOST_TEST(static_cast<double>(longer) / count == 0.1353, boost::test_tools::tolerance(0.02));  // e^-2
}

BOOST_AUTO_TEST_CASE(the_same_times_are_due_each_time) {
  BOOST_TEST(due_times(Schedule(77, Arrival::poisson), 100) == due_times(Schedule(77, Arrival::poisson), 100),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::bench

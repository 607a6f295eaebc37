#include "engine/decay.h"

#include <bit>
#include <cmath>
#include <limits>

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

/// How many doubles lie between two positive ones.
std::uint64_t ulps_between(double a, double b) {
  const auto x = std::bit_cast<std::uint64_t>(a);
  const auto y = std::bit_cast<std::uint64_t>(b);
  return x > y ? x - y : y - x;
}

BOOST_AUTO_TEST_SUITE(exp2_exactly)

BOOST_AUTO_TEST_CASE(whole_numbers_give_powers_of_two) {
  for (int n = -1022; n <= 1023; ++n) BOOST_REQUIRE_EQUAL(exp2_exact(n), std::ldexp(1.0, n));
}

BOOST_AUTO_TEST_CASE(everything_between_is_within_two_units_in_the_last_place) {
  std::uint64_t worst = 0;
  for (double x = -1021.75; x < 1023; x += 0.00937) worst = std::max(worst, ulps_between(exp2_exact(x), std::exp2(x)));
  for (double x = -1; x < 1; x += 1.1e-5) worst = std::max(worst, ulps_between(exp2_exact(x), std::exp2(x)));
  BOOST_TEST(worst <= 2U);
}

BOOST_AUTO_TEST_CASE(below_is_nothing_and_above_is_the_largest_power) {
  BOOST_CHECK_EQUAL(exp2_exact(-1022.001), 0);
  BOOST_CHECK_EQUAL(exp2_exact(-1e300), 0);
  BOOST_CHECK_EQUAL(exp2_exact(1023.001), std::ldexp(1.0, 1023));
  BOOST_CHECK_EQUAL(exp2_exact(std::numeric_limits<double>::infinity()), std::ldexp(1.0, 1023));
}

BOOST_AUTO_TEST_CASE(what_is_no_number_stays_none) {
  BOOST_TEST(std::isnan(exp2_exact(std::numeric_limits<double>::quiet_NaN())));
}

BOOST_AUTO_TEST_CASE(a_whole_step_changes_no_bit_of_the_fraction) {
  for (double x = 900; x < 950; x += 0.0123456789) {
    BOOST_REQUIRE_EQUAL(exp2_exact(x - 900) * std::ldexp(1.0, -33), exp2_exact(x - 933));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(decay, Taste, *boost::unit_test::tolerance(1e-6))

BOOST_AUTO_TEST_CASE(after_30_days_a_record_weighs_1_over_e) {
  kept("ann", "A", "ink");
  days_pass(30);
  BOOST_TEST(observations("ann", "A", "ink") == std::exp(-1));
}

BOOST_AUTO_TEST_CASE(after_20_point_8_days_a_record_weighs_half) {
  kept("ann", "A", "ink");
  days_pass(30 * std::log(2));  // 20.79
  BOOST_TEST(observations("ann", "A", "ink") == 0.5);
}

BOOST_AUTO_TEST_CASE(the_score_fades_to_the_prior) {
  kept("ann", "A", "ink", 30);
  days_pass(30);
  BOOST_TEST(score("ann", "A", "ink") == (30 / std::exp(1) + 5) / (30 / std::exp(1) + 10));
  days_pass(3000);
  BOOST_TEST(score("ann", "A", "ink") == 0.5);
}

BOOST_AUTO_TEST_CASE(decay_0_keeps_everything) {
  decay(0);
  kept("ann", "A", "ink", 5);
  days_pass(10'000);
  kept("ann", "A", "ink", 5);
  BOOST_CHECK_EQUAL(observations("ann", "A", "ink"), 10);
}

BOOST_AUTO_TEST_CASE(a_change_of_decay_keeps_the_weights_and_changes_the_pace) {
  kept("ann", "A", "ink", 8);
  days_pass(15);
  const double before = observations("ann", "A", "ink");
  decay(90);
  BOOST_TEST(observations("ann", "A", "ink") == before);
  days_pass(90);
  BOOST_TEST(observations("ann", "A", "ink") == before / std::exp(1));
  decay(0);
  days_pass(500);
  BOOST_TEST(observations("ann", "A", "ink") == before / std::exp(1));
  decay(10);
  days_pass(10);
  BOOST_TEST(observations("ann", "A", "ink") == before / std::exp(2));
}

BOOST_AUTO_TEST_CASE(a_record_of_the_past_weighs_what_its_age_says) {
  tell(
      {.at_ms = now_ms - 30 * day_ms, .verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .prompt = "ink"});
  BOOST_TEST(observations("ann", "A", "ink") == std::exp(-1));
}

BOOST_AUTO_TEST_CASE(a_weight_time_goes_before_the_records_own_time) {
  tell({.at_ms = now_ms - 300 * day_ms,
        .weight_ms = now_ms - 60 * day_ms,
        .verdict = Verdict::selected,
        .user = "ann",
        .checkpoint = "A",
        .prompt = "ink"});
  BOOST_TEST(observations("ann", "A", "ink") == std::exp(-2));
}

BOOST_AUTO_TEST_CASE(a_record_of_the_future_counts_as_now) {
  for (const std::int64_t at_ms : {now_ms + 1, now_ms + 300 * day_ms, std::numeric_limits<std::int64_t>::max()}) {
    tell({.at_ms = at_ms, .verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .prompt = "ink"});
    tell({.weight_ms = at_ms, .verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .prompt = "ink"});
  }
  BOOST_TEST(observations("ann", "A", "ink") == 6);
  BOOST_TEST(engine.now_ms() == now_ms);
}

BOOST_AUTO_TEST_CASE(a_record_from_the_beginning_of_time_weighs_nothing) {
  tell({.at_ms = std::numeric_limits<std::int64_t>::min(),
        .verdict = Verdict::selected,
        .user = "ann",
        .checkpoint = "A",
        .prompt = "ink"});
  BOOST_CHECK_EQUAL(observations("ann", "A", "ink"), 0);
}

BOOST_AUTO_TEST_CASE(a_question_may_be_asked_about_any_time) {
  kept("ann", "A", "ink", 10);
  const std::int64_t recorded_ms = now_ms;
  const auto keywords = words("ink");
  for (const std::int64_t at_ms : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0}, recorded_ms,
                                   recorded_ms + 10'000 * day_ms, std::numeric_limits<std::int64_t>::max()}) {
    Scorer scorer;
    scorer.ask(engine, engine.find_user("ann"), keywords, at_ms);
    scorer.score_columns();
    BOOST_TEST((scorer.exact(0).score >= 0.5 && scorer.exact(0).score <= 1));
    BOOST_TEST(scorer.ranked_score(0) == scorer.exact(0).score);
  }
}

BOOST_AUTO_TEST_CASE(asked_about_a_time_before_the_newest_record_no_record_weighs_more_than_one) {
  const std::int64_t first_ms = now_ms;
  kept("ann", "A", "cat");
  days_pass(30);
  kept("ann", "A", "cat");
  const double then = observations("ann", "A", "cat");
  BOOST_TEST(then == 1 + std::exp(-1), boost::test_tools::tolerance(1e-6));
  for (const std::int64_t asked_ms : {first_ms, std::int64_t{0}}) {
    now_ms = asked_ms;
    BOOST_TEST(observations("ann", "A", "cat") == then);
  }
}

BOOST_AUTO_TEST_CASE(moving_the_landmark_changes_no_bit_of_any_score) {
  for (int i = 0; i < 60; ++i) {
    kept("ann", numbered('m', i % 20), "ink cat", i % 4);
    rejected("ann", numbered('m', i % 20), "ink oil", i % 3);
    days_pass(7.3);
  }
  const User& ann = *engine.find_user("ann");
  const auto keywords = words("ink oil");
  Scorer before;
  before.ask(engine, &ann, keywords, now_ms);
  before.score_columns();
  User moved = ann;
  Interner nothing_is_released;
  BOOST_TEST(moved.keep_landmark_near(static_cast<double>(moved.landmark()) + landmark_half_lives_max + 0.7,
                                      nothing_is_released));
  BOOST_TEST(moved.landmark() == ann.landmark() + 32);
  Scorer after;
  after.ask(engine, &moved, keywords, now_ms);
  after.score_columns();
  for (std::uint32_t column = 0; column < ann.checkpoints().size(); ++column) {
    BOOST_CHECK_EQUAL(after.exact(column).score, before.exact(column).score);
    BOOST_CHECK_EQUAL(after.exact(column).observations, before.exact(column).observations);
    BOOST_CHECK_EQUAL(after.ranked_score(column), before.ranked_score(column));
    BOOST_CHECK_EQUAL(after.ranked_observations(column), before.ranked_observations(column));
    BOOST_CHECK_EQUAL(after.overall(column).selected, before.overall(column).selected);
  }
}

BOOST_AUTO_TEST_CASE(words_faded_below_notice_are_dropped_when_the_landmark_moves) {
  kept("ann", "A", "ink cat", 1000);
  days_pass(600);
  kept("ann", "A", "ink", 1);
  days_pass(80);  // 32.7 half-lives after the first
  kept("ann", "B", "oil", 1);
  BOOST_TEST(engine.find_user("ann")->rows().size() == 2U);
  BOOST_TEST(!engine.find_keyword("cat"));
  BOOST_TEST(observations("ann", "A", "ink") == std::exp(-80.0 / 30) + 1000 * std::exp(-680.0 / 30));
  BOOST_TEST(observations("ann", "B", "oil") == 1);
  kept("ann", "A", "cat", 1);
  BOOST_TEST(observations("ann", "A", "cat") == 1);
}

BOOST_AUTO_TEST_CASE(the_landmark_stays_within_its_bound_of_the_last_record) {
  for (int i = 0; i < 200; ++i) {
    kept("ann", "A", "ink");
    const double half_lives = engine.decay().half_lives(now_ms);
    const auto landmark = static_cast<double>(engine.find_user("ann")->landmark());
    BOOST_TEST(half_lives - landmark <= landmark_half_lives_max);
    BOOST_TEST(half_lives >= landmark);
    days_pass(i);
  }
}

BOOST_AUTO_TEST_CASE(decay_has_a_least_and_a_greatest_time_constant) {
  const auto changed = [this](double days) {
    return engine.change_decay({.now_ms = now_ms, .decay_days = days}).has_value();
  };
  kept("ann", "A", "ink");
  for (const double days : {0.0, -0.0, decay_days_min, 30.0, decay_days_max}) BOOST_TEST(changed(days));
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double days : {-1e-9, 1e-300, std::nextafter(decay_days_min, 0), std::nextafter(decay_days_max, 1e9),
                            infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
    BOOST_TEST(!changed(days));
  }
  BOOST_TEST(engine.decay().days() == decay_days_max);
}

BOOST_AUTO_TEST_CASE(the_fastest_decay_at_the_last_of_times_is_still_a_decay) {
  decay(decay_days_min);
  now_ms = std::numeric_limits<std::int64_t>::max();
  kept("ann", "A", "ink", 3);
  BOOST_TEST(observations("ann", "A", "ink") == 3);
  decay(30);
  BOOST_TEST(observations("ann", "A", "ink") == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "evaluate/history_replay.h"

#include <cmath>

#include "history_fixture.h"

namespace penchant::test {
namespace {


std::size_t way(ScorerChoice scorer, Policy policy) {
  for (std::size_t i = 0; i < ways_to_choose; ++i) {
    if (way_to_choose(i).scorer == scorer && way_to_choose(i).policy == policy) return i;
  }
  BOOST_FAIL("there is no such way");
  return 0;
}

const std::size_t mean_greedy = way(ScorerKind::mean, Policy::greedy);

double loss(const HistoryFindings& findings, Foreteller by, std::size_t i) { return findings.of(by).losses[i]; }

BOOST_AUTO_TEST_SUITE(replay_of_a_history)

BOOST_AUTO_TEST_CASE(every_verdict_is_foretold_before_it_is_learned) {
  Person ann;
  ann.keep("A", "cat");
  ann.keep("A", "cat");
  const HistoryFindings findings = ann.findings();
  for (std::size_t by = 0; by < foreteller_names.size(); ++by) {
    const auto& losses = findings.foretold[by].losses;
    BOOST_REQUIRE(losses.size() == 2U);
    BOOST_TEST(std::abs(losses[0] - std::log(2)) < 1e-6, foreteller_names[by]);
    BOOST_TEST(losses[1] < losses[0], foreteller_names[by]);
  }
}

BOOST_AUTO_TEST_CASE(the_share_knows_nothing_but_what_was_kept) {
  Person ann;
  ann.keep("A");
  ann.reject("B");
  ann.keep("C");
  const HistoryFindings findings = ann.findings();
  BOOST_TEST(std::abs(loss(findings, Foreteller::share, 1) + std::log(1.0 / 3)) < 1e-12);
  BOOST_TEST(std::abs(loss(findings, Foreteller::share, 2) + std::log(2.0 / 4)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(mean_foretells_by_the_score_it_tells) {
  Person ann;
  for (int i = 0; i < 10; ++i) ann.keep("A", "cat");
  ann.reject("A", "cat");
  BOOST_TEST(std::abs(loss(ann.findings(), Foreteller::mean, 10) + std::log(1 - 15.0 / 20)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(neutral_records_are_not_foretold) {
  Person ann;
  ann.record(Verdict::neutral, "A", "cat");
  const HistoryFindings findings = ann.findings();
  BOOST_TEST(findings.records == 1U);
  BOOST_TEST(findings.of(Foreteller::mean).losses.empty());
}

BOOST_AUTO_TEST_CASE(nor_is_a_record_that_is_known) {
  Person ann;
  ann.record(Verdict::selected, "A", "cat", "image-1");
  ann.record(Verdict::rejected, "A", "cat", "image-1");
  const HistoryFindings findings = ann.findings();
  BOOST_TEST(findings.of(Foreteller::mean).losses.size() == 1U);
  BOOST_TEST((findings.selected == 1U && findings.rejected == 0U));
}

BOOST_AUTO_TEST_CASE(each_way_to_choose_is_asked_about_the_decisions_arms) {
  Person ann;
  for (int i = 0; i < 20; ++i) ann.keep("B", "cat");
  ann.keep("C", "cat");
  ann.judge("d-1", true, "A", even, "cat");
  ann.judge("d-2", false, "B", even, "cat");
  const HistoryFindings findings = ann.findings();
  for (std::size_t i = 0; i < ways_to_choose; ++i) {
    const auto& outcomes = findings.outcomes[i];
    BOOST_REQUIRE(outcomes.size() == 2U);
    BOOST_TEST((outcomes[0].reward == 1 && outcomes[1].reward == 0));
    BOOST_TEST(outcomes[0].logged_probability == 0.5);
    if (way_to_choose(i).policy == Policy::greedy) BOOST_TEST(outcomes[0].target_probability == 0);
  }
  BOOST_TEST(findings.outcomes[mean_greedy][1].target_probability == 1);
  const auto& epsilon = findings.outcomes[way(ScorerKind::mean, Policy::epsilon)];
  BOOST_TEST(std::abs(epsilon[1].target_probability - 0.95) < 1e-12);
}

BOOST_AUTO_TEST_CASE(auto_chooses_as_the_scorer_that_foretells_best) {
  Person ann;
  for (int i = 0; i < 30; ++i) ann.judge(decision_id(i), i % 2 == 0, i % 2 == 0 ? "A" : "B", even, "cat");
  const ScorerKind best = ann.engine().find_user("ann")->learner()->best();
  const HistoryFindings findings = ann.findings();
  const auto& outcomes = findings.outcomes[way(ScorerChoice::automatic(), Policy::squarecb)];
  BOOST_TEST(outcomes.back().target_probability ==
             findings.outcomes[way(best, Policy::squarecb)].back().target_probability);
}

BOOST_AUTO_TEST_CASE(images_of_a_decision_are_asked_about_once_and_stand_together) {
  Person ann;
  ann.judge("d-1", true, "A", even, "cat");
  ann.judge("d-2", true, "B", even, "cat");
  ann.judge("d-1", true, "A", even, "cat");
  const auto outcomes = ann.findings().outcomes[mean_greedy];
  BOOST_REQUIRE(outcomes.size() == 3U);
  BOOST_TEST((!outcomes[0].is_same_decision && outcomes[1].is_same_decision && !outcomes[2].is_same_decision));
  BOOST_TEST(outcomes[0].target_probability == outcomes[1].target_probability);
}

BOOST_AUTO_TEST_CASE(verdicts_with_many_decisions_between_them_are_two_decisions) {
  const auto are_one = [](std::size_t between) {
    Person ann;
    ann.judge("d-first", true, "A", even);
    for (std::size_t i = 0; i < between; ++i) ann.judge(decision_id(i), true, "A", even);
    ann.judge("d-first", true, "A", even);
    return ann.findings().outcomes[mean_greedy][1].is_same_decision;
  };
  BOOST_TEST(are_one(open_decisions_max - 1));
  BOOST_TEST(!are_one(open_decisions_max));
}

BOOST_AUTO_TEST_CASE(of_too_many_images_the_newest_are_judged) {
  Person ann;
  ann.judge("d-old", false, "A", even);
  for (std::size_t i = 0; i < 2 * open_decisions_max; ++i) ann.judge(decision_id(i), true, "A", even);
  HistoryFindings findings = ann.findings();
  BOOST_TEST(findings.outcomes[mean_greedy].front().reward == 0);
  auto& outcomes = findings.outcomes[mean_greedy];
  outcomes.resize(judged_images_max + 1, outcomes.back());
  keep_newest(outcomes, judged_images_max);
  BOOST_TEST(outcomes.size() == judged_images_max);
  BOOST_TEST(outcomes.front().reward == 1);
}

BOOST_AUTO_TEST_CASE(who_went_their_own_way_is_counted_and_left_out) {
  Person ann;
  ann.judge("d-1", true, "C", even);
  ann.judge("d-2", true, "A", {{"A", 0}, {"B", 1}});
  ann.judge("d-3", true, "A", {{"A", 1e-31}, {"B", 1}});
  const HistoryFindings findings = ann.findings();
  BOOST_TEST(findings.own_choice == 3U);
  BOOST_TEST(findings.outcomes[mean_greedy].empty());
}

BOOST_AUTO_TEST_CASE(decisions_whose_arms_are_not_all_known_likewise) {
  Person ann;
  ann.judge("d-1", true, "A", {{"A", 0.4}});
  ann.judge("d-2", true, "A", {{"A", 0.5}, {"A.safetensors", 0.5}});
  ann.judge("d-3", true, "A", {});
  ann.judge("d-4", true, "A", {{"A", 1.0005}});
  const HistoryFindings findings = ann.findings();
  BOOST_TEST(findings.unknown_arms == 4U);
  BOOST_TEST(findings.outcomes[mean_greedy].empty());
}

BOOST_AUTO_TEST_CASE(a_decay_out_of_bounds_is_refused) {
  BOOST_TEST(!HistoryReplay::begin({.decay_days = -1}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "evaluate/history_report.h"

#include <algorithm>

#include "history_fixture.h"
#include "orders.h"

namespace penchant::test {
namespace {

HistoryReport reported(const HistoryFindings& findings, std::uint64_t seed = 1, const ForEach& for_each = forwards) {
  const auto report = report_on(findings, {.replicates = 200, .seed = seed}, for_each);
  BOOST_REQUIRE_MESSAGE(report, report.error().message);
  return *report;
}

/// Each arm is drawn evenly for cats and for castles; A is kept for cats and B for castles, three times in four.
HistoryFindings tasteful_life(std::size_t decisions) {
  Person ann;
  for (std::size_t i = 0; i < decisions; ++i) {
    const bool is_cat = uniform(7, 3 * i) < 0.5;
    const bool is_a = uniform(7, 3 * i + 1) < 0.5;
    const bool is_kept = uniform(7, 3 * i + 2) < (is_cat == is_a ? 0.75 : 0.25);
    ann.judge(decision_id(i), is_kept, is_a ? "A" : "B", even, is_cat ? "cat" : "castle");
  }
  return ann.findings();
}

const WayReport& of(const HistoryReport& report, ScorerChoice scorer, Policy policy) {
  return *std::ranges::find_if(
      report.ways, [&](const WayReport& one) { return one.way.scorer == scorer && one.way.policy == policy; });
}

BOOST_AUTO_TEST_SUITE(report_on_a_history)

BOOST_AUTO_TEST_CASE(who_learns_what_is_kept_is_shown_to_be_better) {
  const HistoryReport report = reported(tasteful_life(600));
  BOOST_TEST(report.ways.size() == ways_to_choose);
  const OffPolicyReport& greedy = of(report, ScorerKind::mean, Policy::greedy).value;
  BOOST_TEST((greedy.judgement.conclusion == Conclusion::better));
  const Interval& value = greedy.of(Estimator::doubly_robust).value_interval;
  BOOST_TEST((value.low < 0.75 && value.high > 0.68));  // the first are guesses
  BOOST_TEST(report.ways_sentence.find(": Better than what was chosen, by +0.2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_learns_foretells_better_than_the_share) {
  const HistoryReport report = reported(tasteful_life(600));
  const auto& share = report.foretold.front();
  for (const ForetoldReport& one : report.foretold) {
    if (one.by == "share") continue;
    BOOST_TEST(*one.log_loss < *share.log_loss, one.by);
    BOOST_TEST(*one.auc > 0.7, one.by);
    BOOST_TEST(*one.auc_within > 0.65, one.by);
  }
  BOOST_TEST(share.difference->interval.low > 0);
}

BOOST_AUTO_TEST_CASE(a_thin_history_is_refused_and_told_how_much_more_it_takes) {
  const HistoryReport report = reported(tasteful_life(25));
  const auto& judgement = of(report, ScorerKind::mean, Policy::greedy).value.judgement;
  BOOST_TEST((judgement.conclusion == Conclusion::refused));
  BOOST_TEST((judgement.more_decisions && *judgement.more_decisions > 20));
  BOOST_TEST(report.ways_sentence.find("Too thin to conclude") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(too_few_verdicts_compare_no_scorers) {
  const auto sentence = [](std::size_t verdicts) { return reported(tasteful_life(verdicts)).foretold_sentence; };
  BOOST_TEST(sentence(paired_records_min - 1) ==
             "Too thin to say which scorer foretells best: there are 19 verdicts, and 20 are needed.");
  BOOST_TEST(!sentence(paired_records_min).starts_with("Too thin"));
}

BOOST_AUTO_TEST_CASE(records_without_decisions_are_foretold_alone) {
  Person ann;
  for (int i = 0; i < 30; ++i) i % 3 == 0 ? ann.keep("A", "cat") : ann.reject("B", "cat");
  const HistoryReport report = reported(ann.findings());
  BOOST_TEST(report.ways.empty());
  BOOST_TEST(report.images == 0U);
  BOOST_TEST(report.ways_sentence.starts_with("No decision can be judged: "));
  BOOST_TEST(*report.foretold[1].auc > 0.9);
}

BOOST_AUTO_TEST_CASE(of_nothing_nothing_is_told) {
  const HistoryReport report = reported(Person().findings());
  for (const ForetoldReport& one : report.foretold) BOOST_TEST((!one.log_loss && !one.auc && !one.difference));
  BOOST_TEST(report.foretold_sentence.starts_with("Too thin"));
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_intervals_however_the_work_is_run) {
  const HistoryFindings findings = tasteful_life(200);
  const auto low = [](const HistoryReport& report) {
    return report.ways.front().value.of(Estimator::ips).value_interval.low;
  };
  BOOST_TEST(low(reported(findings, 1)) == low(reported(findings, 1, backwards)));
  BOOST_TEST(low(reported(findings, 1)) != low(reported(findings, 2)));
}

BOOST_AUTO_TEST_CASE(where_the_best_was_always_told_no_other_way_can_be_judged) {
  Person ann;
  for (std::size_t i = 0; i < 200; ++i) ann.judge(decision_id(i), i % 3 == 0, "B", {{"A", 0}, {"B", 1}});
  const HistoryReport report = reported(ann.findings());
  BOOST_TEST(of(report, ScorerKind::mean, Policy::epsilon).value.judgement.sentence.find("could not be chosen") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(replicates_out_of_bounds_are_refused) {
  const HistoryFindings findings = tasteful_life(25);
  BOOST_TEST(!report_on(findings, {.replicates = replicates_min - 1}, forwards).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

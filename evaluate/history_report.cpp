#include "evaluate/history_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "evaluate/sentence_parts.h"

namespace penchant {
namespace {

ForetoldReport foretold_report(const HistoryFindings& findings, Foreteller by) {
  const PredictionQuality& quality = findings.of(by).quality;
  ForetoldReport report{.by = foreteller_names[static_cast<std::size_t>(by)],
                        .log_loss = quality.mean_log_loss(),
                        .brier = quality.brier(),
                        .auc = quality.auc(),
                        .calibration_error = quality.expected_calibration_error(),
                        .calibration = quality.calibration()};
  if (const auto grouped = quality.grouped_auc()) report.auc_within = grouped->mean_by_pairs;
  if (by != Foreteller::mean) {
    report.difference = paired_difference(findings.of(by).losses, findings.of(Foreteller::mean).losses);
  }
  return report;
}

bool is_scorer(std::string_view by) { return by != "share" && by != "kept" && by != "mean"; }

/// The scorer that foretold best, beside mean.
std::string foretelling_sentence(const HistoryReport& report, std::uint64_t verdicts) {
  if (verdicts < paired_records_min) {
    return "Too thin to say which scorer foretells best: there are " + grouped(verdicts) + " verdicts, and " +
           grouped(paired_records_min) + " are needed.";
  }
  const ForetoldReport* best = nullptr;
  for (const ForetoldReport& one : report.foretold) {
    if (is_scorer(one.by) && (!best || *one.log_loss < *best->log_loss)) best = &one;
  }
  const PairedDifference& difference = *best->difference;
  const std::string seen = with_interval(difference.mean, difference.interval);
  const std::string name(best->by);
  if (difference.interval.high < 0) return name + " foretold better than mean: log-loss " + seen + ".";
  if (difference.interval.low > 0) return "No scorer foretold better than mean; " + name + ": log-loss " + seen + ".";
  std::string sentence = "Whether " + name + " foretells better than mean cannot be told yet: log-loss " + seen;
  const double half_width = (difference.interval.high - difference.interval.low) / 2;
  const auto count = static_cast<double>(verdicts);
  const auto more = more_needed(needed_to_tell(count, difference.mean, half_width), count);
  return sentence + "; " + it_takes(more, "a difference as large as the one seen");
}

/// By the largest difference: one that is better; else one that could be judged; else that which takes least.
const WayReport& most_telling(const std::vector<WayReport>& ways) {
  const auto rank = [](const WayReport& one) {
    const auto conclusion = one.value.judgement.conclusion;
    const double seen = one.value.of(Estimator::doubly_robust).difference;
    if (conclusion == Conclusion::better) return std::pair(3, seen);
    if (conclusion != Conclusion::refused) return std::pair(2, seen);
    const auto more = one.value.judgement.more_decisions;
    return more ? std::pair(1, -static_cast<double>(*more)) : std::pair(0, 0.0);
  };
  return *std::ranges::max_element(ways, {}, rank);
}

std::string choosing_sentence(const HistoryReport& report) {
  if (report.ways.empty()) {
    return "No decision can be judged: records say what else could have been chosen where they come by JUDGE, from "
           "RECOMMEND or PLAN.";
  }
  const WayReport& best = most_telling(report.ways);
  return std::string(to_string(best.way.scorer)) + " with " + std::string(to_string(best.way.policy)) + ": " +
         best.value.judgement.sentence;
}

}  // namespace

result<HistoryReport> report_on(const HistoryFindings& findings, const Bootstrap& bootstrap, const ForEach& for_each) {
  HistoryReport report;
  for (std::size_t by = 0; by < foreteller_names.size(); ++by) {
    report.foretold.push_back(foretold_report(findings, static_cast<Foreteller>(by)));
  }
  report.foretold_sentence = foretelling_sentence(report, findings.selected + findings.rejected);
  report.images = findings.outcomes.front().size();
  if (report.images > 0) {
    std::vector<result<OffPolicyReport>> values(ways_to_choose, Failure{});
    for_each(ways_to_choose, [&](std::size_t i) { values[i] = judge_policy(findings.outcomes[i], bootstrap); });
    for (std::size_t i = 0; i < ways_to_choose; ++i) {
      if (!values[i]) return values[i].error();
      report.ways.push_back({way_to_choose(i), std::move(*values[i])});
    }
  }
  report.ways_sentence = choosing_sentence(report);
  if (!findings.shadow.empty()) report.shadow = shadow_report(findings.shadow);
  return report;
}

}  // namespace penchant

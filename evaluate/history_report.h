// What a person's records say about scorers and policies, in numbers and sentences. docs/evaluate.md.
//
//   const auto report = report_on(findings, {.seed = 1}, for_each);
//
// Pure: the same findings, replicates and seed give the same report, however the work is run.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "evaluate/history_findings.h"
#include "evaluate/stream_runs.h"

namespace penchant {

/// How well one foretold; what cannot be told is none.
struct ForetoldReport {
  std::string_view by;
  std::optional<double> log_loss;
  std::optional<double> brier;
  std::optional<double> auc;
  std::optional<double> auc_within;  // of pairs of one checkpoint
  std::optional<double> calibration_error;
  std::optional<PairedDifference> difference;  // of its log-loss to mean's; none of mean's own
  std::array<CalibrationBin, calibration_bins> calibration{};
};

struct WayReport {
  WayToChoose way;
  OffPolicyReport value;
};

struct HistoryReport {
  std::vector<ForetoldReport> foretold;
  std::string foretold_sentence;  // which scorer foretold best, and whether that is certain
  std::uint64_t images = 0;
  std::vector<WayReport> ways;  // none where no decision can be judged
  std::string ways_sentence;
  std::optional<ShadowReport> shadow;  // where a record was in shadow
};

/// Fails on replicates out of bounds.
result<HistoryReport> report_on(const HistoryFindings& findings, const Bootstrap& bootstrap, const ForEach& for_each);

}  // namespace penchant

// How well probabilities foretold verdicts: each is predicted before its verdict is learned, then added here.
//
//   PredictionQuality quality;
//   quality.add(model.probability(record), record.is_kept, record.checkpoint);
//   model.learn(record);
//
// Deterministic: all measures are functions of what was added, in that order. Grows by 16 bytes a record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evaluate/interval.h"

namespace penchant {

/// A probability of 0 or 1 that was wrong would cost an infinite loss: for it, probabilities lie this far from both.
inline constexpr double log_loss_probability_min = 1e-6;

/// In nats, 0 or more. probability from 0 to 1.
double log_loss(double probability, bool is_kept);

inline constexpr std::size_t calibration_bins = 10;

struct CalibrationBin {
  std::uint64_t count = 0;
  std::uint64_t kept = 0;
  double mean_predicted = 0;  // 0 where count is 0; likewise share_kept
  double share_kept = 0;
};

/// The area under the ROC curve: how often a kept one was given more than a rejected one, a tie counting half.
struct GroupedAuc {
  double mean = 0;           // over the groups, each counting once
  double mean_by_pairs = 0;  // each counting by its pairs of a kept and a rejected record
  std::uint64_t groups = 0;  // with both a kept and a rejected record; others have no AUC
  std::uint64_t pairs = 0;
};

class PredictionQuality {
 public:
  /// probability from 0 to 1 (a NaN is a bug); group: within which records are compared, such as the checkpoint.
  void add(double probability, bool is_kept, std::uint32_t group = 0);

  std::uint64_t count() const { return records_.size(); }
  std::uint64_t kept() const { return kept_; }

  // Of no records there is none: nullopt.
  std::optional<double> mean_log_loss() const;
  std::optional<double> brier() const;  // the mean of (probability - kept)^2
  std::optional<double> auc() const;    // nullopt also where all were kept, or none
  std::optional<GroupedAuc> grouped_auc() const;
  std::optional<double> expected_calibration_error() const;  // the mean over records of |mean predicted - share kept|

  /// Of equal width: [0, 0.1), [0.1, 0.2), ..., [0.9, 1].
  std::array<CalibrationBin, calibration_bins> calibration() const;

 private:
  struct Prediction {
    double probability;
    std::uint32_t group;
    bool is_kept;
  };
  std::vector<Prediction> records_;
  std::uint64_t kept_ = 0;
  double log_loss_sum_ = 0;
  double squares_ = 0;
};

/// The mean of first[i] - second[i], losses of two predictors on the same records in the same order: below 0 where the
/// first is better.
struct PairedDifference {
  double mean = 0;
  double standard_error = 0;
  Interval interval;      // 90%
  std::size_t block = 1;  // neighbours that were taken as one, because they are alike
};

inline constexpr std::size_t paired_records_min = 20;

/// Of spans of one size; nullopt for fewer than paired_records_min records. Finite.
std::optional<PairedDifference> paired_difference(std::span<const double> first, std::span<const double> second);

}  // namespace penchant

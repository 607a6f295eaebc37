#include "evaluate/prediction_quality.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr std::size_t blocks_min = 10;

/// Pairs of a kept and a rejected record, and how many of them are in the right order, a tie counting half.
struct Pairs {
  double right = 0;
  double all = 0;
};

/// Of records sorted by probability.
template <class Iterator>
Pairs count_pairs(Iterator begin, Iterator end) {
  Pairs pairs;
  double rejected = 0;
  double kept = 0;
  while (begin != end) {
    double rejected_here = 0;
    double kept_here = 0;
    const double probability = begin->probability;
    for (; begin != end && begin->probability == probability; ++begin)
      (begin->is_kept ? kept_here : rejected_here) += 1;
    pairs.right += kept_here * (rejected + rejected_here / 2);
    rejected += rejected_here;
    kept += kept_here;
  }
  pairs.all = rejected * kept;
  return pairs;
}

std::size_t bin_of(double probability) {
  return std::min(static_cast<std::size_t>(probability * calibration_bins), calibration_bins - 1);
}

struct Spreading {
  double mean = 0;
  double variance = 0;
  double lag_correlation = 0;  // between neighbours
};

Spreading spreading(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  Spreading result;
  for (const double value : values) result.mean += value / count;
  double squares = 0;
  double products = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double here = values[i] - result.mean;
    squares += here * here;
    if (i > 0) products += here * (values[i - 1] - result.mean);
  }
  result.variance = squares / (count - 1);
  result.lag_correlation = squares > 0 ? products / squares : 0;
  return result;
}

/// Means of neighbours two by two; an odd last one is left out.
std::vector<double> halved(std::span<const double> values) {
  std::vector<double> means(values.size() / 2);
  for (std::size_t i = 0; i < means.size(); ++i) means[i] = (values[2 * i] + values[2 * i + 1]) / 2;
  return means;
}

}  // namespace

double log_loss(double probability, bool is_kept) {
  PENCHANT_CHECK(probability >= 0 && probability <= 1);
  const double of_the_verdict = is_kept ? probability : 1 - probability;
  return -std::log(std::clamp(of_the_verdict, log_loss_probability_min, 1 - log_loss_probability_min));
}

void PredictionQuality::add(double probability, bool is_kept, std::uint32_t group) {
  log_loss_sum_ += log_loss(probability, is_kept);
  const double error = probability - (is_kept ? 1 : 0);
  squares_ += error * error;
  kept_ += is_kept ? 1 : 0;
  records_.push_back({probability, group, is_kept});
}

std::optional<double> PredictionQuality::mean_log_loss() const {
  if (records_.empty()) return std::nullopt;
  return log_loss_sum_ / static_cast<double>(records_.size());
}

std::optional<double> PredictionQuality::brier() const {
  if (records_.empty()) return std::nullopt;
  return squares_ / static_cast<double>(records_.size());
}

std::optional<double> PredictionQuality::auc() const {
  std::vector<Prediction> sorted = records_;
  std::ranges::sort(sorted, {}, &Prediction::probability);
  const Pairs pairs = count_pairs(sorted.begin(), sorted.end());
  if (pairs.all == 0) return std::nullopt;
  return pairs.right / pairs.all;
}

std::optional<GroupedAuc> PredictionQuality::grouped_auc() const {
  std::vector<Prediction> sorted = records_;
  std::ranges::sort(sorted, {}, [](const Prediction& p) { return std::pair(p.group, p.probability); });
  GroupedAuc auc;
  Pairs total;
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end = std::find_if(begin, sorted.end(), [&](const auto& p) { return p.group != begin->group; });
    const Pairs pairs = count_pairs(begin, end);
    begin = end;
    if (pairs.all == 0) continue;
    ++auc.groups;
    auc.mean += pairs.right / pairs.all;
    total.right += pairs.right;
    total.all += pairs.all;
  }
  if (auc.groups == 0) return std::nullopt;
  auc.mean /= static_cast<double>(auc.groups);
  auc.mean_by_pairs = total.right / total.all;
  auc.pairs = static_cast<std::uint64_t>(total.all);
  return auc;
}

std::optional<double> PredictionQuality::expected_calibration_error() const {
  if (records_.empty()) return std::nullopt;
  double sum = 0;
  for (const CalibrationBin& bin : calibration()) {
    sum += static_cast<double>(bin.count) * std::abs(bin.mean_predicted - bin.share_kept);
  }
  return sum / static_cast<double>(records_.size());
}

std::array<CalibrationBin, calibration_bins> PredictionQuality::calibration() const {
  std::array<CalibrationBin, calibration_bins> bins;
  for (const Prediction& record : records_) {
    CalibrationBin& bin = bins[bin_of(record.probability)];
    ++bin.count;
    bin.kept += record.is_kept ? 1 : 0;
    bin.mean_predicted += record.probability;
  }
  for (CalibrationBin& bin : bins) {
    if (bin.count == 0) continue;
    bin.mean_predicted /= static_cast<double>(bin.count);
    bin.share_kept = static_cast<double>(bin.kept) / static_cast<double>(bin.count);
  }
  return bins;
}

std::optional<PairedDifference> paired_difference(std::span<const double> first, std::span<const double> second) {
  PENCHANT_CHECK(first.size() == second.size());
  if (first.size() < paired_records_min) return std::nullopt;
  std::vector<double> values(first.size());
  std::ranges::transform(first, second, values.begin(), std::minus<>());

  Spreading spread = spreading(values);
  PairedDifference difference{.mean = spread.mean};
  // Alike neighbours say less than they seem to. So they are taken as one, in as few blocks as still give a variance.
  if (spread.lag_correlation > normal_95 / std::sqrt(static_cast<double>(values.size()))) {
    for (; values.size() >= 2 * blocks_min; difference.block *= 2) values = halved(values);
    spread = spreading(values);
  }
  const auto blocks = static_cast<double>(values.size());
  difference.standard_error = std::sqrt(spread.variance / blocks);
  const double half_width = student_95(blocks - 1) * difference.standard_error;
  difference.interval = {difference.mean - half_width, difference.mean + half_width};
  return difference;
}

}  // namespace penchant

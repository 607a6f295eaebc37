#include "evaluate/prediction_quality.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "engine/policy.h"

namespace penchant::test {
namespace {

struct Record {
  double probability;
  bool is_kept;
  std::uint32_t group = 0;
};
using Records = std::vector<Record>;

PredictionQuality quality_of(const Records& records) {
  PredictionQuality quality;
  for (const Record& record : records) quality.add(record.probability, record.is_kept, record.group);
  return quality;
}

/// Every pair of a kept and a rejected record; nullopt where there is none.
std::optional<double> naive_auc(const Records& records) {
  double right = 0;
  double pairs = 0;
  for (const Record& kept : records) {
    for (const Record& rejected : records) {
      if (!kept.is_kept || rejected.is_kept) continue;
      pairs += 1;
      right += kept.probability > rejected.probability ? 1 : kept.probability == rejected.probability ? 0.5 : 0;
    }
  }
  if (pairs == 0) return std::nullopt;
  return right / pairs;
}

/// With ties, probabilities of 0 and 1, and groups of one verdict only.
Records random_records(std::size_t count, std::uint64_t seed) {
  Records records;
  for (std::size_t i = 0; i < count; ++i) {
    const double probability = std::floor(uniform(seed, 3 * i) * 21) / 20;
    const auto group = static_cast<std::uint32_t>(uniform(seed, 3 * i + 2) * 6);
    records.push_back({probability, group == 5 || uniform(seed, 3 * i + 1) < probability, group});
  }
  return records;
}

Records of_group(const Records& records, std::uint32_t group) {
  Records those;
  for (const Record& record : records) {
    if (record.group == group) those.push_back(record);
  }
  return those;
}

std::vector<double> noise(std::size_t count, std::uint64_t seed, double carried) {
  std::vector<double> values(count);
  double value = 0;
  for (std::size_t i = 0; i < count; ++i) values[i] = value = carried * value + uniform(seed, i) - 0.5;
  return values;
}

BOOST_AUTO_TEST_SUITE(prediction_quality)

BOOST_AUTO_TEST_CASE(of_no_records_there_is_no_measure) {
  const PredictionQuality none;
  BOOST_TEST(!none.mean_log_loss());
  BOOST_TEST(!none.brier());
  BOOST_TEST(!none.auc());
  BOOST_TEST(!none.grouped_auc());
  BOOST_TEST(!none.expected_calibration_error());
  for (const CalibrationBin& bin : none.calibration()) BOOST_TEST(bin.count == 0U);
}

BOOST_AUTO_TEST_CASE(log_loss_and_brier_are_means_over_records) {
  const PredictionQuality quality = quality_of({{0.8, true}, {0.4, false}});
  BOOST_CHECK_CLOSE(*quality.mean_log_loss(), -(std::log(0.8) + std::log(0.6)) / 2, 1e-9);
  BOOST_CHECK_CLOSE(*quality.brier(), (0.04 + 0.16) / 2, 1e-9);
  BOOST_TEST(quality.count() == 2U);
  BOOST_TEST(quality.kept() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_certain_and_wrong_costs_the_bound) {
  BOOST_CHECK_CLOSE(log_loss(0, true), -std::log(log_loss_probability_min), 1e-9);
  BOOST_CHECK_CLOSE(log_loss(1, false), -std::log(log_loss_probability_min), 1e-9);
  BOOST_TEST(log_loss(log_loss_probability_min / 2, true) == log_loss(0, true));
  BOOST_TEST(log_loss(log_loss_probability_min * 2, true) < log_loss(0, true));
  BOOST_TEST(log_loss(1, true) > 0);
}

BOOST_AUTO_TEST_CASE(auc_is_the_share_of_pairs_in_order_with_ties_as_halves) {
  BOOST_TEST(*quality_of({{0.9, true}, {0.1, false}}).auc() == 1);
  BOOST_TEST(*quality_of({{0.1, true}, {0.9, false}}).auc() == 0);
  BOOST_TEST(*quality_of({{0.5, true}, {0.5, false}}).auc() == 0.5);
  BOOST_TEST(!quality_of({{0.5, true}, {0.7, true}}).auc());
  BOOST_TEST(!quality_of({{0.5, false}}).auc());
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Records records = random_records(1 + seed * 3, seed);
    const auto found = quality_of(records).auc();
    const auto expected = naive_auc(records);
    BOOST_REQUIRE(found.has_value() == expected.has_value());
    if (found) BOOST_CHECK_CLOSE(*found, *expected, 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(auc_within_groups_compares_no_record_of_two_groups) {
  // Within each group at chance, between them apart.
  const Records apart{{0.9, true, 1}, {0.9, true, 1}, {0.9, false, 1}, {0.1, false, 2}, {0.1, true, 2}};
  BOOST_CHECK_CLOSE(*quality_of(apart).auc(), 3.5 / 6, 1e-9);
  BOOST_TEST(quality_of(apart).grouped_auc()->mean == 0.5);

  const Records records = random_records(300, 7);
  double sum = 0, by_pairs = 0, pairs = 0, groups = 0;
  for (std::uint32_t group = 0; group < 6; ++group) {
    const Records those = of_group(records, group);
    const auto auc = naive_auc(those);
    if (!auc) continue;
    const auto kept = static_cast<double>(quality_of(those).kept());
    const double here = kept * (static_cast<double>(those.size()) - kept);
    sum += *auc;
    by_pairs += *auc * here;
    pairs += here;
    groups += 1;
  }
  const std::optional<GroupedAuc> grouped = quality_of(records).grouped_auc();
  BOOST_TEST(groups == 5);  // all of group 5 was kept
  BOOST_REQUIRE(grouped.has_value());
  BOOST_CHECK_CLOSE(grouped->mean, sum / groups, 1e-9);
  BOOST_CHECK_CLOSE(grouped->mean_by_pairs, by_pairs / pairs, 1e-9);
  BOOST_TEST(static_cast<double>(grouped->groups) == groups);
  BOOST_TEST(static_cast<double>(grouped->pairs) == pairs);
}

BOOST_AUTO_TEST_CASE(calibration_counts_in_ten_bins_with_1_in_the_last) {
  const auto bins = quality_of({{0, false}, {0.05, true}, {0.1, true}, {0.95, true}, {1, false}}).calibration();
  BOOST_TEST(bins[0].count == 2U);
  BOOST_CHECK_CLOSE(bins[0].mean_predicted, 0.025, 1e-9);
  BOOST_TEST(bins[0].share_kept == 0.5);
  BOOST_TEST(bins[1].count == 1U);
  BOOST_TEST(bins[1].kept == 1U);
  BOOST_TEST(bins[9].count == 2U);
  BOOST_TEST(bins[9].kept == 1U);
  for (std::size_t i = 2; i < 9; ++i) BOOST_TEST(bins[i].count == 0U);
}

BOOST_AUTO_TEST_CASE(the_calibration_error_is_the_bins_mean_distance) {
  const auto error =
      quality_of({{0.25, true}, {0.25, false}, {0.25, false}, {0.85, true}}).expected_calibration_error();
  BOOST_CHECK_CLOSE(*error, (3 * (1.0 / 3 - 0.25) + 0.15) / 4, 1e-9);
  Records perfect;
  for (int i = 0; i < 100; ++i) perfect.push_back({0.25, i % 4 == 0});
  BOOST_CHECK_SMALL(*quality_of(perfect).expected_calibration_error(), 1e-12);
}

BOOST_AUTO_TEST_CASE(a_paired_difference_is_a_mean_with_students_interval) {
  const std::vector<double> first = noise(50, 1, 0), second = noise(50, 2, 0);
  double mean = 0, squares = 0;
  for (std::size_t i = 0; i < 50; ++i) mean += (first[i] - second[i]) / 50;
  for (std::size_t i = 0; i < 50; ++i) squares += (first[i] - second[i] - mean) * (first[i] - second[i] - mean);
  const auto difference = paired_difference(first, second);
  BOOST_REQUIRE(difference.has_value());
  BOOST_TEST(difference->block == 1U);
  BOOST_CHECK_CLOSE(difference->mean, mean, 1e-6);
  BOOST_CHECK_CLOSE(difference->standard_error, std::sqrt(squares / 49 / 50), 1e-6);
  BOOST_CHECK_CLOSE(difference->interval.high, mean + 1.6765509 * std::sqrt(squares / 49 / 50), 1e-3);  // t, 49 degrees
}

BOOST_AUTO_TEST_CASE(too_few_records_have_no_paired_difference) {
  const std::vector<double> losses(paired_records_min, 0.5);
  BOOST_TEST(paired_difference(losses, losses).has_value());
  BOOST_TEST(
      !paired_difference(std::vector<double>(paired_records_min - 1), std::vector<double>(paired_records_min - 1)));
  BOOST_TEST(paired_difference(losses, losses)->interval.high == 0);
}

BOOST_AUTO_TEST_CASE(a_paired_interval_holds_the_truth_also_where_neighbours_are_alike) {
  for (const double carried : {0.0, 0.5, 0.9}) {
    const std::vector<double> zeros(2000);
    int covered = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
      const auto difference = paired_difference(noise(2000, seed, carried), zeros);
      covered += difference->interval.low <= 0 && 0 <= difference->interval.high ? 1 : 0;
    }
    BOOST_TEST_CONTEXT("carried " << carried) {
      BOOST_TEST(covered >= 870);
      BOOST_TEST(covered <= 930);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

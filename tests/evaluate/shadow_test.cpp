#include "evaluate/shadow.h"

#include <cmath>

#include "bandit_world.h"
#include "history_fixture.h"

namespace penchant::test {
namespace {

/// So many images in each of the four cases.
std::vector<ShadowImage> images(std::size_t same_kept, std::size_t same_rejected, std::size_t other_kept,
                                std::size_t other_rejected) {
  std::vector<ShadowImage> all;
  all.insert(all.end(), same_kept, {.is_same = true, .is_kept = true});
  all.insert(all.end(), same_rejected, {.is_same = true});
  all.insert(all.end(), other_kept, {.is_kept = true, .foretold = 0.4, .foretold_other = 0.6});
  all.insert(all.end(), other_rejected, {.foretold = 0.4, .foretold_other = 0.5});
  return all;
}

BOOST_AUTO_TEST_SUITE(shadow)

BOOST_AUTO_TEST_CASE(shares_are_told_where_choices_agree_and_where_they_do_not) {
  const ShadowReport report = shadow_report(images(60, 40, 20, 30));
  BOOST_TEST((report.same.share() == 0.6 && report.other.share() == 0.4));
  BOOST_TEST(std::abs(*report.difference - 0.2) < 1e-12);
  const double half_width = normal_95 * std::sqrt(61.0 / 102 * 41 / 102 / 102 + 21.0 / 52 * 31 / 52 / 52);
  BOOST_TEST(std::abs(report.difference_interval.low - (0.2 - half_width)) < 1e-12);
  BOOST_TEST(std::abs(report.foretold_gain->mean - 0.14) < 1e-12);
  BOOST_TEST(report.sentence.starts_with(
      "Where your choice was Penchant's too, you kept 0.600 of 100 images, elsewhere 0.400 of 50 images: +0.200 ("));
}

BOOST_AUTO_TEST_CASE(too_few_of_either_kind_are_not_compared) {
  const auto is_compared = [](std::size_t same, std::size_t other) {
    return shadow_report(images(same, 0, other, 0)).difference.has_value();
  };
  BOOST_TEST(is_compared(shadow_images_min, shadow_images_min));
  BOOST_TEST(!is_compared(shadow_images_min - 1, 100));
  BOOST_TEST(!is_compared(100, shadow_images_min - 1));
  BOOST_TEST(shadow_report(images(3, 0, 1, 0)).sentence.find("your choice was Penchant's too in 3 and another in 1") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_interval_stays_within_what_a_difference_can_be) {
  const ShadowReport report = shadow_report(images(20, 0, 0, 20));
  BOOST_TEST((report.difference_interval.high == 1 && report.difference_interval.low < 1));
}

/// So many decisions of four images, each of which its decision's chance decides.
std::vector<ShadowImage> decisions(std::size_t count, const std::vector<double>& chances, std::uint64_t seed) {
  std::vector<ShadowImage> all;
  Draws draws(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const double chance = chances[static_cast<std::size_t>(draws.unit() * static_cast<double>(chances.size()))];
    for (int j = 0; j < 4; ++j) {
      all.push_back({.decision = std::to_string(i), .is_same = true, .is_kept = draws.unit() < chance});
    }
  }
  return all;
}

BOOST_AUTO_TEST_CASE(images_of_a_decision_that_are_always_alike_count_as_one) {
  const ShadowShare share = shadow_report(decisions(30, {0, 1}, 7)).same;
  BOOST_TEST(share.images == 120U);
  BOOST_TEST(std::abs(share.effective_images() - 120.0 * 29 / 119) < 1e-9);
  BOOST_TEST(shadow_report(decisions(30, {1}, 7)).same.effective_images() == 30);
}

BOOST_AUTO_TEST_CASE(intervals_hold_the_truth_however_alike_the_images_of_a_decision_are) {
  for (const std::vector<double>& chances : {std::vector{0.5}, {0.2, 0.8}, {0.0, 1.0}}) {
    int held = 0;
    for (std::uint64_t run = 0; run < 1000; ++run) {
      const Interval interval = shadow_report(decisions(60, chances, run)).same.interval();
      held += interval.low <= 0.5 && 0.5 <= interval.high ? 1 : 0;
    }
    BOOST_TEST((held > 870 && held < 930), held << " of 1000, chances from " << chances.front());
  }
}

BOOST_AUTO_TEST_CASE(records_in_shadow_judge_no_way_to_choose) {
  Person ann;
  const Arms told{{"A", 1}, {"B", 0}};
  ann.shadow("d-1", true, "A", "B", told);
  ann.shadow("d-2", false, "A.safetensors", "A", told);
  const HistoryFindings findings = ann.findings();
  BOOST_REQUIRE(findings.shadow.size() == 2U);
  BOOST_TEST((!findings.shadow[0].is_same && findings.shadow[0].is_kept));
  BOOST_TEST((findings.shadow[1].is_same && !findings.shadow[1].is_kept));
  BOOST_TEST((findings.shadow[0].decision == "d-1" && findings.shadow[1].decision == "d-2"));
  BOOST_TEST(findings.outcomes.front().empty());
  BOOST_TEST(findings.of(Foreteller::kept).losses.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

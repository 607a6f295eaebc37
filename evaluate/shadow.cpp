#include "evaluate/shadow.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "evaluate/sentence_parts.h"

namespace penchant {
namespace {

/// Rao and Scott's: by how much the share varies from decision to decision, over how much it would if images were
/// independent. Where nothing varies, a decision counts as one.
double design_effect(const ShadowShare& share, const std::vector<ShadowShare>& decisions) {
  const auto images = static_cast<double>(share.images);
  const auto count = static_cast<double>(decisions.size());
  if (decisions.size() < 2 || share.kept == 0 || share.kept == share.images) return images / count;
  double squares = 0;
  for (const ShadowShare& one : decisions) {
    const double beyond = static_cast<double>(one.kept) - static_cast<double>(one.images) * share.share();
    squares += beyond * beyond;
  }
  const double independent = images * share.share() * (1 - share.share());
  return std::max(squares / independent * (count / (count - 1)) / (images / (images - 1)), 1.0);
}

/// Agresti and Caffo's: each share with one kept and one rejected image more.
double half_width_of_difference(const ShadowShare& first, const ShadowShare& second) {
  double variance = 0;
  for (const ShadowShare* const one : {&first, &second}) {
    const double count = one->effective_images() + 2;
    const double share = (one->effective_kept() + 1) / count;
    variance += share * (1 - share) / count;
  }
  return normal_95 * std::sqrt(variance);
}

std::string told(const ShadowShare& share) {
  return decimals(share.share(), "%.3f") + " of " + grouped(share.images) + (share.images == 1 ? " image" : " images");
}

std::string thin_sentence(const ShadowReport& report) {
  return "Too thin to compare: your choice was Penchant's too in " + grouped(report.same.images) + " and another in " +
         grouped(report.other.images) + " of the images judged in shadow, and " + grouped(shadow_images_min) +
         " of each are needed.";
}

std::string sentence_of(const ShadowReport& report) {
  std::string sentence = "Where your choice was Penchant's too, you kept " + told(report.same) + ", elsewhere " +
                         told(report.other) + ": " + with_interval(*report.difference, report.difference_interval) +
                         ".";
  if (report.foretold_gain) {
    sentence += " Elsewhere, Penchant's choice is foretold to be kept more often by " +
                with_interval(report.foretold_gain->mean, report.foretold_gain->interval) + ".";
  }
  return sentence;
}

void add(ShadowShare& share, const ShadowImage& image) {
  ++share.images;
  share.kept += image.is_kept ? 1 : 0;
}

ShadowShare share_of(const std::vector<ShadowImage>& images, bool is_same) {
  ShadowShare share;
  std::vector<ShadowShare> decisions;
  std::map<std::string_view, std::size_t> places;
  for (const ShadowImage& image : images) {
    if (image.is_same != is_same) continue;
    add(share, image);
    const std::size_t place =
        image.decision.empty() ? decisions.size() : places.try_emplace(image.decision, decisions.size()).first->second;
    if (place == decisions.size()) decisions.emplace_back();
    add(decisions[place], image);
  }
  if (share.images > 0) share.design_effect = design_effect(share, decisions);
  return share;
}

}  // namespace

ShadowReport shadow_report(const std::vector<ShadowImage>& images) {
  ShadowReport report{.same = share_of(images, true), .other = share_of(images, false)};
  std::vector<double> foretold;
  std::vector<double> foretold_other;
  for (const ShadowImage& image : images) {
    if (image.is_same) continue;
    foretold.push_back(image.foretold);
    foretold_other.push_back(image.foretold_other);
  }
  if (std::min(report.same.images, report.other.images) < shadow_images_min) {
    report.sentence = thin_sentence(report);
    return report;
  }
  const double difference = report.same.share() - report.other.share();
  const double half_width = half_width_of_difference(report.same, report.other);
  report.difference = difference;
  report.difference_interval = {std::max(difference - half_width, -1.0), std::min(difference + half_width, 1.0)};
  report.foretold_gain = paired_difference(foretold_other, foretold);
  report.sentence = sentence_of(report);
  return report;
}

}  // namespace penchant

// What shadow records show: images of the caller's own choice, of which it is known what Penchant would have chosen.
// docs/evaluate.md.
//
// Pure: a function of the images in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/interval.h"
#include "evaluate/prediction_quality.h"

namespace penchant {

/// Fewer images of either kind are not compared.
inline constexpr std::uint64_t shadow_images_min = 20;

struct ShadowImage {
  std::string decision;       // that it judges; empty: one of its own
  bool is_same = false;       // the caller's choice was Penchant's
  bool is_kept = false;
  double foretold = 0;        // of the caller's choice, before it was learned
  double foretold_other = 0;  // of what Penchant would have chosen
};

struct ShadowShare {
  std::uint64_t images = 0;
  std::uint64_t kept = 0;
  double design_effect = 1;  // so many images say as much as one that is a decision by itself

  double share() const { return images == 0 ? 0 : static_cast<double>(kept) / static_cast<double>(images); }
  double effective_images() const { return static_cast<double>(images) / design_effect; }
  double effective_kept() const { return static_cast<double>(kept) / design_effect; }
  Interval interval() const { return wilson_interval(effective_kept(), effective_images()); }
};

struct ShadowReport {
  ShadowShare same;
  ShadowShare other;
  // None where there are too few images of either kind.
  std::optional<double> difference;  // of the shares, `same` less `other`
  Interval difference_interval;
  std::optional<PairedDifference> foretold_gain;  // where choices differ: Penchant's less the caller's, as foretold
  std::string sentence;
};

ShadowReport shadow_report(const std::vector<ShadowImage>& images);

}  // namespace penchant

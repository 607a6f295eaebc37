#include "engine/explain.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace penchant {
namespace {

constexpr std::size_t words_told_max = 2;

/// A decayed count as people read it: "15", or "14.6".
void append_count(double count, std::string& out) {
  std::array<char, 32> text;
  const auto tenths = static_cast<std::uint64_t>(std::min(count * 10 + 0.5, 1e18));
  char* end = std::to_chars(text.data(), text.data() + text.size(), tenths / 10).ptr;
  if (tenths % 10 != 0) {
    *end++ = '.';
    *end++ = static_cast<char>('0' + tenths % 10);
  }
  out.append(text.data(), end);
}

struct Told {
  std::size_t keyword = 0;
  Counts counts;
  double strength = 0;  // how far the word moves the score from the prior
};

void append_told(std::string_view word, const Counts& counts, std::string_view checkpoint, std::string& out) {
  append_count(counts.selected, out);
  out += " of your ";
  append_count(counts.observed, out);
  if (!word.empty()) ((out += " '") += word) += '\'';
  ((out += " images with ") += checkpoint) += " were kept";
}

/// What is told of an arm without verdicts of the user's own: what the community makes of it, if that is anything.
void append_unknown(std::string_view checkpoint, double prior, std::string_view words, std::string& out) {
  if (std::abs(prior - prior_mean) < 0.0005) {
    ((((out += "nothing is known of ") += checkpoint) += words) += " yet");
    return;
  }
  out += "you have judged no image with ";
  ((out += checkpoint) += words) += " yet; the community keeps ";
  append_count(prior * 100, out);
  out += '%';
}

}  // namespace

void append_evidence(std::string_view checkpoint, const ArmColumns& column, std::span<const Keyword> keywords,
                     const Scorer& scorer, std::string& out) {
  if (keywords.empty()) {
    const Counts total = column.own ? scorer.overall(*column.own) : Counts{};
    if (total.observed >= 0.05) return append_told({}, total, checkpoint, out);
    append_unknown(checkpoint, scorer.prior(column), "", out);
    return;
  }
  std::array<Told, words_told_max> told;
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    const Counts counts = scorer.counts(i, column);
    const double strength = std::abs(posterior_mean(counts) - prior_mean) + 1e-9 * counts.observed;
    if (counts.observed < 0.05) continue;
    if (strength > told[0].strength) {
      told[1] = told[0];
      told[0] = {i, counts, strength};
    } else if (strength > told[1].strength) {
      told[1] = {i, counts, strength};
    }
  }
  if (told[0].strength == 0) {
    double prior = 0;
    for (std::size_t i = 0; i < keywords.size(); ++i) prior += scorer.prior(i, column);
    append_unknown(checkpoint, prior / static_cast<double>(keywords.size()), " for these words", out);
    return;
  }
  append_told(keywords[told[0].keyword].text, told[0].counts, checkpoint, out);
  if (told[1].strength == 0) return;
  out += ", and ";
  append_count(told[1].counts.selected, out);
  out += " of ";
  append_count(told[1].counts.observed, out);
  ((out += " '") += keywords[told[1].keyword].text) += '\'';
}

void append_reason(const Recommendation& recommendation, std::span<const Keyword> keywords, const Scorer& scorer,
                   std::string& out) {
  const ArmAnswer& best = recommendation.arms.front();
  append_evidence(best.checkpoint, best.column, keywords, scorer, out);
  if (recommendation.arms_in_question == 1) {
    out += ": there is no other";
    return;
  }
  switch (recommendation.band) {
    case Band::explore: out += recommendation.draft ? ": a draft, so try " : ": too few to be sure, so try "; break;
    case Band::hedge: out += ": fairly sure, so keep "; break;
    case Band::exploit: out += ": sure enough to use it alone"; return;
  }
  append_count(static_cast<double>(recommendation.band_arms), out);
  out += recommendation.band == Band::explore ? " of " : " in play of ";
  append_count(static_cast<double>(recommendation.arms_in_question), out);
}

}  // namespace penchant

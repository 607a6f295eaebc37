// Explaining: what each keyword of a prompt contributes to an arm's score, and one sentence with counts.
//
// Owner: the caller. Counts are decayed: fifteen verdicts of a month ago are 5.5.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/recommend.h"
#include "engine/scoring.h"

namespace penchant {

/// Appends why `recommendation` is what it is: counts of the words that speak most clearly for the best arm, and
/// what the band makes of it. `scorer` as the recommendation left it.
void append_reason(const Recommendation& recommendation, std::span<const Keyword> keywords, const Scorer& scorer,
                   std::string& out);

/// Appends the counts of the words that speak most clearly, for or against the arm:
/// "12 of your 15 'portrait' images with epicrealismXL were kept".
void append_evidence(std::string_view checkpoint, const ArmColumns& column, std::span<const Keyword> keywords,
                     const Scorer& scorer, std::string& out);

}  // namespace penchant

// From estimates to a conclusion and its sentence: better, worse, not to be told yet, or refused. Pure functions.
#pragma once

#include "evaluate/off_policy.h"

namespace penchant {

/// Of the differences and the rewards behind a report.
struct DifferenceSpread {
  double half_width = 0;  // of the doubly robust difference's interval before it is cut; may be infinite
  bool is_reward_constant = false;
};

/// All of the report but its judgement is read.
Judgement judge_difference(const OffPolicyReport& report, const DifferenceSpread& spread);

}  // namespace penchant

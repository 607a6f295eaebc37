// Replaying a stream of decisions: at each the scorer's best arm is chosen, and its outcome alone is learned.
//
//   const auto mean = replay(stream, ScorerKind::evidence, on_decision);
//
// Pure: an engine of its own, one user, no decay; ties go to who has been seen less, then to the first. Threading: any;
// runs share nothing.
#pragma once

#include <cstddef>
#include <functional>

#include "engine/result.h"
#include "engine/scorer_kind.h"
#include "evaluate/stream.h"

namespace penchant {

/// The mean of the expected outcomes of the arms that were chosen; a Failure where the stream is more than an engine
/// takes. `on_decision` is called after each.
result<double> replay(const Stream& stream, const ScorerChoice& scorer, const std::function<void()>& on_decision);

}  // namespace penchant

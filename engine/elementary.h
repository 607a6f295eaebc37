// Elementary functions with the same bits on every machine: only IEEE operations, no libm, whose last bit depends on
// the processor. What is learned in sequence goes through them; so does what is told.
#pragma once

#include "engine/decay.h"

namespace penchant {

inline constexpr double log2_e = 1.44269504088896340736;
inline constexpr double ln_2 = 0.69314718055994530942;

/// The logarithm of a finite x > 0 to base 2, to within a few units in the last place; of less than 2^-1022, that of
/// 2^-1022.
double log2_exact(double x);

inline double log_exact(double x) { return log2_exact(x) * ln_2; }
inline double exp_exact(double x) { return exp2_exact(x * log2_e); }

/// 1 / (1 + e^-x).
inline double logistic(double x) { return 1 / (1 + exp_exact(-x)); }
/// log(p / (1 - p)) of 0 < p < 1.
inline double log_odds(double p) { return log_exact(p / (1 - p)); }

}  // namespace penchant

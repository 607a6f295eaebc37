// A decision: an answered RECOMMEND or PLAN, as it is told to the ring that keeps it (persistence/decision_ring.h).
//
// Lifetime: views; what they point into must live until the call they are passed to returns.
// Limits: those of engine/limits.h. What exceeds one is given an id and not kept.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/event.h"
#include "engine/limits.h"

namespace penchant {

inline constexpr std::size_t decision_arms_max = pool_checkpoints_max;

struct Decision {
  std::int64_t at_ms = 0;  // Unix milliseconds
  std::string_view user;
  std::string_view prompt;
  std::string_view family;
  std::string_view policy;
  std::string_view checkpoint;  // the one that was told
  std::optional<Tier> tier;
  std::string_view would_be;  // the one that would have been told, where the caller's own was; else empty
};

struct ArmProbability {
  std::uint32_t arm = 0;  // index into the set
  float probability = 0;
};

// The arms in question, and with which probability each would have been told.
struct DecisionArms {
  std::uint64_t set = 0;  // equal keys with equal counts: the same names in the same order; the caller guarantees it
  std::uint32_t count = 0;
  float rest_probability = 0;              // of each arm not listed
  std::span<const ArmProbability> listed;  // ascending by arm, each below count and at most once
};

}  // namespace penchant

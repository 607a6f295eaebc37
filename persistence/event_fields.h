// The numbers of docs/event_format.md.
#pragma once

#include <cstdint>

namespace penchant {

enum class EventKind : std::uint8_t {
  record = 1,
  pool_set = 2,
  pool_delete = 3,
  decay_change = 4,
  share = 5,
  forget = 6,
  erased = 7,
  respread = 8,
  learning_change = 9,
};

enum class EventField : std::uint8_t {
  now = 1,
  at = 2,
  weight_time = 3,
  verdict = 4,
  tier = 5,
  user = 6,
  checkpoint = 7,
  prompt = 8,
  negative_prompt = 9,
  family = 10,
  stage = 11,
  session = 12,
  generation = 13,
  id = 14,
  decision = 15,
  note = 16,
  vision = 17,
  keywords = 18,
  negative_keywords = 19,
  loras = 20,
  parameters = 21,
  checkpoints = 22,
  days = 23,
  share = 24,
  decision_arms = 25,
  previous = 26,
  revision = 27,
  name = 28,
  half_lives_at_epoch = 29,
  other_words = 30,
  learning = 31,
  shadow = 32,
};

}  // namespace penchant

// What an engine is a function of: its events, in order. The journal keeps exactly these.
//
// Lifetime: events are views; what they point into must live until the call they are passed to returns.
// Units: times are Unix milliseconds of the server's clock, which never runs backwards here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/context/context.h"

namespace penchant {

enum class Verdict : std::uint8_t { selected = 1, rejected = 2, neutral = 3 };
enum class Tier : std::uint8_t { draft = 1, standard = 2, quality = 3 };

std::string_view to_string(Verdict verdict);
std::string_view to_string(Tier tier);
std::optional<Verdict> parse_verdict(std::string_view text);  // exact, lower case
std::optional<Tier> parse_tier(std::string_view text);

struct Parameter {
  std::string_view name;
  std::string_view value;  // a number where it reads as one; other text is kept, never learned
};

/// Where whoever keeps the events has one of them: a file, and an offset in it. Nothing to an engine.
struct EventPlace {
  std::uint64_t segment = 0;  // 0: nowhere
  std::uint64_t offset = 0;
  bool operator==(const EventPlace&) const = default;
};

/// An arm of the decision that a record judges, and the probability with which it would have been chosen.
struct DecisionArm {
  std::string_view checkpoint;
  double probability = 0;
};

/// One verdict on one image with its whole context. Empty views are "not given".
struct Record {
  std::int64_t now_ms = 0;                // the server's time
  std::optional<std::int64_t> at_ms;      // the record's own time; now where none, and never later than now
  std::optional<std::int64_t> weight_ms;  // the time its weight is reckoned from, where apart from its own
  Verdict verdict = Verdict::neutral;
  std::optional<Tier> tier;
  std::string_view user;
  std::string_view checkpoint;
  std::string_view prompt;
  std::string_view negative_prompt;
  std::string_view family;
  std::string_view stage;
  std::string_view session;
  std::string_view generation;
  std::string_view id;  // identity: the same id and verdict count once, another verdict corrects
  std::string_view decision;
  std::string_view note;
  std::string_view vision;
  std::span<const Keyword> keywords;  // of the prompt, as read when it was recorded: lists and ICU may change later
  std::span<const Keyword> negative_keywords;
  std::span<const Keyword> other_words;  // of the prompt, where learners are kept: those that are no keywords
  std::span<const LoraTag> loras;
  std::span<const Parameter> parameters;
  std::span<const DecisionArm> decision_arms;  // of the decision, where it was known when this was recorded
  std::string_view shadow_checkpoint;          // that would have been told, where the caller's first choice was
  EventPlace previous;                         // of the user's record before it
  std::string_view name;                       // where it has no id: what a store before this one called it
  std::uint32_t revision = 0;                  // how often the record with this id was corrected before
  bool is_accepted = false;  // its user's tables had room: before its batch, or when it was recorded first
};

struct PoolSet {
  std::int64_t now_ms = 0;
  std::string_view family;
  Tier tier = Tier::standard;
  std::span<const std::string_view> checkpoints;
};

struct PoolDelete {
  std::int64_t now_ms = 0;
  std::string_view family;
  Tier tier = Tier::standard;
};

/// From now on each user has a learner of its outcomes (engine/learner/learner.h), or nobody has.
struct LearningChange {
  std::int64_t now_ms = 0;
  bool is_on = false;
  bool is_from_counts = false;  // what was counted so far is learned at once; else learners begin empty
};

/// From now on counts fade with this time constant. 0: they do not fade.
struct DecayChange {
  std::int64_t now_ms = 0;
  double decay_days = 30;
  std::optional<double> half_lives_at_epoch = {};  // where it is not to follow from the decay before: Decay's
};

/// Whether a user's counts are part of the community's.
struct Share {
  std::int64_t now_ms = 0;
  std::string_view user;
  bool on = false;
};

/// Nothing of this user's records is kept.
struct Forget {
  std::int64_t now_ms = 0;
  std::string_view user;
};

/// In place of an event that was erased: nothing happened here.
struct Erased {};

/// The events so far were brought together anew from other stores, with the state: users and texts have other numbers
/// than a replay gives them.
struct Respread {
  std::int64_t now_ms = 0;
};

}  // namespace penchant

#include "engine/asked.h"

#include <algorithm>

namespace penchant {
namespace {

// A user silent for this many half-lives has counts that no longer tell; the float kernel needs a finite prior.
constexpr double silent_half_lives_max = 60;

/// What a record weighs at `half_lives`: within what floats can hold, wherever the landmark is.
double unit_at(double half_lives, std::int64_t landmark) {
  const double latest = static_cast<double>(landmark) + silent_half_lives_max;
  return std::max(weight_at(std::min(half_lives, latest), landmark), exp2_exact(-silent_half_lives_max));
}

}  // namespace

void Asked::ask(const Engine& engine, const Community* community, const User* user, std::span<const Keyword> keywords,
                std::int64_t at_ms) {
  user_ = user;
  community_ = community && !community->empty() ? community : nullptr;
  shared_rows_.clear();
  // Before the newest record nobody weighs more than it: what came later is not taken out of the counts.
  const double half_lives = engine.decay().half_lives(at_ms);
  unit_ = user ? unit_at(std::max(half_lives, user->newest_half_lives()), user->landmark()) : 1;
  per_unit_ = 1 / unit_;
  if (community_) {
    shared_per_unit_ = 1 / unit_at(std::max(half_lives, community_->newest_half_lives()), community_->landmark());
  }
  if (user) {
    engine.look_up_keywords(keywords, user, keywords_);
    user->prefetch(keywords_);
  } else {
    keywords_.assign(keywords.size(), {});
  }
  if (!community_) return;
  for (const Keyword& keyword : keywords) shared_rows_.push_back(community_->keyword(keyword.text));
}

}  // namespace penchant

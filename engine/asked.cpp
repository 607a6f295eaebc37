#include "engine/asked.h"

#include <algorithm>

namespace penchant {

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

#include "engine/pools.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>

namespace penchant {

const Pool* Pools::find(std::string_view family, Tier tier) const {
  const auto it = std::ranges::find_if(pools_, [&](const Pool& p) { return p.family == family && p.tier == tier; });
  return it == pools_.end() ? nullptr : &*it;
}

std::vector<PoolEntry> Pools::set(std::string_view family, Tier tier, std::vector<PoolEntry> checkpoints) {
  boost::unordered_flat_set<Interner::Id> seen;
  std::vector<PoolEntry> dropped;
  std::erase_if(checkpoints, [&](const PoolEntry& entry) {
    const bool is_known = !seen.insert(entry.key).second;
    if (is_known) dropped.push_back(entry);
    return is_known;
  });

  const auto same = std::ranges::find_if(pools_, [&](const Pool& p) { return p.family == family && p.tier == tier; });
  if (same != pools_.end()) {
    dropped.insert(dropped.end(), same->checkpoints.begin(), same->checkpoints.end());
    same->checkpoints = std::move(checkpoints);
    return dropped;
  }
  // Behind the family's lower tiers, or at the end where the family is new.
  const auto family_begin = std::ranges::find(pools_, family, &Pool::family);
  const auto place =
      std::find_if(family_begin, pools_.end(), [&](const Pool& p) { return p.family != family || p.tier > tier; });
  pools_.insert(place, {std::string(family), tier, std::move(checkpoints)});
  return dropped;
}

std::vector<PoolEntry> Pools::erase(std::string_view family, Tier tier) {
  const auto it = std::ranges::find_if(pools_, [&](const Pool& p) { return p.family == family && p.tier == tier; });
  if (it == pools_.end()) return {};
  std::vector<PoolEntry> dropped = std::move(it->checkpoints);
  pools_.erase(it);
  return dropped;
}

const Interner::Id* Pools::public_name(Interner::Id key) const {
  for (const Pool& pool : pools_) {
    const auto it = std::ranges::find(pool.checkpoints, key, &PoolEntry::key);
    if (it != pool.checkpoints.end()) return &it->name;
  }
  return nullptr;
}

}  // namespace penchant

#include "engine/engine.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cmath>

#include "engine/check.h"
#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/validate.h"

namespace penchant {
const User* Engine::find_user(std::string_view name) const {
  const auto it = user_places_.find(name);
  return it == user_places_.end() ? nullptr : &*it->second->user;
}

const NamedUser* Engine::find_named_user(std::string_view name) const {
  const auto it = user_places_.find(name);
  return it == user_places_.end() ? nullptr : &*it->second;
}

std::optional<std::uint32_t> Engine::find_checkpoint(const User* user, std::string_view name) const {
  return user ? find_arm(user->checkpoints(), name) : std::nullopt;
}

std::optional<std::uint32_t> Engine::find_lora(const User* user, std::string_view name) const {
  return user ? find_arm(user->loras(), name) : std::nullopt;
}

std::optional<std::uint32_t> Engine::find_arm(const ArmTable& arms, std::string_view name) const {
  const auto key = find_name(model_key(name));
  return key ? arms.find(*key) : std::nullopt;
}

Failure vocabulary_full() {
  return Failure{"there are as many distinct words and names as there may be, " + std::to_string(vocabulary_bytes_max) +
                 " bytes of them"};
}

/// Takes all references to texts again, which are no part of what is saved.
void Engine::refer_to_texts() {
  const auto hold_name = [this](Interner::Id name) { vocabulary_.names.hold(name); };
  for (const Pool& pool : pools_.all()) {
    for (const PoolEntry& entry : pool.checkpoints) {
      hold_name(entry.key);
      hold_name(entry.name);
    }
  }
  for (const NamedUser& named : users_) {
    named.user->each_reference([this](Interner::Id keyword) { vocabulary_.keywords.hold(keyword); }, hold_name);
  }
}

/// Gives back the references of what is in a pool no more.
void Engine::release(std::span<const PoolEntry> entries) {
  for (const PoolEntry& entry : entries) {
    vocabulary_.names.release(entry.key);
    vocabulary_.names.release(entry.name);
  }
}

std::int64_t Engine::move_clock(std::int64_t now_ms) {
  ++changes_;
  now_ms_ = std::max(now_ms_, now_ms);
  return now_ms_;
}

/// A new user begins now.
result<User*> Engine::find_or_add_user(std::string_view name) {
  const auto it = user_places_.find(name);
  if (it != user_places_.end()) return &it->second->user.write();
  if (users_.size() >= users_max) {
    return Failure{"there are as many users as there may be, " + std::to_string(users_max)};
  }
  User begun(next_user_, landmark_at(decay_.half_lives(now_ms_)));
  NamedUser& added = users_.emplace_back(NamedUser{std::string(name), CopyOnWrite<User>(std::move(begun))});
  user_places_.emplace(added.name, std::prev(users_.end()));
  ++next_user_;
  return &added.user.write();
}

result<void> Engine::set_pool(const PoolSet& event) {
  if (auto valid = validate(event); !valid) return valid;
  if (!pools_.find(event.family, event.tier) && pools_.all().size() >= pools_max) {
    return Failure{"there are as many pools as there may be, " + std::to_string(pools_max)};
  }
  const std::size_t most_bytes = event.checkpoints.size() * 2 * (model_name_bytes_max + Interner::bytes_per_text);
  if (vocabulary_.bytes() + most_bytes > vocabulary_bytes_max) return vocabulary_full();
  move_clock(event.now_ms);
  std::vector<PoolEntry> entries;
  entries.reserve(event.checkpoints.size());
  Interner& names = vocabulary_.names;
  for (const std::string_view name : event.checkpoints) {
    entries.push_back({names.acquire(model_key(name)), names.acquire(name)});
  }
  release(pools_.set(event.family, event.tier, std::move(entries)));
  return {};
}

bool Engine::delete_pool(const PoolDelete& event) {
  if (!pools_.find(event.family, event.tier)) return false;
  move_clock(event.now_ms);
  release(pools_.erase(event.family, event.tier));
  return true;
}

result<void> Engine::share(const Share& event) {
  if (auto valid = validate_user(event.user); !valid) return valid;
  const auto user = find_or_add_user(event.user);
  if (!user) return user.error();
  move_clock(event.now_ms);
  (*user)->set_sharing(event.on);
  ++sharing_changes_;
  return {};
}

std::uint64_t Engine::forget(const Forget& event) {
  const auto place = user_places_.find(event.user);
  if (place == user_places_.end()) return 0;
  move_clock(event.now_ms);
  const auto forgotten = place->second;
  const std::uint64_t records = forgotten->user->totals().records;
  record_count_ -= records;
  cell_count_ -= forgotten->user->cells();
  if (forgotten->user->is_sharing()) ++sharing_changes_;
  forgotten->user->each_reference([this](Interner::Id keyword) { vocabulary_.keywords.release(keyword); },
                                  [this](Interner::Id name) { vocabulary_.names.release(name); });
  ++forgotten_count_;
  user_places_.erase(place);
  users_.erase(forgotten);
  return records;
}

/// What the texts take that another engine's user refers to and nobody here does.
std::size_t Engine::new_text_bytes(const Engine& from, const User& user) const {
  boost::unordered_flat_set<std::string_view, TextHash> keywords;
  boost::unordered_flat_set<std::string_view, TextHash> names;
  user.each_reference([&](Interner::Id keyword) { keywords.insert(from.keyword_text(keyword)); },
                      [&](Interner::Id name) { names.insert(from.name_text(name)); });
  std::size_t bytes = 0;
  const auto add = [&bytes](const Interner& interner, std::string_view text) {
    if (!interner.find(text)) bytes += text.size() + Interner::bytes_per_text;
  };
  for (const std::string_view keyword : keywords) add(vocabulary_.keywords, keyword);
  for (const std::string_view name : names) add(vocabulary_.names, name);
  return bytes;
}

result<void> Engine::adopt(const Engine& from, const NamedUser& named) {
  PENCHANT_CHECK(decay_ == from.decay_);
  if (user_places_.contains(named.name)) return Failure{"there is a user " + named.name + " already"};
  if (users_.size() >= users_max) {
    return Failure{"there are as many users as there may be, " + std::to_string(users_max)};
  }
  // Texts are not counted one by one where there is room for all of the other's.
  if (vocabulary_.bytes() + from.vocabulary_.bytes() > vocabulary_bytes_max &&
      vocabulary_.bytes() + new_text_bytes(from, *named.user) > vocabulary_bytes_max) {
    return vocabulary_full();
  }
  User user = *named.user;
  user.rename(
      next_user_++, [&](Interner::Id keyword) { return vocabulary_.keywords.acquire(from.keyword_text(keyword)); },
      [&](Interner::Id name) { return vocabulary_.names.acquire(from.name_text(name)); });
  move_clock(from.now_ms_);
  record_count_ += user.totals().records;
  cell_count_ += user.cells();
  sharing_changes_ += user.is_sharing() ? 1 : 0;
  const NamedUser& added = users_.emplace_back(NamedUser{named.name, CopyOnWrite<User>(std::move(user))});
  user_places_.emplace(added.name, std::prev(users_.end()));
  return {};
}

result<void> Engine::change_decay(const DecayChange& event) {
  const bool in_range = event.decay_days >= decay_days_min && event.decay_days <= decay_days_max;
  if (!in_range && event.decay_days != 0) {
    return Failure{"the decay is 0 (off), or from " + std::to_string(decay_days_min) + " to " +
                   std::to_string(static_cast<int>(decay_days_max)) + " days"};
  }
  if (event.half_lives_at_epoch && !(std::abs(*event.half_lives_at_epoch) <= half_lives_at_epoch_max)) {
    return Failure{"there are not so many half-lives before the epoch"};
  }
  const std::int64_t now_ms = move_clock(event.now_ms);
  if (event.half_lives_at_epoch) {
    decay_ = Decay(event.decay_days, *event.half_lives_at_epoch);
    return {};
  }
  // With nothing counted there is no weight to keep, and whole landmarks keep whole counts whole.
  decay_ = users_.empty() ? Decay(event.decay_days) : decay_.changed(event.decay_days, now_ms);
  return {};
}

}  // namespace penchant

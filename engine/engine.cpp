#include "engine/engine.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>

#include "engine/check.h"
#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/validate.h"

namespace penchant {
const User* Engine::find_user(std::string_view name) const {
  const auto it = user_places_.find(name);
  return it == user_places_.end() ? nullptr : &it->second->user;
}

std::optional<std::uint32_t> Engine::find_checkpoint(const User* user, std::string_view name) const {
  const auto key = user ? names_.find(model_key(name)) : std::nullopt;
  return key ? user->checkpoints().find(*key) : std::nullopt;
}

std::int64_t Engine::move_clock(std::int64_t now_ms) {
  now_ms_ = std::max(now_ms_, now_ms);
  return now_ms_;
}

/// A new user begins now.
result<User*> Engine::find_or_add_user(std::string_view name) {
  const auto it = user_places_.find(name);
  if (it != user_places_.end()) return &it->second->user;
  if (users_.size() >= users_max) {
    return Failure{"there are as many users as there may be, " + std::to_string(users_max)};
  }
  NamedUser& added =
      users_.emplace_back(NamedUser{std::string(name), User(next_user_, landmark_at(decay_.half_lives(now_ms_)))});
  user_places_.emplace(added.name, std::prev(users_.end()));
  ++next_user_;
  return &added.user;
}

/// The column of the LoRA `name`, new where there is none.
std::uint32_t Engine::lora_arm(ArmTable& loras, std::string_view name) {
  return loras.find_or_add(names_.intern(model_key(name)), [&] { return names_.intern(name); });
}

/// A column for the checkpoint `name`. A pool's name for it goes before the user's: it was there first, and is public.
std::uint32_t Engine::add_checkpoint(ArmTable& checkpoints, std::string_view name) {
  const Interner::Id key = names_.intern(model_key(name));
  const Interner::Id* const public_name = pools_.public_name(key);
  return checkpoints.find_or_add(key, [&] { return public_name ? *public_name : names_.intern(name); });
}

/// The keywords with their rows where `user` has them. Nothing is added yet.
void Engine::look_up_keywords(std::span<const Keyword> keywords, const User* user,
                              std::vector<LessonKeyword>& found) const {
  found.clear();
  for (const Keyword& keyword : keywords) {
    const auto id = keywords_.find(keyword.text);
    found.push_back({id.value_or(0), id && user ? user->row(*id) : std::nullopt});
  }
}

/// Gives numbers to those that have no row; each counts once per record, whoever sent it twice.
void Engine::name_keywords(std::span<const Keyword> keywords) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    LessonKeyword keyword = lesson_keywords_[i];
    if (!keyword.row) keyword.id = keywords_.intern(keywords[i].text);
    const auto earlier = std::span(lesson_keywords_).first(kept);
    if (std::ranges::find(earlier, keyword.id, &LessonKeyword::id) == earlier.end()) lesson_keywords_[kept++] = keyword;
  }
  lesson_keywords_.resize(kept);
}

result<void> Engine::room_for(const Record& record, const User* user, const Room& room) const {
  if (!user && users_.size() >= users_max) {
    return Failure{"there are as many users as there may be, " + std::to_string(users_max)};
  }
  const std::size_t checkpoints = user ? user->checkpoints().size() : 0;
  if (checkpoints + room.new_checkpoints > arms_per_user_max) {
    return Failure{"this user has the most checkpoints one may have, " + std::to_string(arms_per_user_max)};
  }
  if (!user) return {};  // the rest of one record is far below what follows
  const auto is_new = [&](const LoraTag& lora) {
    const auto key = find_name(model_key(lora.name));
    return !key || !user->loras().find(*key);
  };
  const auto new_loras = static_cast<std::size_t>(std::ranges::count_if(record.loras, is_new));
  if (user->loras().size() + new_loras > arms_per_user_max) {
    return Failure{"this user has the most LoRAs one may have, " + std::to_string(arms_per_user_max)};
  }
  if (record.verdict == Verdict::neutral) return {};  // it adds no rows
  return user->room_for(room.keywords, room.last_column);
}

result<void> Engine::room_for_all(const Record& record, std::span<const std::string_view> checkpoints) const {
  const User* user = find_user(record.user);
  Room room{.keywords = {}, .new_checkpoints = 0, .last_column = 0};
  boost::unordered_flat_set<std::string_view, TextHash> new_keys;
  for (const std::string_view checkpoint : checkpoints) {
    if (const auto column = find_checkpoint(user, checkpoint)) {
      room.last_column = std::max(room.last_column, *column);
    } else {
      new_keys.insert(model_key(checkpoint));
    }
  }
  room.new_checkpoints = static_cast<std::uint32_t>(new_keys.size());
  if (user && !new_keys.empty()) room.last_column = user->checkpoints().size() + room.new_checkpoints - 1;
  std::vector<LessonKeyword> keywords;
  look_up_keywords(record.keywords, user, keywords);
  room.keywords = keywords;
  return room_for(record, user, room);
}

result<Recorded> Engine::record(const Record& record) {
  const auto place = user_places_.find(record.user);
  User* const existing = place == user_places_.end() ? nullptr : &place->second->user;
  std::optional<Known> known;
  if (existing && !record.id.empty()) known = existing->known().find(record.id);
  if (known && known->verdict == record.verdict)
    return Recorded{Recorded::Kind::duplicate, known->sequence, known->revision, existing->number()};
  look_up_keywords(record.keywords, existing, lesson_keywords_);
  const auto column = find_checkpoint(existing, record.checkpoint);
  const Room room{.keywords = lesson_keywords_,
                  .new_checkpoints = column ? 0U : 1U,
                  .last_column = column.value_or(existing ? existing->checkpoints().size() : 0)};
  if (const auto fits = room_for(record, existing, room); !fits) return fits.error();

  const std::int64_t now_ms = move_clock(record.now_ms);
  const double half_lives_now = decay_.half_lives(now_ms);
  const std::int64_t at_ms = std::min(record.at_ms.value_or(now_ms), now_ms);
  User& user = existing ? *existing : **find_or_add_user(record.user);
  user.keep_landmark_near(half_lives_now);

  name_keywords(record.keywords);
  lesson_loras_.clear();
  for (const LoraTag& lora : record.loras) {
    const std::uint32_t lora_column = lora_arm(user.loras(), lora.name);
    if (!record.family.empty()) user.loras().set_family(lora_column, names_.intern(record.family));
    if (std::ranges::find(lesson_loras_, lora_column) == lesson_loras_.end()) lesson_loras_.push_back(lora_column);
  }
  const std::uint32_t checkpoint = column ? *column : add_checkpoint(user.checkpoints(), record.checkpoint);
  if (!record.family.empty()) user.checkpoints().set_family(checkpoint, names_.intern(record.family));
  const Lesson lesson{.verdict = record.verdict,
                      .half_lives = decay_.half_lives(std::min(record.weight_ms.value_or(at_ms), now_ms)),
                      .checkpoint = checkpoint,
                      .keywords = lesson_keywords_,
                      .loras = lesson_loras_};
  const std::size_t cells_before = user.matrix().cells();
  const std::uint64_t sequence =
      known ? user.relearn(*known, lesson, record.id, half_lives_now) : user.learn(lesson, record.id, half_lives_now);
  record_count_ += known ? 0 : 1;
  cell_count_ += user.matrix().cells() - cells_before;
  return Recorded{known ? Recorded::Kind::corrected : Recorded::Kind::counted, sequence,
                  known ? known->revision + 1 : 0, user.number()};
}

result<void> Engine::set_pool(const PoolSet& event) {
  if (auto valid = validate(event); !valid) return valid;
  if (!pools_.find(event.family, event.tier) && pools_.all().size() >= pools_max) {
    return Failure{"there are as many pools as there may be, " + std::to_string(pools_max)};
  }
  move_clock(event.now_ms);
  std::vector<PoolEntry> entries;
  entries.reserve(event.checkpoints.size());
  for (const std::string_view name : event.checkpoints) {
    entries.push_back({names_.intern(model_key(name)), names_.intern(name)});
  }
  pools_.set(event.family, event.tier, std::move(entries));
  return {};
}

bool Engine::delete_pool(const PoolDelete& event) {
  if (!pools_.find(event.family, event.tier)) return false;
  move_clock(event.now_ms);
  return pools_.erase(event.family, event.tier);
}

result<void> Engine::share(const Share& event) {
  if (auto valid = validate_user(event.user); !valid) return valid;
  const auto user = find_or_add_user(event.user);
  if (!user) return user.error();
  move_clock(event.now_ms);
  (*user)->set_sharing(event.on);
  return {};
}

std::uint64_t Engine::forget(const Forget& event) {
  const auto place = user_places_.find(event.user);
  if (place == user_places_.end()) return 0;
  move_clock(event.now_ms);
  const auto forgotten = place->second;
  const std::uint64_t records = forgotten->user.totals().records;
  record_count_ -= records;
  cell_count_ -= forgotten->user.matrix().cells();
  user_places_.erase(place);
  users_.erase(forgotten);
  return records;
}

result<void> Engine::change_decay(const DecayChange& event) {
  const bool in_range = event.decay_days >= decay_days_min && event.decay_days <= decay_days_max;
  if (!in_range && event.decay_days != 0) {
    return Failure{"the decay is 0 (off), or from " + std::to_string(decay_days_min) + " to " +
                   std::to_string(static_cast<int>(decay_days_max)) + " days"};
  }
  const std::int64_t now_ms = move_clock(event.now_ms);
  // With nothing counted there is no weight to keep, and whole landmarks keep whole counts whole.
  decay_ = users_.empty() ? Decay(event.decay_days) : decay_.changed(event.decay_days, now_ms);
  return {};
}

}  // namespace penchant

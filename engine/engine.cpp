#include "engine/engine.h"

#include <algorithm>
#include <array>

#include "engine/check.h"
#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/validate.h"

namespace penchant {
namespace {

/// A keyword, or a LoRA, counts once per record, whoever sent it twice.
void add_once(std::vector<std::uint32_t>& numbers, std::uint32_t number) {
  if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
}

}  // namespace

const User* Engine::find_user(std::string_view name) const {
  const auto it = user_numbers_.find(name);
  return it == user_numbers_.end() ? nullptr : &users_[it->second];
}

std::int64_t Engine::move_clock(std::int64_t now_ms) {
  now_ms_ = std::max(now_ms_, now_ms);
  return now_ms_;
}

User& Engine::find_or_add_user(std::string_view name) {
  if (const auto it = user_numbers_.find(name); it != user_numbers_.end()) return users_[it->second];
  user_numbers_.emplace(user_names_.emplace_back(name), static_cast<std::uint32_t>(users_.size()));
  return users_.emplace_back(landmark_at(decay_.half_lives(now_ms_)));
}

/// The column of the model `name`, new where there is none, of the family if one is told.
std::uint32_t Engine::arm(ArmTable& arms, std::string_view name, std::string_view family) {
  const Interner::Id key = names_.intern(model_key(name));
  const std::uint32_t column = arms.find_or_add(key, [&] { return names_.intern(name); });
  if (!family.empty()) arms[column].family = names_.intern(family);
  return column;
}

/// The same of a checkpoint. A pool's name for it goes before the user's: it was there first, and is public.
std::uint32_t Engine::checkpoint_arm(ArmTable& checkpoints, std::string_view name, std::string_view family) {
  const auto key = names_.find(model_key(name));
  const Interner::Id* public_name = key && !checkpoints.find(*key) ? pools_.public_name(*key) : nullptr;
  return arm(checkpoints, public_name ? names_.text(*public_name) : name, family);
}

/// Whether the record fits the limits; leaves what is known of its keywords in known_keywords_.
result<void> Engine::room_for(const Record& record, const User* user) {
  if (!user && users_.size() >= users_max) {
    return Failure{"there are as many users as there may be, " + std::to_string(users_max)};
  }
  const User nobody;
  const User& who = user ? *user : nobody;
  const auto key = find_name(model_key(record.checkpoint));
  const auto column = key ? who.checkpoints().find(*key) : std::nullopt;
  if (!column && who.checkpoints().size() >= arms_per_user_max) {
    return Failure{"this user has the most checkpoints one may have, " + std::to_string(arms_per_user_max)};
  }
  const auto is_new = [&](const LoraTag& lora) {
    const auto lora_key = find_name(model_key(lora.name));
    return !lora_key || !who.loras().find(*lora_key);
  };
  const auto new_loras = static_cast<std::size_t>(std::ranges::count_if(record.loras, is_new));
  if (who.loras().size() + new_loras > arms_per_user_max) {
    return Failure{"this user has the most LoRAs one may have, " + std::to_string(arms_per_user_max)};
  }
  known_keywords_.clear();
  for (const Keyword& keyword : record.keywords) known_keywords_.push_back(find_keyword(keyword.text));
  if (record.verdict == Verdict::neutral) return {};  // it adds no rows
  return who.room_for(known_keywords_, column.value_or(who.checkpoints().size()));
}

result<Recorded> Engine::record(const Record& record) {
  const User* existing = find_user(record.user);
  std::optional<Known> known;
  if (existing && !record.id.empty()) known = existing->known().find(record.id);
  if (known && known->verdict == record.verdict) return Recorded{Recorded::Kind::duplicate, known->sequence};
  if (const auto room = room_for(record, existing); !room) return room.error();

  const std::int64_t now_ms = move_clock(record.now_ms);
  const double half_lives_now = decay_.half_lives(now_ms);
  const std::int64_t at_ms = std::min(record.at_ms.value_or(now_ms), now_ms);
  User& user = find_or_add_user(record.user);
  user.keep_landmark_near(half_lives_now);

  lesson_keywords_.clear();
  for (std::size_t i = 0; i < record.keywords.size(); ++i) {
    add_once(lesson_keywords_, known_keywords_[i] ? *known_keywords_[i] : keywords_.intern(record.keywords[i].text));
  }
  lesson_loras_.clear();
  for (const LoraTag& lora : record.loras) add_once(lesson_loras_, arm(user.loras(), lora.name, record.family));
  const Lesson lesson{.verdict = record.verdict,
                      .half_lives = decay_.half_lives(std::min(record.weight_ms.value_or(at_ms), now_ms)),
                      .checkpoint = checkpoint_arm(user.checkpoints(), record.checkpoint, record.family),
                      .keywords = lesson_keywords_,
                      .loras = lesson_loras_};
  if (known) {
    user.relearn(*known, lesson, record.id, half_lives_now);
    return Recorded{Recorded::Kind::corrected, known->sequence};
  }
  return Recorded{Recorded::Kind::counted, user.learn(lesson, record.id, half_lives_now)};
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

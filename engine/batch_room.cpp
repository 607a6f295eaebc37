#include "engine/batch_room.h"

#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/record_texts.h"

namespace penchant {
namespace {

Failure too_many(std::string_view what, std::size_t max) {
  return Failure{"together with these records this user would have more " + std::string(what) + " than one may have, " +
                 std::to_string(max)};
}

}  // namespace

bool BatchRoom::is_new(Kind kind, std::uint64_t user, std::string_view text) {
  const std::uint64_t hash = TextHash()(text) ^ (user + static_cast<std::uint64_t>(kind)) * 0x9E3779B97F4A7C15;
  return seen_.insert(hash).second;
}

void BatchRoom::take_text(bool is_known, Kind kind, std::string_view text) {
  if (!is_known && is_new(Kind::text, static_cast<std::uint64_t>(kind), text)) {
    new_text_bytes_ += text.size() + Interner::bytes_per_text;
  }
}

void BatchRoom::take_texts(const Record& record) {
  each_text(
      record, engine_.is_learning() ? &features_ : nullptr,
      [this](std::string_view keyword) {
        take_text(engine_.find_keyword(keyword).has_value(), Kind::keyword, keyword);
      },
      [this](std::string_view name) { take_text(engine_.find_name(name).has_value(), Kind::checkpoint, name); });
}

result<void> BatchRoom::fits(const User* user, const Taken& taken) const {
  if (engine_.user_count() + new_users_ > users_max) {
    return Failure{"there are as many users as there may be, " + std::to_string(users_max)};
  }
  if (engine_.vocabulary_bytes() + new_text_bytes_ > vocabulary_bytes_max) return vocabulary_full();
  const auto total = [user](std::size_t more, auto count) { return more + (user ? count(*user) : 0); };
  if (total(taken.checkpoints, [](const User& u) { return u.checkpoints().size(); }) > arms_per_user_max) {
    return too_many("checkpoints", arms_per_user_max);
  }
  if (total(taken.loras, [](const User& u) { return u.loras().size(); }) > arms_per_user_max) {
    return too_many("LoRAs", arms_per_user_max);
  }
  if (total(taken.parameters, [](const User& u) { return u.parameters().column_count(); }) + record_parameters_max +
          record_loras_max >
      parameters_per_user_max) {
    return too_many("parameters", parameters_per_user_max);
  }
  if (total(taken.negatives, [](const User& u) { return u.negatives().set_count(); }) > negative_prompts_per_user_max) {
    return too_many("negative prompts", negative_prompts_per_user_max);
  }
  return User::room_for(total(taken.keywords, [](const User& u) { return u.rows().size(); }), user ? user->bytes() : 0,
                        table_bytes_per_user_max);
}

result<void> BatchRoom::add(const Record& record) {
  const User* const user = engine_.find_user(record.user);
  const std::uint64_t name = TextHash()(record.user);
  const auto [place, is_first] = taken_.try_emplace(name);
  Taken& taken = place->second;
  new_users_ += is_first && !user ? 1 : 0;
  take_texts(record);
  engine_.look_up_keywords(record.keywords, user, keywords_);
  for (std::size_t i = 0; i < keywords_.size(); ++i) {
    taken.keywords += !keywords_[i].row && is_new(Kind::keyword, name, record.keywords[i].text) ? 1 : 0;
  }
  if (!engine_.find_checkpoint(user, record.checkpoint)) {
    taken.checkpoints += is_new(Kind::checkpoint, name, model_key(record.checkpoint)) ? 1 : 0;
  }
  // Columns of parameters are not looked up: one for each distinct name in its family, and each LoRA's strength.
  for (const LoraTag& lora : record.loras) {
    if (!is_new(Kind::lora, name, model_key(lora.name))) continue;
    taken.loras += engine_.find_lora(user, lora.name) ? 0 : 1;
    ++taken.parameters;
  }
  for (const Parameter& parameter : record.parameters) {
    const std::string key = std::string(record.family).append(1, '\0').append(parameter.name);
    taken.parameters += is_new(Kind::parameter, name, key) ? 1 : 0;
  }
  if (!record.negative_keywords.empty()) {
    std::string words;
    for (const Keyword& keyword : record.negative_keywords) words.append(keyword.text).append(1, '\0');
    taken.negatives += is_new(Kind::negative, name, words) ? 1 : 0;
  }
  return fits(user, taken);
}

}  // namespace penchant

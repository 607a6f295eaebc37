// Engine::record: what a record names becomes numbers, and its user learns from them.
#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <charconv>
#include <cmath>

#include "engine/engine.h"
#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/record_texts.h"

namespace penchant {
namespace {

/// The number that a parameter's value reads as, if it is one to learn from.
std::optional<double> learned_value(const Parameter& parameter) {
  constexpr std::string_view seed = "seed";  // what a generator began with: nobody likes one
  const bool is_seed = std::ranges::equal(parameter.name, seed, [](char c, char lower) { return (c | 0x20) == lower; });
  double value = 0;
  const char* const end = parameter.value.data() + parameter.value.size();
  const auto read = std::from_chars(parameter.value.data(), end, value);
  if (is_seed || read.ec != std::errc() || read.ptr != end || !(std::abs(value) <= learned_value_max)) return {};
  return value;
}

/// Whether all that the record teaches would be remembered: a neutral one counts nothing, but its ID may say so.
bool has_keywords_to_keep(const Record& record) { return record.verdict != Verdict::neutral || !record.id.empty(); }

}  // namespace

void Engine::look_up_keywords(std::span<const Keyword> keywords, const User* user,
                              std::vector<LessonKeyword>& found) const {
  found.clear();
  for (const Keyword& keyword : keywords) found.push_back({find_keyword(keyword.text).value_or(Interner::no_id), {}});
  if (user) user->rows().find_all(found);
}

/// The numbers of the distinct keywords, ascending; false where one has none yet.
bool Engine::look_up_negatives(std::span<const Keyword> keywords, std::vector<Interner::Id>& found) const {
  found.clear();
  for (const Keyword& keyword : keywords) {
    const auto id = find_keyword(keyword.text);
    if (!id) return false;
    found.push_back(*id);
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return true;
}

/// At least what the texts take that the record names and nobody has named before.
std::size_t Engine::new_text_bytes(const Record& record) const {
  std::size_t bytes = 0;
  const auto add = [&bytes](const Interner& interner, std::string_view text) {
    if (!interner.find(text)) bytes += text.size() + Interner::bytes_per_text;
  };
  Features features;
  each_text(
      record, is_learning_ ? &features : nullptr, [&](std::string_view keyword) { add(vocabulary_.keywords, keyword); },
      [&](std::string_view name) { add(vocabulary_.names, name); });
  return bytes;
}

result<void> Engine::room_for(const Record& record, const User* user, const Room& room) const {
  // One record's texts are far below this: most of the time nothing has to be looked up.
  constexpr std::size_t record_text_bytes_max = std::size_t{16} << 20;
  if (vocabulary_.bytes() + record_text_bytes_max > vocabulary_bytes_max &&
      vocabulary_.bytes() + new_text_bytes(record) > vocabulary_bytes_max) {
    return vocabulary_full();
  }
  if (!user && users_.size() >= users_max) {
    return Failure{"there are as many users as there may be, " + std::to_string(users_max)};
  }
  const std::size_t checkpoints = user ? user->checkpoints().size() : 0;
  if (checkpoints + room.new_checkpoints > arms_per_user_max) {
    return Failure{"this user has the most checkpoints one may have, " + std::to_string(arms_per_user_max)};
  }
  if (!user) return {};  // the rest of one record is far below what follows
  if (auto tables = room_for_tables(record, *user); !tables) return tables;
  if (record.verdict == Verdict::neutral) return {};  // it adds no rows
  return user->room_for(room.keywords, record.is_accepted ? table_bytes_per_user_most : table_bytes_per_user_max);
}

/// The arms and columns of what is not every record's: LoRAs, parameters, a negative prompt.
result<void> Engine::room_for_tables(const Record& record, const User& user) const {
  const auto new_loras = static_cast<std::size_t>(
      std::ranges::count_if(record.loras, [&](const LoraTag& lora) { return !find_lora(&user, lora.name); }));
  if (user.loras().size() + new_loras > arms_per_user_max) {
    return Failure{"this user has the most LoRAs one may have, " + std::to_string(arms_per_user_max)};
  }
  const std::size_t columns_most = record.parameters.size() + record.loras.size();
  if (user.parameters().column_count() + columns_most > parameters_per_user_max) {
    return Failure{"this user has the most parameters one may have, " + std::to_string(parameters_per_user_max)};
  }
  if (!record.negative_keywords.empty() && user.negatives().set_count() >= negative_prompts_per_user_max) {
    std::vector<Interner::Id> keywords;
    const bool is_known = look_up_negatives(record.negative_keywords, keywords) && user.negatives().find(keywords);
    if (!is_known) {
      return Failure{"this user has the most negative prompts one may have, " +
                     std::to_string(negative_prompts_per_user_max)};
    }
  }
  return {};
}

result<void> Engine::room_for_all(const Record& record, std::span<const std::string_view> checkpoints) const {
  const User* user = find_user(record.user);
  boost::unordered_flat_set<std::string_view, TextHash> new_keys;
  for (const std::string_view checkpoint : checkpoints) {
    if (!find_checkpoint(user, checkpoint)) new_keys.insert(model_key(checkpoint));
  }
  std::vector<LessonKeyword> keywords;
  look_up_keywords(record.keywords, user, keywords);
  return room_for(record, user, {.keywords = keywords, .new_checkpoints = new_keys.size()});
}

/// Gives numbers to those that have no row; each counts once per record, whoever sent it twice.
void Engine::name_keywords(std::span<const Keyword> keywords) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    LessonKeyword keyword = lesson_keywords_[i];
    if (!keyword.row) new_keywords_.push_back(keyword.id = vocabulary_.keywords.acquire(keywords[i].text));
    const auto earlier = std::span(lesson_keywords_).first(kept);
    if (std::ranges::find(earlier, keyword.id, &LessonKeyword::id) == earlier.end()) lesson_keywords_[kept++] = keyword;
  }
  lesson_keywords_.resize(kept);
}

void Engine::release_keywords() {
  for (const Interner::Id keyword : new_keywords_) vocabulary_.keywords.release(keyword);
  new_keywords_.clear();
}

/// The column of a checkpoint or LoRA, new where `column` is none, in its family where that is told.
std::uint32_t Engine::name_arm(ArmTable& arms, std::optional<std::uint32_t> column, std::string_view name,
                               std::string_view family) {
  Interner& names = vocabulary_.names;
  if (!column) {
    const Interner::Id new_key = names.acquire(model_key(name));
    // A pool's name goes before the user's: it was there first, and is public.
    const Interner::Id* const public_name = pools_.public_name(new_key);
    column = arms.add(new_key, public_name ? names.hold(*public_name) : names.acquire(name));
  }
  const Arm& arm = arms[*column];
  if (family.empty() || (arm.has_family() && names.text(arm.family) == family)) return *column;
  const Interner::Id new_family = names.acquire(family);
  if (arm.has_family()) names.release(arm.family);
  arms.set_family(*column, new_family);
  return *column;
}

void Engine::name_loras(const Record& record, User& user) {
  lesson_loras_.clear();
  for (const LoraTag& lora : record.loras) {
    const std::uint32_t column = name_arm(user.loras(), find_lora(&user, lora.name), lora.name, record.family);
    if (std::ranges::find(lesson_loras_, column) != lesson_loras_.end()) continue;
    lesson_loras_.push_back(column);
    if (!(std::abs(lora.strength_model) <= learned_value_max)) continue;
    add_lesson_parameter(user, {ParameterKey::lora_strength, user.loras()[column].key}, lora.strength_model);
  }
}

std::uint32_t Engine::negative_set(const Record& record, User& user) {
  if (record.negative_keywords.empty() || !has_keywords_to_keep(record)) return NegativeTable::no_set;
  if (look_up_negatives(record.negative_keywords, negative_keywords_)) {
    if (const auto column = user.negatives().find(negative_keywords_)) return *column;
  }
  negative_keywords_.clear();
  for (const Keyword& keyword : record.negative_keywords) {
    const Interner::Id id = vocabulary_.keywords.acquire(keyword.text);
    if (std::ranges::find(negative_keywords_, id) == negative_keywords_.end()) {
      negative_keywords_.push_back(id);
    } else {
      vocabulary_.keywords.release(id);
    }
  }
  std::ranges::sort(negative_keywords_);
  return user.negatives().add(negative_keywords_);
}

void Engine::add_lesson_parameter(User& user, const ParameterKey& key, double value) {
  auto column = user.parameters().find(key);
  if (!column) {
    column = user.parameters().add(key);
    vocabulary_.names.hold(key.name);
    if (key.has_family()) vocabulary_.names.hold(key.family);
  }
  lesson_parameters_.push_back({*column, value});
}

/// The numbers among the record's parameters; of one that is named twice, the first.
void Engine::name_parameters(const Record& record, User& user) {
  Interner& names = vocabulary_.names;
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    const Parameter& parameter = record.parameters[i];
    const auto value = learned_value(parameter);
    const auto earlier = record.parameters.first(i);
    if (!value || std::ranges::find(earlier, parameter.name, &Parameter::name) != earlier.end()) continue;
    const Interner::Id name = names.acquire(parameter.name);
    const Interner::Id family = record.family.empty() ? ParameterKey::no_family : names.acquire(record.family);
    add_lesson_parameter(user, {family, name}, *value);
    names.release(name);
    if (!record.family.empty()) names.release(family);
  }
}

result<Recorded> Engine::record(const Record& record) {
  const auto place = user_places_.find(record.user);
  const User* const existing = place == user_places_.end() ? nullptr : &*place->second->user;
  std::optional<Known> known;
  if (existing && !record.id.empty()) known = existing->known().find(record.id);
  if (known && known->verdict == record.verdict) {
    return Recorded{Recorded::Kind::duplicate, known->sequence, known->revision, existing->number()};
  }
  look_up_keywords(record.keywords, existing, lesson_keywords_);
  if (existing) existing->prefetch(lesson_keywords_);
  const auto column = find_checkpoint(existing, record.checkpoint);
  const Room room{.keywords = lesson_keywords_, .new_checkpoints = column ? 0U : 1U};
  if (const auto fits = room_for(record, existing, room); !fits) return fits.error();

  const std::int64_t now_ms = move_clock(record.now_ms);
  const double half_lives_now = decay_.half_lives(now_ms);
  const std::int64_t at_ms = std::min(record.at_ms.value_or(now_ms), now_ms);
  User& user = existing ? place->second->user.write() : **find_or_add_user(record.user);
  const std::size_t cells_before = user.cells();  // also those that fade now
  if (user.keep_landmark_near(half_lives_now, vocabulary_.keywords)) {
    look_up_keywords(record.keywords, &user, lesson_keywords_);  // rows have moved
  }

  if (!has_keywords_to_keep(record)) lesson_keywords_.clear();
  name_keywords(record.keywords.first(lesson_keywords_.size()));
  lesson_parameters_.clear();
  name_loras(record, user);
  name_parameters(record, user);
  const Lesson lesson{.sequence = known ? known->sequence : user.totals().records + 1,
                      .verdict = record.verdict,
                      .half_lives = decay_.half_lives(std::min(record.weight_ms.value_or(at_ms), now_ms)),
                      .checkpoint = name_arm(user.checkpoints(), column, record.checkpoint, record.family),
                      .keywords = lesson_keywords_,
                      .loras = lesson_loras_,
                      .negative_set = negative_set(record, user),
                      .parameters = lesson_parameters_};
  const bool teaches = is_learning_ && (lesson.verdict != Verdict::neutral || known);
  if (teaches) look_before_learning(record, lesson.checkpoint, user, half_lives_now);
  const std::uint64_t sequence = known ? user.relearn(*known, lesson, record.id, half_lives_now, vocabulary_.keywords)
                                       : user.learn(lesson, record.id, half_lives_now, vocabulary_.keywords);
  if (teaches) teach_learner(lesson, known ? &*known : nullptr, user, half_lives_now);
  release_keywords();
  record_count_ += known ? 0 : 1;
  cell_count_ += user.cells() - cells_before;
  sharing_changes_ += user.is_sharing() ? 1 : 0;
  return Recorded{known ? Recorded::Kind::corrected : Recorded::Kind::counted, sequence,
                  known ? known->revision + 1 : 0, user.number()};
}

}  // namespace penchant

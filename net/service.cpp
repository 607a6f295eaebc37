#include "net/service.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "engine/context/word_lists.h"
#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/validate.h"

namespace penchant {

std::int64_t clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Service::Service(Store& store, const WordLists& lists, const Bands& bands)
    : store_(store), reader_(lists), recommender_(bands) {
  std::array<char, 24> prefix;
  const auto end = std::to_chars(prefix.data(), prefix.data() + prefix.size(), clock_ms(), 36).ptr;
  decision_.assign(prefix.data(), end).push_back('-');
  decision_prefix_ = decision_.size();
}

/// The record's keywords, and its LoRAs: those given before those of the prompt, each model once.
void Service::read_prompts(Record& record) {
  reader_.read(record.prompt, {}, prompt_);
  reader_.read(record.negative_prompt, {}, negative_prompt_);
  record.keywords = prompt_.keywords();
  record.negative_keywords = negative_prompt_.keywords();

  loras_.clear();
  const auto add = [this](const LoraTag& lora) {
    const auto same = [&lora](const LoraTag& other) { return model_key(other.name) == model_key(lora.name); };
    if (std::ranges::none_of(loras_, same)) loras_.push_back(lora);
  };
  std::ranges::for_each(record.loras, add);
  for (const LoraTag& lora : prompt_.loras()) {
    // A tag is part of the prompt, not an option: one that names no model is text, and what is too many is left out.
    if (!model_key(lora.name).empty() && lora.name.size() <= model_name_bytes_max && loras_.size() < record_loras_max) {
      add(lora);
    }
  }
  record.loras = loras_;
}

result<Recorded> Service::record(Record& record) {
  record.now_ms = clock_ms_;
  read_prompts(record);
  return store_.record(record);
}

result<std::uint64_t> Service::reject_all(const Record& all, std::span<const std::string_view> checkpoints) {
  Record record = all;
  record.verdict = Verdict::rejected;
  record.now_ms = clock_ms_;
  const auto number_id = [&](std::size_t i, std::string& id) {
    if (!all.id.empty()) record.id = id.assign(all.id).append(":").append(std::to_string(i + 1));
    record.checkpoint = checkpoints[i];
  };
  std::string id;
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    number_id(i, id);
    if (auto valid = validate(record); !valid) return valid.error();
  }
  read_prompts(record);
  std::uint64_t recorded = 0;
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    number_id(i, id);
    const auto one = store_.record(record);
    if (!one) return one.error();
    recorded += one->kind == Recorded::Kind::duplicate ? 0 : 1;
  }
  return recorded;
}

result<RecommendAnswer> Service::recommend(const RecommendRequest& request) {
  reader_.read(request.prompt, {}, prompt_);
  const auto recommendation = recommender_.recommend(engine(), {.user = request.user,
                                                                .keywords = prompt_.keywords(),
                                                                .family = request.family,
                                                                .tier = request.tier,
                                                                .among = request.among,
                                                                .top = request.top,
                                                                .at_ms = request.at_ms.value_or(now_ms())});
  if (!recommendation) return recommendation.error();
  reason_.clear();
  append_reason(*recommendation, prompt_.keywords(), recommender_.scorer(), reason_);
  return RecommendAnswer{next_decision(), *recommendation, reason_};
}

std::string_view Service::next_decision() {
  std::array<char, 24> number;
  const auto end = std::to_chars(number.data(), number.data() + number.size(), ++decisions_, 36).ptr;
  decision_.resize(decision_prefix_);
  decision_.append(number.data(), end);
  return decision_;
}

std::optional<std::uint32_t> Service::column(const User* user, std::string_view checkpoint) const {
  const auto key = user ? engine().find_name(model_key(checkpoint)) : std::nullopt;
  return key ? user->checkpoints().find(*key) : std::nullopt;
}

std::span<const double> Service::score(std::string_view user_name, std::string_view prompt,
                                       std::span<const std::string_view> checkpoints) {
  const User* user = engine().find_user(user_name);
  reader_.read(prompt, {}, prompt_);
  scorer_.ask(engine(), user, prompt_.keywords(), now_ms());
  scores_.clear();
  for (const std::string_view checkpoint : checkpoints) {
    scores_.push_back(scorer_.exact(column(user, checkpoint)).score);
  }
  return scores_;
}

Explanation Service::explain(std::string_view user_name, std::string_view prompt, std::string_view checkpoint) {
  const User* user = engine().find_user(user_name);
  const auto at = column(user, checkpoint);
  reader_.read(prompt, {}, prompt_);
  scorer_.ask(engine(), user, prompt_.keywords(), now_ms());
  counts_.clear();
  for (std::size_t i = 0; i < prompt_.keywords().size(); ++i) counts_.push_back(scorer_.counts(i, at));
  reason_.clear();
  const std::string_view name = at ? engine().name_text(user->checkpoints()[*at].name) : checkpoint;
  append_evidence(name, at, prompt_.keywords(), scorer_, reason_);
  return {scorer_.exact(at), prompt_.keywords(), counts_, reason_};
}

std::span<const Keyword> Service::keywords(std::string_view prompt) {
  reader_.read(prompt, {}, prompt_);
  return prompt_.keywords();
}

}  // namespace penchant

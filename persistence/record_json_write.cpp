#include <algorithm>

#include "persistence/json_text.h"
#include "persistence/record_json.h"
#include "persistence/timestamp.h"

namespace penchant {
namespace {

/// Appends an array, each element by append(element).
template <class Elements, class Append>
void append_json_array(std::string& out, const Elements& elements, const Append& append) {
  out += '[';
  bool is_first = true;
  for (const auto& element : elements) {
    if (!is_first) out += ',';
    is_first = false;
    append(element);
  }
  out += ']';
}

void append_keywords(std::string& out, std::span<const Keyword> keywords) {
  append_json_array(out, keywords, [&out](const Keyword& keyword) { append_json_text(out, keyword.text); });
}

/// Nothing where all of them are 1.
void append_weights(std::string& out, std::string_view key, std::span<const Keyword> keywords) {
  if (std::ranges::all_of(keywords, [](const Keyword& keyword) { return keyword.weight == 1; })) return;
  out.append(key);
  append_json_array(out, keywords, [&out](const Keyword& keyword) { append_json_number(out, keyword.weight); });
}

void append_loras(std::string& out, std::span<const LoraTag> loras) {
  append_json_array(out, loras, [&out](const LoraTag& lora) {
    out += "{\"name\":";
    append_json_text(out, lora.name);
    out += ",\"strength_model\":";
    append_json_number(out, lora.strength_model);
    out += ",\"strength_clip\":";
    append_json_number(out, lora.strength_clip);
    out += '}';
  });
}

void append_parameters(std::string& out, std::span<const Parameter> parameters) {
  out += '{';
  for (const Parameter& parameter : parameters) {
    if (&parameter != parameters.data()) out += ',';
    append_json_text(out, parameter.name);
    out += ':';
    if (is_shortest_number(parameter.value)) {
      out += parameter.value;
    } else {
      append_json_text(out, parameter.value);
    }
  }
  out += '}';
}

void append_arms(std::string& out, std::span<const DecisionArm> arms) {
  if (arms.empty()) return;
  out += ",\"decision_arms\":";
  append_json_array(out, arms, [&out](const DecisionArm& arm) {
    out += "{\"checkpoint\":";
    append_json_text(out, arm.checkpoint);
    out += ",\"probability\":";
    append_json_number(out, arm.probability);
    out += '}';
  });
}

}  // namespace

void append_record_json(std::string& out, std::string_view id, const Record& record) {
  const std::int64_t at_ms = record.at_ms.value_or(record.now_ms);
  JsonRecord read{.record = record, .at_us = at_ms * 1000, .has_keywords = true};
  read.record.id = id;
  read.record.at_ms = at_ms;
  read.has_negative_keywords = !record.negative_prompt.empty() || !record.negative_keywords.empty();
  append_record_json(out, read);
}

void append_record_json(std::string& out, const JsonRecord& read) {
  const Record& record = read.record;
  const auto text = [&out](std::string_view key, std::string_view value) {
    out.append(key);
    append_json_text_or_null(out, value);
  };
  text("{\"id\":", record.id);
  text(",\"timestamp\":", record.at_ms ? timestamp(*record.at_ms) : std::string());
  text(",\"user_id\":", record.user);
  out += ",\"prompt\":";
  append_json_text(out, record.prompt);
  text(",\"negative_prompt\":", record.negative_prompt);
  out += ",\"keywords\":";
  read.has_keywords ? append_keywords(out, record.keywords) : void(out += "null");
  text(",\"checkpoint\":", record.checkpoint);
  out += ",\"loras\":";
  append_loras(out, record.loras);
  out += ",\"parameters\":";
  append_parameters(out, record.parameters);
  text(",\"model_family\":", record.family);
  text(",\"task_type\":", record.tier ? to_string(*record.tier) : std::string_view{});
  text(",\"action\":", to_string(record.verdict));
  text(",\"stage\":", record.stage);
  text(",\"session_id\":", record.session);
  text(",\"generation_id\":", record.generation);
  text(",\"decision_id\":", record.decision);
  text(",\"feedback_text\":", record.note);
  text(",\"vision_description\":", record.vision);
  append_weights(out, ",\"keyword_weights\":", record.keywords);
  if (read.has_negative_keywords) {
    out += ",\"negative_keywords\":";
    append_keywords(out, record.negative_keywords);
  }
  append_weights(out, ",\"negative_keyword_weights\":", record.negative_keywords);
  if (record.weight_ms && record.weight_ms != record.at_ms)
    text(",\"weight_timestamp\":", timestamp(*record.weight_ms));
  append_arms(out, record.decision_arms);
  if (!record.shadow_checkpoint.empty()) text(",\"shadow_checkpoint\":", record.shadow_checkpoint);
  out += '}';
}

}  // namespace penchant

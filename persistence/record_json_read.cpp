#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "engine/context/words.h"
#include "engine/limits.h"
#include "engine/validate.h"
#include "persistence/record_json.h"
#include "persistence/timestamp.h"

namespace penchant {
namespace {

struct TextField {
  std::string_view name;
  std::string_view Record::*member;
  std::size_t bytes_max;
  bool may_be_number = false;
};

constexpr std::array text_fields{
    TextField{"id", &Record::id, identifier_bytes_max, true},
    TextField{"user_id", &Record::user, user_bytes_max, true},
    TextField{"prompt", &Record::prompt, prompt_bytes_max},
    TextField{"negative_prompt", &Record::negative_prompt, prompt_bytes_max},
    TextField{"checkpoint", &Record::checkpoint, model_name_bytes_max},
    TextField{"model_family", &Record::family, label_bytes_max},
    TextField{"stage", &Record::stage, label_bytes_max, true},
    TextField{"session_id", &Record::session, identifier_bytes_max, true},
    TextField{"generation_id", &Record::generation, identifier_bytes_max, true},
    TextField{"decision_id", &Record::decision, identifier_bytes_max, true},
    TextField{"feedback_text", &Record::note, text_bytes_max},
    TextField{"vision_description", &Record::vision, text_bytes_max},
    TextField{"shadow_checkpoint", &Record::shadow_checkpoint, model_name_bytes_max},
};

Failure wrong(std::string_view what, std::string_view why) {
  return Failure{std::string(what).append(" ").append(why)};
}

/// A text within its bound; a number as it is written where that will do too.
result<std::string_view> read_json_text(JsonValue value, std::string_view what, std::size_t bytes_max,
                                        bool may_be_number = false) {
  const bool is_right = value.kind() == JsonKind::text || (may_be_number && value.kind() == JsonKind::number);
  if (!is_right) return wrong(what, "must be a text");
  if (value.text().size() > bytes_max) return wrong(what, "is longer than " + std::to_string(bytes_max) + " bytes");
  if (!is_text(value.text())) return wrong(what, "must be a text without zero bytes");
  return value.text();
}

template <class Real>
result<Real> read_json_real(JsonValue value, std::string_view what) {
  const std::string_view text = value.text();
  Real real = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), real);
  const bool is_number = value.kind() == JsonKind::number && error == std::errc() && end == text.data() + text.size();
  if (!is_number || !std::isfinite(real)) return wrong(what, "must be a number within the range of a real one");
  return real;
}

result<std::int64_t> read_time_us(JsonValue value, std::string_view what) {
  const auto us = value.kind() == JsonKind::text ? parse_timestamp_us(value.text()) : std::nullopt;
  if (!us) return wrong(what, "must be a time such as 2026-01-31T12:00:00Z");
  if (*us < 0) return wrong(what, "is before 1970");
  return *us;
}

result<void> require(JsonValue value, JsonKind kind, std::string_view what) {
  if (value.kind() == kind) return {};
  return wrong(what, kind == JsonKind::array ? "must be an array" : "must be an object");
}

result<void> give_weights(std::vector<Keyword>& keywords, const std::vector<float>& weights, std::string_view what) {
  if (weights.empty()) return {};
  if (weights.size() != keywords.size()) return wrong(what, "must be as many as the keywords");
  for (std::size_t i = 0; i < weights.size(); ++i) keywords[i].weight = weights[i];
  return {};
}

}  // namespace

result<void> RecordReader::read_texts(JsonValue field, std::vector<Keyword>& into) {
  if (auto is_array = require(field, JsonKind::array, field.key()); !is_array) return is_array;
  for (const JsonValue element : field) {
    if (into.size() == keywords_max) break;
    const auto text = read_json_text(element, field.key(), keyword_bytes_max);
    if (!text) return text.error();
    if (text->empty()) return wrong(field.key(), "has an empty one");
    into.push_back({*text});
  }
  return {};
}

result<void> RecordReader::read_weights(JsonValue field, std::vector<float>& into) {
  if (auto is_array = require(field, JsonKind::array, field.key()); !is_array) return is_array;
  for (const JsonValue element : field) {
    if (into.size() == keywords_max) break;
    const auto weight = read_json_real<float>(element, field.key());
    if (!weight) return weight.error();
    into.push_back(*weight);
  }
  return {};
}

result<void> RecordReader::read_loras(JsonValue field) {
  if (auto is_array = require(field, JsonKind::array, field.key()); !is_array) return is_array;
  for (const JsonValue element : field) {
    if (loras_.size() == record_loras_max) {
      return wrong(field.key(), "has more than " + std::to_string(record_loras_max));
    }
    LoraTag lora;
    std::optional<double> clip;
    if (element.kind() == JsonKind::text) {
      lora.name = element.text();
    } else if (element.kind() != JsonKind::object) {
      return wrong(field.key(), "must hold objects with a name");
    }
    for (const JsonValue part : element) {
      const bool is_strength =
          part.key() == "strength_model" || part.key() == "strength_clip" || part.key() == "strength";
      if (part.key() == "name") {
        const auto name = read_json_text(part, "the name of one of loras", model_name_bytes_max);
        if (!name) return name.error();
        lora.name = *name;
      } else if (is_strength && !part.is_null()) {
        const auto strength = read_json_real<double>(part, part.key());
        if (!strength) return strength.error();
        if (part.key() == "strength_clip") {
          clip = *strength;
        } else {
          lora.strength_model = *strength;
        }
      }
    }
    lora.strength_clip = clip.value_or(lora.strength_model);
    loras_.push_back(lora);
  }
  return {};
}

result<void> RecordReader::read_parameters(JsonValue field) {
  if (auto is_object = require(field, JsonKind::object, field.key()); !is_object) return is_object;
  for (const JsonValue part : field) {
    if (part.is_null()) continue;
    if (!part.is_scalar()) return wrong(field.key(), "must hold numbers and texts");
    if (parameters_.size() == record_parameters_max) {
      return wrong(field.key(), "has more than " + std::to_string(record_parameters_max));
    }
    parameters_.push_back({part.key(), part.text()});
  }
  return {};
}

result<void> RecordReader::read_arms(JsonValue field) {
  if (auto is_array = require(field, JsonKind::array, field.key()); !is_array) return is_array;
  for (const JsonValue element : field) {
    if (arms_.size() == record_decision_arms_max) {
      return wrong(field.key(), "has more than " + std::to_string(record_decision_arms_max));
    }
    DecisionArm arm;
    if (element.kind() != JsonKind::object) return wrong(field.key(), "must hold objects with a checkpoint");
    for (const JsonValue part : element) {
      if (part.key() == "checkpoint") {
        const auto name = read_json_text(part, "the checkpoint of one of decision_arms", model_name_bytes_max);
        if (!name) return name.error();
        arm.checkpoint = *name;
      } else if (part.key() == "probability") {
        const auto probability = read_json_real<double>(part, part.key());
        if (!probability) return probability.error();
        arm.probability = *probability;
      }
    }
    arms_.push_back(arm);
  }
  return {};
}

result<void> RecordReader::read_field(JsonValue field, Fields& into) {
  const std::string_view key = field.key();
  if (field.is_null()) return {};
  if (const auto found = std::ranges::find(text_fields, key, &TextField::name); found != text_fields.end()) {
    const auto text = read_json_text(field, key, found->bytes_max, found->may_be_number);
    if (!text) return text.error();
    into.record.*(found->member) = *text;
    return {};
  }
  if (key == "timestamp" || key == "weight_timestamp") {
    const auto us = read_time_us(field, key);
    if (!us) return us.error();
    (key == "timestamp" ? into.record.at_ms : into.record.weight_ms) = *us / 1000;
    if (key == "timestamp") into.at_us = *us;
    return {};
  }
  if (key == "action") {
    const auto verdict = parse_verdict(field.text());
    if (!verdict) return wrong(key, "must be selected, rejected or neutral");
    into.record.verdict = *verdict;
    return {};
  }
  if (key == "task_type") {
    into.record.tier = parse_tier(field.text());
    return into.record.tier ? result<void>() : wrong(key, "must be draft, standard or quality");
  }
  if (key == "keywords") {
    into.has_keywords = true;
    return keywords_.clear(), read_texts(field, keywords_);
  }
  if (key == "negative_keywords") {
    into.has_negative_keywords = true;
    return negative_keywords_.clear(), read_texts(field, negative_keywords_);
  }
  if (key == "keyword_weights") return weights_.clear(), read_weights(field, weights_);
  if (key == "negative_keyword_weights") return negative_weights_.clear(), read_weights(field, negative_weights_);
  if (key == "loras") return loras_.clear(), read_loras(field);
  if (key == "parameters") return parameters_.clear(), read_parameters(field);
  if (key == "decision_arms") return arms_.clear(), read_arms(field);
  return {};
}

result<JsonRecord> RecordReader::read(JsonValue value, std::string_view user) {
  for (auto* const weights : {&weights_, &negative_weights_}) weights->clear();
  for (auto* const keywords : {&keywords_, &negative_keywords_}) keywords->clear();
  loras_.clear();
  parameters_.clear();
  arms_.clear();
  if (value.kind() != JsonKind::object) return Failure{"it must be an object"};
  JsonRecord read;
  bool has_action = false;
  for (const JsonValue field : value) {
    if (auto taken = read_field(field, read); !taken) return taken.error();
    has_action |= field.key() == "action" && !field.is_null();
  }
  if (read.record.checkpoint.empty()) return Failure{"checkpoint is missing"};
  if (!has_action) return Failure{"action is missing"};
  if (read.record.user.empty()) read.record.user = user;
  if (auto given = give_weights(keywords_, weights_, "keyword_weights"); !given) return given.error();
  if (auto given = give_weights(negative_keywords_, negative_weights_, "negative_keyword_weights"); !given) {
    return given.error();
  }
  read.record.keywords = keywords_;
  read.record.negative_keywords = negative_keywords_;
  read.record.loras = loras_;
  read.record.parameters = parameters_;
  read.record.decision_arms = arms_;
  if (auto valid = validate(read.record); !valid) return valid.error();
  return read;
}

}  // namespace penchant

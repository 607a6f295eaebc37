#include "engine/validate.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "engine/limits.h"
#include "engine/model_name.h"

namespace penchant {
namespace {

struct Field {
  std::string_view name;
  std::string_view value;
  std::size_t bytes_max;
};

std::array<Field, 14> fields_of(const Record& record) {
  return {{{"the user", record.user, user_bytes_max},
           {"the checkpoint", record.checkpoint, model_name_bytes_max},
           {"the prompt", record.prompt, prompt_bytes_max},
           {"NEGATIVE", record.negative_prompt, prompt_bytes_max},
           {"FAMILY", record.family, label_bytes_max},
           {"STAGE", record.stage, label_bytes_max},
           {"SESSION", record.session, identifier_bytes_max},
           {"GENERATION", record.generation, identifier_bytes_max},
           {"ID", record.id, identifier_bytes_max},
           {"the name", record.name, identifier_bytes_max},
           {"DECISION", record.decision, identifier_bytes_max},
           {"NOTE", record.note, text_bytes_max},
           {"VISION", record.vision, text_bytes_max},
           {"the shadow's checkpoint", record.shadow_checkpoint, model_name_bytes_max}}};
}

Failure too_long(std::string_view what, std::size_t bytes_max) {
  return Failure{std::string(what) + " is longer than " + std::to_string(bytes_max) + " bytes"};
}

Failure not_text(std::string_view what) {
  return Failure{std::string(what) + " is not valid UTF-8 text without zero bytes"};
}

Failure too_many(std::string_view what, std::size_t max) {
  return Failure{"a record has at most " + std::to_string(max) + " " + std::string(what)};
}

/// Whether eight bytes are ASCII and none is zero.
bool is_ascii_text(const char* eight) {
  std::uint64_t word;
  std::memcpy(&word, eight, sizeof word);
  constexpr std::uint64_t highs = 0x8080808080808080;
  constexpr std::uint64_t ones = 0x0101010101010101;
  return ((word | (word - ones)) & highs) == 0;
}

}  // namespace

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // in ICU's macro
bool is_text(std::string_view text) {
  const char* const bytes = text.data();
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t i = 0; i < size;) {
    // Eight bytes at a time while they are ASCII and none is zero; the last eight may have been looked at before.
    if (size >= 8 && is_ascii_text(bytes + std::min(i, size - 8))) {
      i += 8;
      continue;
    }
    UChar32 c = 0;
    U8_NEXT(bytes, i, size, c);
    if (c <= 0) return false;
  }
  return true;
}
#pragma GCC diagnostic pop

result<void> check_bounds(const Record& record) {
  if (record.user.empty()) return Failure{"the user is empty"};
  if (model_key(record.checkpoint).empty()) return Failure{"the checkpoint names no model"};
  if (!record.shadow_checkpoint.empty() && model_key(record.shadow_checkpoint).empty()) {
    return Failure{"the shadow's checkpoint names no model"};
  }
  for (const Field& field : fields_of(record)) {
    if (field.value.size() > field.bytes_max) return too_long(field.name, field.bytes_max);
  }
  for (const auto keywords : {record.keywords, record.negative_keywords, record.other_words}) {
    if (keywords.size() > keywords_max) return too_many("keywords", keywords_max);
    for (const Keyword& keyword : keywords) {
      if (!std::isfinite(keyword.weight)) return Failure{"a keyword's weight is not a finite number"};
    }
  }
  if (record.loras.size() > record_loras_max) return too_many("LoRAs", record_loras_max);
  for (const LoraTag& lora : record.loras) {
    if (model_key(lora.name).empty()) return Failure{"a LoRA has no name"};
    if (lora.name.size() > model_name_bytes_max) return too_long("a LoRA's name", model_name_bytes_max);
    if (!std::isfinite(lora.strength_model) || !std::isfinite(lora.strength_clip)) {
      return Failure{"a LoRA's strength is not a finite number"};
    }
  }
  if (record.parameters.size() > record_parameters_max) return too_many("parameters", record_parameters_max);
  for (const Parameter& parameter : record.parameters) {
    if (parameter.name.empty()) return Failure{"a parameter has no name"};
    if (parameter.name.size() > label_bytes_max) return too_long("a parameter's name", label_bytes_max);
    if (parameter.value.size() > text_bytes_max) return too_long("a parameter's value", text_bytes_max);
  }
  if (record.decision_arms.size() > record_decision_arms_max)
    return too_many("arms of a decision", record_decision_arms_max);
  for (const DecisionArm& arm : record.decision_arms) {
    if (arm.checkpoint.size() > model_name_bytes_max) return too_long("a decision's arm", model_name_bytes_max);
    if (!(arm.probability >= 0 && arm.probability <= 1)) return Failure{"a probability is not from 0 to 1"};
  }
  return {};
}

result<void> validate(const Record& record) {
  if (auto bounds = check_bounds(record); !bounds) return bounds;
  for (const Field& field : fields_of(record)) {
    if (!is_text(field.value)) return not_text(field.name);
  }
  for (const LoraTag& lora : record.loras) {
    if (!is_text(lora.name)) return not_text("a LoRA's name");
  }
  for (const Parameter& parameter : record.parameters) {
    if (!is_text(parameter.name) || !is_text(parameter.value)) return not_text("a parameter");
  }
  return {};
}

result<void> validate(const PoolSet& event) {
  if (auto valid = validate_name("the family", event.family, label_bytes_max); !valid) return valid;
  if (event.checkpoints.size() > pool_checkpoints_max) {
    return Failure{"a pool holds at most " + std::to_string(pool_checkpoints_max) + " checkpoints"};
  }
  std::size_t bytes = 0;
  for (const std::string_view checkpoint : event.checkpoints) {
    if (auto valid = validate_checkpoint(checkpoint); !valid) return valid;
    bytes += checkpoint.size();
  }
  if (bytes > pool_bytes_max) return Failure{"a pool's names are at most " + std::to_string(pool_bytes_max) + " bytes"};
  return {};
}

result<void> validate_question(std::string_view user, std::string_view prompt, std::string_view family,
                               std::span<const std::string_view> checkpoints) {
  if (auto valid = validate_user(user); !valid) return valid;
  if (auto valid = validate_prompt(prompt); !valid) return valid;
  if (!family.empty()) {
    if (auto valid = validate_name("FAMILY", family, label_bytes_max); !valid) return valid;
  }
  for (const std::string_view checkpoint : checkpoints) {
    if (auto valid = validate_checkpoint(checkpoint); !valid) return valid;
  }
  return {};
}

result<void> validate_user(std::string_view user) { return validate_name("the user", user, user_bytes_max); }

result<void> validate_prompt(std::string_view prompt) {
  return prompt.empty() ? result<void>() : validate_name("the prompt", prompt, prompt_bytes_max);
}

result<void> validate_checkpoint(std::string_view checkpoint) {
  if (auto valid = validate_name("the checkpoint", checkpoint, model_name_bytes_max); !valid) return valid;
  if (model_key(checkpoint).empty()) return Failure{"the checkpoint names no model"};
  return {};
}

result<void> validate_name(std::string_view what, std::string_view value, std::size_t bytes_max) {
  if (value.empty()) return Failure{std::string(what) + " is empty"};
  if (value.size() > bytes_max) return too_long(what, bytes_max);
  if (!is_text(value)) return not_text(what);
  return {};
}

}  // namespace penchant

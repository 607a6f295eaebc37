#include "net/http/http_bodies.h"

#include <algorithm>
#include <array>

#include "persistence/json_items.h"
#include "persistence/json_text.h"
#include "persistence/timestamp.h"

namespace penchant {
namespace {

bool parse_object(std::string_view body, JsonItem& item, HttpError& error) {
  if (const auto parsed = parse_json(body, item); !parsed) {
    error = {.sentence = "the body is not JSON: " + parsed.error().message};
  } else if (item.root().kind() != JsonKind::object) {
    error = {.sentence = "the body must be a JSON object"};
  } else {
    return true;
  }
  return false;
}

void append_value(std::string& out, JsonValue value) {
  switch (value.kind()) {
    case JsonKind::text: append_json_text(out, value.text()); return;
    case JsonKind::null: out += "null"; return;
    case JsonKind::array:
    case JsonKind::object: break;
    default: out += value.text(); return;
  }
  const bool is_object = value.kind() == JsonKind::object;
  out += is_object ? '{' : '[';
  bool is_first = true;
  for (const JsonValue element : value) {
    if (!std::exchange(is_first, false)) out += ',';
    if (is_object) {
      append_json_text(out, element.key());
      out += ':';
    }
    append_value(out, element);
  }
  out += is_object ? '}' : ']';
}

void append_members(std::string& out, JsonValue object, std::string_view but_for) {
  for (const JsonValue member : object) {
    if (member.key() == but_for || member.key() == "action" || member.key() == "id") continue;
    append_json_text(out, member.key());
    out += ':';
    append_value(out, member);
    out += ',';
  }
}

/// Each generation as a record: what they have in common, then what is its own.
bool append_reject_all(std::string_view body, std::vector<std::string>& arguments, HttpError& error) {
  JsonItem item;
  if (!parse_object(body, item, error)) return false;
  const JsonValue root = item.root();
  std::string_view id;
  std::string records = "[";
  std::size_t number = 0;
  for (const JsonValue member : root) {
    if (member.key() == "id" && !member.is_null()) id = member.text();
  }
  for (const JsonValue member : root) {
    if (member.key() != "generations") continue;
    for (const JsonValue generation : member) {
      if (generation.kind() != JsonKind::object) {
        error = {.sentence = "generations must hold objects with a checkpoint", .field = "generations"};
        return false;
      }
      records += number++ > 0 ? ",{" : "{";
      append_members(records, root, "generations");
      append_members(records, generation, {});
      if (!id.empty()) {
        records += "\"id\":";
        append_json_text(records, std::string(id).append(":").append(std::to_string(number)));
        records += ',';
      }
      records += "\"action\":\"rejected\"}";
    }
  }
  if (number == 0) {
    error = {.sentence = "generations must be an array of at least one object", .field = "generations"};
    return false;
  }
  arguments.push_back(records + "]");
  return true;
}

struct VerdictField {
  std::string_view name;
  std::string_view word;
};
constexpr std::array verdict_fields{
    VerdictField{"id", "ID"},
    VerdictField{"negative_prompt", "NEGATIVE"},
    VerdictField{"model_family", "FAMILY"},
    VerdictField{"task_type", "TIER"},
    VerdictField{"stage", "STAGE"},
    VerdictField{"session_id", "SESSION"},
    VerdictField{"generation_id", "GENERATION"},
    VerdictField{"feedback_text", "NOTE"},
    VerdictField{"vision_description", "VISION"},
};

bool refuse(std::string_view field, std::string_view why, HttpError& error) {
  error = {.sentence = std::string(field).append(" ").append(why), .field = std::string(field)};
  return false;
}

bool append_loras(JsonValue loras, std::vector<std::string>& arguments, HttpError& error) {
  if (loras.kind() != JsonKind::array) return refuse("loras", "must be an array", error);
  for (const JsonValue lora : loras) {
    std::string name(lora.is_scalar() ? lora.text() : "");
    std::string model = "1";
    std::string clip;
    if (lora.kind() == JsonKind::array) return refuse("loras", "must hold objects with a name", error);
    if (lora.kind() == JsonKind::object) {
      for (const JsonValue part : lora) {
        if (part.is_null()) continue;
        if (!part.is_scalar()) return refuse("loras", "must hold a name and strengths", error);
        if (part.key() == "name") name = part.text();
        if (part.key() == "strength_model" || part.key() == "strength") model = part.text();
        if (part.key() == "strength_clip") clip = part.text();
      }
    }
    arguments.insert(arguments.end(), {"LORA", name, model});
    if (!clip.empty()) arguments.insert(arguments.end(), {"CLIP", clip});
  }
  return true;
}

bool append_parameters(JsonValue parameters, std::vector<std::string>& arguments, HttpError& error) {
  if (parameters.kind() != JsonKind::object) return refuse("parameters", "must be an object", error);
  for (const JsonValue part : parameters) {
    if (part.is_null()) continue;
    if (!part.is_scalar()) return refuse("parameters", "must hold numbers and texts", error);
    arguments.insert(arguments.end(), {"PARAM", std::string(part.key()), std::string(part.text())});
  }
  return true;
}

bool append_verdict_field(JsonValue field, std::vector<std::string>& arguments, HttpError& error) {
  const std::string_view key = field.key();
  if (key == "loras") return append_loras(field, arguments, error);
  if (key == "parameters") return append_parameters(field, arguments, error);
  if (!field.is_scalar()) return refuse(key.substr(0, 64), "must be a text", error);
  if (key == "timestamp") {
    const auto us = parse_timestamp_us(field.text());
    if (!us || *us < 0) return refuse(key, "must be a time such as 2026-01-31T12:00:00Z", error);
    arguments.insert(arguments.end(), {"AT", std::to_string(*us / 1000)});
    return true;
  }
  const auto found = std::ranges::find(verdict_fields, key, &VerdictField::name);
  if (found == verdict_fields.end()) return refuse(key.substr(0, 64), "is no field of a verdict", error);
  arguments.insert(arguments.end(), {std::string(found->word), std::string(field.text())});
  return true;
}

/// verdict, checkpoint, then options.
bool append_verdict(std::string_view body, std::vector<std::string>& arguments, HttpError& error) {
  JsonItem item;
  if (!parse_object(body, item, error)) return false;
  for (const std::string_view required : {"action", "checkpoint"}) {
    std::optional<std::string> value;
    for (const JsonValue field : item.root()) {
      if (field.key() == required && field.is_scalar() && !field.is_null()) value = field.text();
    }
    if (!value) return refuse(required, "is missing", error);
    arguments.push_back(*value);
  }
  for (const JsonValue field : item.root()) {
    if (field.key() == "action" || field.key() == "checkpoint" || field.is_null()) continue;
    if (!append_verdict_field(field, arguments, error)) return false;
  }
  return true;
}

}  // namespace

bool append_http_body(HttpRoute::Body kind, std::string_view body, std::vector<std::string>& arguments,
                      HttpError& error) {
  switch (kind) {
    case HttpRoute::Body::records: arguments.emplace_back(body); return true;
    case HttpRoute::Body::reject_all: return append_reject_all(body, arguments, error);
    case HttpRoute::Body::verdict: return append_verdict(body, arguments, error);
    case HttpRoute::Body::parameters:
    case HttpRoute::Body::file: break;
  }
  return true;
}

}  // namespace penchant

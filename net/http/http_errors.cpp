// What an error of a command means over HTTP: its status, and the parameter that it is about.
#include <algorithm>
#include <array>
#include <charconv>

#include "net/http/http_arguments.h"

namespace penchant {
namespace {

struct Code {
  std::string_view code;
  unsigned status;
};
constexpr std::array codes{Code{"ERR", 400},       Code{"NOSUCH", 404},     Code{"NOPERM", 403},   Code{"NOAUTH", 401},
                           Code{"WRONGPASS", 401}, Code{"READONLY", 503},   Code{"UNERASED", 503}, Code{"BUSY", 409},
                           Code{"LOADING", 503},   Code{"UNAVAILABLE", 503}};

/// What the command's sentences begin with where they are about a record's field.
struct Subject {
  std::string_view subject;
  std::string_view field;
};
constexpr std::array record_subjects{
    Subject{"the user", "user_id"},
    Subject{"the checkpoint", "checkpoint"},
    Subject{"the prompt", "prompt"},
    Subject{"the verdict", "action"},
    Subject{"the decision", "decision_id"},
    Subject{"NEGATIVE", "negative_prompt"},
    Subject{"FAMILY", "model_family"},
    Subject{"TIER", "task_type"},
    Subject{"STAGE", "stage"},
    Subject{"SESSION", "session_id"},
    Subject{"GENERATION", "generation_id"},
    Subject{"ID", "id"},
    Subject{"AT", "timestamp"},
    Subject{"DECISION", "decision_id"},
    Subject{"NOTE", "feedback_text"},
    Subject{"VISION", "vision_description"},
    Subject{"a LoRA", "loras"},
    Subject{"a parameter", "parameters"},
    Subject{"a keyword", "keywords"},
    Subject{"the shadow's checkpoint", "shadow_checkpoint"},
};
// And where they use its name.
constexpr std::array record_fields{
    "id",         "timestamp",  "user_id",       "prompt",       "negative_prompt", "keywords",
    "checkpoint", "loras",      "parameters",    "model_family", "task_type",       "action",
    "stage",      "session_id", "generation_id", "decision_id",  "feedback_text",   "vision_description",
    "shadow_checkpoint",
};

bool begins_with(std::string_view sentence, std::string_view subject) {
  if (!sentence.starts_with(subject) || sentence.size() == subject.size()) return false;
  const char next = sentence[subject.size()];
  return next == ' ' || next == '\'' || next == 's';
}

/// Puts the field's name in the place of what the command calls it.
bool rename(HttpError& error, std::string_view subject, std::string_view field) {
  if (subject.empty() || !begins_with(error.sentence, subject)) return false;
  error.sentence.replace(0, subject.size(), field);
  error.field = field;
  return true;
}

/// "record 3: checkpoint is missing" of several, "checkpoint is missing" of one.
void find_record_field(HttpError& error) {
  std::string prefix;
  if (error.sentence.starts_with("record ")) {
    const std::size_t colon = error.sentence.find(": ");
    const std::string number = error.sentence.substr(7, colon == std::string::npos ? 0 : colon - 7);
    std::size_t from_one = 0;
    const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), from_one);
    if (failed == std::errc() && end == number.data() + number.size() && from_one > 0) {
      prefix = "records[" + std::to_string(from_one - 1) + "]";
      error.sentence.erase(0, colon + 2);
    }
  }
  for (const Subject& one : record_subjects) {
    if (rename(error, one.subject, one.field)) break;
  }
  for (const std::string_view field : record_fields) {
    if (error.field.empty() && begins_with(error.sentence, field)) error.field = field;
  }
  if (prefix.empty()) return;
  error.sentence.insert(0, prefix + ": ");
  error.field = error.field.empty() ? prefix : prefix + "." + error.field;
}

/// What a sentence is about that does not begin with the parameter's word.
void find_other_subject(HttpError& error, const HttpRoute& route) {
  const auto about = [&](std::string_view subject, const auto& is_it) {
    const auto found = std::ranges::find_if(route.parameters, is_it);
    if (error.field.empty() && begins_with(error.sentence, subject) && found != route.parameters.end()) {
      error.field = found->name;
    }
  };
  about("the number of", [](const HttpParameter& one) { return one.kind == HttpParameter::Kind::counted; });
  about("the verdict", [](const HttpParameter& one) { return one.word == "VERDICT"; });
  about("the cursor", [](const HttpParameter& one) { return one.word == "CURSOR"; });
  about("the checkpoint", [](const HttpParameter& one) { return one.kind == HttpParameter::Kind::list; });
}

}  // namespace

HttpError http_error_of(std::string_view reply, const HttpRoute& route) {
  const std::size_t blank = std::min(reply.find(' '), reply.size());
  const auto code = std::ranges::find(codes, reply.substr(0, blank), &Code::code);
  HttpError error{.status = code == codes.end() ? 400 : code->status,
                  .sentence = std::string(reply.substr(std::min(blank + 1, reply.size())))};
  if (code == codes.end()) error.sentence = reply;
  for (const std::string_view unknown : {"user", "decision"}) {
    if (error.sentence.starts_with("there is no such " + std::string(unknown)))
      error.field = unknown, error.field += "_id";
  }
  if (error.status == 401) error.fields = "WWW-Authenticate: Bearer\r\n";
  if (route.body != HttpRoute::Body::parameters) {
    find_record_field(error);
    return error;
  }
  for (const HttpParameter& parameter : route.parameters) {
    if (rename(error, parameter.word, parameter.name)) break;
  }
  if (error.field.empty()) find_other_subject(error, route);
  return error;
}

}  // namespace penchant

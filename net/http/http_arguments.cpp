#include "net/http/http_arguments.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "net/arguments.h"
#include "net/http/http_bodies.h"
#include "net/limits.h"
#include "persistence/json_items.h"
#include "persistence/timestamp.h"

namespace penchant {
namespace {

using Kind = HttpParameter::Kind;

/// What was given of a parameter.
struct Given {
  const HttpParameter* parameter;
  std::vector<std::string> values;
};

Given* find_given(std::vector<Given>& given, std::string_view name) {
  const auto found = std::ranges::find_if(given, [name](const Given& one) { return one.parameter->name == name; });
  return found == given.end() ? nullptr : &*found;
}

std::string quoted(std::string_view name) { return std::string(name.substr(0, 64)); }

/// Takes one value, or one more of a parameter that may repeat.
bool take(std::vector<Given>& given, std::string_view name, std::string value, HttpError& error) {
  Given* const one = find_given(given, name);
  if (!one || name.empty()) {
    error = {.sentence = "there is no parameter " + quoted(name) + " here", .field = quoted(name)};
  } else if (!one->values.empty() && !one->parameter->may_repeat()) {
    error = {.sentence = std::string(name) + " is given twice", .field = std::string(name)};
  } else {
    one->values.push_back(std::move(value));
    return true;
  }
  return false;
}

bool take_json(std::vector<Given>& given, JsonValue member, HttpError& error) {
  const std::string_view name = member.key();
  if (member.is_null()) return true;
  if (member.kind() == JsonKind::object) {
    error = {.sentence = quoted(name) + " must be no object", .field = quoted(name)};
    return false;
  }
  if (member.kind() != JsonKind::array) return take(given, name, std::string(member.text()), error);
  const Given* const one = find_given(given, name);
  for (const JsonValue element : member) {
    if (!element.is_scalar() || element.is_null() || (one && !one->parameter->may_repeat())) {
      error = {
          .sentence = quoted(name) + (one && one->parameter->may_repeat() ? " must hold texts" : " must be no array"),
          .field = quoted(name)};
      return false;
    }
    if (!take(given, name, std::string(element.text()), error)) return false;
  }
  return true;
}

bool take_body(std::vector<Given>& given, std::string_view body, HttpError& error) {
  if (body.empty()) return true;
  JsonItem item;
  if (const auto parsed = parse_json(body, item); !parsed) {
    error = {.sentence = "the body is not JSON: " + parsed.error().message};
    return false;
  }
  if (item.root().kind() != JsonKind::object) {
    error = {.sentence = "the body must be a JSON object of parameters"};
    return false;
  }
  for (const JsonValue member : item.root()) {
    if (!take_json(given, member, error)) return false;
  }
  return true;
}

/// RFC 3339, or Unix milliseconds as they are.
std::optional<std::string> unix_ms(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::string(text);
  const auto us = parse_timestamp_us(text);
  if (!us || *us < 0) return std::nullopt;
  return std::to_string(*us / 1000);
}

bool refuse(const HttpParameter& parameter, std::string_view why, HttpError& error) {
  error = {.sentence = std::string(parameter.name).append(" ").append(why), .field = std::string(parameter.name)};
  return false;
}

void append_values(std::vector<std::string>& arguments, const Given& given, bool is_counted) {
  if (is_counted) arguments.push_back(std::to_string(given.values.size()));
  arguments.insert(arguments.end(), given.values.begin(), given.values.end());
}

/// Appends what the parameter is among the command's arguments.
bool append(HttpCommand& command, const Given& given, HttpError& error) {
  const HttpParameter& parameter = *given.parameter;
  std::vector<std::string>& arguments = command.arguments;
  const bool is_missing = given.values.empty();
  if (parameter.kind == Kind::always) return arguments.emplace_back(parameter.word), true;
  const bool may_be_missing = parameter.is_option() && parameter.kind != Kind::required;
  if (is_missing && may_be_missing) return true;
  if (is_missing && parameter.otherwise.empty()) return refuse(parameter, "is missing", error);
  const std::string value(is_missing ? parameter.otherwise : given.values.front());
  const bool is_true = value == "true";
  switch (parameter.kind) {
    case Kind::positional: arguments.push_back(value); break;
    case Kind::on_off:
    case Kind::flag:
      if (!is_true && value != "false") return refuse(parameter, "must be true or false", error);
      if (parameter.kind == Kind::on_off) {
        command.asked.values = {is_true ? "ON" : "OFF"};
        arguments.push_back(command.asked.values.front());
      } else if (is_true) {
        arguments.emplace_back(parameter.word);
      }
      break;
    case Kind::counted:
    case Kind::many:
      append_values(arguments, given, parameter.kind == Kind::counted);
      command.asked.values = given.values;
      break;
    case Kind::required:
    case Kind::option:
      arguments.emplace_back(parameter.word);
      arguments.push_back(value);
      break;
    case Kind::time: {
      const auto ms = unix_ms(value);
      if (!ms) return refuse(parameter, "must be a time such as 2026-01-31T12:00:00Z, or Unix milliseconds", error);
      arguments.emplace_back(parameter.word);
      arguments.push_back(*ms);
      break;
    }
    case Kind::list:
      arguments.emplace_back(parameter.word);
      append_values(arguments, given, true);
      break;
    case Kind::always: break;
  }
  return true;
}

std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < command.size();) {
    const std::size_t end = std::min(command.find(' ', begin), command.size());
    words.emplace_back(command.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

std::optional<HttpCommand> http_command(const FoundRoute& found, const HttpTarget& target, std::string_view body,
                                        std::string_view user, HttpError& error) {
  const HttpRoute& route = *found.route;
  HttpCommand command{words_of(route.command), {found.in_path, {}}};
  const bool has_own_body = route.body != HttpRoute::Body::parameters;
  std::vector<Given> given;
  for (const HttpParameter& parameter : route.parameters) given.push_back({&parameter, {}});
  for (std::size_t i = 0; i < found.in_path.size(); ++i) given[i].values = {found.in_path[i]};
  for (const HttpTarget::Pair& pair : target.query) {
    if (!take(given, pair.name, pair.value, error)) return std::nullopt;
  }
  if (!has_own_body && !take_body(given, body, error)) return std::nullopt;
  Given* const about = find_given(given, "user_id");
  if (about && about->values.empty() && !user.empty()) about->values.emplace_back(user);
  for (const bool of_options : {false, true}) {
    for (const Given& one : given) {
      if (one.parameter->is_option() == of_options && !append(command, one, error)) return std::nullopt;
    }
  }
  if (has_own_body && !append_http_body(route.body, body, command.arguments, error)) return std::nullopt;
  const bool has_records = route.body == HttpRoute::Body::records || route.body == HttpRoute::Body::reject_all;
  if (has_records && !user.empty()) command.arguments.insert(command.arguments.end(), {"USER", std::string(user)});
  if (command.arguments.size() > arguments_max) {
    error = {.sentence = "a request has at most " + std::to_string(arguments_max) + " values"};
    return std::nullopt;
  }
  return command;
}

}  // namespace penchant

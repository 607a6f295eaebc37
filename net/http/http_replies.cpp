#include "net/http/http_replies.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "net/lower_case.h"
#include "net/metrics.h"
#include "net/reply_json.h"
#include "persistence/json_text.h"

namespace penchant::http_replies {
namespace {

constexpr std::array matrix_keyword_columns{"keyword", "selected", "observations"};
constexpr std::array matrix_checkpoint_columns{"checkpoint", "selected", "observations"};

HttpAnswer rows(const Reply& reply, Columns columns) {
  HttpAnswer answer;
  append_json(answer.body, reply, columns);
  return answer;
}

/// A map whose first key is `decision`.
HttpAnswer decided(const Reply& map, Columns columns) {
  HttpAnswer answer;
  answer.body = "{\"decision_id\":";
  append_json(answer.body, map.elements[1]);
  for (std::size_t i = 2; i + 1 < map.elements.size(); i += 2) {
    answer.body += ',';
    append_json_text(answer.body, map.elements[i].text);
    answer.body += ':';
    append_json(answer.body, map.elements[i + 1], columns::under(map.elements[i].text, columns));
  }
  answer.body += '}';
  return answer;
}

/// Texts, each as an object with this one name.
HttpAnswer objects(const Reply& texts, std::string_view name) {
  HttpAnswer answer;
  answer.body = "[";
  for (const Reply& text : texts.elements) {
    answer.body.append(answer.body.size() > 1 ? "," : "").append("{\"").append(name).append("\":");
    append_json_text(answer.body, text.text);
    answer.body += '}';
  }
  answer.body += ']';
  return answer;
}

void append_pool(std::string& out, std::string_view family, std::string_view tier, std::span<const Reply> names) {
  out += "{\"family\":";
  append_json_text(out, family);
  out += ",\"tier\":";
  append_json_text(out, tier);
  out += ",\"checkpoints\":[";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    append_json_text(out, names[i].text);
  }
  out += "]}";
}

HttpAnswer no_such_pool() { return answer_of({.status = 404, .sentence = "there is no such pool", .field = "family"}); }

/// A figure of INFO as a number where it is one.
void append_figure(std::string& out, std::string_view value) {
  is_shortest_number(value) ? void(out += value) : append_json_text(out, value);
}

}  // namespace

HttpAnswer as_it_is(const Reply& reply, const HttpAsked&) { return rows(reply, {}); }
HttpAnswer recommendation(const Reply& reply, const HttpAsked&) { return decided(reply, columns::arm); }
HttpAnswer plan(const Reply& reply, const HttpAsked&) { return decided(reply, columns::planned); }
HttpAnswer checkpoints(const Reply& reply, const HttpAsked&) { return rows(reply, columns::best); }
HttpAnswer loras(const Reply& reply, const HttpAsked&) { return rows(reply, columns::lora); }
HttpAnswer parameters(const Reply& reply, const HttpAsked&) { return rows(reply, columns::parameter); }
HttpAnswer negatives(const Reply& reply, const HttpAsked&) { return rows(reply, columns::negative); }
HttpAnswer explanation(const Reply& reply, const HttpAsked&) { return rows(reply, columns::evidence); }
HttpAnswer keywords(const Reply& reply, const HttpAsked&) { return objects(reply, "keyword"); }
HttpAnswer users(const Reply& reply, const HttpAsked&) { return objects(reply, "user_id"); }

HttpAnswer scores_asked(const Reply& reply, const HttpAsked& asked) {
  HttpAnswer answer;
  answer.body = "[";
  for (std::size_t i = 0; i < reply.elements.size(); ++i) {
    answer.body.append(i > 0 ? "," : "").append("{\"checkpoint\":");
    append_json_text(answer.body, asked.values[i]);
    answer.body += ",\"score\":";
    append_json(answer.body, reply.elements[i]);
    answer.body += '}';
  }
  answer.body += ']';
  return answer;
}

HttpAnswer matrix(const Reply& reply, const HttpAsked&) {
  HttpAnswer answer;
  answer.body = "{\"keywords\":";
  append_json(answer.body, reply.elements[1], matrix_keyword_columns);
  answer.body += ",\"checkpoints\":";
  append_json(answer.body, reply.elements[3], matrix_checkpoint_columns);
  answer.body += ",\"cells\":\"";
  const std::string& cells = reply.elements[5].text;
  const std::size_t begin = answer.body.size();
  answer.body.resize(begin + (cells.size() + 2) / 3 * 4 + 1);  // and the zero that is written behind it
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(answer.body.data() + begin),
                  reinterpret_cast<const unsigned char*>(cells.data()), static_cast<int>(cells.size()));
  answer.body.pop_back();
  answer.body += "\"}";
  return answer;
}

/// The records are JSON already.
HttpAnswer history(const Reply& reply, const HttpAsked&) {
  HttpAnswer answer;
  answer.body = "{\"records\":[";
  const std::vector<Reply>& records = reply.elements[1].elements;
  for (std::size_t i = 0; i < records.size(); ++i) answer.body.append(i > 0 ? ",\n" : "\n").append(records[i].text);
  answer.body += "],\"cursor\":";
  const std::string& cursor = reply.elements[0].text;
  append_json_text_or_null(answer.body, cursor == "0" ? "" : cursor);
  answer.body += '}';
  return answer;
}

/// 0 where the record is known.
HttpAnswer recorded(const Reply& number, const HttpAsked&) {
  return {.body = number.integer == 0 ? "{\"recorded\":0,\"duplicates\":1}" : "{\"recorded\":1,\"duplicates\":0}"};
}

HttpAnswer pools(const Reply& list, const HttpAsked&) {
  HttpAnswer answer;
  answer.body = "[";
  for (const Reply& row : list.elements) {
    if (answer.body.size() > 1) answer.body += ',';
    append_pool(answer.body, row.elements[0].text, row.elements[1].text, std::span(row.elements).subspan(2));
  }
  answer.body += ']';
  return answer;
}

HttpAnswer pool(const Reply& names, const HttpAsked& asked) {
  if (names.elements.empty()) return no_such_pool();
  HttpAnswer answer;
  append_pool(answer.body, asked.in_path[0], asked.in_path[1], names.elements);
  return answer;
}

HttpAnswer pool_set(const Reply&, const HttpAsked& asked) {
  std::vector<Reply> names;
  for (const std::string& name : asked.values) names.push_back({.text = name});
  HttpAnswer answer;
  append_pool(answer.body, asked.in_path[0], asked.in_path[1], names);
  return answer;
}

HttpAnswer pool_deleted(const Reply& count, const HttpAsked&) {
  return count.integer == 0 ? no_such_pool() : HttpAnswer{.body = "{\"deleted\":true}"};
}

HttpAnswer shared(const Reply&, const HttpAsked& asked) {
  return {.body = asked.values.front() == "ON" ? "{\"share\":true}" : "{\"share\":false}"};
}

HttpAnswer forgotten(const Reply& count, const HttpAsked&) {
  return {.body = "{\"deleted\":" + std::to_string(count.integer) + "}"};
}

HttpAnswer metrics(const Reply& text, const HttpAsked&) {
  return {.content_type = metrics_content_type, .body = text.text};
}

/// INFO's text: "# Section", then name:value a line.
HttpAnswer server(const Reply& text, const HttpAsked&) {
  HttpAnswer answer;
  answer.body = "{";
  bool is_in_section = false;
  for (std::string_view left = text.text; !left.empty();) {
    const std::size_t end = std::min(left.find("\r\n"), left.size());
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 2, left.size()));
    const std::size_t colon = line.find(':');
    if (line.starts_with("# ")) {
      answer.body.append(is_in_section ? "}," : "");
      append_json_text(answer.body, lower_case(line.substr(2)));
      answer.body += ":{";
      is_in_section = true;
    } else if (colon != std::string_view::npos && is_in_section) {
      if (!answer.body.ends_with('{')) answer.body += ',';
      append_json_text(answer.body, line.substr(0, colon));
      answer.body += ':';
      append_figure(answer.body, line.substr(colon + 1));
    }
  }
  answer.body.append(is_in_section ? "}}" : "}");
  return answer;
}

}  // namespace penchant::http_replies

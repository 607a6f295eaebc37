#include "net/reply_json.h"

#include <array>
#include <charconv>
#include <cmath>

#include "persistence/json_text.h"

namespace penchant {
namespace {

void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_real(std::string& out, double value) {
  if (!std::isfinite(value)) return void(out += "null");
  std::array<char, 32> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_map(std::string& out, const Reply& map, Columns columns) {
  out += '{';
  for (std::size_t i = 0; i + 1 < map.elements.size(); i += 2) {
    if (i > 0) out += ',';
    append_json_text(out, map.elements[i].text);
    out += ':';
    append_json(out, map.elements[i + 1], columns::under(map.elements[i].text, columns));
  }
  out += '}';
}

void append_array(std::string& out, const Reply& array, Columns columns) {
  out += '[';
  for (std::size_t i = 0; i < array.elements.size(); ++i) {
    const Reply& element = array.elements[i];
    if (i > 0) out += ',';
    const bool is_row =
        !columns.empty() && element.kind == Reply::Kind::array && element.elements.size() == columns.size();
    is_row ? append_json_row(out, element, columns) : append_json(out, element, columns);
  }
  out += ']';
}

}  // namespace

void append_json_row(std::string& out, const Reply& row, Columns columns) {
  out += '{';
  for (std::size_t i = 0; i < columns.size() && i < row.elements.size(); ++i) {
    if (i > 0) out += ',';
    append_json_text(out, columns[i]);
    out += ':';
    append_json(out, row.elements[i]);
  }
  out += '}';
}

void append_json(std::string& out, const Reply& reply, Columns columns) {
  switch (reply.kind) {
    case Reply::Kind::integer: return append_integer(out, reply.integer);
    case Reply::Kind::boolean: return void(out += reply.integer != 0 ? "true" : "false");
    case Reply::Kind::null: return void(out += "null");
    case Reply::Kind::real: return append_real(out, reply.real);
    case Reply::Kind::map: return append_map(out, reply, columns);
    case Reply::Kind::array:
    case Reply::Kind::set:
    case Reply::Kind::push: return append_array(out, reply, columns);
    case Reply::Kind::simple:
    case Reply::Kind::error:
    case Reply::Kind::bulk:
    case Reply::Kind::verbatim:
    case Reply::Kind::big_number: return append_json_text(out, reply.text);
  }
}

}  // namespace penchant

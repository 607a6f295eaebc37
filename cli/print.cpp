#include "cli/print.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iostream>

#include "cli/subcommand.h"
#include "net/reply_json.h"

namespace penchant {
namespace {

bool is_aggregate(const Reply& reply) {
  return reply.kind == Reply::Kind::map || reply.kind == Reply::Kind::array || reply.kind == Reply::Kind::set ||
         reply.kind == Reply::Kind::push;
}

bool is_map(const Reply& reply) { return reply.kind == Reply::Kind::map; }

bool is_flat(const Reply& reply) { return std::ranges::none_of(reply.elements, is_aggregate); }

std::string real_text(double real) {
  const bool is_long = std::abs(real) >= 1e4 && std::abs(real) < 1e15;  // 12346, not 1.235e+04
  std::array<char, 32> text;
  const auto end = is_long ? std::to_chars(text.begin(), text.end(), real, std::chars_format::fixed, 0)
                           : std::to_chars(text.begin(), text.end(), real, std::chars_format::general, 4);
  return {text.data(), end.ptr};
}

/// Columns of a terminal: nearly all characters from U+3000 on, the East Asian ones and emoji, are two wide.
std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (const unsigned char c : text) {
    if ((c & 0xC0) != 0x80) columns += c < 0xE3 ? 1 : 2;
  }
  return columns;
}

struct Cell {
  std::string text;
  bool is_text = false;  // stands left; figures stand right
};

/// Below their columns' names.
void print_cells(std::ostream& out, const std::vector<std::vector<Cell>>& rows, std::string_view margin) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i].text));
  }
  for (const auto& row : rows) {
    std::string line(margin);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i].text), ' ');
      if (i > 0) line += "  ";
      line += row[i].is_text ? row[i].text + padding : padding + row[i].text;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
}

/// An array of maps with the same keys.
void print_table(std::ostream& out, const Reply& reply, std::string_view margin) {
  const std::vector<Reply>& first = reply.elements.front().elements;
  const auto is_text = [&](std::size_t column) {
    return std::ranges::any_of(reply.elements,
                               [=](const Reply& row) { return row.elements[column].kind == Reply::Kind::bulk; });
  };
  std::vector<std::vector<Cell>> rows(1);
  for (std::size_t i = 1; i < first.size(); i += 2) rows.front().push_back({first[i - 1].text, is_text(i)});
  for (const Reply& row : reply.elements) {
    std::vector<Cell>& cells = rows.emplace_back();
    for (std::size_t i = 1; i < row.elements.size(); i += 2) {
      cells.push_back({one_line(scalar_text(row.elements[i])), rows.front()[cells.size()].is_text});
    }
  }
  print_cells(out, rows, margin);
}

bool have_same_keys(const Reply& map, const Reply& other) {
  if (map.elements.size() != other.elements.size()) return false;
  for (std::size_t i = 0; i < map.elements.size(); i += 2) {
    if (map.elements[i].text != other.elements[i].text) return false;
  }
  return true;
}

bool is_table(const Reply& reply) {
  const auto fits = [&](const Reply& row) {
    return is_map(row) && is_flat(row) && have_same_keys(row, reply.elements.front());
  };
  return reply.kind == Reply::Kind::array && !reply.elements.empty() && std::ranges::all_of(reply.elements, fits);
}

void print_indented(std::ostream& out, const Reply& reply, std::size_t indent);

void print_map(std::ostream& out, const Reply& map, std::size_t indent) {
  for (std::size_t i = 0; i + 1 < map.elements.size(); i += 2) {
    const Reply& value = map.elements[i + 1];
    out << std::string(indent, ' ') << map.elements[i].text << ":";
    if (!is_aggregate(value)) {
      out << " " << scalar_text(value) << "\n";
    } else if (value.elements.empty()) {
      out << " none\n";
    } else {
      out << "\n";
      print_indented(out, value, indent + 2);
    }
  }
}

void print_indented(std::ostream& out, const Reply& reply, std::size_t indent) {
  const std::string margin(indent, ' ');
  if (!is_aggregate(reply)) {
    out << margin << scalar_text(reply) << "\n";
  } else if (is_map(reply)) {
    print_map(out, reply, indent);
  } else if (is_table(reply)) {
    print_table(out, reply, margin);
  } else if (indent > 0 && is_flat(reply)) {
    out << margin;
    for (std::size_t i = 0; i < reply.elements.size(); ++i) {
      out << (i > 0 ? "  " : "") << scalar_text(reply.elements[i]);
    }
    out << "\n";
  } else {
    for (const Reply& element : reply.elements) {
      print_indented(out, element, is_aggregate(element) ? indent + 2 : indent);
    }
  }
}

}  // namespace

void print_json(std::ostream& out, const Reply& reply) {
  std::string text;
  append_json(text, reply);
  out << text << "\n";
}

void print_text(std::ostream& out, const Reply& reply) {
  if (is_aggregate(reply) && reply.elements.empty()) {
    out << "none\n";
  } else {
    print_indented(out, reply, 0);
  }
}

std::string scalar_text(const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::integer: return std::to_string(reply.integer);
    case Reply::Kind::boolean: return reply.integer != 0 ? "true" : "false";
    case Reply::Kind::null: return "-";
    case Reply::Kind::real: return real_text(reply.real);
    default: return reply.text;
  }
}

std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return line;
}

Reply with_names(Reply reply, std::span<const char* const> columns) {
  if (reply.kind == Reply::Kind::map) {
    for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
      Reply& value = reply.elements[i + 1];
      value = with_names(std::move(value), columns::under(reply.elements[i].text, columns));
    }
    return reply;
  }
  if (columns.empty()) return reply;
  for (Reply& element : reply.elements) {
    const bool is_row = reply.kind == Reply::Kind::array && element.kind == Reply::Kind::array &&
                        element.elements.size() == columns.size();
    if (!is_row) {
      element = with_names(std::move(element), columns);
      continue;
    }
    Reply row{.kind = Reply::Kind::map};
    for (std::size_t i = 0; i < columns.size(); ++i) {
      row.elements.push_back({.kind = Reply::Kind::bulk, .text = columns[i]});
      row.elements.push_back(std::move(element.elements[i]));
    }
    element = std::move(row);
  }
  return reply;
}

int print_reply(const Reply* reply, bool as_json) {
  if (!reply) return exit_ok;
  if (reply->kind == Reply::Kind::error) {
    std::cerr << "penchant: " << reply->text << "\n";
    return exit_failure;
  }
  as_json ? print_json(std::cout, *reply) : print_text(std::cout, *reply);
  return std::cout.good() ? exit_ok : exit_failure;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string shortest(double number) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

}  // namespace penchant

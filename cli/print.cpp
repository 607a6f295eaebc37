#include "cli/print.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <iostream>

#include "cli/subcommand.h"

namespace penchant {
namespace {

// Boost.JSON quotes the texts; its numbers would read 6.5E-1.
void append_json(const Reply& reply, std::string& out) {
  const auto append_all = [&](char open, char close, bool is_map) {
    out += open;
    for (std::size_t i = 0; i < reply.elements.size(); ++i) {
      if (i > 0) out += is_map && i % 2 == 1 ? ':' : ',';
      append_json(reply.elements[i], out);
    }
    out += close;
  };
  switch (reply.kind) {
    case Reply::Kind::integer: out += std::to_string(reply.integer); return;
    case Reply::Kind::boolean: out += reply.integer != 0 ? "true" : "false"; return;
    case Reply::Kind::null: out += "null"; return;
    case Reply::Kind::real: out += shortest(reply.real); return;
    case Reply::Kind::map: return append_all('{', '}', true);
    case Reply::Kind::array:
    case Reply::Kind::set:
    case Reply::Kind::push: return append_all('[', ']', false);
    case Reply::Kind::simple:
    case Reply::Kind::error:
    case Reply::Kind::bulk:
    case Reply::Kind::verbatim:
    case Reply::Kind::big_number: out += boost::json::serialize(boost::json::value(reply.text)); return;
  }
}

bool is_aggregate(const Reply& reply) {
  return reply.kind == Reply::Kind::map || reply.kind == Reply::Kind::array || reply.kind == Reply::Kind::set ||
         reply.kind == Reply::Kind::push;
}

std::string scalar(const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::integer: return std::to_string(reply.integer);
    case Reply::Kind::boolean: return reply.integer != 0 ? "true" : "false";
    case Reply::Kind::null: return "-";
    case Reply::Kind::real: {
      std::array<char, 32> text;
      const auto end = std::to_chars(text.data(), text.data() + text.size(), reply.real, std::chars_format::general, 4);
      return {text.data(), end.ptr};
    }
    default: return reply.text;
  }
}

bool is_flat(const Reply& reply) {
  for (const Reply& element : reply.elements) {
    if (is_aggregate(element)) return false;
  }
  return true;
}

void print_indented(std::ostream& out, const Reply& reply, std::size_t indent) {
  const std::string margin(indent, ' ');
  if (!is_aggregate(reply)) {
    out << margin << scalar(reply) << "\n";
  } else if (reply.kind == Reply::Kind::map) {
    for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
      const Reply& value = reply.elements[i + 1];
      out << margin << reply.elements[i].text << ":";
      if (!is_aggregate(value)) {
        out << " " << scalar(value) << "\n";
      } else if (value.elements.empty()) {
        out << " none\n";
      } else {
        out << "\n";
        print_indented(out, value, indent + 2);
      }
    }
  } else if (indent > 0 && is_flat(reply)) {
    // A row of a table, such as one arm with its figures.
    out << margin;
    for (std::size_t i = 0; i < reply.elements.size(); ++i) out << (i > 0 ? "  " : "") << scalar(reply.elements[i]);
    out << "\n";
  } else {
    for (const Reply& element : reply.elements) {
      is_aggregate(element) ? print_indented(out, element, indent + 2) : print_indented(out, element, indent);
    }
  }
}

}  // namespace

void print_json(std::ostream& out, const Reply& reply) {
  std::string text;
  append_json(reply, text);
  out << text << "\n";
}

void print_text(std::ostream& out, const Reply& reply) { print_indented(out, reply, 0); }

int print_reply(const Reply* reply, bool as_json) {
  if (!reply) return exit_ok;
  if (reply->kind == Reply::Kind::error) {
    std::cerr << "penchant: " << reply->text << "\n";
    return exit_failure;
  }
  as_json ? print_json(std::cout, *reply) : print_text(std::cout, *reply);
  return std::cout.good() ? exit_ok : exit_failure;
}

std::string shortest(double number) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

}  // namespace penchant

// Routes as data: a table of paths, each with its methods, its parameters, the command of the line protocol that
// answers it, and how the command's reply becomes JSON. A new route is one row here, one in docs/http.md and in the
// OpenAPI file, one test. All of it never changes while the program runs; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_answer.h"
#include "net/http/http_parser.h"
#include "net/reply_parser.h"

namespace penchant {

/// A parameter of a route, and where its value goes among the command's arguments.
struct HttpParameter {
  enum class Kind : std::uint8_t {
    positional,  // the value
    on_off,      // true or false: ON or OFF
    counted,     // one or more: how many, then the values
    many,        // one or more: the values
    option,      // WORD value
    required,    // the same, and it must be there
    time,        // WORD value, in Unix milliseconds
    list,        // one or more: WORD, how many, then the values
    flag,        // true or false: WORD, or nothing
    always,      // WORD; it is no parameter of the route
  };
  std::string_view name;
  Kind kind = Kind::positional;
  std::string_view word = {};       // of an option; of a positional, what the command's sentences call it: "the prompt"
  std::string_view otherwise = {};  // where a positional is missing; empty: it must be there

  bool is_option() const { return kind >= Kind::option; }
  bool may_repeat() const { return kind == Kind::counted || kind == Kind::many || kind == Kind::list; }
};

/// What its answer needs to know of a request besides the reply.
struct HttpAsked {
  std::vector<std::string> in_path;  // values of the path's names, in order
  std::vector<std::string> values;   // of the parameter that may repeat
};

struct HttpRoute {
  enum Method : std::uint8_t { get = 1, post = 2, put = 4, erase = 8 };
  /// What a body holds.
  enum class Body : std::uint8_t {
    parameters,  // an object of them
    records,     // a record, or an array of them
    reject_all,  // one record's fields, and generations
    verdict,     // a record's fields
    file,        // an export file
  };

  std::uint8_t methods;
  std::string_view path;                      // {name} stands for one segment
  std::string_view command;                   // and what goes before its other arguments; empty: none, the wire answers
  std::span<const HttpParameter> parameters;  // those of the path first, in its order
  HttpAnswer (*answer)(const Reply& reply, const HttpAsked& asked);  // null: it is a transfer
  Body body = Body::parameters;

  bool takes(HttpMethod method) const;
  /// An export or import, which has a thread of its own (transfers.h).
  bool is_transfer() const { return answer == nullptr; }
};

std::span<const HttpRoute> all_http_routes();

struct FoundRoute {
  const HttpRoute* route = nullptr;  // null: none takes this method
  std::uint8_t methods = 0;          // that the path has; 0: there is no such path
  std::vector<std::string> in_path;
};

/// `segments` are the path's, decoded.
FoundRoute find_http_route(HttpMethod method, std::span<const std::string> segments);

/// "GET, HEAD, POST"
std::string methods_text(std::uint8_t methods);

}  // namespace penchant

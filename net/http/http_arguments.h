// From an HTTP request to the arguments of the command that answers it.
//
// Pure functions. Limits: json_depth_max, arguments_max. Errors: the status, one sentence, and the parameter's name.
#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_answer.h"
#include "net/http/http_route.h"

namespace penchant {

/// The path's segments and the query's pairs, decoded.
struct HttpTarget {
  std::vector<std::string> segments;
  struct Pair {
    std::string name;
    std::string value;
  };
  std::vector<Pair> query;
};

/// Nothing where `target` is no path with a query.
std::optional<HttpTarget> parse_http_target(std::string_view target);

struct HttpCommand {
  std::vector<std::string> arguments;  // the command's name first
  HttpAsked asked;
};

/// What is to be run; or what is wrong, in `error`. `user` is who is asked about where the request names nobody; empty:
/// whom the route says.
std::optional<HttpCommand> http_command(const FoundRoute& found, const HttpTarget& target, std::string_view body,
                                        std::string_view user, HttpError& error);

/// The reply was an error: what it means over HTTP. Its sentence names parameters as the route does.
HttpError http_error_of(std::string_view error_reply, const HttpRoute& route);

}  // namespace penchant

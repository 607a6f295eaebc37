// Who may talk HTTP to the server at all: not a web page that somebody visits. Pure functions of the request's fields.
//
// A browser sends requests for any page to any address, its visitor's own server included. It says in Origin and
// Sec-Fetch-Site which page that was; and where a page's name was made to resolve to this server (DNS rebinding), Host
// holds that name. Sources: RFC 6454 (Origin), https://www.w3.org/TR/fetch-metadata/ (Sec-Fetch-Site).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "net/http/http_answer.h"
#include "net/http/http_parser.h"

namespace penchant {

/// Why the request is refused, if it is. `hosts`: names of the server besides localhost and its addresses. A page may
/// be followed to from elsewhere (`is_page`); nothing else may be asked from there.
std::optional<HttpError> foreign_request(const HttpRequest& request, std::span<const std::string> hosts, bool is_page);

/// Whether a body of this type is JSON, which no form of a web page can send.
bool is_json_type(std::string_view content_type);

}  // namespace penchant

// What is answered without a command: the dashboard's files, the OpenAPI file, and whether the server is well.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "net/command.h"
#include "net/http/http_answer.h"
#include "net/http/http_parser.h"

namespace penchant {

/// A file that is part of the program (web/). Files are made one when it is built.
struct WebFile {
  std::string_view path;  // of the request, without the first slash
  std::string_view content_type;
  std::string_view text;
  std::string_view tag;  // changes with the text
};
std::span<const WebFile> all_web_files();

/// Nothing where the path is none of them.
std::optional<HttpAnswer> find_http_page(std::span<const std::string> segments, const HttpRequest& request,
                                         const Runtime& runtime);

}  // namespace penchant

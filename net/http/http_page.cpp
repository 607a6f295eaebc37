#include "net/http/http_page.h"

#include <algorithm>

namespace penchant {
namespace {

// The page loads nothing from elsewhere, runs no script but its own files, and is shown in no other page.
constexpr std::string_view page_fields =
    "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Cache-Control: no-cache\r\n";

HttpAnswer health(bool is_well, std::string_view text) {
  return {
      .status = is_well ? 200U : 503U, .content_type = "text/plain; charset=utf-8", .body = std::string(text) + "\n"};
}

}  // namespace

std::optional<HttpAnswer> find_http_page(std::span<const std::string> segments, const HttpRequest& request,
                                         const Runtime& runtime) {
  std::string path;
  for (const std::string& segment : segments) path.append(path.empty() ? "" : "/").append(segment);
  if (path == "healthz") return health(true, "ok");
  if (path == "readyz") {
    const bool is_ready = !runtime.is_read_only;
    return health(is_ready,
                  is_ready ? "ok" : "nothing can be recorded: a write or sync failed; INFO and the log say why");
  }
  const auto files = all_web_files();
  const auto file = std::ranges::find(files, path.empty() ? "index.html" : path, &WebFile::path);
  if (file == files.end()) return std::nullopt;
  HttpAnswer answer{.content_type = file->content_type, .fields = std::string(page_fields)};
  answer.fields.append("ETag: \"").append(file->tag).append("\"\r\n");
  if (request.if_none_match == "\"" + std::string(file->tag) + "\"") {
    answer.status = 304;
  } else {
    answer.body = file->text;
  }
  return answer;
}

}  // namespace penchant

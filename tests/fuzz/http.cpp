// HTTP requests from the wire: parsed whole and cut, their target, and what their route makes of them.
#include <cstdint>
#include <string_view>

#include "engine/check.h"
#include "net/http/content_coding.h"
#include "net/http/http_arguments.h"
#include "net/http/http_guard.h"
#include "net/http/http_parser.h"

using namespace penchant;

namespace {

/// The status when a head that is seen alone has been passed.
HttpParser::Status parse_past_head(HttpParser& parser, std::string_view input) {
  auto status = parser.parse(input);
  while (status == HttpParser::Status::head) status = parser.parse(input);
  return status;
}

void run_request(const HttpRequest& request) {
  (void)foreign_request(request, {}, false);
  (void)is_json_type(request.content_type);
  (void)coding_of(request.accept_encoding);
  const auto target = parse_http_target(request.target);
  if (!target) return;
  const FoundRoute found = find_http_route(request.method, target->segments);
  if (!found.route) return;
  HttpError error;
  const auto command = http_command(found, *target, request.body, "", error);
  PENCHANT_CHECK(command.has_value() != !error.sentence.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  HttpParser whole;
  HttpParser cut;
  while (!input.empty()) {
    const auto status = parse_past_head(whole, input);
    auto cut_status = parse_past_head(cut, input.substr(0, input.size() / 2));
    if (cut_status == HttpParser::Status::need_more) cut_status = parse_past_head(cut, input);
    if (status == HttpParser::Status::request) run_request(whole.request());
    if (status != HttpParser::Status::request || cut_status != status) break;
    const std::size_t used = whole.take();
    PENCHANT_CHECK(cut.take() == used && used > 0);
    input.remove_prefix(used);
  }
  return 0;
}

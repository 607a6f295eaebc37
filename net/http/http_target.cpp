// The target of a request, by Boost.URL.
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "net/http/http_arguments.h"

namespace penchant {

std::optional<HttpTarget> parse_http_target(std::string_view target) {
  const auto url = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!url) return std::nullopt;
  HttpTarget parsed;
  for (auto segment : url->segments()) parsed.segments.emplace_back(segment.data(), segment.size());
  for (const auto& param : url->params()) {
    parsed.query.push_back({{param.key.data(), param.key.size()}, {param.value.data(), param.value.size()}});
  }
  return parsed;
}

}  // namespace penchant

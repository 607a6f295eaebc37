#include "net/http/http_guard.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "net/lower_case.h"

namespace penchant {
namespace {

/// Without the port, and without the brackets of an IPv6 address.
std::string_view name_of(std::string_view host) {
  if (host.starts_with('[') && host.find(']') != std::string_view::npos) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool is_ours(std::string_view host, std::span<const std::string> hosts) {
  const std::string name = lower_case(name_of(host));
  if (name == "localhost") return true;
  boost::system::error_code error;
  (void)boost::asio::ip::make_address(name, error);
  const auto is_it = [&name](const std::string& ours) { return lower_case(ours) == name; };
  return !error || std::ranges::any_of(hosts, is_it);
}

HttpError forbidden(std::string sentence) { return {.status = 403, .sentence = std::move(sentence)}; }

}  // namespace

std::optional<HttpError> foreign_request(const HttpRequest& request, std::span<const std::string> hosts, bool is_page) {
  if (!request.has_one_host) return HttpError{.status = 400, .sentence = "a request has one Host field"};
  if (!is_ours(request.host, hosts)) {
    return forbidden("this server is not that host: it is localhost, its addresses, and what --http-host names");
  }
  if (is_page) return std::nullopt;
  const std::string origin = lower_case(request.origin);
  const std::string host = lower_case(request.host);
  if (!origin.empty() && origin != "http://" + host && origin != "https://" + host) {
    return forbidden("pages of other origins may not use this server");
  }
  const bool is_foreign = request.fetch_site == "cross-site" || request.fetch_site == "same-site";
  if (is_foreign) return forbidden("pages of other sites may not use this server");
  return std::nullopt;
}

bool is_json_type(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return lower_case(type) == "application/json";
}

}  // namespace penchant

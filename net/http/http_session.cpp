#include "net/http/http_session.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <charconv>

#include "engine/check.h"
#include "net/command.h"
#include "persistence/json_items.h"
#include "persistence/json_text.h"

namespace penchant {
namespace {

constexpr std::string_view cookie_name = "penchant_session";
constexpr std::string_view bearer = "Bearer ";

std::string hex_of(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15U];
  }
  return text;
}

/// Of a token's name, its hash and a time.
std::string seal_of(const SessionKey& key, const Access& access, std::string_view until_s) {
  std::string sealed = access.name + "\n" + hex_of(access.token) + "\n";
  sealed += until_s;
  std::array<unsigned char, EVP_MAX_MD_SIZE> seal{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(sealed.data()),
       sealed.size(), seal.data(), &size);
  return hex_of(std::span(seal).first(size));
}

/// The cookie's value; empty where there is none.
std::string_view cookie_of(std::string_view cookies) {
  while (!cookies.empty()) {
    std::string_view one = cookies.substr(0, cookies.find(';'));
    cookies.remove_prefix(std::min(one.size() + 1, cookies.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(cookie_name) && one.substr(cookie_name.size()).starts_with('=')) {
      return one.substr(cookie_name.size() + 1);
    }
  }
  return {};
}

/// Of a cookie `name/until/seal`. One that is not good any more is none: the browser asks for the token again.
std::optional<Access> access_of_cookie(std::string_view cookie, const Runtime& runtime) {
  const std::size_t first = cookie.find('/');
  const std::size_t second = cookie.find('/', std::min(first, cookie.size() - 1) + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const auto access = runtime.tokens.named(cookie.substr(0, first));
  const std::string_view until = cookie.substr(first + 1, second - first - 1);
  std::int64_t until_s = 0;
  const auto [end, failed] = std::from_chars(until.data(), until.data() + until.size(), until_s);
  if (!access || failed != std::errc() || end != until.data() + until.size()) return std::nullopt;
  const std::string seal = seal_of(runtime.session_key, *access, until);
  const std::string_view given = cookie.substr(second + 1);
  const bool is_right = given.size() == seal.size() && CRYPTO_memcmp(given.data(), seal.data(), seal.size()) == 0;
  return is_right && clock_ms() / 1000 < until_s ? access : std::nullopt;
}

HttpError wrong_token(const Client& client, Runtime& runtime) {
  HttpError error{.status = 401, .sentence = "there is no such token", .fields = "WWW-Authenticate: Bearer\r\n"};
  if (runtime.wrong_tokens.note(client.address)) {
    error = {.status = 429,
             .sentence = std::string(too_many_wrong_tokens.substr(4)),
             .fields = "Retry-After: " + std::to_string(wrong_tokens_time.count()) + "\r\n"};
  }
  return error;
}

HttpAnswer told(const Access& access) {
  HttpAnswer answer;
  answer.body = "{\"name\":";
  append_json_text_or_null(answer.body, access.name);
  answer.body.append(",\"role\":\"").append(to_string(access.role)).append("\",\"user_id\":");
  append_json_text_or_null(answer.body, access.user);
  answer.body += '}';
  return answer;
}

std::string set_cookie(std::string_view value, std::int64_t seconds, bool is_secure) {
  std::string field = "Set-Cookie: ";
  field.append(cookie_name).append("=").append(value).append("; Path=/; HttpOnly; SameSite=Strict; Max-Age=");
  return field.append(std::to_string(seconds)).append(is_secure ? "; Secure\r\n" : "\r\n");
}

/// The text of `token` in the body; empty where there is none.
std::string token_in(std::string_view body) {
  JsonItem item;
  if (!parse_json(body, item) || item.root().kind() != JsonKind::object) return {};
  std::string token;
  for (const JsonValue field : item.root()) {
    if (field.key() == "token" && field.kind() == JsonKind::text) token = field.text();
  }
  return token;
}

}  // namespace

SessionKey new_session_key() {
  SessionKey key{};
  PENCHANT_CHECK(RAND_bytes(key.data(), static_cast<int>(key.size())) == 1);
  return key;
}

std::optional<Access> access_of(const HttpRequest& request, const Client& client, Runtime& runtime, HttpError& error) {
  if (!runtime.tokens.are_asked_for()) return runtime.tokens.at_first();
  if (!request.authorization.empty()) {
    const bool is_bearer = request.authorization.starts_with(bearer);
    const auto access = is_bearer ? runtime.tokens.find(request.authorization.substr(bearer.size())) : std::nullopt;
    if (!access) error = wrong_token(client, runtime);
    return access;
  }
  const std::string_view cookie = cookie_of(request.cookie);
  return (cookie.empty() ? std::nullopt : access_of_cookie(cookie, runtime)).value_or(runtime.tokens.at_first());
}

std::optional<HttpAnswer> session_answer(const HttpRequest& request, const Client& client, Runtime& runtime,
                                         HttpError& error) {
  if (request.method == HttpMethod::erase) {
    return HttpAnswer{.fields = set_cookie("", 0, runtime.has_tls), .body = "{}"};
  }
  if (request.method != HttpMethod::post) {
    if (client.access.role != Role::none) return told(client.access);
    error = {.status = 401,
             .sentence = std::string(no_access.substr(no_access.find(' ') + 1)),
             .fields = "WWW-Authenticate: Bearer\r\n"};
    return std::nullopt;
  }
  const std::string token = token_in(request.body);
  if (token.empty()) {
    error = {.sentence = "token is missing", .field = "token"};
    return std::nullopt;
  }
  const auto access = runtime.tokens.find(token);
  if (!access) {
    error = wrong_token(client, runtime);
    return std::nullopt;
  }
  const std::string until = std::to_string(clock_ms() / 1000 + http_session_s);
  HttpAnswer answer = told(*access);
  answer.fields = set_cookie(access->name + "/" + until + "/" + seal_of(runtime.session_key, *access, until),
                             http_session_s, runtime.has_tls);
  return answer;
}

}  // namespace penchant

// Who asks over HTTP: by a token in Authorization, or by the cookie that a browser was given for one.
//
// The cookie says a token's name and until when it is good, under a key that the server makes when it starts: so it
// holds no secret that works elsewhere, ends with the server, and loses its rights with its token. Threading: any,
// while the tokens do not change.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "net/http/http_answer.h"
#include "net/http/http_parser.h"

namespace penchant {

struct Access;
struct Client;
struct Runtime;

inline constexpr std::int64_t http_session_s = std::int64_t{12} * 3600;

using SessionKey = std::array<unsigned char, 32>;
SessionKey new_session_key();

/// What the request may do; or why it is refused, in `error`: a token that is wrong. Who has none and needs one has the
/// role none. Counts wrong tokens of the client's address.
std::optional<Access> access_of(const HttpRequest& request, const Client& client, Runtime& runtime, HttpError& error);

/// /api/session: who asks, after POST with a cookie, after DELETE without.
std::optional<HttpAnswer> session_answer(const HttpRequest& request, const Client& client, Runtime& runtime,
                                         HttpError& error);

}  // namespace penchant

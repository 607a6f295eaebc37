// Who may ask what over HTTP: tokens, the browser's cookie, and every route by role and user.
#include "net/http/http_session.h"

#include <map>
#include <sstream>

#include "net/http/http_route.h"
#include "tests/net/http/http_fixture.h"

namespace penchant::test {
namespace {

constexpr std::string_view json_type = "Content-Type: application/json\r\n";

/// A letter says what is done, the columns who may: nobody, reader, writer, admin; then a reader and a writer of ann,
/// each about ann and about bob.
constexpr std::string_view golden = R"(
GET /api/preferences/recommend-checkpoint?prompt=p&user_id=USER        . +++ +. +.
POST /api/preferences/plan {"user_id":"USER","prompt":"p","count":1}    . +++ +. +.
GET /api/preferences/recommend-loras?prompt=p&user_id=USER             . +++ +. +.
GET /api/preferences/recommend-parameters?prompt=p&user_id=USER        . +++ +. +.
GET /api/preferences/recommend-negatives?prompt=p&user_id=USER         . +++ +. +.
GET /api/preferences/explain?prompt=p&checkpoint=A&user_id=USER        . +++ +. +.
GET /api/preferences/score?prompt=p&checkpoint=A&user_id=USER          . +++ +. +.
POST /api/preferences/scores {"user_id":"USER","prompts":["p"]}         . +++ +. +.
GET /api/preferences/keywords?prompt=p                                 . +++ ++ ++
GET /api/preferences/matrix?user_id=USER                               . +++ +. +.
GET /api/preferences/stats?user_id=USER                                . +++ +. +.
GET /api/preferences/records?user_id=USER                              . +++ +. +.
POST /api/preferences/records {"user_id":"USER","checkpoint":"A","action":"selected"} . .++ .. +.
POST /api/preferences/reject-all {"user_id":"USER","generations":[{"checkpoint":"A"}]} . .++ .. +.
POST /api/preferences/decisions/none/verdict {"checkpoint":"A","action":"selected"} . .++ .. ++
GET /api/pools                                                         . +++ .. ..
GET /api/pools/sdxl/draft                                              . +++ .. ..
PUT /api/pools/sdxl/draft {"checkpoints":["A"]}                         . .++ .. ..
DELETE /api/pools/sdxl/draft                                           . .++ .. ..
GET /api/users                                                         . +++ .. ..
PUT /api/users/USER/sharing {"share":true}                              . .++ .. +.
DELETE /api/users/USER                                                 . .++ .. +.
GET /api/server                                                        . +++ .. ..
GET /metrics                                                           . +++ .. ..
GET /api/session                                                       . +++ ++ ++
GET /                                                                  + +++ ++ ++
GET /openapi.json                                                      + +++ ++ ++
GET /healthz                                                           + +++ ++ ++
GET /readyz                                                            + +++ ++ ++
)";

struct GuardedHttp : HttpTalk {
  GuardedHttp() {
    connect();
    kept("ann", "A", "p", 1);
    kept("bob", "A", "p", 1);
    for (const auto& [name, role, user] :
         {std::tuple{"reader", Role::reader, ""}, std::tuple{"writer", Role::writer, ""},
          std::tuple{"admin", Role::admin, ""}, std::tuple{"reader-ann", Role::reader, "ann"},
          std::tuple{"writer-ann", Role::writer, "ann"}}) {
      texts_[name] = make_token().value().text;
      entries.push_back({name, role, user, hash_of(texts_[name]), 0});
    }
    runtime.tokens.take(entries);
    connect(WireKind::http);
  }

  std::vector<TokenEntry> entries;

  std::string bearer(const std::string& name) const {
    return name.empty() ? "" : "Authorization: Bearer " + texts_.at(name) + "\r\n";
  }
  /// `line`: method, target, body.
  Answer ask_as(const std::string& fields, const std::string& line) {
    std::istringstream in(line);
    std::string method;
    std::string target;
    std::string body;
    in >> method >> target >> body;
    std::string bytes = send(http_request(method, target, body, std::string(json_type) + fields));
    Answer answer = take_answer(bytes);
    if (closed()) connect(WireKind::http);
    return answer;
  }
  std::string cookie_for(const std::string& name) {
    const Answer in = ask_as("", "POST /api/session {\"token\":\"" + texts_[name] + "\"}");
    const std::size_t at = in.head.find("penchant_session=");
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, in.head);
    return "Cookie: other=1; " + in.head.substr(at, in.head.find(';', at) - at) + "\r\n";
  }

 private:
  std::map<std::string, std::string> texts_;
};

std::string session_of(const std::string& name, const std::string& role, const std::string& user) {
  return "{\"name\":" + name + ",\"role\":\"" + role + "\",\"user_id\":" + user + "}";
}

std::string about(std::string line, const std::string& user) {
  if (const std::size_t at = line.find("USER"); at != std::string::npos) line.replace(at, 4, user);
  return line;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(http_session, GuardedHttp)

BOOST_AUTO_TEST_CASE(every_route_is_allowed_to_exactly_whom_the_table_says) {
  std::istringstream lines{std::string(golden)};
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const std::string request = line.substr(0, line.size() - 11);
    const auto shown = [&](const std::string& name, const std::string& user) {
      const unsigned status = ask_as(bearer(name), about(request, user)).status;
      return status == 401 || status == 403 ? "." : "+";
    };
    std::string row = std::string(shown("", "ann")) + " ";
    for (const char* name : {"reader", "writer", "admin"}) row += shown(name, "ann");
    for (const char* name : {"reader-ann", "writer-ann"})
      row += std::string(" ") + shown(name, "ann") + shown(name, "bob");
    BOOST_TEST(row == line.substr(line.size() - 11), line);
    all += line + "\n";
  }
  for (const HttpRoute& route : all_http_routes()) {
    const std::string path(route.path.substr(0, route.path.find("{")));
    const bool is_alias = path.find("/recommend/") != std::string::npos;
    BOOST_TEST((is_alias || route.is_transfer() || all.find(path) != std::string::npos), route.path << " is in no row");
  }
}

BOOST_AUTO_TEST_CASE(who_has_no_token_is_told_how_to_come_in) {
  const Answer refused = ask_as("", "GET /api/users");
  BOOST_TEST(refused.status == 401U);
  BOOST_TEST(refused.head.find("WWW-Authenticate: Bearer\r\n") != std::string::npos);
  BOOST_TEST(ask_as("Authorization: Basic YTpi\r\n", "GET /api/users").status == 401U);
}

BOOST_AUTO_TEST_CASE(further_wrong_tokens_than_may_be_are_not_looked_at_but_a_right_one_is) {
  for (std::size_t i = 0; i < wrong_tokens_max; ++i) {
    BOOST_TEST(ask_as("Authorization: Bearer pct_wrong\r\n", "GET /api/users").status == 401U);
  }
  const Answer refused = ask_as("Authorization: Bearer pct_wrong\r\n", "GET /api/users");
  BOOST_TEST(refused.status == 429U);
  BOOST_TEST(refused.head.find("Retry-After: 60\r\n") != std::string::npos);
  BOOST_TEST(ask_as("", "POST /api/session {\"token\":\"wrong\"}").status == 429U);
  BOOST_TEST(ask_as(bearer("reader"), "GET /api/users").status == 200U);
}

BOOST_AUTO_TEST_CASE(each_request_has_the_rights_of_its_own_token) {
  std::string answers =
      send(http_request("GET", "/api/users", {}, bearer("reader")) + http_request("GET", "/api/users") +
           http_request("GET", "/api/users", {}, bearer("reader-ann")) +
           http_request("GET", "/api/users", {}, bearer("admin")));
  for (const unsigned status : {200U, 401U, 403U, 200U}) BOOST_TEST(take_answer(answers).status == status);
}

BOOST_AUTO_TEST_CASE(who_is_limited_to_a_user_asks_about_that_one) {
  BOOST_TEST(ask_as(bearer("writer-ann"), "GET /api/preferences/stats").body.find("\"records\":1,") !=
             std::string::npos);
  BOOST_TEST(
      ask_as(bearer("writer-ann"), "POST /api/preferences/records {\"checkpoint\":\"A\",\"action\":\"selected\"}")
          .status == 200U);
  BOOST_TEST(ask_as(bearer("writer-ann"), "GET /api/preferences/stats").body.find("\"records\":2,") !=
             std::string::npos);
  const Answer refused = ask_as(bearer("writer-ann"),
                                "POST /api/preferences/records "
                                "[{\"checkpoint\":\"A\",\"action\":\"selected\"},{\"user_id\":\"bob\",\"checkpoint\":"
                                "\"A\",\"action\":\"selected\"}]");
  BOOST_TEST(refused.status == 403U);
}

BOOST_AUTO_TEST_CASE(a_browser_comes_in_by_a_cookie) {
  BOOST_TEST(ask_as("", "GET /api/session").status == 401U);
  const std::string cookie = cookie_for("writer-ann");
  BOOST_TEST(ask_as(cookie, "GET /api/session").body == session_of("\"writer-ann\"", "writer", "\"ann\""));
  BOOST_TEST(ask_as(cookie, "GET /api/preferences/stats?user_id=bob").status == 403U);
  const Answer out = ask_as(cookie, "DELETE /api/session");
  BOOST_TEST(out.head.find("Set-Cookie: penchant_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cookie_that_was_changed_is_none) {
  const std::string cookie = cookie_for("reader");
  BOOST_TEST(ask_as(cookie, "GET /api/users").status == 200U);
  for (std::size_t i = cookie.find("penchant_session=") + 17; i + 2 < cookie.size(); ++i) {
    std::string changed = cookie;
    changed[i] = changed[i] == '0' ? '1' : '0';
    if (ask_as(changed, "GET /api/users").status != 401U) BOOST_ERROR("taken: " << changed);
  }
  for (const char* value : {"", "/", "//", "reader/9999999999/", "reader"}) {
    BOOST_TEST(ask_as("Cookie: penchant_session=" + std::string(value) + "\r\n", "GET /api/users").status == 401U,
               value);
  }
}

BOOST_AUTO_TEST_CASE(a_cookie_ends_with_its_token_and_with_the_server) {
  const std::string cookie = cookie_for("reader");
  const auto without = [this](const std::string& name) {
    std::vector<TokenEntry> left = entries;
    std::erase_if(left, [&](const TokenEntry& entry) { return entry.name == name; });
    return left;
  };
  runtime.tokens.take(without("reader"));
  BOOST_TEST(ask_as(cookie, "GET /api/users").status == 401U);
  runtime.tokens.take(entries);
  BOOST_TEST(ask_as(cookie, "GET /api/users").status == 200U);
  runtime.session_key = new_session_key();
  BOOST_TEST(ask_as(cookie, "GET /api/users").status == 401U);
}

BOOST_AUTO_TEST_CASE(without_tokens_everybody_is_an_admin) {
  runtime.tokens = {};
  BOOST_TEST(ask_as("", "GET /api/session").body == session_of("null", "admin", "null"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

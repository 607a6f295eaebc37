#include <array>

#include "net/http/http_replies.h"
#include "net/http/http_route.h"

namespace penchant {

// In a namespace of their own: they have plain names.
namespace http_table {
namespace {

using Kind = HttpParameter::Kind;
using Body = HttpRoute::Body;

constexpr HttpParameter user{"user_id", Kind::positional, "the user", "default"};
constexpr HttpParameter prompt{"prompt", Kind::positional, "the prompt"};
constexpr HttpParameter at{"at", Kind::time, "AT"};
constexpr HttpParameter family{"family", Kind::option, "FAMILY"};
constexpr HttpParameter among{"among", Kind::list, "AMONG"};
constexpr HttpParameter top{"top", Kind::option, "TOP"};
constexpr HttpParameter count{"count", Kind::option, "TOP"};
constexpr HttpParameter of_checkpoint{"checkpoint", Kind::option, "CHECKPOINT"};

// clang-format off: a parameter a line
constexpr std::array recommend{
    user, prompt, family, among, top, at,
    HttpParameter{"tier", Kind::option, "TIER"},
    HttpParameter{"policy", Kind::option, "POLICY"},
    HttpParameter{"scorer", Kind::option, "SCORER"},
    HttpParameter{"seed", Kind::option, "SEED"},
    HttpParameter{"peek", Kind::flag, "PEEK"},
};
constexpr std::array plan{
    user, prompt, family, among, at,
    HttpParameter{"count", Kind::required, "COUNT"},
    HttpParameter{"tier", Kind::option, "TIER"},
    HttpParameter{"policy", Kind::option, "POLICY"},
    HttpParameter{"scorer", Kind::option, "SCORER"},
    HttpParameter{"seed", Kind::option, "SEED"},
};
constexpr std::array loras{user, prompt, of_checkpoint, among, count, at};
constexpr std::array negatives{user, prompt, count, at};
constexpr std::array parameters{user, prompt, of_checkpoint, family, at};
constexpr HttpParameter scorer{"scorer", Kind::option, "SCORER"};
constexpr std::array explain{user, prompt, HttpParameter{"checkpoint", Kind::positional, "the checkpoint"}, scorer};
constexpr std::array score{user, prompt, HttpParameter{"checkpoint", Kind::counted, "the checkpoint"}, scorer};
constexpr std::array scores{user, HttpParameter{"prompts", Kind::counted, "the prompt"}, top, among, at};
constexpr std::array keywords{prompt};
constexpr std::array matrix{
    user, at,
    HttpParameter{"keywords", Kind::option, "KEYWORDS"},
    HttpParameter{"checkpoints", Kind::option, "CHECKPOINTS"},
};
constexpr std::array user_alone{user};
constexpr std::array history{
    user,
    HttpParameter{"checkpoint", Kind::option, "CHECKPOINT"},
    HttpParameter{"lora", Kind::option, "LORA"},
    HttpParameter{"keyword", Kind::option, "KEYWORD"},
    HttpParameter{"action", Kind::option, "VERDICT"},
    HttpParameter{"session_id", Kind::option, "SESSION"},
    HttpParameter{"since", Kind::time, "SINCE"},
    HttpParameter{"until", Kind::time, "UNTIL"},
    HttpParameter{"limit", Kind::option, "LIMIT"},
    HttpParameter{"cursor", Kind::option, "CURSOR"},
    HttpParameter{"", Kind::always, "JSON"},
};
constexpr std::array decision{HttpParameter{"decision_id", Kind::positional, "the decision"}};
constexpr HttpParameter pool_family{"family", Kind::positional, "the family"};
constexpr HttpParameter pool_tier{"tier", Kind::positional, "the tier"};
constexpr std::array pool{pool_family, pool_tier};
constexpr std::array pool_set{pool_family, pool_tier,
                              HttpParameter{"checkpoints", Kind::many, "the checkpoint"}};
constexpr HttpParameter user_in_path{"user_id", Kind::positional, "the user"};
constexpr std::array named_user{user_in_path};
constexpr std::array sharing{user_in_path, HttpParameter{"share", Kind::on_off, "ON or OFF"}};
// clang-format on

constexpr std::uint8_t question = HttpRoute::get | HttpRoute::post;

constexpr std::array table{
    HttpRoute{question, "/api/preferences/recommend-checkpoint", "RECOMMEND", recommend, http_replies::recommendation},
    HttpRoute{question, "/api/preferences/recommend/checkpoint", "RECOMMEND", recommend, http_replies::recommendation},
    HttpRoute{HttpRoute::post, "/api/preferences/plan", "PLAN", plan, http_replies::plan},
    HttpRoute{question, "/api/preferences/recommend-loras", "LORAS", loras, http_replies::loras},
    HttpRoute{question, "/api/preferences/recommend/loras", "LORAS", loras, http_replies::loras},
    HttpRoute{question, "/api/preferences/recommend-parameters", "PARAMS", parameters, http_replies::parameters},
    HttpRoute{question, "/api/preferences/recommend/parameters", "PARAMS", parameters, http_replies::parameters},
    HttpRoute{question, "/api/preferences/recommend-negatives", "NEGATIVES", negatives, http_replies::negatives},
    HttpRoute{question, "/api/preferences/recommend/negatives", "NEGATIVES", negatives, http_replies::negatives},
    HttpRoute{question, "/api/preferences/explain", "EXPLAIN", explain, http_replies::explanation},
    HttpRoute{question, "/api/preferences/score", "SCORE", score, http_replies::scores_asked},
    HttpRoute{HttpRoute::post, "/api/preferences/scores", "SCORES", scores, http_replies::checkpoints},
    HttpRoute{question, "/api/preferences/keywords", "KEYWORDS", keywords, http_replies::keywords},
    HttpRoute{HttpRoute::get, "/api/preferences/matrix", "MATRIX", matrix, http_replies::matrix},
    HttpRoute{HttpRoute::get, "/api/preferences/stats", "STATS", user_alone, http_replies::checkpoints},
    HttpRoute{HttpRoute::get, "/api/preferences/records", "HISTORY", history, http_replies::history},
    HttpRoute{HttpRoute::post, "/api/preferences/records", "RECORDS", {}, http_replies::as_it_is, Body::records},
    HttpRoute{HttpRoute::post, "/api/preferences/reject-all", "RECORDS", {}, http_replies::as_it_is, Body::reject_all},
    HttpRoute{HttpRoute::post, "/api/preferences/decisions/{decision_id}/verdict", "JUDGE", decision,
              http_replies::recorded, Body::verdict},
    HttpRoute{HttpRoute::get, "/api/preferences/export", "EXPORT", user_alone, nullptr},
    HttpRoute{HttpRoute::post, "/api/preferences/import", "IMPORT", {}, nullptr, Body::file},
    HttpRoute{HttpRoute::get, "/api/pools", "POOL LIST", {}, http_replies::pools},
    HttpRoute{HttpRoute::get, "/api/pools/{family}/{tier}", "POOL GET", pool, http_replies::pool},
    HttpRoute{HttpRoute::put, "/api/pools/{family}/{tier}", "POOL SET", pool_set, http_replies::pool_set},
    HttpRoute{HttpRoute::erase, "/api/pools/{family}/{tier}", "POOL DEL", pool, http_replies::pool_deleted},
    HttpRoute{HttpRoute::get, "/api/users", "USERS", {}, http_replies::users},
    HttpRoute{HttpRoute::put, "/api/users/{user_id}/sharing", "SHARE", sharing, http_replies::shared},
    HttpRoute{HttpRoute::erase, "/api/users/{user_id}", "FORGET", named_user, http_replies::forgotten},
    HttpRoute{HttpRoute::get, "/api/server", "INFO everything", {}, http_replies::server},
    HttpRoute{HttpRoute::get, "/metrics", "METRICS", {}, http_replies::metrics},
};

}  // namespace
}  // namespace http_table

namespace {

constexpr std::array method_names{
    std::pair{HttpRoute::get, "GET, HEAD"},
    std::pair{HttpRoute::post, "POST"},
    std::pair{HttpRoute::put, "PUT"},
    std::pair{HttpRoute::erase, "DELETE"},
};

/// Whether the path is this row's; then `in_path` has the values of its names.
bool matches(std::string_view pattern, std::span<const std::string> segments, std::vector<std::string>& in_path) {
  in_path.clear();
  for (const std::string& segment : segments) {
    if (pattern.empty()) return false;
    pattern.remove_prefix(1);  // the slash
    const std::string_view part = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(part.size());
    if (part.starts_with('{') && !segment.empty()) {
      in_path.push_back(segment);
    } else if (part != segment) {
      return false;
    }
  }
  return pattern.empty();
}

}  // namespace

std::span<const HttpRoute> all_http_routes() { return http_table::table; }

bool HttpRoute::takes(HttpMethod method) const {
  switch (method) {
    case HttpMethod::get:
    case HttpMethod::head: return (methods & get) != 0;
    case HttpMethod::post: return (methods & post) != 0;
    case HttpMethod::put: return (methods & put) != 0;
    case HttpMethod::erase: return (methods & erase) != 0;
    case HttpMethod::other: break;
  }
  return false;
}

FoundRoute find_http_route(HttpMethod method, std::span<const std::string> segments) {
  FoundRoute found;
  std::vector<std::string> in_path;
  for (const HttpRoute& route : http_table::table) {
    if (!matches(route.path, segments, in_path)) continue;
    found.methods |= route.methods;
    if (!found.route && route.takes(method)) {
      found.route = &route;
      found.in_path = in_path;
    }
  }
  return found;
}

std::string methods_text(std::uint8_t methods) {
  std::string text;
  for (const auto& [method, name] : method_names) {
    if ((methods & method) != 0) text.append(text.empty() ? "" : ", ").append(name);
  }
  return text;
}

}  // namespace penchant

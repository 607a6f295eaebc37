#include "net/http/http_wire.h"

#include "net/http/http_page.h"
#include "tests/net/http/http_fixture.h"

namespace penchant::test {
namespace {

/// What is wrong, as {"error":…,"field":…} tells it.
std::string field_of(const Answer& answer) {
  BOOST_TEST(answer.body.starts_with("{\"error\":\""), answer);
  const std::size_t at = answer.body.rfind("\"field\":");
  BOOST_REQUIRE(at != std::string::npos);
  return answer.body.substr(at + 8, answer.body.size() - at - 9);
}

struct Acquainted : HttpTalk {
  Acquainted() {
    connect();
    kept("ann", "A", "ink cat", 3);
    rejected("ann", "B", "ink cat", 1);
    connect(WireKind::http);
  }
};

BOOST_AUTO_TEST_SUITE(http_wire)

BOOST_FIXTURE_TEST_CASE(a_question_is_asked_by_query_or_by_body, Acquainted) {
  const Answer by_query = get("/api/preferences/score?user_id=ann&prompt=ink+cat&checkpoint=A&checkpoint=B");
  BOOST_TEST(by_query.status == 200U);
  BOOST_TEST(by_query.body.starts_with(R"([{"checkpoint":"A","score":0.6)"), by_query);
  const Answer by_body =
      post("/api/preferences/score", R"({"user_id":"ann","prompt":"ink cat","checkpoint":["A","B"]})");
  BOOST_TEST(by_body.body == by_query.body);
}

BOOST_FIXTURE_TEST_CASE(a_recommendation_names_its_decision, Acquainted) {
  const Answer told = get("/api/preferences/recommend-checkpoint?user_id=ann&prompt=ink+cat");
  BOOST_TEST(told.body.starts_with(R"({"decision_id":")"), told);
  const std::string id = told.body.substr(16, told.body.find('"', 16) - 16);
  const Answer judged =
      post("/api/preferences/decisions/" + id + "/verdict",
           R"({"checkpoint":"A","action":"selected","id":"i","loras":[{"name":"wash","strength_clip":0.5}]})");
  BOOST_TEST(judged.body == R"({"recorded":1,"duplicates":0})");
  const Answer again =
      post("/api/preferences/decisions/" + id + "/verdict", R"({"checkpoint":"A","action":"selected","id":"i"})");
  BOOST_TEST(again.body == R"({"recorded":0,"duplicates":1})");
  const Answer records = get("/api/preferences/records?user_id=ann&limit=1");
  BOOST_TEST(
      records.body.find(R"("loras":[{"name":"wash","strength_model":1,"strength_clip":0.5}])") != std::string::npos,
      records);
}

BOOST_FIXTURE_TEST_CASE(records_come_alone_or_together, HttpTalk) {
  const std::string one = R"({"user_id":"ann","prompt":"ink","checkpoint":"A","action":"selected"})";
  BOOST_TEST(post("/api/preferences/records", one).body == R"({"recorded":1,"duplicates":0})");
  BOOST_TEST(post("/api/preferences/records", "[" + one + "," + one + "]").body == R"({"recorded":2,"duplicates":0})");
  const std::string named = R"({"id":"i","checkpoint":"A","action":"neutral"})";
  BOOST_TEST(post("/api/preferences/records", "[" + named + "," + named + "]").body ==
             R"({"recorded":1,"duplicates":1})");
  BOOST_TEST(get("/api/users").body == R"([{"user_id":"ann"},{"user_id":"default"}])");
}

BOOST_FIXTURE_TEST_CASE(what_a_shadow_would_have_chosen_comes_in_and_goes_out, HttpTalk) {
  const auto record = [](const std::string& shadow) {
    return R"({"checkpoint":"A","action":"selected","shadow_checkpoint":")" + shadow + "\"}";
  };
  BOOST_TEST(post("/api/preferences/records", record("B")).status == 200U);
  const Answer told = get("/api/preferences/records");
  BOOST_TEST(told.body.find(R"("shadow_checkpoint":"B"})") != std::string::npos, told);
  for (const std::string& wrong : {std::string("models/"), std::string(1025, 'x')}) {
    BOOST_TEST(field_of(post("/api/preferences/records", record(wrong))) == R"("shadow_checkpoint")");
  }
}

BOOST_FIXTURE_TEST_CASE(one_bad_record_and_none_is_recorded, HttpTalk) {
  const Answer refused = post("/api/preferences/records",
                              R"([{"checkpoint":"A","action":"selected"},{"checkpoint":"A","action":"loved"}])");
  BOOST_TEST(refused.status == 400U);
  BOOST_TEST(refused.body ==
             R"({"error":"records[1]: action must be selected, rejected or neutral","field":"records[1].action"})");
  BOOST_TEST(get("/api/users").body == "[]");
}

BOOST_FIXTURE_TEST_CASE(a_reject_all_rejects_each_generation, HttpTalk) {
  const Answer rejected_all =
      post("/api/preferences/reject-all", R"({"user_id":"ann","prompt":"ink","id":"r","generations":[
      {"checkpoint":"A","generation_id":"g","loras":["wash"]},{"checkpoint":"B"}]})");
  BOOST_TEST(rejected_all.body == R"({"recorded":2,"duplicates":0})");
  const Answer told = get("/api/preferences/records?user_id=ann");
  BOOST_TEST(told.body.find(R"({"id":"r:2",)") != std::string::npos, told);
  BOOST_TEST(told.body.find(R"("generation_id":"g")") != std::string::npos, told);
  BOOST_TEST(field_of(post("/api/preferences/reject-all", R"({"prompt":"ink"})")) == R"("generations")");
}

BOOST_FIXTURE_TEST_CASE(pools_and_users_have_paths, Acquainted) {
  BOOST_TEST(request("PUT", "/api/pools/sd%2Fxl/draft", R"({"checkpoints":["A","B"]})").body ==
             R"({"family":"sd/xl","tier":"draft","checkpoints":["A","B"]})");
  BOOST_TEST(get("/api/pools").body == R"([{"family":"sd/xl","tier":"draft","checkpoints":["A","B"]}])");
  BOOST_TEST(request("DELETE", "/api/pools/sd%2Fxl/draft").body == R"({"deleted":true})");
  BOOST_TEST(get("/api/pools/sd%2Fxl/draft").status == 404U);
  BOOST_TEST(request("PUT", "/api/users/ann/sharing", R"({"share":true})").body == R"({"share":true})");
  BOOST_TEST(request("DELETE", "/api/users/ann").body == R"({"deleted":4})");
}

BOOST_FIXTURE_TEST_CASE(what_is_wrong_is_told_with_its_field, Acquainted) {
  const std::string recommend = "/api/preferences/recommend-checkpoint?user_id=ann";
  const std::array wrong{
      std::pair{recommend, R"("prompt")"},
      std::pair{recommend + "&prompt=ink&top=0", R"("top")"},
      std::pair{recommend + "&prompt=ink&prompt=owl", R"("prompt")"},
      std::pair{recommend + "&prompt=ink&tier=best", R"("tier")"},
      std::pair{recommend + "&prompt=ink&at=tomorrow", R"("at")"},
      std::pair{recommend + "&prompt=ink&among=", R"("among")"},
      std::pair{recommend + "&prompt=ink&colour=red", R"("colour")"},
      std::pair{recommend + "&prompt=%FF", R"("prompt")"},
      std::pair{recommend + "&%FF=1", R"("?")"},
      std::pair{std::string("/api/preferences/explain?prompt=ink"), R"("checkpoint")"},
      std::pair{std::string("/api/preferences/records?limit=0"), R"("limit")"},
  };
  for (const auto& [target, field] : wrong) {
    const Answer refused = get(target);
    BOOST_TEST(refused.status == 400U, target << ": " << refused);
    BOOST_TEST(field_of(refused) == field, target << ": " << refused);
  }
}

BOOST_FIXTURE_TEST_CASE(bodies_are_json_of_parameters, Acquainted) {
  const std::string path = "/api/preferences/recommend-checkpoint";
  BOOST_TEST(request("POST", path, "{}", "Content-Type: text/plain\r\n").status == 415U);
  BOOST_TEST(request("POST", path, "a=b", "Content-Type: application/x-www-form-urlencoded\r\n").status == 415U);
  for (const char* body : {"{", "[1]", "\"text\"", R"({"prompt":{"a":1}})", R"({"prompt":["ink"]})", "{}{}"}) {
    BOOST_TEST(post(path, body).status == 400U, body);
  }
}

BOOST_FIXTURE_TEST_CASE(paths_and_methods_that_there_are_not, HttpTalk) {
  BOOST_TEST(get("/api/nothing").status == 404U);
  BOOST_TEST(get("/api/users/").status == 404U);
  const Answer refused = request("PATCH", "/api/pools/a/draft");
  BOOST_TEST(refused.status == 405U);
  BOOST_TEST(refused.head.find("Allow: GET, HEAD, PUT, DELETE\r\n") != std::string::npos, refused.head);
  BOOST_TEST(request("POST", "/healthz").status == 405U);
}

BOOST_FIXTURE_TEST_CASE(a_decision_that_is_unknown_is_not_found, HttpTalk) {
  const Answer refused = post("/api/preferences/decisions/none/verdict", R"({"checkpoint":"A","action":"selected"})");
  BOOST_TEST(refused.status == 404U);
}

BOOST_FIXTURE_TEST_CASE(head_tells_what_get_would, Acquainted) {
  const Answer got = get("/api/users");
  const Answer head = request("HEAD", "/api/users");
  BOOST_TEST(head.status == 200U);
  BOOST_TEST(head.head.find("Content-Length: " + std::to_string(got.body.size())) != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(pipelined_requests_are_answered_in_order_however_they_are_cut, Acquainted) {
  const std::string bytes = http_request("GET", "/api/preferences/keywords?prompt=ink") +
                            http_request("GET", "/healthz") + http_request("GET", "/nothing") +
                            http_request("POST", "/api/preferences/keywords", R"({"prompt":"owl"})");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    std::string answers = send(bytes.substr(0, cut));
    answers += send(bytes.substr(cut));
    BOOST_TEST(take_answer(answers).body == R"([{"keyword":"ink"}])");
    BOOST_TEST(take_answer(answers).body == "ok\n");
    BOOST_TEST(take_answer(answers).status == 404U);
    BOOST_TEST(take_answer(answers).body == R"([{"keyword":"owl"}])");
    BOOST_TEST(answers == "");
  }
}

BOOST_FIXTURE_TEST_CASE(more_requests_than_may_be_under_way_are_all_answered, HttpTalk) {
  std::string bytes;
  for (std::size_t i = 0; i <= http_pipelined_max; ++i) bytes += http_request("GET", "/healthz");
  std::string answers = send(bytes);
  for (std::size_t i = 0; i <= http_pipelined_max; ++i) BOOST_TEST(take_answer(answers).status == 200U);
  BOOST_TEST(answers == "");
}

BOOST_FIXTURE_TEST_CASE(a_connection_ends_when_the_client_says_so, HttpTalk) {
  std::string answers =
      send(http_request("GET", "/healthz", {}, "Connection: close\r\n") + http_request("GET", "/healthz"));
  BOOST_TEST(take_answer(answers).head.find("Connection: close\r\n") != std::string::npos);
  BOOST_TEST(answers == "");
  BOOST_TEST(closed());
}

BOOST_FIXTURE_TEST_CASE(what_is_no_http_is_answered_and_the_connection_ends, HttpTalk) {
  std::string answers = send("*1\r\n$4\r\nPING\r\n\r\n");
  BOOST_TEST(take_answer(answers).status == 400U);
  BOOST_TEST(closed());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_waits_for_a_word_gets_it, HttpTalk) {
  const std::string fields = "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 16\r\n";
  BOOST_TEST(send(http_request("POST", "/api/preferences/keywords", {}, fields)) == "HTTP/1.1 100 Continue\r\n\r\n");
  std::string answers = send(R"({"prompt":"ink"})");
  BOOST_TEST(take_answer(answers).body == R"([{"keyword":"ink"}])");
}

BOOST_FIXTURE_TEST_CASE(what_could_not_be_written_is_unavailable, HttpTalk) {
  files.fail_in(1);
  const Answer refused = post("/api/preferences/records", R"({"checkpoint":"A","action":"selected"})");
  BOOST_TEST(refused.status == 503U, refused);
}

BOOST_FIXTURE_TEST_CASE(an_answer_of_too_many_values_is_refused_and_ends_the_connection, HttpTalk) {
  std::string records;
  for (int i = 0; i < 300; ++i) {
    records +=
        (i > 0 ? "," : "") + std::string(R"({"action":"selected","checkpoint":"c)") + std::to_string(i) + R"("})";
  }
  BOOST_TEST(post("/api/preferences/records", "[" + records + "]").status == 200U);
  std::string prompts;
  for (int i = 0; i < 1024; ++i) prompts += i > 0 ? ",\"p\"" : "\"p\"";
  const auto ask_for = [&](int top) {
    return post("/api/preferences/scores", "{\"prompts\":[" + prompts + "],\"top\":" + std::to_string(top) + "}");
  };
  BOOST_TEST(ask_for(250).status == 200U);
  BOOST_TEST(ask_for(260).status == 400U);
  BOOST_TEST(closed());
}

BOOST_FIXTURE_TEST_CASE(web_pages_of_others_get_nothing, Acquainted) {
  const auto status = [this](const std::string& fields) {
    std::string answers = send("GET /api/users HTTP/1.1\r\n" + fields + "\r\n");
    return take_answer(answers).status;
  };
  for (const std::string host : {"localhost", "LOCALHOST:7380", "127.0.0.1:1", "[::1]:7380", "10.0.0.1"}) {
    BOOST_TEST(status("Host: " + host + "\r\n") == 200U, host);
    BOOST_TEST(status("Host: " + host + "\r\nOrigin: http://" + host + "\r\n") == 200U, host);
  }
  for (const std::string host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1"}) {
    BOOST_TEST(status("Host: " + host + "\r\n") == 403U, host);
  }
  BOOST_TEST(status("Host: localhost\r\nHost: localhost\r\n") == 400U);
  BOOST_TEST(status("X: y\r\n") == 400U);
  for (const std::string origin : {"http://evil.example", "null", "http://localhost:1", "https://localhost:7380"}) {
    BOOST_TEST(status("Host: localhost\r\nOrigin: " + origin + "\r\n") == 403U, origin);
  }
  BOOST_TEST(status("Host: localhost\r\nSec-Fetch-Site: cross-site\r\n") == 403U);
  BOOST_TEST(status("Host: localhost\r\nSec-Fetch-Site: same-origin\r\n") == 200U);
  runtime.http_hosts = {"Penchant.lan"};
  BOOST_TEST(status("Host: Penchant.LAN:7380\r\n") == 200U);
}

BOOST_AUTO_TEST_CASE(every_route_has_a_command_and_a_path_of_its_own) {
  for (const HttpRoute& route : all_http_routes()) {
    BOOST_TEST(find_command(route.command.substr(0, route.command.find(' '))) != nullptr, route.command);
    BOOST_TEST(std::ranges::count_if(all_http_routes(),
                                     [&](const HttpRoute& other) {
                                       return other.path == route.path && (other.methods & route.methods) != 0;
                                     }) == 1,
               route.path);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

// HttpTalk: one client's conversation over HTTP with a server that has no socket.
//
//   HttpTalk talk;
//   BOOST_TEST(talk.post("/api/preferences/records", R"({"checkpoint":"A","action":"selected"})").status == 200);
//   BOOST_TEST(talk.get("/api/users").body == R"([{"user_id":"default"}])");
#pragma once

#include <string>
#include <string_view>

#include "tests/net/connection_fixture.h"

namespace penchant::test {

struct Answer {
  unsigned status = 0;
  std::string head;
  std::string body;
  bool operator==(const Answer&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << answer.status << " " << answer.body;
}

/// The answer at the beginning of `bytes`, which is taken from them. `is_head`: it has no body.
inline Answer take_answer(std::string& bytes, bool is_head = false) {
  Answer answer;
  const std::size_t end = bytes.find("\r\n\r\n");
  BOOST_REQUIRE_MESSAGE(bytes.starts_with("HTTP/1.1 ") && end != std::string::npos, bytes << " is no HTTP answer");
  answer.status = static_cast<unsigned>(std::stoul(bytes.substr(9, 3)));
  answer.head = bytes.substr(0, end + 4);
  const std::size_t length_at = answer.head.find("Content-Length: ");
  const std::size_t length = length_at == std::string::npos ? 0 : std::stoul(answer.head.substr(length_at + 16));
  answer.body = is_head ? "" : bytes.substr(end + 4, length);
  BOOST_REQUIRE(is_head || answer.body.size() == length);
  bytes.erase(0, end + 4 + answer.body.size());
  return answer;
}

inline std::string http_request(std::string_view method, std::string_view target, std::string_view body = {},
                                std::string_view fields = "Content-Type: application/json\r\n") {
  std::string text = std::string(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  text.append(fields);
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text.append("\r\n").append(body);
}

class HttpTalk : public Talk {
 public:
  HttpTalk() { connect(WireKind::http); }

  Answer request(std::string_view method, std::string_view target, std::string_view body = {},
                 std::string_view fields = "Content-Type: application/json\r\n") {
    std::string bytes = send(http_request(method, target, body, fields));
    Answer answer = take_answer(bytes, method == "HEAD");
    BOOST_TEST(bytes == "");
    return answer;
  }
  Answer get(std::string_view target) { return request("GET", target); }
  Answer post(std::string_view target, std::string_view body) { return request("POST", target, body); }
  /// What is said over the line protocol, by a client of its own.
  Reply said(const std::string& line) {
    connect();
    const Reply reply = ask(line);
    connect(WireKind::http);
    return reply;
  }
};

}  // namespace penchant::test

#include "net/http/http_parser.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace penchant::test {
namespace {

const std::string with_body =
    "POST /a?b=c HTTP/1.1\r\nHost: localhost:1\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n[12]";
const std::string chunked =
    "PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";

/// The status after the bytes came in pieces that end at `cut`.
HttpParser::Status parse_cut(HttpParser& parser, const std::string& bytes, std::size_t cut) {
  auto status = parser.parse(std::string_view(bytes).substr(0, cut));
  if (status == HttpParser::Status::head) status = parser.parse(std::string_view(bytes).substr(0, cut));
  if (status == HttpParser::Status::need_more) status = parser.parse(bytes);
  return status == HttpParser::Status::head ? parser.parse(bytes) : status;
}

std::string head_of(std::size_t bytes) {
  std::string head = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
  head.append(bytes - head.size() - 4, 'a');
  return head + "\r\n\r\n";
}

/// When its head, if it is seen alone, has been passed.
HttpParser::Status parse_whole(HttpParser& parser, const std::string& bytes) {
  return parse_cut(parser, bytes, bytes.size());
}

unsigned refused(const std::string& bytes) {
  HttpParser parser;
  BOOST_TEST((parse_whole(parser, bytes) == HttpParser::Status::error), bytes.substr(0, 100));
  BOOST_TEST(!parser.error().empty());
  BOOST_TEST((parser.parse(bytes) == HttpParser::Status::error));  // for good
  return parser.error_status();
}

BOOST_AUTO_TEST_SUITE(http_parser)

BOOST_AUTO_TEST_CASE(a_request_is_the_same_however_it_is_cut) {
  for (const std::string& bytes : {with_body, chunked}) {
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      HttpParser parser;
      BOOST_TEST((parse_cut(parser, bytes, cut) == HttpParser::Status::request), "cut at " << cut);
      BOOST_TEST(parser.request().body == (bytes == with_body ? "[12]" : "abcde"));
      BOOST_TEST(parser.request().target == (bytes == with_body ? "/a?b=c" : "/a"));
      BOOST_TEST(parser.take() == bytes.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(requests_follow_each_other) {
  HttpParser parser;
  std::string bytes = with_body + chunked;
  BOOST_TEST((parse_whole(parser, bytes) == HttpParser::Status::request));
  BOOST_TEST((parser.request().method == HttpMethod::post));
  bytes.erase(0, parser.take());
  BOOST_TEST((parse_whole(parser, bytes) == HttpParser::Status::request));
  BOOST_TEST((parser.request().method == HttpMethod::put));
  BOOST_TEST(parser.take() == bytes.size());
}

BOOST_AUTO_TEST_CASE(the_head_has_a_bound) {
  HttpParser parser;
  BOOST_TEST((parser.parse(head_of(http_head_bytes_max)) == HttpParser::Status::request));
  BOOST_TEST(refused(head_of(http_head_bytes_max + 1)) == 431U);
  BOOST_TEST(refused(std::string(http_head_bytes_max + 1, 'a')) == 431U);
}

BOOST_AUTO_TEST_CASE(the_body_has_a_bound_before_it_has_come) {
  const auto head = [](std::size_t bytes) {
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
  };
  HttpParser parser;
  BOOST_TEST((parse_whole(parser, head(http_body_bytes_max)) == HttpParser::Status::need_more));
  BOOST_TEST(refused(head(http_body_bytes_max + 1)) == 413U);
  std::string chunks = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n400001\r\n";
  BOOST_TEST(refused(chunks.append(http_body_bytes_max + 1, 'a')) == 413U);
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused) {
  for (const std::string bytes :
       {"\r\nx", "PING\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/3.0\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", "*1\r\n$4\r\nPING\r\n\r\n"}) {
    BOOST_TEST(refused(bytes) == 400U, bytes);
  }
}

BOOST_AUTO_TEST_CASE(the_head_is_seen_before_the_body) {
  HttpParser parser;
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  BOOST_TEST((parser.parse(head) == HttpParser::Status::head));
  BOOST_TEST(parser.request().wants_continue);
  BOOST_TEST((parser.parse(head) == HttpParser::Status::need_more));
  BOOST_TEST((parser.parse(head + "{}") == HttpParser::Status::request));
}

BOOST_AUTO_TEST_CASE(a_body_may_be_taken_as_it_comes) {
  for (const std::string& bytes : {with_body, chunked}) {
    HttpParser parser;
    std::string input;
    std::string body;
    auto status = HttpParser::Status::need_more;
    for (const char c : bytes) {
      input += c;
      while ((status = parser.parse(input)) == HttpParser::Status::head) continue;
      body += parser.take_body();
      input.erase(0, parser.take_input());
    }
    BOOST_TEST((status == HttpParser::Status::request));
    BOOST_TEST(body == (bytes == with_body ? "[12]" : "abcde"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

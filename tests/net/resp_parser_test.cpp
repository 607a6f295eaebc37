#include "net/resp_parser.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "net/limits.h"
#include "tests/net/resp_header.h"

namespace penchant {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using Status = RequestParser::Status;
using Words = std::vector<std::string>;

// What a parser made of the bytes it was fed.
struct Parsed {
  std::vector<Words> requests;
  std::string error;
  std::size_t left = 0;  // bytes of a request that is not whole yet

  bool operator==(const Parsed&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Parsed& outcome) {
  for (const Words& words : outcome.requests) {
    for (const std::string& word : words) out << '[' << word << ']';
    out << "; ";
  }
  return out << "error '" << outcome.error << "', " << outcome.left << " bytes left";
}

// Feeds a parser as a session does. Each call sees a new copy of exactly the bytes left, so that a view or
// pointer kept from an earlier call, or a byte read behind the end, is found by AddressSanitizer.
class Feeder {
 public:
  void feed(std::string_view bytes) {
    buffer_ += bytes;
    while (outcome_.error.empty() && step()) {
    }
    outcome_.left = outcome_.error.empty() ? buffer_.size() : 0;
  }
  const Parsed& outcome() const { return outcome_; }

 private:
  bool step() {
    const auto copy = std::make_unique<char[]>(buffer_.size());
    buffer_.copy(copy.get(), buffer_.size());
    const Status status = parser_.parse({copy.get(), buffer_.size()});
    if (status == Status::error) outcome_.error = parser_.error();
    if (status != Status::request) return false;
    outcome_.requests.emplace_back(parser_.arguments().begin(), parser_.arguments().end());
    buffer_.erase(0, parser_.consumed());
    return true;
  }

  RequestParser parser_;
  std::string buffer_;
  Parsed outcome_;
};

Parsed parse(std::string_view bytes) {
  Feeder feeder;
  feeder.feed(bytes);
  return feeder.outcome();
}

Parsed parse_split(std::string_view bytes, std::size_t at) {
  Feeder feeder;
  feeder.feed(bytes.substr(0, at));
  feeder.feed(bytes.substr(at));
  return feeder.outcome();
}

Parsed parse_bytewise(std::string_view bytes) {
  Feeder feeder;
  for (const char& byte : bytes) feeder.feed({&byte, 1});
  return feeder.outcome();
}

Parsed requests(std::vector<Words> words) { return {std::move(words), "", 0}; }
Parsed request(Words words) { return requests({std::move(words)}); }
Parsed unfinished(std::string_view bytes) { return {{}, "", bytes.size()}; }
Parsed error(std::string sentence) { return {{}, "Protocol error: " + std::move(sentence), 0}; }

std::string bulk(std::string_view text) { return header('$', text.size()).append(text) + "\r\n"; }

const Parsed invalid_count = error("invalid multibulk length: at most 65536 arguments");
const Parsed invalid_size = error("invalid bulk length: an argument has at most 8388608 bytes");
const Parsed unbalanced = error("unbalanced quotes in request");
const Parsed http = error("this is HTTP, which has a port of its own");
const Parsed too_big = error("too big request: at most 16777216 bytes");

// Requests and rejects of every kind, and pipelines of them.
const std::vector<std::string> samples = {
    "*1\r\n$4\r\nPING\r\n",
    "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n",
    "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n",
    "*2\r\n$4\r\nECHO\r\n$12\r\nhello\r\nworld\r\n",
    "*1\r\n$3\r\na\0b\r\n"s,
    "*2\r\n$9\r\nKEYWORDS!\r\n$7\r\n\xE6\x97\xA5\xE6\x9C\xAC!\r\n",
    "*0\r\n",
    "*-1\r\n",
    "*-9223372036854775808\r\n",
    "\r\n",
    "\n",
    "   \t \r\n",
    "PING\r\n",
    "PING\n",
    "  SCORE  default\tportrait \r\n",
    "ECHO \"hello world\"\r\n",
    "ECHO \"\\x41\\x7a\\xZZ\\n\\r\\t\\b\\a\\\"\\\\\\q\"\n",
    "ECHO 'it''s'\r\n",
    "ECHO 'it\\'s \\n'\r\n",
    "a\"b c\" d'e f' ''\n",
    "ECHO \"\"\r\n",
    "ECHO \"open\r\n",
    "ECHO \"a\"b\r\n",
    "ECHO 'a'b\r\n",
    "GET / HTTP/1.1\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /x HTTP/1.1\r\nContent-Length: 3\r\n",
    "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n",
    "PING\r\n*1\r\n$4\r\nPING\r\nPING\n\n*0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n",
    "*2\r\n$1\r\na\r\n$1\r\nb\r\n*2\r\n$1\r\nc\r\n",
    "*1\r\n$4\r\nPING\r\n*x\r\n",
    "*\r\n",
    "*01\r\n$1\r\na\r\n",
    "*+1\r\n$1\r\na\r\n",
    "*-0\r\n",
    "*1\n$4\nPING\n",
    "*1\r$1\r\na\r\n",
    "*65537\r\n",
    "*99999999999999999999999999\r\n",
    "*1\r\nPING\r\n",
    "*1\r\n\r\n",
    "*1\r\n$-1\r\n",
    "*1\r\n$\r\n\r\n",
    "*1\r\n$8388609\r\n",
    "*1\r\n$1x\r\na\r\n",
    "*1\r\n$4\r\nPINGS\r\n",
    "*1\r\n$4\r\nPING\n\r",
    "*1\r\n$4\r\nPIN",
    "*12",
    "half a line",
};

BOOST_AUTO_TEST_SUITE(resp_parser)

BOOST_AUTO_TEST_CASE(an_array_of_bulk_strings_is_a_request) {
  BOOST_TEST(parse("*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n") == request({"ECHO", "hello"}));
  BOOST_TEST(parse("*1\r\n$12\r\nhello\r\nworld\r\n") == request({"hello\r\nworld"}));
  BOOST_TEST(parse("*1\r\n$0\r\n\r\n") == request({""}));
  BOOST_TEST(parse("*1\r\n$3\r\n\0\xFF\n\r\n"sv) == request({"\0\xFF\n"s}));
}

BOOST_AUTO_TEST_CASE(a_request_cut_anywhere_is_unfinished) {
  const std::string whole = "*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    BOOST_TEST(parse(whole.substr(0, size)) == unfinished(whole.substr(0, size)));
  }
}

BOOST_AUTO_TEST_CASE(consumed_counts_the_bytes_of_the_request_alone) {
  RequestParser parser;
  BOOST_TEST((parser.parse("*1\r\n$4\r\nPING\r\nECHO x\r\n") == Status::request));
  BOOST_TEST(parser.consumed() == 14u);
  BOOST_TEST((parser.parse("ECHO x\r\n") == Status::request));
  BOOST_TEST(parser.consumed() == 8u);
}

BOOST_AUTO_TEST_CASE(arguments_of_an_array_are_views_into_the_input) {
  const std::string_view input = "*1\r\n$4\r\nPING\r\n";
  RequestParser parser;
  BOOST_TEST((parser.parse(input) == Status::request));
  BOOST_TEST(static_cast<const void*>(parser.arguments()[0].data()) ==
             static_cast<const void*>(input.data() + 8));
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_parsed_one_by_one) {
  BOOST_TEST(parse("*1\r\n$4\r\nPING\r\nPING a\n*0\r\n\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n") ==
             requests({{"PING"}, {"PING", "a"}, {}, {}, {"a", "b"}}));
}

BOOST_AUTO_TEST_CASE(requests_split_at_every_byte_are_the_same_requests) {
  for (const std::string& sample : samples) {
    const Parsed whole = parse(sample);
    for (std::size_t at = 0; at <= sample.size(); ++at) {
      BOOST_TEST(parse_split(sample, at) == whole, sample << " at " << at << ": " << parse_split(sample, at));
    }
  }
}

BOOST_AUTO_TEST_CASE(requests_that_come_byte_by_byte_are_the_same_requests) {
  for (const std::string& sample : samples) BOOST_TEST(parse_bytewise(sample) == parse(sample));
}

BOOST_AUTO_TEST_CASE(empty_arrays_and_lines_have_no_arguments) {
  for (const char* bytes : {"*0\r\n", "*-1\r\n", "*-10\r\n", "\r\n", "\n", "  \t\r\n", "\v\f\n"}) {
    BOOST_TEST(parse(bytes) == request({}), bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_line_is_split_at_blanks) {
  BOOST_TEST(parse("PING\r\n") == request({"PING"}));
  BOOST_TEST(parse("PING\n") == request({"PING"}));
  BOOST_TEST(parse(" \v a\t b  c\r d \r\n") == request({"a", "b", "c", "d"}));
  BOOST_TEST(parse("a\vb\0c\n"sv) == request({"a\vb\0c"s}));
}

BOOST_AUTO_TEST_CASE(double_quotes_know_escapes) {
  BOOST_TEST(parse("a \"b c\" \"\"\n") == request({"a", "b c", ""}));
  BOOST_TEST(parse(R"("\x41\x7A\n\r\t\b\a\"\\\q'")"
                   "\n") == request({"Az\n\r\t\b\a\"\\q'"}));
  BOOST_TEST(parse("\"\\x00\\xff\"\n") == request({"\0\xFF"s}));
}

BOOST_AUTO_TEST_CASE(an_incomplete_hex_escape_is_text) {
  BOOST_TEST(parse("\"\\xZZ\" \"\\x4\" \"\\x\"\n") == request({"xZZ", "x4", "x"}));
}

BOOST_AUTO_TEST_CASE(single_quotes_know_the_single_quote_alone) {
  BOOST_TEST(parse("'it\\'s' '\\n \"x\" \\\\ '\n") == request({"it's", "\\n \"x\" \\\\ "}));
}

BOOST_AUTO_TEST_CASE(quotes_may_begin_within_a_word_and_end_it) {
  BOOST_TEST(parse("ab\"c d\" e'f g'\n") == request({"abc d", "ef g"}));
}

BOOST_AUTO_TEST_CASE(unbalanced_quotes_are_refused) {
  for (const char* line : {"\"", "'", "a \"b\n c", "\"a\"b", "'a'b", "'a''b'", "\"a\\\"", "'a\\'", "a\"\\"}) {
    BOOST_TEST(parse(line + "\r\n"s) == unbalanced, line);
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_count_is_refused) {
  for (const char* count :
       {"", "x", "1x", "01", "00", "+1", " 1", "-", "-0", "-x", "--1", "1\n", "1\r1", "1.0"}) {
    BOOST_TEST(parse("*"s + count + "\r\n") == invalid_count, count);
  }
}

BOOST_AUTO_TEST_CASE(a_count_beyond_64_bits_is_refused) {
  BOOST_TEST(parse("*-9223372036854775808\r\n") == request({}));
  BOOST_TEST(parse("*-9223372036854775809\r\n") == invalid_count);
  BOOST_TEST(parse("*18446744073709551617\r\n") == invalid_count);
}

BOOST_AUTO_TEST_CASE(a_wrong_size_is_refused) {
  for (const char* size :
       {"", "x", "1x", "01", "+1", "-1", "-0", " 1", "1\n", "1\rx", "18446744073709551617"}) {
    BOOST_TEST(parse("*1\r\n$"s + size + "\r\na\r\n") == invalid_size, size);
  }
}

BOOST_AUTO_TEST_CASE(an_argument_that_is_no_bulk_string_is_refused) {
  BOOST_TEST(parse("*1\r\nPING\r\n") == error("expected '$', got 'P'"));
  BOOST_TEST(parse("*1\r\n:1\r\n") == error("expected '$', got ':'"));
  BOOST_TEST(parse("*1\r\n\r\n") == error("expected '$', got '\\x0d'"));
  BOOST_TEST(parse("*1\r\n\xFF") == error("expected '$', got '\\xff'"));
}

BOOST_AUTO_TEST_CASE(an_argument_longer_or_shorter_than_announced_is_refused) {
  const Parsed refused = error("expected CR LF behind an argument");
  BOOST_TEST(parse("*1\r\n$4\r\nPINGS\r\n") == refused);
  BOOST_TEST(parse("*1\r\n$5\r\nPING\r\n\r\n") == refused);
  BOOST_TEST(parse("*1\r\n$4\r\nPING\rx") == refused);
}

BOOST_AUTO_TEST_CASE(a_browser_is_recognised) {
  for (const char* line : {"POST / HTTP/1.1", "post", "Host: localhost", "HOST:localhost", "host:", "\"POST\" x",
                           "GET / HTTP/1.1", "put /a/b http/2"}) {
    BOOST_TEST(parse(line + "\r\n"s) == http, line);
  }
  for (const char* line :
       {"POSTS", "Host", "ECHO POST", "ECHO Host:", "ECHO HTTP/1.1", "SCORE ann HTTP/1.1", "GET / HTTP/1.1 x"})
    BOOST_TEST(parse(line + "\n"s).error == "");
}

BOOST_AUTO_TEST_CASE(only_a_browser_is_called_one) {
  RequestParser browser;
  BOOST_TEST((browser.parse("POST / HTTP/1.1\r\n") == Status::error));
  BOOST_TEST(browser.http());
  RequestParser other;
  BOOST_TEST((other.parse("*x") == Status::error));
  BOOST_TEST(!other.http());
}

BOOST_AUTO_TEST_CASE(an_error_is_final) {
  RequestParser parser;
  BOOST_TEST((parser.parse("*x\r\n") == Status::error));
  BOOST_TEST((parser.parse("PING\r\n") == Status::error));
  BOOST_TEST(parser.error() == "Protocol error: invalid multibulk length: at most 65536 arguments");
  BOOST_TEST(parser.arguments().empty());
}

BOOST_AUTO_TEST_CASE(requests_before_an_error_are_answered) {
  BOOST_TEST(parse("PING\n*1\r\n$x") == (Parsed{{{"PING"}}, invalid_size.error, 0}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(resp_parser_limits)

BOOST_AUTO_TEST_CASE(a_request_has_at_most_arguments_max_arguments) {
  std::string bytes = header('*', arguments_max);
  for (std::size_t i = 0; i < arguments_max; ++i) bytes += bulk("");
  BOOST_TEST(parse(bytes).requests.at(0).size() == arguments_max);
  BOOST_TEST(parse(header('*', arguments_max + 1)) == invalid_count);
}

BOOST_AUTO_TEST_CASE(an_argument_has_at_most_bulk_bytes_max_bytes) {
  const std::string bytes = "*1\r\n" + bulk(std::string(bulk_bytes_max, 'x'));
  BOOST_TEST(parse(bytes).requests.at(0).at(0).size() == bulk_bytes_max);
  BOOST_TEST(parse(header('*', 1) + header('$', bulk_bytes_max + 1)) == invalid_size);
}

// Two arguments that fill a request but for `spare` bytes.
std::string two_arguments(const char* count, std::size_t spare) {
  const std::string first = bulk(std::string(bulk_bytes_max, 'x'));
  const std::size_t headers = 4 + "$8388608\r\n"sv.size() + 2;
  return count + first + bulk(std::string(request_bytes_max - first.size() - headers - spare, 'y'));
}

BOOST_AUTO_TEST_CASE(a_request_has_at_most_request_bytes_max_bytes) {
  BOOST_TEST(two_arguments("*2\r\n", 0).size() == request_bytes_max);
  BOOST_TEST(parse(two_arguments("*2\r\n", 0)).requests.size() == 1u);
  BOOST_TEST(parse(two_arguments("*2\r\n", 0) + "PING\n").requests.size() == 2u);
  std::string longer = two_arguments("*2\r\n", 0);
  const std::size_t second_header = longer.find('$', 10);
  longer.resize(second_header);
  BOOST_TEST(parse(longer + "$8388581\r\n") == too_big);
}

BOOST_AUTO_TEST_CASE(request_bytes_max_bytes_never_need_more) {
  const std::string bytes = two_arguments("*3\r\n", 1);
  BOOST_TEST(parse(bytes) == unfinished(bytes));
  BOOST_TEST(parse(bytes + "$") == too_big);
  BOOST_TEST(parse(bytes + "$0\r\n\r\n") == too_big);
}

BOOST_AUTO_TEST_CASE(a_line_has_at_most_inline_bytes_max_bytes) {
  const std::string line(inline_bytes_max, 'x');
  const Parsed refused = error("too big inline request: at most 65536 bytes");
  BOOST_TEST(parse(line) == unfinished(line));
  BOOST_TEST(parse(line + "\n") == request({line}));
  BOOST_TEST(parse(line + "x") == refused);
  BOOST_TEST(parse(line + "x\n") == refused);
  BOOST_TEST(parse(line + "\r\n") == refused);
}

BOOST_AUTO_TEST_CASE(a_line_of_quotes_alone_stays_within_its_room) {
  std::string line;
  while (line.size() + 3 <= inline_bytes_max) line += "'' ";
  BOOST_TEST(parse(line + "\n").requests.at(0).size() == inline_bytes_max / 3);
}

// Each step sees one byte more of the same bytes, at one of two addresses in turn. A parser that began anew
// each time would need hours.
std::size_t arguments_of_bytewise(const std::string& bytes) {
  const std::string elsewhere = bytes;
  RequestParser parser;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string& here = size % 2 == 0 ? bytes : elsewhere;
    if (parser.parse(std::string_view(here).substr(0, size)) != Status::need_more) return 0;
  }
  return parser.parse(bytes) == Status::request ? parser.arguments().size() : 0;
}

BOOST_AUTO_TEST_CASE(bytes_that_come_one_by_one_cost_linear_time) {
  BOOST_TEST(arguments_of_bytewise("*1\r\n" + bulk(std::string(1 << 20, 'x'))) == 1u);
  BOOST_TEST(arguments_of_bytewise(std::string(inline_bytes_max, 'x') + "\n") == 1u);
  std::string many = header('*', arguments_max);
  for (std::size_t i = 0; i < arguments_max; ++i) many += bulk("abc");
  BOOST_TEST(arguments_of_bytewise(many) == arguments_max);
}

BOOST_AUTO_TEST_CASE(after_a_large_request_small_ones_are_parsed_as_ever) {
  std::string bytes = header('*', arguments_kept_max + 1);
  for (std::size_t i = 0; i <= arguments_kept_max; ++i) bytes += bulk("x");
  const Parsed outcome = parse(bytes + "PING\r\n*1\r\n$4\r\nPING\r\n");
  BOOST_TEST(outcome.requests.size() == 3u);
  BOOST_TEST(outcome.requests.back() == Words{"PING"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant

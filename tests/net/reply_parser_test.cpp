#include "net/reply_parser.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "net/limits.h"
#include "tests/net/resp_header.h"

namespace penchant::reply_parser_test {  // the names of resp_parser_test.cpp are the same
namespace {

using namespace std::string_literals;
using Status = ReplyParser::Status;

// A reply as one line: (kind text integer real [elements…]) with only what its kind has.
std::string shown(const Reply& reply) {
  static const char* const names[] = {"simple", "error", "integer", "bulk",    "null",     "array",     "map",
                                      "set",    "push",  "real",    "boolean", "verbatim", "big_number"};
  std::ostringstream line;
  line << names[static_cast<std::size_t>(reply.kind)];
  if (!reply.text.empty()) line << ' ' << reply.text;
  if (reply.integer != 0) line << ' ' << reply.integer;
  if (reply.real != 0) line << ' ' << reply.real;
  for (const Reply& element : reply.elements) line << " (" << shown(element) << ')';
  return line.str();
}

// Feeds a parser as a connection does, each call seeing a new copy of exactly the bytes left.
class Feeder {
 public:
  void feed(std::string_view bytes) {
    buffer_ += bytes;
    while (status_ != Status::error && !buffer_.empty() && step()) {
    }
  }
  // The replies, one a line, then what became of the rest.
  std::string seen() const {
    if (status_ == Status::error) return seen_ + "error: " + std::string(parser_.error());
    return buffer_.empty() ? seen_ : seen_ + std::to_string(buffer_.size()) + " bytes left";
  }

 private:
  bool step() {
    const auto copy = std::make_unique<char[]>(buffer_.size());
    buffer_.copy(copy.get(), buffer_.size());
    status_ = parser_.parse({copy.get(), buffer_.size()});
    if (status_ != Status::reply) return false;
    seen_ += shown(parser_.reply()) + "\n";
    buffer_.erase(0, parser_.consumed());
    return true;
  }

  ReplyParser parser_;
  std::string buffer_;
  std::string seen_;
  Status status_ = Status::need_more;
};

std::string parse(std::string_view bytes) {
  Feeder feeder;
  feeder.feed(bytes);
  return feeder.seen();
}

// A simple string of `size` bytes without its line end.
std::string simple(std::size_t size) {
  std::string line = "+";
  return line.append(size, 'x');
}

Status status_of(const std::string& bytes) {
  ReplyParser parser;
  return parser.parse(bytes);
}

bool reads(const std::string& bytes) { return status_of(bytes) == Status::reply; }
bool waits(const std::string& bytes) { return status_of(bytes) == Status::need_more; }
bool fails(const std::string& bytes) { return status_of(bytes) == Status::error; }

const std::vector<std::string> samples = {
    "+OK\r\n",
    "-ERR no\r\n",
    ":-12\r\n",
    "$5\r\nhello\r\n",
    "$4\r\n\r\n\r\n\r\n",
    "$-1\r\n",
    "*-1\r\n",
    "_\r\n",
    "*0\r\n",
    "*2\r\n:1\r\n*2\r\n$1\r\na\r\n_\r\n",
    "%1\r\n+key\r\n,0.5\r\n",
    "~2\r\n#t\r\n#f\r\n",
    ">2\r\n+message\r\n+x\r\n+OK\r\n",
    "=8\r\ntxt:text\r\n",
    "!6\r\nERR no\r\n",
    "(123456789012345678901234567890\r\n",
    "|1\r\n+ttl\r\n:3600\r\n*1\r\n|0\r\n:7\r\n:8\r\n",
    "+a\r\n+b\r\n*1\r\n:1\r\n",
    "*2\r\n+a\r\n?\r\n",
    "*x\r\n",
    "$3\r\nabcd\r\n",
    "*2\r\n:1\r\n",
    "\r\n",
};

BOOST_AUTO_TEST_SUITE(reply_parser)

BOOST_AUTO_TEST_CASE(replies_of_resp2_are_read) {
  BOOST_TEST(parse("+OK\r\n") == "simple OK\n");
  BOOST_TEST(parse("-ERR no\r\n") == "error ERR no\n");
  BOOST_TEST(parse(":-12\r\n") == "integer -12\n");
  BOOST_TEST(parse("$5\r\nhe\r\no\r\n") == "bulk he\r\no\n");
  BOOST_TEST(parse("*2\r\n$1\r\na\r\n*1\r\n:1\r\n") == "array (bulk a) (array (integer 1))\n");
  BOOST_TEST(parse("$-1\r\n*-1\r\n") == "null\nnull\n");
}

BOOST_AUTO_TEST_CASE(replies_of_resp3_are_read) {
  BOOST_TEST(parse("_\r\n") == "null\n");
  BOOST_TEST(parse("%1\r\n+k\r\n,0.5\r\n") == "map (simple k) (real 0.5)\n");
  BOOST_TEST(parse("~2\r\n#t\r\n#f\r\n") == "set (boolean 1) (boolean)\n");
  BOOST_TEST(parse(">1\r\n+x\r\n") == "push (simple x)\n");
  BOOST_TEST(parse("=8\r\ntxt:text\r\n") == "verbatim text\n");
  BOOST_TEST(parse("!6\r\nERR no\r\n") == "error ERR no\n");
  BOOST_TEST(parse("(-123456789012345678901\r\n") == "big_number -123456789012345678901\n");
}

BOOST_AUTO_TEST_CASE(attributes_are_dropped) {
  BOOST_TEST(parse("|1\r\n+ttl\r\n:3600\r\n:7\r\n") == "integer 7\n");
  BOOST_TEST(parse("*2\r\n|1\r\n+a\r\n*1\r\n:1\r\n:2\r\n|0\r\n:3\r\n") == "array (integer 2) (integer 3)\n");
}

BOOST_AUTO_TEST_CASE(numbers_may_have_a_sign) {
  BOOST_TEST(parse(":+5\r\n:-5\r\n,+1.5\r\n") == "integer 5\ninteger -5\nreal 1.5\n");
  BOOST_TEST(parse(":-9223372036854775808\r\n") == "integer -9223372036854775808\n");
}

BOOST_AUTO_TEST_CASE(doubles_that_are_no_numbers_are_read) {
  ReplyParser parser;
  BOOST_TEST((parser.parse(",-inf\r\n") == Status::reply));
  BOOST_TEST((std::isinf(parser.reply().real) && parser.reply().real < 0));
  BOOST_TEST((parser.parse(",nan\r\n") == Status::reply));
  BOOST_TEST(std::isnan(parser.reply().real));
}

BOOST_AUTO_TEST_CASE(nothing_is_left_of_the_reply_before) {
  BOOST_TEST(parse("*1\r\n+a\r\n+text\r\n:1\r\n,0.5\r\n_\r\n") ==
             "array (simple a)\nsimple text\ninteger 1\nreal 0.5\nnull\n");
}

BOOST_AUTO_TEST_CASE(replies_split_at_every_byte_are_the_same_replies) {
  for (const std::string& sample : samples) {
    for (std::size_t at = 0; at <= sample.size(); ++at) {
      Feeder feeder;
      feeder.feed(sample.substr(0, at));
      feeder.feed(sample.substr(at));
      BOOST_TEST(feeder.seen() == parse(sample), sample << " at " << at);
    }
  }
}

BOOST_AUTO_TEST_CASE(replies_that_come_byte_by_byte_are_the_same_replies) {
  for (const std::string& sample : samples) {
    Feeder feeder;
    for (const char byte : sample) feeder.feed({&byte, 1});
    BOOST_TEST(feeder.seen() == parse(sample));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_reply_is_refused) {
  for (const char* bytes : {"PING\r\n",
                            "\r\n",
                            "\n",
                            "?",
                            "+OK\rx",
                            ":\r\n",
                            ":x\r\n",
                            ":1x\r\n",
                            ":9223372036854775808\r\n",
                            ":+-1\r\n",
                            ",\r\n",
                            ",x\r\n",
                            ",1,5\r\n",
                            "#\r\n",
                            "#x\r\n",
                            "#tt\r\n",
                            "_x\r\n",
                            "(\r\n",
                            "(-\r\n",
                            "(1x\r\n",
                            "$\r\n",
                            "$-2\r\n",
                            "$x\r\n",
                            "$?\r\n",
                            "$1\r\nab\r\n",
                            "*-2\r\n",
                            "*x\r\n",
                            "*?\r\n",
                            "%-1\r\n",
                            "=-1\r\n",
                            "=3\r\ntxt\r\n",
                            "=4\r\ntext\r\n",
                            "*1\r\nx"}) {
    BOOST_TEST(fails(bytes), bytes);
  }
}

BOOST_AUTO_TEST_CASE(an_error_is_final) {
  ReplyParser parser;
  BOOST_TEST((parser.parse("?\r\n") == Status::error));
  BOOST_TEST((parser.parse("+OK\r\n") == Status::error));
  BOOST_TEST(!parser.error().empty());
}

BOOST_AUTO_TEST_CASE(aggregates_nest_to_reply_depth_max) {
  std::string nested;
  for (std::size_t i = 0; i < reply_depth_max; ++i) nested += "*1\r\n";
  BOOST_TEST(reads(nested + ":1\r\n"));
  BOOST_TEST(fails(nested + "*1\r\n:1\r\n"));
}

BOOST_AUTO_TEST_CASE(a_reply_has_at_most_reply_values_max_values) {
  std::string elements;
  for (std::size_t i = 0; i + 1 < reply_values_max; ++i) elements += "_\r\n";
  BOOST_TEST(reads(header('*', reply_values_max - 1) + elements));
  BOOST_TEST(fails(header('*', reply_values_max) + elements + "_\r\n"));
  BOOST_TEST(waits(header('*', reply_values_max)));
  BOOST_TEST(fails(header('*', reply_values_max + 1)));
}

BOOST_AUTO_TEST_CASE(a_line_has_at_most_reply_line_bytes_max_bytes) {
  const std::string line = simple(reply_line_bytes_max);
  BOOST_TEST(waits(line));
  BOOST_TEST(reads(line + "\r\n"));
  BOOST_TEST(fails(line + "x"));
  BOOST_TEST(fails(line + "x\r\n"));
}

BOOST_AUTO_TEST_CASE(a_string_fills_at_most_a_reply) {
  const std::size_t size_max = reply_bytes_max - "$67108864\r\n"s.size() - 2;
  BOOST_TEST(waits(header('$', size_max)));
  BOOST_TEST(fails(header('$', size_max + 1)));
  BOOST_TEST(fails("$9223372036854775807\r\n"));
}

BOOST_AUTO_TEST_CASE(a_reply_has_at_most_reply_bytes_max_bytes) {
  const std::string line = simple(1021) + "\r\n";  // 1 KiB
  const std::size_t lines = reply_bytes_max / line.size();
  std::string bytes = header('*', lines);
  const std::size_t last = line.size() - bytes.size() - 3;
  for (std::size_t i = 1; i < lines; ++i) bytes += line;
  BOOST_TEST(waits(bytes));
  BOOST_TEST(reads(bytes + simple(last) + "\r\n"));
  BOOST_TEST(fails(bytes + simple(last + 1) + "\r\n"));
  BOOST_TEST(fails(bytes + simple(last + 1) + "\r"));
}

BOOST_AUTO_TEST_CASE(bytes_that_come_one_by_one_cost_linear_time) {
  constexpr std::size_t size = 1 << 20;
  std::string bytes = header('*', 3) + header('$', size) + std::string(size, 'x') + "\r\n";
  bytes += simple(reply_line_bytes_max) + "\r\n" + header('*', 50'000);
  for (int i = 0; i < 50'000; ++i) bytes += ":1\r\n";
  ReplyParser parser;
  for (std::size_t seen = 0; seen < bytes.size(); ++seen) {
    BOOST_REQUIRE((parser.parse(std::string_view(bytes).substr(0, seen)) == Status::need_more));
  }
  BOOST_TEST((parser.parse(bytes) == Status::reply));
  BOOST_TEST(parser.reply().elements[2].elements.size() == 50'000u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::reply_parser_test

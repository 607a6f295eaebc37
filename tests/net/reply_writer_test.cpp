#include "net/reply_writer.h"

#include <boost/test/unit_test.hpp>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "net/reply_parser.h"
#include "tests/net/resp_header.h"

namespace penchant {
namespace {

using namespace std::string_literals;
using Kind = Reply::Kind;

// What `write` writes in each protocol.
struct Both {
  std::string resp2;
  std::string resp3;
  bool operator==(const Both&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Both& both) {
  return out << both.resp2 << " | " << both.resp3;
}

template <class Write>
Both written(Write write) {
  OutputBuffer resp2;
  OutputBuffer resp3;
  ReplyWriter two(resp2, 2);
  ReplyWriter three(resp3, 3);
  write(two);
  write(three);
  return {std::string(resp2.view()), std::string(resp3.view())};
}

Both same(const std::string& text) { return {text, text}; }

std::string resp3_of(double value) {
  return written([&](ReplyWriter& reply) { reply.real(value); }).resp3;
}

// The one reply that `bytes` are, or null with the text "not one reply".
Reply read_back(const std::string& bytes) {
  ReplyParser parser;
  if (parser.parse(bytes) == ReplyParser::Status::reply && parser.consumed() == bytes.size())
    return parser.reply();
  Reply none;
  none.text = "not one reply";
  return none;
}

double real_back(double value) { return read_back(resp3_of(value)).real; }

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

BOOST_AUTO_TEST_SUITE(reply_writer)

BOOST_AUTO_TEST_CASE(types_of_both_protocols_are_the_same_bytes) {
  BOOST_TEST(written([](ReplyWriter& reply) { reply.simple("OK"); }) == same("+OK\r\n"));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.error("ERR no"); }) == same("-ERR no\r\n"));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.integer(-7); }) == same(":-7\r\n"));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.bulk("a\r\nb"); }) == same("$4\r\na\r\nb\r\n"));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.array(3); }) == same("*3\r\n"));
}

BOOST_AUTO_TEST_CASE(types_of_resp3_have_a_form_in_resp2) {
  BOOST_TEST(written([](ReplyWriter& reply) { reply.null(); }) == (Both{"$-1\r\n", "_\r\n"}));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.map(2); }) == (Both{"*4\r\n", "%2\r\n"}));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.set(2); }) == (Both{"*2\r\n", "~2\r\n"}));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.boolean(true); }) == (Both{":1\r\n", "#t\r\n"}));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.boolean(false); }) == (Both{":0\r\n", "#f\r\n"}));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.real(0.6656); }) ==
             (Both{"$6\r\n0.6656\r\n", ",0.6656\r\n"}));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.verbatim("txt", "hi"); }) ==
             (Both{"$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n"}));
}

BOOST_AUTO_TEST_CASE(replies_are_appended) {
  OutputBuffer out;
  out.append("+before\r\n");
  ReplyWriter reply(out, 2);
  reply.array(2);
  reply.null();
  reply.set_protocol(3);
  reply.null();
  BOOST_TEST(out.view() == "+before\r\n*2\r\n$-1\r\n_\r\n");
  BOOST_TEST(reply.protocol() == 3);
}

BOOST_AUTO_TEST_CASE(line_ends_within_a_line_are_spaces) {
  BOOST_TEST(written([](ReplyWriter& reply) { reply.error("ERR no 'a\r\n+OK'\n"); }) ==
             same("-ERR no 'a  +OK' \r\n"));
  BOOST_TEST(written([](ReplyWriter& reply) { reply.simple("a\r\nb"); }) == same("+a  b\r\n"));
}

BOOST_AUTO_TEST_CASE(the_extremes_of_integers_are_written) {
  const auto integer = [](std::int64_t value) {
    return written([&](ReplyWriter& reply) { reply.integer(value); }).resp2;
  };
  BOOST_TEST(integer(0) == ":0\r\n");
  BOOST_TEST(integer(std::numeric_limits<std::int64_t>::min()) == ":-9223372036854775808\r\n");
  BOOST_TEST(integer(std::numeric_limits<std::int64_t>::max()) == ":9223372036854775807\r\n");
}

BOOST_AUTO_TEST_CASE(strings_of_every_length_are_read_back) {
  for (const std::size_t size : {0u, 1u, 9u, 10u, 99u, 100u, 1000u, 100'000u}) {
    const std::string text(size, 'x');
    const Both both = written([&](ReplyWriter& reply) { reply.bulk(text); });
    BOOST_TEST(both.resp2 == header('$', size) + text + "\r\n");
    BOOST_TEST(read_back(both.resp3).text == text);
  }
  BOOST_TEST(written([](ReplyWriter& reply) { reply.bulk({}); }) == same("$0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(reals_are_written_shortest) {
  BOOST_TEST(resp3_of(0) == ",0\r\n");
  BOOST_TEST(resp3_of(-0.0) == ",-0\r\n");
  BOOST_TEST(resp3_of(1) == ",1\r\n");
  BOOST_TEST(resp3_of(-0.5) == ",-0.5\r\n");
  BOOST_TEST(resp3_of(0.05) == ",0.05\r\n");
  BOOST_TEST(resp3_of(0.0001) == ",0.0001\r\n");
  BOOST_TEST(resp3_of(100'000) == ",100000\r\n");
  BOOST_TEST(resp3_of(0.1 + 0.2) == ",0.30000000000000004\r\n");
  BOOST_TEST(resp3_of(1e300) == ",1e+300\r\n");
}

BOOST_AUTO_TEST_CASE(reals_that_are_no_numbers_have_names) {
  const double infinity = std::numeric_limits<double>::infinity();
  BOOST_TEST(resp3_of(infinity) == ",inf\r\n");
  BOOST_TEST(resp3_of(-infinity) == ",-inf\r\n");
  BOOST_TEST(resp3_of(std::nan("")) == ",nan\r\n");
  BOOST_TEST(resp3_of(-std::nan("")) == ",nan\r\n");
  BOOST_TEST(real_back(-infinity) == -infinity);
  BOOST_TEST(std::isnan(real_back(std::nan(""))));
}

BOOST_AUTO_TEST_CASE(every_real_is_read_back_to_the_bit) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isnan(value)) continue;
    BOOST_REQUIRE(same_bits(real_back(value), value));
  }
  for (const double value :
       {5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e9, 999999999.9999, 9007199254740993.0}) {
    BOOST_TEST(same_bits(real_back(value), value));
    BOOST_TEST(same_bits(real_back(-value), -value));
  }
}

// The digits of std::to_chars without point, sign, exponent and outer zeros.
std::string digits_of(const std::string& number) {
  std::string digits;
  for (const char c : number.substr(0, number.find('e'))) {
    if (c >= '0' && c <= '9') digits += c;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  return digits.substr(0, digits.find_last_not_of('0') + 1);
}

BOOST_AUTO_TEST_CASE(numbers_of_few_decimals_have_no_digit_too_many) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const double value = static_cast<double>(random() >> (20 + random() % 44)) / 1e4;
    char buffer[32];
    const std::string shortest(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
    const std::string ours = resp3_of(value);
    BOOST_REQUIRE_EQUAL(digits_of(ours), digits_of(shortest));
    BOOST_REQUIRE(same_bits(real_back(value), value));
  }
}

BOOST_AUTO_TEST_CASE(every_type_is_read_back_in_resp3) {
  const Both both = written([](ReplyWriter& reply) {
    reply.map(2);
    reply.bulk("arms");
    reply.array(3);
    reply.integer(5);
    reply.real(0.25);
    reply.null();
    reply.simple("flags");
    reply.set(2);
    reply.boolean(true);
    reply.verbatim("mkd", "# x");
  });
  const Reply three = read_back(both.resp3);
  BOOST_TEST((three.kind == Kind::map && three.elements.size() == 4));
  BOOST_TEST(three.elements[1].elements[0].integer == 5);
  BOOST_TEST(three.elements[1].elements[1].real == 0.25);
  BOOST_TEST((three.elements[1].elements[2].kind == Kind::null));
  BOOST_TEST((three.elements[3].kind == Kind::set));
  BOOST_TEST((three.elements[3].elements[0].kind == Kind::boolean));
  BOOST_TEST(three.elements[3].elements[1].text == "# x");
  const Reply two = read_back(both.resp2);
  BOOST_TEST((two.kind == Kind::array && two.elements.size() == 4));
  BOOST_TEST(two.elements[1].elements[1].text == "0.25");
  BOOST_TEST((two.elements[1].elements[2].kind == Kind::null));
  BOOST_TEST(two.elements[3].elements[0].integer == 1);
  BOOST_TEST(two.elements[3].elements[1].text == "# x");
}

BOOST_AUTO_TEST_CASE(an_error_is_read_back_as_one) {
  const Reply reply = read_back(written([](ReplyWriter& writer) { writer.error("ERR no\nway"); }).resp2);
  BOOST_TEST((reply.kind == Kind::error));
  BOOST_TEST(reply.text == "ERR no way");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant

#include "net/connection.h"

#include <algorithm>
#include <cctype>
#include <ranges>

#include "engine/limits.h"
#include "net/limits.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

/// Every command, words between spaces; `_` is a space within a prompt.
const std::vector<std::string> every_request = {
    "RECORD ann selected A ink_cat FAMILY sdxl TIER draft LORA wash 0.5 PARAM steps 30 ID 1 NOTE fine",
    "RECORD ann rejected B ink_cat AT 1700000000000",
    "RECORD ann loved A ink",
    "REJECTALL ann ink_cat 2 A B ID r",
    "RECOMMEND bob ink_cat",
    "RECOMMEND bob ink FAMILY sdxl TIER draft TOP 2 POLICY banded SEED 1 AT 1700000000000",
    "RECOMMEND bob ink AMONG 2 A Z",
    "PLAN bob ink COUNT 10",
    "SCORE bob ink 2 A B",
    "EXPLAIN bob ink_owl A",
    "KEYWORDS (ink:1.2)_cat",
    "POOL SET sd15 draft C D",
    "POOL GET sdxl draft",
    "POOL LIST",
    "POOL DEL sdxl draft",
    "STATS bob",
    "MATRIX bob",
    "USERS",
    "SAVE",
    "LASTSAVE",
    "INFO server",
    "CONFIG GET *",
    "COMMAND COUNT",
    "COMMAND LIST",
    "COMMAND INFO record nothing",
    "COMMAND DOCS plan",
    "CLIENT SETNAME me",
    "CLIENT LIST",
    "PING",
    "PING hello",
    "ECHO hello",
    "TIME",
    "DBSIZE",
    "HELLO 3 SETNAME me",
    "SELECT 0",
    "RESET",
    "QUIT",
    "SHUTDOWN NOSAVE",
    "NOTHING at all",
};

struct Known : Talk {
  Known() {
    kept("bob", "A", "ink cat", 10);
    rejected("bob", "B", "ink", 10);
    say("POOL SET sdxl draft A B");
  }
};

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (const auto part : std::views::split(line, ' ')) words.emplace_back(part.begin(), part.end());
  return words;
}

/// Without what is another each time: times, the names of decisions, and the lengths of both. A word with
/// a digit is one of them from `size_min` characters on.
std::string masked(const std::string& replies, std::size_t size_min) {
  const auto in_word = [](char c) { return c == '-' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
  std::string masked;
  for (std::size_t begin = 0; begin < replies.size();) {
    const auto end =
        std::find_if_not(replies.begin() + static_cast<std::ptrdiff_t>(begin), replies.end(), in_word);
    const std::string word(replies.begin() + static_cast<std::ptrdiff_t>(begin), end);
    const bool has_digit = word.find_first_of("0123456789") != std::string::npos;
    const bool is_length = begin > 0 && std::string_view(":$=").find(replies[begin - 1]) != std::string::npos;
    masked += has_digit && (word.size() >= size_min || is_length) ? "N" : word;
    begin += word.size();
    if (begin < replies.size()) masked += replies[begin++];
  }
  return masked;
}

/// The replies to `bytes`, cut in two there; nothing may come before the second part.
std::string replies_of_halves(Talk& talk, std::string_view bytes, std::size_t cut) {
  BOOST_TEST(talk.send(bytes.substr(0, cut)) == "");
  return talk.send(bytes.substr(cut));
}

void split_everywhere(const std::string& bytes) {
  const std::string whole = Known().send(bytes);
  const std::size_t size_min = bytes.find("TIME") == std::string::npos ? 5 : 1;  // 7 us may be all of a second
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Known talk;
    BOOST_TEST(masked(replies_of_halves(talk, bytes, cut), size_min) == masked(whole, size_min),
               bytes << " cut at " << cut);
  }
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (; times > 0; --times) all += text;
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(connection)

BOOST_AUTO_TEST_CASE(a_request_split_at_any_byte_is_answered_as_the_whole_one) {
  for (const std::string& line : every_request) split_everywhere(request(words_of(line)));
}

BOOST_AUTO_TEST_CASE(a_line_split_at_any_byte_is_answered_as_the_whole_one) {
  for (const std::string& line : every_request) split_everywhere(line + "\r\n");
}

BOOST_AUTO_TEST_CASE(every_request_has_an_answer_of_its_own) {
  for (const std::string& line : every_request) {
    Known talk;
    if (line.starts_with("SHUTDOWN")) continue;
    BOOST_TEST(talk.say(words_of(line)) != "", line);
  }
}

BOOST_AUTO_TEST_CASE(replies_come_in_the_order_of_requests) {
  Talk talk;
  BOOST_TEST(talk.send("ECHO a\r\nRECORD ann selected A ink\r\nDBSIZE\r\n\r\nECHO b\r\n") ==
             "$1\r\na\r\n:1\r\n:1\r\n$1\r\nb\r\n");
}

BOOST_AUTO_TEST_CASE(a_request_sees_what_those_before_it_in_the_batch_have_done) {
  Talk talk;
  BOOST_TEST(talk.send("RECORD ann selected A ink ID 1\r\nRECORD ann selected A ink ID 1\r\nSTATS ann\r\n")
                 .starts_with(":1\r\n:0\r\n*24\r\n$7\r\nrecords\r\n:1\r\n"));
}

BOOST_AUTO_TEST_CASE(a_pipeline_is_one_write) {
  Talk talk;
  const std::uint64_t calls = talk.files.calls();
  talk.send(repeated("RECORD ann selected A ink\r\n", 100));
  BOOST_TEST(talk.files.calls() == calls + 1);
}

BOOST_AUTO_TEST_CASE(a_batch_ends_after_its_number_of_requests) {
  Talk talk;
  const std::string input = repeated("PING\r\n", batch_requests_max + 1);
  BOOST_TEST(talk.connection->run(input, talk.output) == 6 * batch_requests_max);
  BOOST_TEST((talk.connection->next() == Connection::Next::more));
  BOOST_TEST(talk.output.view() == repeated("+PONG\r\n", batch_requests_max));
  talk.output.clear();
  BOOST_TEST(talk.connection->run("PING\r\n", talk.output) == 6U);
  BOOST_TEST(talk.output.view() == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(a_batch_ends_when_its_events_are_long) {
  Talk talk;
  const std::string one = request({"RECORD", "ann", "selected", "A", std::string(prompt_bytes_max, ' ')});
  BOOST_TEST(talk.connection->run(repeated(one, 5), talk.output) == 4 * one.size());
  BOOST_TEST((talk.connection->next() == Connection::Next::more));
}

BOOST_AUTO_TEST_CASE(a_batch_ends_when_its_replies_are_long) {
  Talk talk;
  const std::string one = request({"ECHO", std::string(batch_output_bytes / 2, 'x')});
  BOOST_TEST(talk.connection->run(repeated(one, 5), talk.output) == 2 * one.size());
  BOOST_TEST((talk.connection->next() == Connection::Next::more));
}

BOOST_AUTO_TEST_CASE(whatever_the_batches_nothing_is_lost_or_out_of_order) {
  Talk talk;
  std::string requests;
  std::string replies;
  for (std::size_t i = 0; i < 2 * batch_requests_max + 5; ++i) {
    const std::string text = std::to_string(i) + std::string(i % 500, '.');
    requests += request({"ECHO", text});
    replies += "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  }
  BOOST_TEST((talk.send(requests) == replies));
}

BOOST_AUTO_TEST_CASE(an_error_of_the_protocol_is_answered_and_closes) {
  for (const char* bytes : {"*1\r\n$x\r\n", "*x\r\n", "*1\r\n+PING\r\n", "*2\r\n$4\r\nPINGxx"}) {
    Talk talk;
    BOOST_TEST(
        talk.send(std::string("PING\r\n") + bytes + "PING\r\n").starts_with("+PONG\r\n-ERR Protocol error"),
        bytes);
    BOOST_TEST(talk.closed());
    BOOST_TEST(talk.send("PING\r\n") == "");
  }
}

BOOST_AUTO_TEST_CASE(an_argument_has_a_bound) {
  Talk talk;
  const std::string text(bulk_bytes_max, 'x');
  BOOST_TEST(talk.send(request({"ECHO", text})).size() > text.size());
  BOOST_TEST(talk.send(request({"ECHO", text + "x"})).starts_with("-ERR Protocol error"));
}

BOOST_AUTO_TEST_CASE(after_the_last_request_nothing_more_runs) {
  for (const char* last : {"QUIT", "SHUTDOWN", "*x"}) {
    Talk talk;
    talk.send(std::string(last) + "\r\nRECORD ann selected A ink\r\n");
    talk.send("RECORD ann selected A ink\r\n");
    BOOST_TEST(talk.closed());
    BOOST_TEST(talk.store->engine().user_count() == 0U, last);
  }
}

BOOST_AUTO_TEST_CASE(a_failed_commit_takes_back_exactly_the_replies_of_its_writes) {
  Talk talk;
  talk.kept("bob", "A", "ink");
  talk.files.fail_in(1);
  const std::string replies = talk.send(
      "PING\r\nRECORD ann selected A ink ID 1\r\nECHO x\r\nRECORD ann selected A ink ID 1\r\nPOOL SET sdxl "
      "draft A\r\n"
      "REJECTALL ann ink 2 A B\r\nPOOL DEL sdxl draft\r\nRECORD ann loved A ink\r\nDBSIZE\r\n");
  const std::string refused =
      "-READONLY nothing can be recorded: cannot write /data/journal-00000000000000000001.log: "
      "No space left on device\r\n";
  BOOST_TEST(replies == "+PONG\r\n" + refused + "$1\r\nx\r\n" + repeated(refused, 4) +
                            "-ERR the verdict must be selected, rejected or neutral\r\n:2\r\n");
}

BOOST_AUTO_TEST_CASE(afterwards_records_are_refused_and_questions_go_on) {
  Known talk;
  talk.files.fail_in(1);
  talk.say("RECORD ann selected A ink");
  const std::size_t users = talk.store->engine().user_count();
  for (const char* write : {"RECORD cyd selected A ink", "REJECTALL cyd ink 1 A", "POOL SET sdxl draft Z",
                            "POOL DEL sdxl draft"}) {
    BOOST_TEST(talk.say(write).starts_with("-READONLY nothing can be recorded: cannot write "), write);
  }
  for (const char* question :
       {"RECOMMEND bob ink", "PLAN bob ink COUNT 3", "SCORE bob ink 1 A", "EXPLAIN bob ink A", "STATS bob",
        "POOL GET sdxl draft", "POOL LIST", "INFO persistence", "PING"}) {
    BOOST_TEST(!talk.say(question).starts_with("-"), question);
  }
  BOOST_TEST(talk.say("POOL GET sdxl draft") == "[A, B]");
  BOOST_TEST(talk.store->engine().user_count() == users);
}

BOOST_AUTO_TEST_CASE(the_protocol_changes_within_a_batch) {
  Talk talk;
  const std::string replies =
      talk.send("EXPLAIN ann ink A\r\nHELLO 3\r\nEXPLAIN ann ink A\r\nHELLO 2\r\nECHO x\r\n");
  BOOST_TEST(replies.starts_with("*14\r\n$5\r\nscore\r\n$3\r\n0.5\r\n$10\r\nconfidence\r\n$1\r\n0\r\n"));
  BOOST_TEST(replies.find("$3\r\nink\r\n$1\r\n0\r\n$1\r\n0\r\n$-1\r\n") != std::string::npos);
  BOOST_TEST(replies.find("%7\r\n$6\r\nserver\r\n") != std::string::npos);
  BOOST_TEST(replies.find("%7\r\n$5\r\nscore\r\n,0.5\r\n$10\r\nconfidence\r\n,0\r\n") != std::string::npos);
  BOOST_TEST(replies.find("$3\r\nink\r\n,0\r\n,0\r\n_\r\n") != std::string::npos);
  BOOST_TEST(replies.ends_with("$7\r\nmodules\r\n*0\r\n$1\r\nx\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

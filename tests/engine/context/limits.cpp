// Every limit at its value and one beyond, and prompts that are made to hurt.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <ctime>

#include "engine/context/choice.h"
#include "engine/context/prompt_scanner.h"
#include "helpers.h"

using namespace penchant;
using namespace penchant::test;

namespace {

std::string numbered_words(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "word" + std::to_string(i) + " ";
  return text;
}

std::string nested(std::size_t depth, char open, std::string_view text, char close) {
  std::string all(depth, open);
  return all.append(text).append(depth, close);
}

constexpr std::size_t megabyte = 1'000'000;

/// The processor's time for a prompt, the least of several, so that what else runs on the machine does not count.
double seconds_to_read(const std::string& prompt) {
  double least = 1e9;
  for (int i = 0; i < 3; ++i) {
    const std::clock_t begin = std::clock();
    read(prompt);
    least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return least;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(nothing_has_no_context) {
  BOOST_TEST(keywords("") == "");
  BOOST_TEST(loras("") == "");
  BOOST_TEST(keywords(" ,.;:()[]{}|<>#\\_-'\"") == "");
  BOOST_TEST(keywords(std::string_view("\0cat\0", 5)) == "cat");
}

BOOST_AUTO_TEST_CASE(the_first_64_keywords_count) {
  BOOST_TEST(read(numbered_words(64)).keywords().size() == 64u);
  const Context context = read(numbered_words(65));
  BOOST_TEST(context.keywords().size() == 64u);
  BOOST_TEST(context.keywords().back().text == "word63");
}

BOOST_AUTO_TEST_CASE(a_repeat_beyond_the_64_still_raises_a_weight) {
  BOOST_TEST(read(numbered_words(100) + "(word3:1.5) (word99:2)").keywords()[3].weight == 1.5f);
}

BOOST_AUTO_TEST_CASE(a_longer_word_than_the_limit_is_dropped) {
  const std::string longest(keyword_bytes_max, 'x');
  BOOST_TEST(keywords(longest) == longest);
  BOOST_TEST(keywords("best " + longest + "x quality") == "best, quality");
  BOOST_TEST(keywords("é" + longest + " cat") == "cat");
  BOOST_TEST(keywords("é" + longest.substr(2)) == "é" + longest.substr(2));
}

BOOST_AUTO_TEST_CASE(a_longer_word_is_dropped_whole_whatever_it_ends_in) {
  const std::string dotted = repeated("a.", unicode_run_bytes_max);
  for (std::size_t size = keyword_bytes_max; size < 3 * keyword_bytes_max; ++size) {
    BOOST_REQUIRE_EQUAL(keywords("best " + std::string(size, 'x') + "été quality"), "best, quality");
    BOOST_REQUIRE_EQUAL(keywords("cat " + dotted.substr(0, size) + "été dog"), "cat, dog");
  }
  for (std::size_t size = unicode_run_bytes_max - 4; size < unicode_run_bytes_max + 4; ++size) {
    BOOST_REQUIRE_EQUAL(keywords("best " + std::string(size, 'x') + "été quality"), "best, quality");
  }
  BOOST_TEST(keywords(std::string(keyword_bytes_max + 1, 'x') + "夜 cat") == "夜, cat");
}

BOOST_AUTO_TEST_CASE(words_of_every_length_at_every_offset) {
  for (std::size_t offset = 0; offset < 130; ++offset) {
    for (const std::size_t size : {2u, 7u, 8u, 9u, 15u, 16u, 17u, 31u, 63u, 64u, 65u, 127u, 128u}) {
      const std::string word = std::string(size - 1, 'q') + "z";
      BOOST_REQUIRE_EQUAL(keywords(std::string(offset, ' ') + word), word);
      BOOST_REQUIRE_EQUAL(keywords(std::string(offset, ' ') + word + " " + word + ", cat"), word + ", cat");
    }
  }
}

BOOST_AUTO_TEST_CASE(deeper_brackets_than_the_limit_only_separate) {
  BOOST_TEST(keywords(nested(255, '[', "(cat:1000)", ']') + " dog") == "cat 2.785e-08, dog");
  BOOST_TEST(keywords(nested(256, '(', "cat", ')') + " dog") == "cat 1000, dog");
  BOOST_TEST(keywords(nested(256, '{', "(cat:2)", '}') + " dog (fox)") == "cat, dog, fox 1.1");
}

BOOST_AUTO_TEST_CASE(more_brackets_than_the_limit_only_separate) {
  const std::string prompt = repeated("(cat)", 5 * (weight_groups_max - 2));
  BOOST_TEST(keywords(prompt + "(dog:2) fox") == "cat 1.1, dog 2, fox");
  BOOST_TEST(keywords(prompt + "(cat)(dog:2) fox (owl|elk) {a1|b1} [c1:d1:0.5]") ==
             "cat 1.1, dog, fox, owl, elk, a1, b1, c1, d1");
}

BOOST_AUTO_TEST_CASE(a_long_foreign_text_is_read_in_runs) {
  const std::string words = repeated("été ", 3 * unicode_run_bytes_max);
  BOOST_TEST(keywords(words + "hiver") == "été, hiver");
  BOOST_TEST(read(repeated("夜", 3 * unicode_run_bytes_max)).keywords().size() >= 1u);
}

BOOST_AUTO_TEST_CASE(hostile_prompts_of_a_megabyte_are_answered) {
  for (const std::string_view piece :
       {"(", ")", "[", "]", "{", "}", "|", ":", "<", ">", "\\", "#", "_", "__", "-", "'", ".", "a", "a.",
        "1,", "a b ", "((a:1.2)", "[a|", "(a:", "[a:b:", "[a:b:1",
        "{a|", "{2$$", "{1-3$$ and ", "2::", "<lora:",
        "<lora:a", "<a", "<lora:a>", "__a", " __a", "a AND ", "AND", "BREAK ", ":1 AND ", ": ", ":1",
        ":                 ", "best ", "extremely detailed cg ", "embedding:", "([{", "([{)", "(]", "é", "é ",
        "aé ", "\xFF", "\xF0\x9F", "夜", "แมว", "\u0301", "ﷺ", "(é", "(a)", "(a1)(b2:2)"}) {
    const Context context = read(repeated(piece, megabyte));
    BOOST_TEST_INFO(piece);
    BOOST_REQUIRE_LE(context.keywords().size(), keywords_max);
    for (const Keyword& keyword : context.keywords()) BOOST_REQUIRE(std::isfinite(keyword.weight));
  }
}

// Linear time is 8 times as much, quadratic time 64 times. Each piece is one that a look ahead can run over; the end is
// there to be found by it.
BOOST_AUTO_TEST_CASE(eight_times_the_prompt_takes_about_eight_times_the_time) {
  constexpr std::size_t bytes = 1 << 18;
  for (const std::string_view piece : {"a",       "a.",   "1,",  " ",   "_",   "-",   "#",          ": ", ":1", "<a",
                                       "<lora:a", "{2$$", "{a|", "[a:", "([{", "__a", "embedding:", "é",  "é ", "aé"}) {
    const double once = seconds_to_read(repeated(piece, bytes) + "é");
    const double eight_times = seconds_to_read(repeated(piece, 8 * bytes) + "é");
    BOOST_TEST(eight_times < 16 * once + 0.002, piece << ": " << once << " s, then " << eight_times << " s");
  }
}

BOOST_AUTO_TEST_CASE(more_picks_than_the_limit_count_as_it) {
  BOOST_TEST(read_choice_bound("1000$$", 0).picks == 1000);
  BOOST_TEST(read_choice_bound("1001$$", 0).picks == 1000);
  BOOST_TEST(read_choice_bound("1-" + std::string(500, '9') + "$$", 0).picks == 500.5);
}

BOOST_AUTO_TEST_CASE(a_longer_joining_text_than_the_limit_belongs_to_the_first_option) {
  const std::string longest(joint_bytes_max, 'x');
  BOOST_TEST(keywords("{2$$" + longest + "$$cat|dog}") == "cat, dog");
  BOOST_TEST(keywords("{2$$" + longest + "x$$cat|dog}") == longest + "x, cat, dog");
}

BOOST_AUTO_TEST_CASE(a_longer_wildcard_name_than_the_limit_is_text) {
  const std::string longest = "cat/" + std::string(wildcard_name_bytes_max - 4, 'x');
  BOOST_TEST(keywords("__" + longest + "__dog") == "dog");
  BOOST_TEST(keywords("__" + longest + "x__dog") == "cat, " + longest.substr(4) + "x, dog");
}

BOOST_AUTO_TEST_SUITE_END()

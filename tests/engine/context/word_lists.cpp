#include "engine/context/word_lists.h"

#include <boost/test/unit_test.hpp>

#include "helpers.h"

using namespace penchant;
using namespace penchant::test;

namespace {

std::string parse_error(std::string_view text) {
  const result<WordLists> lists = WordLists::parse(text);
  return lists ? "no error" : lists.error().message;
}

std::string keywords_with(std::string_view list, std::string_view prompt) {
  const result<WordLists> lists = WordLists::parse(list);
  ContextReader reader(*lists);
  Context context;
  reader.read(prompt, {}, context);
  return keyword_text(context);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(word_lists)

BOOST_AUTO_TEST_CASE(the_specification_examples_are_exact) {
  BOOST_TEST(keywords("photorealistic portrait of a woman") == "photorealistic, portrait, woman");
  BOOST_TEST(keywords("anime girl with blue hair") == "anime, girl, blue, hair");
}

BOOST_AUTO_TEST_CASE(function_words_single_letters_and_digits_go) {
  BOOST_TEST(keywords("The cat isn't on THE d 7 12 é mat it’s") == "cat, 12, mat");
  BOOST_TEST(keywords("ж 夜") == "ж, 夜");
}

BOOST_AUTO_TEST_CASE(boilerplate_goes_whole) {
  BOOST_TEST(keywords("masterpiece, best quality, (8k:1.2), 4 k, absurdres, score_9, cat") == "cat");
  BOOST_TEST(keywords("score_8_up, highly detailed, trending on artstation, Best-Quality cat") == "cat");
}

BOOST_AUTO_TEST_CASE(parts_of_boilerplate_stay) {
  BOOST_TEST(keywords("best cat, detailed quality, highly") == "best, cat, detailed, quality, highly");
  BOOST_TEST(keywords("trending on the moon, on artstation") == "trending, moon, artstation");
}

BOOST_AUTO_TEST_CASE(a_phrase_does_not_cross_punctuation_or_grammar) {
  BOOST_TEST(keywords("best, quality") == "best, quality");
  BOOST_TEST(keywords("best (quality) [highly] detailed") == "best, quality 1.1, highly 0.9091, detailed");
  BOOST_TEST(keywords("best <lora:x> quality best BREAK quality") == "best, quality");
}

BOOST_AUTO_TEST_CASE(the_longest_phrase_goes_first) {
  const std::string_view list = "[boilerplate]\nbig\nbig red dog\nred dog house cat\n";
  BOOST_TEST(keywords_with(list, "big red cat") == "red, cat");
  BOOST_TEST(keywords_with(list, "big red dog house") == "house");
  BOOST_TEST(keywords_with(list, "red big red dog") == "red");
  BOOST_TEST(keywords_with(list, "red dog house big") == "red, dog, house");
}

BOOST_AUTO_TEST_CASE(a_held_word_keeps_its_weight) {
  BOOST_TEST(keywords("(best:1.5) (highly:0.5)") == "best 1.5, highly 0.5");
}

BOOST_AUTO_TEST_CASE(entries_are_folded_and_split_as_prompts_are) {
  const std::string_view list =
      "# mine\r\n[stop]\r\nDER # article\n\n[boilerplate]\nBeste-Qualität\n最高品質\n";
  BOOST_TEST(keywords_with(list, "der Hund, BESTE QUALITÄT 最高品質 the") == "hund, the");
  BOOST_TEST(keywords_with(list, "beste Hunde, Qualität beste") == "beste, hunde, qualität");
}

BOOST_AUTO_TEST_CASE(without_lists_every_word_counts) {
  BOOST_TEST(keywords_with("", "a cat of 4k") == "cat, of, 4k");
}

BOOST_AUTO_TEST_CASE(errors_name_the_line) {
  BOOST_TEST(parse_error("[stop]\nthe\n") == "no error");
  BOOST_TEST(parse_error("\nthe\n") == "word list line 2: an entry stands after [stop] or [boilerplate]");
  BOOST_TEST(parse_error("[stopp]") == "word list line 1: a section is [stop] or [boilerplate]");
  BOOST_TEST(parse_error("[stop]\nof the") == "word list line 2: a stop entry is one word, this one has 2");
  BOOST_TEST(parse_error("[stop]\n!!") == "word list line 2: an entry has at least one letter or digit");
  BOOST_TEST(parse_error("[boilerplate]\na b c d e f g h") == "no error");
  BOOST_TEST(parse_error("[boilerplate]\na b c d e f g h i") ==
             "word list line 2: a phrase has at most 8 words");
}

BOOST_AUTO_TEST_CASE(more_words_than_the_limit_are_refused) {
  // All after one word, and all in a phrase: neither makes the list slow.
  std::string list = "[boilerplate]\n";
  for (std::size_t i = 1; i < word_list_entries_max; ++i) list += "best w" + std::to_string(i) + "\n";
  BOOST_TEST(parse_error(list) == "no error");
  BOOST_TEST(parse_error(list + "W1 best\n[stop]\nbest") == "no error");
  BOOST_TEST(parse_error(list + "[stop]\nthe") == "word list line 100002: the lists have more than 100000 words");
  BOOST_TEST(keywords_with(list, "best w1, best w99999, best w100000") == "best, w100000");
}

BOOST_AUTO_TEST_SUITE_END()

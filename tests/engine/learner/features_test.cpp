#include "engine/learner/features.h"

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

/// The features of a prompt's keywords and other words, spaces between.
std::string features_of(std::string_view keywords, std::string_view others = "") {
  Features features;
  const auto keyword_list = words(keywords);
  const auto other_list = words(others);
  features.read(keyword_list, other_list);
  std::string told;
  for (const std::string_view text : features.texts()) told.append(told.empty() ? "" : " ").append(text);
  return told;
}

BOOST_AUTO_TEST_SUITE(features)

BOOST_AUTO_TEST_CASE(they_are_keywords_other_words_and_how_longer_keywords_begin) {
  BOOST_TEST(features_of("portrait ink", "of the") == "portrait ink of the port*");
  BOOST_TEST(features_of("", "without") == "without");
  BOOST_TEST(features_of("") == "");
}

BOOST_AUTO_TEST_CASE(a_word_of_four_letters_begins_nothing) {
  BOOST_TEST(features_of("moon") == "moon");
  BOOST_TEST(features_of("moons") == "moons moon*");
}

BOOST_AUTO_TEST_CASE(words_that_begin_alike_begin_once) {
  BOOST_TEST(features_of("portrait portraits porter porch") == "portrait portraits porter porch port* porc*");
}

BOOST_AUTO_TEST_CASE(a_letter_is_a_character_and_not_a_byte) {
  BOOST_TEST(features_of("日本語版") == "日本語版");
  BOOST_TEST(features_of("日本語版画") == "日本語版画 日本語版*");
  BOOST_TEST(features_of("éclairs") == "éclairs écla*");
  BOOST_TEST(features_of("éclé") == "éclé");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_read_to_their_end) {
  BOOST_TEST(features_of("\x80\x80\x80\x80\x80\x80") == "\x80\x80\x80\x80\x80\x80");
  BOOST_TEST(features_of("abcd\xC3") == "abcd\xC3 abcd*");
}

BOOST_AUTO_TEST_CASE(the_most_words_there_may_be_all_have_their_beginnings) {
  std::vector<std::string> texts;
  std::vector<Keyword> keywords;
  for (std::size_t i = 0; i < keywords_max; ++i) texts.push_back(std::to_string(1000 + i) + std::string(124, 'x'));
  for (const std::string& text : texts) keywords.push_back({text});
  Features features;
  features.read(keywords, keywords);
  BOOST_REQUIRE(features.texts().size() == 3 * keywords_max);
  for (std::size_t i = 0; i < keywords_max; ++i) {
    BOOST_TEST(features.texts()[2 * keywords_max + i] == std::to_string(1000 + i) + "*");
  }
}

BOOST_AUTO_TEST_CASE(reading_again_forgets_the_last_prompt) {
  Features features;
  features.read(words("portrait"), words("of"));
  features.read(words("ink"), {});
  BOOST_TEST(features.texts().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

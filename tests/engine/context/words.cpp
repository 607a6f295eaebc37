// Which words a text has, and that the ASCII path, the scanner and ICU agree on it.
#include "engine/context/words.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <fstream>
#include <iostream>
#include <random>

#include "engine/context/split_words.h"
#include "helpers.h"
#include "tests/folders.h"

using namespace penchant;
using namespace penchant::test;

namespace {

UnicodeWords& icu() {
  static UnicodeWords words;
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " | ").append(word);
  return text;
}

std::string words_of(std::string_view text) { return joined(split_words(text, icu())); }

/// Every character for itself, straight from the rules: slow and plainly right.
std::string naive_words(const std::string& text) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char before = i > 0 ? text[i - 1] : ' ';
    const char after = i + 1 < text.size() ? text[i + 1] : ' ';
    const bool joins_digits = std::string_view(".,;'").find(text[i]) != std::string_view::npos;
    const bool joins_letters = text[i] == '.' || text[i] == '\'';
    if (is_letter(text[i]) || is_digit(text[i]) || (joins_digits && is_digit(before) && is_digit(after)) ||
        (joins_letters && is_letter(before) && is_letter(after))) {
      words.back() += static_cast<char>(std::tolower(text[i]));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return joined(words);
}

std::string random_ascii(std::mt19937& random) {
  static constexpr std::string_view alphabet = "aabZ019  ''..,,;;:-_/\"%&!~^@\n\t\x01\x7F";
  std::string text(random() % 40, ' ');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(words)

BOOST_AUTO_TEST_CASE(uax_29_decides) {
  BOOST_TEST(words_of("don't artist's dogs'") == "don't | artist's | dogs");
  BOOST_TEST(words_of("35mm f/1.8 50% 1girl 3.5 1,000") == "35mm | f | 1.8 | 50 | 1girl | 3.5 | 1,000");
  BOOST_TEST(words_of("U.S.A. cat.dog,fox 16:9") == "u.s.a | cat.dog | fox | 16 | 9");
  BOOST_TEST(words_of("t-shirt blue_eyes R&B") == "t | shirt | blue | eyes | r | b");
}

BOOST_AUTO_TEST_CASE(text_is_nfkc_case_folded) {
  BOOST_TEST(words_of("Straße ÉLAN ＡＢＣ＿ｄ ﬁne") == "strasse | élan | abc | d | fine");
  BOOST_TEST(words_of("cafe\u0301 don’t ½") == "café | don't | 1⁄2");
}

BOOST_AUTO_TEST_CASE(scripts_without_spaces_are_split_by_dictionary) {
  BOOST_TEST(words_of("東京の夜景") == "東京 | の | 夜景");
  BOOST_TEST(words_of("美丽的女孩") == "美丽 | 的 | 女孩");
  BOOST_TEST(words_of("แมวสีดำ") == "แมว | สี | ดำ");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_separate) {
  BOOST_TEST(words_of("caf\xE9 au\xFFlait \x80\xC3") == "caf | au | lait");
  BOOST_TEST(keywords("caf\xE9 au\xFFlait \x80\xC3(") == "caf, au, lait");
}

BOOST_AUTO_TEST_CASE(foreign_words_border_on_grammar) {
  BOOST_TEST(keywords("(Ölbild:1.2),été[夜]AND naïve:2") == "ölbild 1.2, été, 夜 0.9091, naïve 2");
  BOOST_TEST(keywords("École AND 12.é <lora:é:1>ü.été") == "école, 12, ü.été");
}

BOOST_AUTO_TEST_CASE(the_ascii_path_agrees_with_icu_and_with_the_rules_on_random_text) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = random_ascii(random);
    const std::string expected = joined(split_words_by_icu(text, icu()));
    BOOST_REQUIRE_EQUAL(words_of(text), expected);
    if (text.find('_') == text.npos) BOOST_REQUIRE_EQUAL(naive_words(text), expected);
  }
}

BOOST_AUTO_TEST_CASE(the_scanner_finds_the_same_words_on_random_text) {
  std::mt19937 random(2);
  const WordLists none = *WordLists::parse("");
  ContextReader reader(none);
  Context context;
  for (int i = 0; i < 20000; ++i) {
    std::string text = random_ascii(random) + random_ascii(random) + random_ascii(random);
    std::erase(text, ':');  // grammar to a scanner
    for (std::size_t at = text.find("__"); at != text.npos; at = text.find("__")) text.erase(at, 1);
    std::vector<std::string> expected;
    for (const std::string& word : split_words(text, icu())) {
      const bool is_new = std::find(expected.begin(), expected.end(), word) == expected.end();
      if (word.size() > 1 && is_new) expected.push_back(word);
    }
    reader.read(text, {}, context);
    std::vector<std::string> found;
    for (const Keyword& keyword : context.keywords()) found.emplace_back(keyword.text);
    BOOST_REQUIRE_EQUAL(joined(found), joined(expected));
  }
}

BOOST_AUTO_TEST_CASE(splitting_in_runs_agrees_with_icu_on_random_mixed_text) {
  static constexpr std::string_view pieces[] = {
      "é", "ß", "夜景", "タワー", "ж", " ", "a", "Z", "1", "１", ".", ",", "'", "’", "-", "_", "!", "@", "ä", "B",
      "\"", "א", "😀", "\u0301", "\u200D"};
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += pieces[random() % std::size(pieces)];
    BOOST_TEST_INFO(text);
    BOOST_REQUIRE_EQUAL(words_of(text), joined(split_words_by_icu(text, icu())));
  }
}

BOOST_AUTO_TEST_CASE(the_ascii_path_agrees_with_icu_on_real_prompts) {
  for (const char* name : {"imagereward.txt", "aigiqa20k.txt", "parti.txt"}) {
    std::ifstream in(shared_file(std::string("data/prompts/") + name));
    if (!in) {
      std::cout << "skipped: no " << name << "\n";
      BOOST_TEST_MESSAGE("skipped: no " << name);
      continue;
    }
    int lines = 0;
    for (std::string line; lines < 2000 && std::getline(in, line); ++lines) {
      BOOST_REQUIRE_EQUAL(words_of(line), joined(split_words_by_icu(line, icu())));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

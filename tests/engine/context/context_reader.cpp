// What a caller of ContextReader may rely on.
#include <boost/test/unit_test.hpp>
#include <utility>

#include "helpers.h"

using namespace penchant;
using namespace penchant::test;

BOOST_AUTO_TEST_SUITE(context_reader)

BOOST_AUTO_TEST_CASE(a_context_is_replaced_by_the_next_read) {
  ContextReader reader(WordLists::english());
  Context context;
  reader.read("(best:2) cat <lora:x:1> [fox", {}, context);
  reader.read("quality dog", {}, context);
  BOOST_TEST(keyword_text(context) == "quality, dog");
  BOOST_TEST(context.loras().empty());
}

BOOST_AUTO_TEST_CASE(views_do_not_depend_on_the_prompt) {
  ContextReader reader(WordLists::english());
  Context context;
  {
    const std::string prompt = "Cat ÉTÉ <lora:Ink:1> " + repeated("ΩΜΕΓΑ ﷺ ", 5000);
    reader.read(prompt, {}, context);
  }
  BOOST_TEST(keyword_text(context) == "cat, été, ωμεγα, صلى, الله, عليه, وسلم");
  BOOST_TEST(context.loras()[0].name == "Ink");
}

BOOST_AUTO_TEST_CASE(views_survive_another_context_of_the_same_reader) {
  ContextReader reader(WordLists::english());
  Context first;
  Context second;
  reader.read("été cat", {}, first);
  reader.read("hiver dog", {}, second);
  BOOST_TEST(keyword_text(first) == "été, cat");
}

BOOST_AUTO_TEST_CASE(a_reader_can_be_moved) {
  ContextReader first(WordLists::english());
  ContextReader second = std::move(first);
  Context context;
  second.read("best été", {}, context);
  BOOST_TEST(keyword_text(context) == "best, été");
}

BOOST_AUTO_TEST_CASE(foreign_keywords_fill_all_slots_at_full_length) {
  std::string prompt;
  for (int i = 0; i < 70; ++i) {
    const std::string number = std::to_string(100 + i);
    prompt.append("é").append(number).append(keyword_bytes_max - 5, 'x').append(" best ");
  }
  const Context context = read(prompt);
  BOOST_TEST(context.keywords().size() == keywords_max);
  BOOST_TEST(context.keywords()[0].text.size() == keyword_bytes_max);
  BOOST_TEST(context.keywords()[63].text.substr(0, 5) == "é162");
}

BOOST_AUTO_TEST_SUITE_END()

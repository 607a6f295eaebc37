// A prompt that comes again has the context it had.
#include "engine/context/recent_contexts.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "engine/context/word_lists.h"
#include "tests/engine/context/helpers.h"

namespace penchant::test {
namespace {

std::vector<std::string> words_of(const Context& context) {
  std::vector<std::string> words;
  for (const Keyword& keyword : context.keywords()) words.emplace_back(keyword.text);
  return words;
}

std::vector<std::string> words_read_from(std::string_view prompt) {
  ContextReader reader(WordLists::english());
  Context context;
  reader.read(prompt, {}, context);
  return words_of(context);
}

BOOST_AUTO_TEST_SUITE(recent_contexts)

BOOST_AUTO_TEST_CASE(more_prompts_than_are_kept_are_read_as_a_reader_reads_them) {
  RecentContexts prompts(WordLists::english());
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < 2 * recent_prompts_max; ++i) {
      const std::string prompt = "castle no" + std::to_string(i) + ", <lora:ink" + std::to_string(i) + ":0.5>";
      const Context& context = prompts.read(prompt);
      BOOST_TEST(words_of(context) == words_read_from(prompt), boost::test_tools::per_element());
      BOOST_TEST(context.loras().front().name == "ink" + std::to_string(i));
      BOOST_TEST(words_of(prompts.read(prompt)) == words_read_from(prompt), boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_empty_prompt_has_no_words) {
  RecentContexts prompts(WordLists::english());
  (void)prompts.read("castle");
  BOOST_TEST(prompts.read("").keywords().empty());
}

BOOST_AUTO_TEST_CASE(a_prompt_longer_than_is_kept_is_read) {
  for (const std::size_t more : {0, 1}) {
    RecentContexts prompts(WordLists::english());
    const std::string prompt = "castle " + std::string(recent_prompt_bytes_max - 7 + more, 'x');
    for (int i = 0; i < 2; ++i) {
      BOOST_TEST(words_of(prompts.read(prompt)) == words_read_from(prompt), boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(after_forgetting_prompts_are_read_anew) {
  RecentContexts prompts(WordLists::english());
  (void)prompts.read("castle");
  prompts.forget();
  BOOST_TEST(prompts.read("").keywords().empty());
  BOOST_TEST(words_of(prompts.read("castle")) == words_read_from("castle"), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

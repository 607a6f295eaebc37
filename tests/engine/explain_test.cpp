#include "engine/explain.h"

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

struct Explained : Taste {
  std::string reason(std::string_view prompt, std::string_view checkpoints = "A B C D") {
    const auto among = split(checkpoints);
    const Recommendation answer = ask("ann", prompt, {.among = among});
    std::string text;
    append_reason(answer, keywords(), scorer(), text);
    return text;
  }
};

BOOST_FIXTURE_TEST_SUITE(explain, Explained)

BOOST_AUTO_TEST_CASE(the_reason_tells_the_counts_of_the_words_that_speak_most_clearly) {
  kept("ann", "A", "portrait", 12);
  rejected("ann", "A", "portrait", 3);
  kept("ann", "A", "ink", 2);
  kept("ann", "A", "cat", 1);
  BOOST_TEST(reason("cat ink portrait zeppelin") ==
             "12 of your 15 'portrait' images with A were kept, and 2 of 2 'ink': too few to be sure, so try 3 of 4");
}

BOOST_AUTO_TEST_CASE(each_band_has_its_ending) {
  kept("ann", "A", "ink", 40);
  BOOST_TEST(reason("ink") == "40 of your 40 'ink' images with A were kept: fairly sure, so keep 2 in play of 4");
  kept("ann", "A", "ink", 40);
  BOOST_TEST(reason("ink") == "80 of your 80 'ink' images with A were kept: sure enough to use it alone");
}

BOOST_AUTO_TEST_CASE(without_words_all_images_are_told) {
  kept("ann", "A", "ink", 2);
  BOOST_TEST(reason("") == "2 of your 2 images with A were kept: too few to be sure, so try 3 of 4");
}

BOOST_AUTO_TEST_CASE(where_nothing_is_known_it_says_so) {
  BOOST_TEST(reason("ink") == "nothing is known of A for these words yet: too few to be sure, so try 3 of 4");
  BOOST_TEST(reason("", "B") == "nothing is known of B yet: there is no other");
}

BOOST_AUTO_TEST_CASE(faded_counts_are_told_with_one_decimal) {
  kept("ann", "A", "ink", 15);
  days_pass(30);
  BOOST_TEST(reason("ink") == "5.5 of your 5.5 'ink' images with A were kept: too few to be sure, so try 3 of 4");
  days_pass(300);
  BOOST_TEST(reason("ink") == "nothing is known of A for these words yet: too few to be sure, so try 3 of 4");
}

BOOST_AUTO_TEST_CASE(a_word_against_the_arm_is_told_as_well) {
  rejected("ann", "A", "ink", 4);
  BOOST_TEST(reason("ink", "A") == "0 of your 4 'ink' images with A were kept: there is no other");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

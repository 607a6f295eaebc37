// Weights in round and square brackets, escapes, sub-prompts.
#include <boost/test/unit_test.hpp>

#include "helpers.h"

using namespace penchant::test;

BOOST_AUTO_TEST_SUITE(attention)

BOOST_AUTO_TEST_CASE(round_brackets_weigh_more_and_square_ones_less) {
  BOOST_TEST(keywords("(cat) dog [fox]") == "cat 1.1, dog, fox 0.9091");
  BOOST_TEST(keywords("((cat)) (((dog))) [[fox]]") == "cat 1.21, dog 1.331, fox 0.8264");
}

BOOST_AUTO_TEST_CASE(a_number_before_the_closing_bracket_is_the_weight) {
  BOOST_TEST(keywords("(cat:1.2) (dog: +1.4 ) (fox:.5) (owl:-0.3) (elk:2)") ==
             "cat 1.2, dog 1.4, fox 0.5, owl -0.3, elk 2");
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_text) {
  BOOST_TEST(keywords("(cat:1.2.3) (dog:) (fox:red)") == "cat 1.1, 1.2.3 1.1, dog 1.1, fox 1.1, red 1.1");
  BOOST_TEST(keywords("(cat:dog:1.2)") == "cat 1.2, dog 1.2");
  BOOST_TEST(keywords("cat:12) dog") == "cat, 12, dog");
}

BOOST_AUTO_TEST_CASE(a1111_multiplies_nested_weights_and_comfy_replaces_them) {
  const std::string prompt = "(portrait (red scarf:1.5) window:0.8)";
  BOOST_TEST(keywords(prompt) == "portrait 0.8, red 1.2, scarf 1.2, window 0.8");
  BOOST_TEST(comfy_keywords(prompt) == "portrait 0.8, red 1.5, scarf 1.5, window 0.8");
  BOOST_TEST(comfy_keywords("((cat):0.5) ((dog:0.5))") == "cat 0.55, dog 0.5");
}

BOOST_AUTO_TEST_CASE(comfy_knows_no_square_brackets) {
  BOOST_TEST(comfy_keywords("[cat] [dog:fox:12] [owl|elk]") == "cat, dog, fox, 12, owl, elk");
}

BOOST_AUTO_TEST_CASE(what_is_open_closes_at_the_end) {
  BOOST_TEST(keywords("(cat, dog") == "cat 1.1, dog 1.1");
  BOOST_TEST(keywords("[cat, (dog") == "cat 0.9091, dog");
  BOOST_TEST(comfy_keywords("(cat, (dog:1.5)") == "cat, dog 1.5");
}

BOOST_AUTO_TEST_CASE(what_closes_nothing_separates) {
  BOOST_TEST(keywords("cat) dog] fox} owl") == "cat, dog, fox, owl");
  BOOST_TEST(keywords("(cat [dog) fox] owl") == "cat 1.1, dog, fox, owl");
}

BOOST_AUTO_TEST_CASE(escaped_brackets_belong_to_the_text) {
  BOOST_TEST(keywords("hatsune_miku_\\(append\\), (saber \\(fate\\):1.2)") ==
             "hatsune, miku, append, saber 1.2, fate 1.2");
  BOOST_TEST(keywords("\\[cat\\] \\{dog\\|fox\\} \\\\(owl)") == "cat, dog, fox, owl 1.1");
  BOOST_TEST(keywords("cat\\dog \\") == "cat, dog");
}

BOOST_AUTO_TEST_CASE(sub_prompts_have_a_weight_of_their_own) {
  BOOST_TEST(keywords("a beach AND a sunset:0.8 AND seagulls") == "beach, sunset 0.8, seagulls");
  BOOST_TEST(keywords("(cat:1.5) dog :2 AND fox:0.5 ") == "cat 3, dog 2, fox 0.5");
  BOOST_TEST(keywords("(cat AND dog)") == "cat 1.1, dog");
}

BOOST_AUTO_TEST_CASE(and_and_break_count_in_upper_case_and_alone) {
  BOOST_TEST(keywords("cat:2 and dog") == "cat, dog");
  BOOST_TEST(keywords("ANDY:2 BREAKFAST") == "andy, breakfast");
  BOOST_TEST(keywords("cat:2 AND.dog:12AND fox_AND_owl") == "cat 2, dog, 12and, fox, owl");
  BOOST_TEST(keywords("best BREAK quality AND break") == "best, quality, break");
  BOOST_TEST(comfy_keywords("cat:12 AND dog BREAK") == "cat, 12, dog");
}

BOOST_AUTO_TEST_CASE(a_comment_ends_with_its_line) {
  BOOST_TEST(keywords("dog # (my, comment\ncat # end") == "dog, cat");
  BOOST_TEST(comfy_keywords("dog #cat") == "dog, cat");
}

BOOST_AUTO_TEST_CASE(a_repeat_keeps_the_largest_weight_where_it_first_stood) {
  BOOST_TEST(keywords("(cat:0.5) dog (cat:1.2) Cat") == "cat 1.2, dog");
  BOOST_TEST(keywords("(cat:-2) (cat:-1)") == "cat -1");
}

BOOST_AUTO_TEST_CASE(weights_stay_finite) {
  BOOST_TEST(keywords("(((cat:999):999):999)") == "cat 1000");
  BOOST_TEST(keywords("(((cat:-999):999):999)") == "cat -1000");
  BOOST_TEST(keywords("(cat:" + std::string(500, '9') + ")") == "cat 1.1");
}

BOOST_AUTO_TEST_SUITE_END()

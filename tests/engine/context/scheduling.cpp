// Texts that are active for a share of the steps, and texts of which one is chosen.
#include <boost/test/unit_test.hpp>

#include "helpers.h"

using namespace penchant::test;
using penchant::Dialect;
using penchant::ReadOptions;

BOOST_AUTO_TEST_SUITE(scheduling)

BOOST_AUTO_TEST_CASE(each_side_counts_by_its_share_of_the_steps) {
  BOOST_TEST(keywords("[cat:dog:0.25] garden") == "cat 0.25, dog 0.75, garden");
  BOOST_TEST(keywords("[:hat:0.25] [sunglasses::0.6] [scarf:0.7]") == "hat 0.75, sunglasses 0.6, scarf 0.3");
}

BOOST_AUTO_TEST_CASE(a_whole_number_is_a_step) {
  BOOST_TEST(keywords("[cat:dog:10]", {Dialect::a1111, 40}) == "cat 0.25, dog 0.75");
  BOOST_TEST(keywords("[cat:dog:1.0]", {Dialect::a1111, 40}) == "cat, dog 0");
}

BOOST_AUTO_TEST_CASE(steps_beyond_the_last_count_as_the_last) {
  BOOST_TEST(keywords("[cat:dog:30] [fox:owl:-5]", {Dialect::a1111, 20}) == "cat, dog 0, fox 0, owl");
  BOOST_TEST(keywords("[cat:dog:1]", {Dialect::a1111, 0}) == "cat, dog 0");
}

BOOST_AUTO_TEST_CASE(schedules_nest) {
  BOOST_TEST(keywords("[cat:(dog:1.5):0.5]") == "cat 0.5, dog 0.75");
  BOOST_TEST(keywords("[cat:[dog:fox:0.5]:0.5]") == "cat 0.5, dog 0.25, fox 0.25");
  BOOST_TEST(keywords("([cat:dog:0.5]:2)") == "cat, dog");
}

BOOST_AUTO_TEST_CASE(what_is_no_schedule_is_attention) {
  BOOST_TEST(keywords("[cat:dog]") == "cat 0.9091, dog 0.9091");
  BOOST_TEST(keywords("[cat:dog:fox:0.5]") == "cat 0.9091, dog 0.9091, fox 0.9091, 0.5 0.9091");
}

BOOST_AUTO_TEST_CASE(alternation_shares_the_steps_evenly) {
  BOOST_TEST(keywords("[red|blue] ball") == "red 0.5, blue 0.5, ball");
  BOOST_TEST(keywords("[red|green|blue|]") == "red 0.25, green 0.25, blue 0.25");
}

BOOST_AUTO_TEST_CASE(choices_count_by_their_probability) {
  BOOST_TEST(keywords("{red|blue|2::green} tree") == "red 0.25, blue 0.25, green 0.5, tree");
  BOOST_TEST(keywords("{ 3::red | 1 :: blue }") == "red 0.75, blue 0.25");
  BOOST_TEST(comfy_keywords("{red|blue}") == "red 0.5, blue 0.5");
  BOOST_TEST(keywords("{cat}") == "cat");
}

BOOST_AUTO_TEST_CASE(several_picks_raise_the_probability_up_to_one) {
  BOOST_TEST(keywords("{2$$fog|rain|snow}, city") == "fog 0.6667, rain 0.6667, snow 0.6667, city");
  BOOST_TEST(keywords("{1-2$$fog|rain|snow}") == "fog 0.5, rain 0.5, snow 0.5");
  BOOST_TEST(keywords("{2$$ und $$fog|rain}") == "fog, rain");
  BOOST_TEST(keywords("{5$$fog|rain}") == "fog, rain");
}

BOOST_AUTO_TEST_CASE(choices_nest_and_close_at_the_end) {
  BOOST_TEST(keywords("{cat|{dog|fox}}") == "cat 0.5, dog 0.25, fox 0.25");
  BOOST_TEST(keywords("({cat|dog}:1.5)") == "cat 0.75, dog 0.75");
  BOOST_TEST(keywords("{cat|dog") == "cat 0.5, dog 0.5");
}

BOOST_AUTO_TEST_CASE(wildcards_are_no_keywords) {
  BOOST_TEST(keywords("__season__ landscape __a/b*-1.x__") == "landscape");
  BOOST_TEST(keywords("long__hair__girl __not a wildcard__") == "long, hair, girl, wildcard");
  BOOST_TEST(keywords("____ __x") == "");
}

BOOST_AUTO_TEST_CASE(embeddings_are_no_keywords) {
  BOOST_TEST(comfy_keywords("photo, embedding:Easy, (embedding:bad-hands-5:1.2) cat") == "photo, cat");
  BOOST_TEST(keywords("embedding:ugly word embedding") == "word, embedding");
}

BOOST_AUTO_TEST_CASE(the_weight_of_an_embedding_goes_with_its_name) {
  for (const Dialect dialect : {Dialect::a1111, Dialect::comfy}) {
    const ReadOptions options{dialect};
    BOOST_TEST(keywords("embedding:bad-hand-v5:1.2, cat", options) == "cat");
    BOOST_TEST(keywords("embedding:bad-hand-v5:1.2 cat", options) == "cat");
    BOOST_TEST(keywords("{embedding:ugly:-.5|cat}", options) == "cat 0.5");
    BOOST_TEST(keywords("embedding:ugly:1.2:cat", options) == "cat");
  }
  BOOST_TEST(comfy_keywords("cat embedding:bad-hand-v5:1.2") == "cat");
}

BOOST_AUTO_TEST_CASE(a_weight_after_an_embedding_that_ends_a_bracket_or_sub_prompt_weighs_that) {
  BOOST_TEST(keywords("(cat embedding:ugly:1.2) dog") == "cat 1.2, dog");
  BOOST_TEST(comfy_keywords("(cat embedding:ugly: 1.2 ) dog") == "cat 1.2, dog");
  BOOST_TEST(keywords("[cat:embedding:ugly:0.25] dog") == "cat 0.25, dog");
  BOOST_TEST(keywords("cat embedding:ugly:0.5 AND dog embedding:ugly:2") == "cat 0.5, dog 2");
}

BOOST_AUTO_TEST_CASE(what_is_no_weight_after_an_embedding_is_text) {
  BOOST_TEST(comfy_keywords("embedding:ugly:2girls embedding:ugly: 12 embedding:ugly:red") == "2girls, 12, red");
  BOOST_TEST(comfy_keywords("embedding:ugly:12é embedding:ugly: embedding:ugly") == "12é");
}

BOOST_AUTO_TEST_SUITE_END()

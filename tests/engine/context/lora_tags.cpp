#include <boost/test/unit_test.hpp>

#include "engine/context/lora_tag.h"
#include "helpers.h"

using namespace penchant::test;

BOOST_AUTO_TEST_SUITE(lora_tags)

BOOST_AUTO_TEST_CASE(a_tag_is_a_lora_and_no_keyword) {
  BOOST_TEST(keywords("cat <lora:ink:0.8> dog") == "cat, dog");
  BOOST_TEST(loras("cat <lora:ink:0.8> dog <lyco:oil>") == "ink model 0.8 clip 0.8, oil model 1 clip 1");
}

BOOST_AUTO_TEST_CASE(a1111_names_the_text_encoder_first_and_comfy_the_model) {
  BOOST_TEST(loras("<lora:x:0.8:0.4>") == "x model 0.4 clip 0.8");
  BOOST_TEST(comfy_loras("<lora:x:0.8:0.4>") == "x model 0.8 clip 0.4");
  BOOST_TEST(comfy_loras("<lora:x:0.8>") == "x model 0.8 clip 0.8");
}

BOOST_AUTO_TEST_CASE(strengths_have_names) {
  BOOST_TEST(loras("<lora:x:te=0.6:unet=0.9>") == "x model 0.9 clip 0.6");
  BOOST_TEST(loras("<lora:x:te=0.6>") == "x model 0.6 clip 0.6");
  BOOST_TEST(loras("<lora:x:0.5:unet=0.9:dyn=4>") == "x model 0.9 clip 0.5");
}

BOOST_AUTO_TEST_CASE(a_schedule_counts_as_its_largest_value) {
  BOOST_TEST(loras("<lora:pixel:1:0@5,1@6>") == "pixel model 1 clip 1");
  BOOST_TEST(loras("<lora:pixel:0@0,0.7@0.5,0.2@1>") == "pixel model 0.7 clip 0.7");
}

BOOST_AUTO_TEST_CASE(a_name_is_kept_as_written) {
  BOOST_TEST(loras("<lora: My LoRA v1.0 (beta) :0.65>") == "My LoRA v1.0 (beta) model 0.65 clip 0.65");
  BOOST_TEST(loras("<lora:Dir/Ölbild.safetensors:.5>") == "Dir/Ölbild.safetensors model 0.5 clip 0.5");
}

BOOST_AUTO_TEST_CASE(strengths_may_be_negative_and_are_bounded) {
  BOOST_TEST(loras("<lora:x:-0.8> <lora:y:1e9> <lora:z:inf>") ==
             "x model -0.8 clip -0.8, y model 1000 clip 1000, z model 1 clip 1");
}

BOOST_AUTO_TEST_CASE(a_repeat_stays_and_so_does_the_order) {
  BOOST_TEST(loras("<lora:a:1><lora:b:2><lora:a:3>") ==
             "a model 1 clip 1, b model 2 clip 2, a model 3 clip 3");
}

BOOST_AUTO_TEST_CASE(tags_stand_anywhere_and_leave_weights_alone) {
  BOOST_TEST(keywords("(cat <lora:x(:1> dog:1.2)") == "cat 1.2, dog 1.2");
  BOOST_TEST(loras("[<lora:x:1>:{<lora:y:1>|z}:5]") == "x model 1 clip 1, y model 1 clip 1");
}

BOOST_AUTO_TEST_CASE(other_tags_are_dropped) {
  BOOST_TEST(keywords("<hypernet:agm:0.5> <segment:face> cat <3 dogs>") == "cat, dogs");
  BOOST_TEST(loras("<hypernet:agm:0.5> <LORA:x:1> <lora::1> <lora> <lora:>") == "");
}

BOOST_AUTO_TEST_CASE(a_torn_tag_is_dropped_up_to_the_next_white_space) {
  BOOST_TEST(keywords("<lora:broken:0.7 castle") == "castle");
  BOOST_TEST(keywords("<lora:torn,castle <lora:x:1> moat") == "castle, moat");
  BOOST_TEST(loras("<lora:torn,castle <lora:x:1> moat") == "x model 1 clip 1");
}

BOOST_AUTO_TEST_CASE(a_name_is_utf8_and_of_bounded_length) {
  BOOST_TEST(loras("<lora:a\xFFz:1>") == "");
  const std::string longest(penchant::lora_name_bytes_max, 'x');
  BOOST_TEST(loras("<lora:" + longest + ":1>") == longest + " model 1 clip 1");
  BOOST_TEST(loras("<lora:" + longest + "x:1>") == "");
}

BOOST_AUTO_TEST_CASE(further_tags_than_the_limit_are_dropped) {
  const std::size_t limit = penchant::prompt_loras_max;
  BOOST_TEST(read(repeated("<lora:x>", 8 * limit)).loras().size() == limit);
  BOOST_TEST(read(repeated("<lora:x>", 8 * (limit + 1))).loras().size() == limit);
}

BOOST_AUTO_TEST_SUITE_END()

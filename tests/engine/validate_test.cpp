#include "engine/validate.h"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <string>
#include <vector>

#include "engine/limits.h"

namespace penchant::test {
namespace {

Record valid_record() { return {.user = "ann", .checkpoint = "A"}; }

/// The sentence that refuses the record; empty where nothing does.
std::string refusal(const Record& record) {
  const auto checked = check_bounds(record);
  const auto validated = validate(record);
  BOOST_TEST(checked.has_value() == validated.has_value());
  return checked ? "" : checked.error().message;
}

void check_bytes(std::string_view Record::*field, std::size_t bytes_max, const std::string& name) {
  const std::string text(bytes_max + 1, 'x');
  Record record = valid_record();
  record.*field = std::string_view(text).substr(1);
  BOOST_TEST(refusal(record) == "");
  record.*field = text;
  BOOST_TEST(refusal(record) == name + " is longer than " + std::to_string(bytes_max) + " bytes");
}

BOOST_AUTO_TEST_SUITE(bounds)

BOOST_AUTO_TEST_CASE(each_text_of_a_record_has_its_bound) {
  check_bytes(&Record::user, user_bytes_max, "the user");
  check_bytes(&Record::checkpoint, model_name_bytes_max, "the checkpoint");
  check_bytes(&Record::prompt, prompt_bytes_max, "the prompt");
  check_bytes(&Record::negative_prompt, prompt_bytes_max, "NEGATIVE");
  check_bytes(&Record::family, label_bytes_max, "FAMILY");
  check_bytes(&Record::stage, label_bytes_max, "STAGE");
  check_bytes(&Record::session, identifier_bytes_max, "SESSION");
  check_bytes(&Record::generation, identifier_bytes_max, "GENERATION");
  check_bytes(&Record::id, identifier_bytes_max, "ID");
  check_bytes(&Record::decision, identifier_bytes_max, "DECISION");
  check_bytes(&Record::note, text_bytes_max, "NOTE");
  check_bytes(&Record::vision, text_bytes_max, "VISION");
  check_bytes(&Record::shadow_checkpoint, model_name_bytes_max, "the shadow's checkpoint");
}

BOOST_AUTO_TEST_CASE(a_record_has_at_most_64_keywords_of_each_kind) {
  const std::vector<Keyword> keywords(keywords_max + 1, {"ink"});
  for (std::span<const Keyword> Record::*field : {&Record::keywords, &Record::negative_keywords}) {
    Record record = valid_record();
    record.*field = std::span(keywords).first(keywords_max);
    BOOST_TEST(refusal(record) == "");
    record.*field = keywords;
    BOOST_TEST(refusal(record) == "a record has at most 64 keywords");
  }
}

BOOST_AUTO_TEST_CASE(a_record_has_at_most_64_loras) {
  const std::vector<LoraTag> loras(record_loras_max + 1, {"detail"});
  Record record = valid_record();
  record.loras = std::span(loras).first(record_loras_max);
  BOOST_TEST(refusal(record) == "");
  record.loras = loras;
  BOOST_TEST(refusal(record) == "a record has at most 64 LoRAs");
}

BOOST_AUTO_TEST_CASE(a_record_has_at_most_64_parameters) {
  const std::vector<Parameter> parameters(record_parameters_max + 1, {"steps", "30"});
  Record record = valid_record();
  record.parameters = std::span(parameters).first(record_parameters_max);
  BOOST_TEST(refusal(record) == "");
  record.parameters = parameters;
  BOOST_TEST(refusal(record) == "a record has at most 64 parameters");
}

std::string lora_refusal(const LoraTag& lora) {
  Record record = valid_record();
  record.loras = std::span(&lora, 1);
  return refusal(record);
}

BOOST_AUTO_TEST_CASE(a_loras_name_and_strengths_have_bounds) {
  const std::string name(model_name_bytes_max + 1, 'x');
  BOOST_TEST(lora_refusal({std::string_view(name).substr(1)}) == "");
  BOOST_TEST(lora_refusal({name}) == "a LoRA's name is longer than 1024 bytes");
  BOOST_TEST(lora_refusal({""}) == "a LoRA has no name");
  BOOST_TEST(lora_refusal({"folder/"}) == "a LoRA has no name");
  BOOST_TEST(lora_refusal({"detail", -1e308, 1e308}) == "");
  for (const double wrong : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    BOOST_TEST(lora_refusal({"detail", wrong, 1}) == "a LoRA's strength is not a finite number");
    BOOST_TEST(lora_refusal({"detail", 1, wrong}) == "a LoRA's strength is not a finite number");
  }
}

std::string parameter_refusal(const Parameter& parameter) {
  Record record = valid_record();
  record.parameters = std::span(&parameter, 1);
  return refusal(record);
}

BOOST_AUTO_TEST_CASE(a_parameters_name_and_value_have_bounds) {
  const std::string name(label_bytes_max + 1, 'x');
  const std::string value(text_bytes_max + 1, 'x');
  BOOST_TEST(parameter_refusal({std::string_view(name).substr(1), std::string_view(value).substr(1)}) == "");
  BOOST_TEST(parameter_refusal({name, "1"}) == "a parameter's name is longer than 64 bytes");
  BOOST_TEST(parameter_refusal({"steps", value}) == "a parameter's value is longer than 65536 bytes");
  BOOST_TEST(parameter_refusal({"", "1"}) == "a parameter has no name");
  BOOST_TEST(parameter_refusal({"sampler", ""}) == "");
}

BOOST_AUTO_TEST_CASE(a_record_names_a_user_and_a_model) {
  BOOST_TEST(refusal({.user = "", .checkpoint = "A"}) == "the user is empty");
  BOOST_TEST(refusal({.user = "ann", .checkpoint = ""}) == "the checkpoint names no model");
  BOOST_TEST(refusal({.user = "ann", .checkpoint = "models/"}) == "the checkpoint names no model");
  BOOST_TEST(refusal({.user = "ann", .checkpoint = "A", .shadow_checkpoint = "models/"}) ==
             "the shadow's checkpoint names no model");
}

BOOST_AUTO_TEST_CASE(a_keywords_weight_is_finite) {
  const Keyword keyword{"ink", std::numeric_limits<float>::infinity()};
  for (std::span<const Keyword> Record::*field : {&Record::keywords, &Record::negative_keywords}) {
    Record record = valid_record();
    record.*field = std::span(&keyword, 1);
    BOOST_TEST(refusal(record) == "a keyword's weight is not a finite number");
  }
}

BOOST_AUTO_TEST_CASE(a_name_by_itself_is_not_empty_within_its_bound_and_text) {
  BOOST_TEST(validate_name("FAMILY", std::string(64, 'x'), 64).has_value());
  BOOST_TEST(validate_name("FAMILY", std::string(65, 'x'), 64).error().message == "FAMILY is longer than 64 bytes");
  BOOST_TEST(validate_name("FAMILY", "", 64).error().message == "FAMILY is empty");
  BOOST_TEST(validate_name("FAMILY", "sd\xff", 64).error().message ==
                    "FAMILY is not valid UTF-8 text without zero bytes");
}

BOOST_AUTO_TEST_CASE(every_text_of_a_record_must_be_text) {
  for (std::string_view Record::*field :
       {&Record::user, &Record::checkpoint, &Record::prompt, &Record::negative_prompt, &Record::family, &Record::stage,
        &Record::session, &Record::generation, &Record::id, &Record::decision, &Record::note, &Record::vision}) {
    Record record = valid_record();
    record.*field = "a\xff";
    BOOST_TEST(check_bounds(record).has_value());
    BOOST_TEST(validate(record).error().message.ends_with(" is not valid UTF-8 text without zero bytes"));
  }
  const LoraTag lora{"a\xff"};
  const Parameter name{"a\xff", "1"};
  const Parameter value{"steps", "a\xff"};
  Record record = valid_record();
  record.loras = std::span(&lora, 1);
  BOOST_TEST(validate(record).error().message == "a LoRA's name is not valid UTF-8 text without zero bytes");
  record.loras = {};
  for (const Parameter* parameter : {&name, &value}) {
    record.parameters = std::span(parameter, 1);
    BOOST_TEST(validate(record).error().message == "a parameter is not valid UTF-8 text without zero bytes");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

// Prompt forms whose weights and LoRAs were checked against the real parsers.
#include <boost/json/src.hpp>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include "engine/context/split_words.h"
#include "helpers.h"
#include "tests/folders.h"

namespace json = boost::json;
using namespace penchant;
using namespace penchant::test;

namespace {

constexpr double tolerance = 1e-3;

/// The largest weight of the example's phrases that hold the word, if any does.
std::optional<double> weight_in(const json::array& phrases, std::string_view word) {
  std::optional<double> weight;
  UnicodeWords splitter;
  for (const json::value& phrase : phrases) {
    const std::vector<std::string> words = split_words(phrase.at("k").as_string(), splitter);
    if (std::find(words.begin(), words.end(), word) == words.end()) continue;
    const double value = phrase.at("w").to_number<double>();
    if (!weight || value > *weight) weight = value;
  }
  return weight;
}

/// "folder/style.safetensors" to "style", as the examples name a LoRA.
std::string_view bare_name(std::string_view name) {
  name.remove_prefix(name.rfind('/') + 1);
  if (name.ends_with(".safetensors")) name.remove_suffix(std::string_view(".safetensors").size());
  return name;
}

void check_keywords(const json::object& example, const Context& context) {
  const json::array& phrases = example.at("keywords").as_array();
  for (const Keyword& keyword : context.keywords()) {
    const std::optional<double> expected = weight_in(phrases, keyword.text);
    if (example.at("id") == "p45" && keyword.text == "old") continue;  // the example leaves it open
    BOOST_TEST(expected.has_value(), keyword.text << " is no keyword of " << example.at("input"));
    if (!expected) continue;
    BOOST_TEST(std::abs(keyword.weight - *expected) < tolerance, keyword.text << " " << keyword.weight);
  }
  std::string all;
  for (const json::value& phrase : phrases) all.append(phrase.at("k").as_string()).append(", ");
  // What our lists drop from the example's own phrases is dropped; nothing else may be missing.
  const Context kept = read(all);
  for (const Keyword& keyword : kept.keywords()) {
    const bool is_there = std::any_of(context.keywords().begin(), context.keywords().end(),
                                      [&](const Keyword& k) { return k.text == keyword.text; });
    BOOST_TEST(is_there, keyword.text << " is missing from " << example.at("input"));
  }
}

void check_loras(const json::object& example, const Context& context) {
  const json::array& expected = example.at("loras").as_array();
  BOOST_REQUIRE_EQUAL(context.loras().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const json::object& lora = expected[i].as_object();
    const double strength = lora.at("strength").to_number<double>();
    const double clip = lora.contains("te") ? lora.at("te").to_number<double>() : strength;
    BOOST_TEST(bare_name(context.loras()[i].name) == std::string_view(lora.at("name").as_string()));
    BOOST_TEST(std::abs(context.loras()[i].strength_model - strength) < tolerance);
    BOOST_TEST(std::abs(context.loras()[i].strength_clip - clip) < tolerance);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(examples)

BOOST_AUTO_TEST_CASE(every_example_agrees) {
  std::ifstream in(shared_file("data/prompt_examples.json"), std::ios::binary);
  if (!in) {
    std::cout << "skipped: no prompt_examples.json\n";
    BOOST_TEST_MESSAGE("skipped: no prompt_examples.json");
    return;
  }
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  int read_count = 0;
  const json::value examples = json::parse(text);
  for (const json::value& value : examples.as_array()) {
    const json::object& example = value.as_object();
    const std::string_view dialect = example.at("dialect").as_string();
    if (dialect != "a1111" && dialect != "comfy") continue;
    ReadOptions options{dialect == "comfy" ? Dialect::comfy : Dialect::a1111};
    if (example.contains("steps")) options.steps = example.at("steps").to_number<int>();
    const Context context = read(std::string_view(example.at("input").as_string()), options);
    BOOST_TEST_CONTEXT(example.at("id")) {
      check_keywords(example, context);
      check_loras(example, context);
    }
    ++read_count;
  }
  BOOST_TEST(read_count == 36);
}

BOOST_AUTO_TEST_SUITE_END()

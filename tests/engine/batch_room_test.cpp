// A batch fits an engine's limits together or not at all.
#include "engine/batch_room.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "engine/limits.h"
#include "tests/engine/full_vocabulary.h"
#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

struct Batch : Taste {
  BatchRoom room{engine};

  /// Adds records one after the other, made by make(i); how many fit of `count`.
  template <class Make>
  std::size_t fitting(std::size_t count, const Make& make) {
    for (std::size_t i = 0; i < count; ++i) {
      if (auto fits = room.add(make(i)); !fits) {
        sentence = fits.error().message;
        return i;
      }
    }
    return count;
  }
  std::string text(std::size_t i) { return text_ = "t" + std::to_string(i); }
  std::string sentence;

 private:
  std::string text_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(batch_room, Batch)

BOOST_AUTO_TEST_CASE(what_is_named_again_takes_no_more) {
  std::string name = "A";
  BOOST_TEST(fitting(3 * arms_per_user_max, [&](std::size_t i) {
               name = i % 2 == 0 ? "A" : "models/A.safetensors";
               return Record{.user = "ann", .checkpoint = name};
             }) == 3 * arms_per_user_max);
}

BOOST_AUTO_TEST_CASE(checkpoints_are_counted_with_those_the_user_has) {
  kept("ann", "A", "ink");
  std::string name;
  BOOST_TEST(fitting(arms_per_user_max + 1, [&](std::size_t i) {
               name = text(i);
               return Record{.user = "ann", .checkpoint = name};
             }) == arms_per_user_max - 1);
  BOOST_TEST(sentence.ends_with("would have more checkpoints than one may have, 65536"));
  BOOST_TEST(room.add({.user = "bob", .checkpoint = "B"}).has_value());
}

BOOST_AUTO_TEST_CASE(loras_are_counted) {
  std::string name;
  LoraTag lora;
  BOOST_TEST(fitting(arms_per_user_max + 1, [&](std::size_t i) {
               name = text(i);
               lora.name = name;
               return Record{.user = "ann", .checkpoint = "A", .loras = {&lora, 1}};
             }) == arms_per_user_max);
  BOOST_TEST(sentence.find("more LoRAs") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(negative_prompts_are_counted) {
  std::string word;
  Keyword keyword;
  BOOST_TEST(fitting(negative_prompts_per_user_max + 1, [&](std::size_t i) {
               word = text(i);
               keyword.text = word;
               return Record{.user = "ann", .checkpoint = "A", .negative_keywords = {&keyword, 1}};
             }) == negative_prompts_per_user_max);
  BOOST_TEST(sentence.find("more negative prompts") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(parameters_are_counted_by_family) {
  std::string name;
  Parameter parameter{{}, "1"};
  const std::size_t room_for = parameters_per_user_max - record_parameters_max - record_loras_max;
  BOOST_TEST(fitting(room_for + 1, [&](std::size_t i) {
               name = text(i);
               parameter.name = name;
               return Record{.user = "ann", .checkpoint = "A", .parameters = {&parameter, 1}};
             }) == room_for);
  BOOST_TEST(sentence.find("more parameters") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(keywords_are_counted) {
  std::vector<std::string> words(keywords_max);
  std::vector<Keyword> keywords(keywords_max);
  const std::size_t records = keywords_per_user_max / keywords_max;
  BOOST_TEST(fitting(records + 1, [&](std::size_t i) {
               for (std::size_t k = 0; k < keywords_max; ++k) {
                 words[k] = text(i * keywords_max + k);
                 keywords[k].text = words[k];
               }
               return Record{.user = "ann", .checkpoint = "A", .keywords = keywords};
             }) == records);
  BOOST_TEST(sentence == "this user has the most keywords one may have, 1048576");
}

/// As many other words as a prompt may have, of 16 KiB.
struct LongWords {
  static constexpr std::size_t bytes = 16 << 10;
  static constexpr std::size_t fit = vocabulary_bytes_max / (keywords_max * (bytes + Interner::bytes_per_text));

  std::span<const Keyword> of(std::size_t record) {
    for (std::size_t i = 0; i < keywords_max; ++i) {
      texts[i] = long_text(record * keywords_max + i, bytes);
      keywords[i].text = texts[i];
    }
    return keywords;
  }
  std::vector<std::string> texts{keywords_max};
  std::vector<Keyword> keywords{keywords_max};
};

BOOST_AUTO_TEST_CASE(texts_of_all_users_are_counted_together) {
  LongWords words;
  std::string user;
  BOOST_TEST(fitting(LongWords::fit + 1, [&](std::size_t i) {
               user = text(i % 3);
               return Record{.user = user, .checkpoint = "A", .keywords = words.of(i)};
             }) == LongWords::fit);
  BOOST_TEST(sentence == vocabulary_full().message);
}

BOOST_AUTO_TEST_CASE(what_learners_know_of_prompts_is_counted_where_they_are_kept) {
  LongWords words;
  const auto fit = [&] {
    return fitting(LongWords::fit + 1, [&](std::size_t i) {
      return Record{.user = "ann", .checkpoint = "A", .other_words = words.of(i)};
    });
  };
  BOOST_TEST(fit() == LongWords::fit + 1);
  engine.change_learning({.now_ms = now_ms, .is_on = true});
  BOOST_TEST(fit() == LongWords::fit);
  BOOST_TEST(sentence == vocabulary_full().message);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

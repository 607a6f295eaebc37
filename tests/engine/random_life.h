// RandomLife: an endless, repeatable stream of events of all kinds, and of questions about them.
//
// Owner: the caller. Lifetime: what next_* returns lasts until the next call of any.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/context/other_words.h"
#include "engine/context/word_lists.h"
#include "engine/recommend.h"
#include "engine/suggest.h"
#include "tests/engine/taste.h"

namespace penchant::test {

class RandomLife {
 public:
  using AnyEvent = std::variant<Record, PoolSet, PoolDelete, DecayChange, Share, Forget>;

  /// Of four lives one knows many models, one some, one few, and one judges two in quick succession, which is what
  /// makes an engine sure. In every other life there is a crowd, who share what they learn.
  explicit RandomLife(unsigned seed)
      : random_(seed),
        models_(seed % 4 == 0   ? 40
                : seed % 4 == 1 ? 5
                : seed % 4 == 2 ? 3
                                : 2),
        busy_(seed % 4 == 3),
        crowd_(seed / 4 % 2 == 1) {}

  AnyEvent next_event() {
    pass_time();
    forget_texts();
    const unsigned dice = below(80);
    if (dice < 2) return DecayChange{now_ms_, pick<double>({30, 30, 7, 300, 0})};
    if (dice < 4) return PoolDelete{now_ms_, family(), tier()};
    if (dice < 8) return PoolSet{now_ms_, family(), tier(), models(8)};
    if (dice == 8) return Forget{now_ms_, user()};
    if (dice < (crowd_ ? 24 : 12)) return Share{now_ms_, user(), below(5) > 0};
    return next_record();
  }

  Question next_question(std::int64_t now_ms) {
    forget_texts();
    Question question{.user = asker(), .keywords = read_prompt(prompt())};
    if (below(3) == 0) question.family = asked_family();
    if (below(3) == 0) question.tier = tier();
    if (below(4) == 0) question.top = pick<std::uint32_t>({1, 2, 5, 100});
    if (below(3) == 0) question.among = models(8);
    question.at_ms = asked_time(now_ms);
    question.policy =
        pick({Policy::banded, Policy::banded, Policy::greedy, Policy::epsilon, Policy::thompson, Policy::squarecb});
    question.seed = random_();
    return question;
  }

  SuggestQuestion next_suggest_question(std::int64_t now_ms) {
    forget_texts();
    SuggestQuestion question{.user = asker(), .keywords = read_prompt(prompt())};
    if (below(2) == 0) question.checkpoint = model('m');
    if (below(3) == 0) question.family = asked_family();
    if (below(3) == 0) {
      names_.clear();
      for (unsigned left = below(6); left > 0; --left) names_.push_back(model('l'));
      question.among = names_;
    }
    if (below(4) == 0) question.top = pick<std::uint32_t>({1, 2, 5, 100});
    question.at_ms = asked_time(now_ms);
    return question;
  }

  /// One that a record's might be, for whoever reads prompts.
  std::string_view next_prompt() {
    forget_texts();
    return prompt_with_loras();
  }
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

 private:
  template <class Value>
  Value pick(std::initializer_list<Value> values) {
    return values.begin()[below(static_cast<unsigned>(values.size()))];
  }

  void pass_time() {
    if (busy_ && below(50) > 0) {
      now_ms_ += below(1000);
      return;
    }
    switch (below(12)) {
      case 0: now_ms_ += below(20) * day_ms; break;
      case 1: now_ms_ -= below(3) * day_ms; break;  // a clock that was set back
      case 2: now_ms_ += below(8) == 0 ? long_gap_days() * day_ms : 0; break;
      case 3: break;
      default: now_ms_ += below(100'000);
    }
  }
  /// Far beyond where landmarks move, or about there: 32 half-lives are 665 days, or 155 where they fade in 7.
  std::int64_t long_gap_days() { return pick<std::int64_t>({1500, 620 + below(90), 140 + below(30)}); }
  std::int64_t asked_time(std::int64_t now_ms) {
    return now_ms + pick<std::int64_t>({0, 0, 0, second_ms, 40 * day_ms, -2 * day_ms, -100 * day_ms});
  }

  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  void forget_texts() { texts_.clear(); }

  std::string_view user() {
    return crowd_ ? pick<std::string_view>({"ann", "bob", "cyd", "dan", "eve", "fay"})
                  : pick<std::string_view>({"ann", "ann", "ann", "bob", "cyd"});
  }
  std::string_view asker() { return below(12) == 0 ? "zoe" : user(); }  // zoe has never judged anything
  std::string_view family() { return pick<std::string_view>({"sdxl", "sd15"}); }
  std::string_view asked_family() { return below(6) == 0 ? "flux" : family(); }
  Tier tier() { return pick({Tier::draft, Tier::standard, Tier::quality}); }

  /// One of few models, in one of the ways to write it.
  std::string_view model(char kind) {
    const std::string key = numbered(kind, static_cast<int>(below(models_)));
    switch (below(4)) {
      case 0: return keep("sdxl/" + key + ".safetensors");
      case 1: return keep("old\\" + key + ".CKPT");
      default: return keep(key);
    }
  }
  std::span<const std::string_view> models(unsigned most) {
    names_.clear();
    for (unsigned left = below(most); left > 0; --left) names_.push_back(model('m'));
    return names_;
  }

  /// Some of the words, in any order, some twice or with a weight.
  std::string some_of(std::vector<std::string_view> words, unsigned chance_of_12) {
    std::string text;
    for (std::size_t left = words.size(); left > 0; --left) {
      const unsigned i = below(static_cast<unsigned>(left));
      if (below(12) < chance_of_12) {
        const std::string word(words[i]);
        text += below(8) == 0 ? "(" + word + ":1.3), " : below(8) == 0 ? word + " " + word + ", " : word + ", ";
      }
      words.erase(words.begin() + i);
    }
    return text;
  }
  std::string_view prompt() {
    return keep(some_of({"ink", "cat", "moon", "oil", "dog", "anime", "portrait"}, busy_ ? 8 : 4));
  }
  std::string_view prompt_with_loras() {
    std::string text(prompt());
    for (unsigned left = below(3); left > 0; --left) {
      text += "<lora:" + std::string(model('l')) + (below(4) == 0 ? ">" : ":" + std::string(strength()) + ">") + "fog ";
    }
    return keep(text);
  }
  std::string_view strength() { return pick<std::string_view>({"0.5", "0.75", "0.8", "1", "-0.4", "1.25"}); }

  std::span<const Keyword> read_prompt(std::string_view prompt) {
    reader_.read(prompt, {}, prompt_);
    return prompt_.keywords();
  }

  Record next_record() {
    Record record{.now_ms = now_ms_, .verdict = verdict(), .user = user(), .checkpoint = model('m')};
    record.prompt = prompt_with_loras();
    record.keywords = read_prompt(record.prompt);
    record.other_words = other_words_.read(record.prompt, record.keywords);
    if (below(3) == 0) record.negative_prompt = keep(some_of({"blurry", "hands", "text", "cat"}, 5));
    reader_.read(record.negative_prompt, {}, negative_prompt_);
    record.negative_keywords = negative_prompt_.keywords();
    if (below(6) == 0) record.at_ms = now_ms_ - below(90) * day_ms;
    if (below(20) == 0) record.at_ms = now_ms_ - below(4000) * day_ms;
    if (below(20) == 0) record.at_ms = now_ms_ + below(90) * day_ms;
    if (below(15) == 0) record.weight_ms = now_ms_ - below(60) * day_ms;
    if (below(3) == 0) record.family = family();
    if (below(3) == 0) record.tier = tier();
    if (below(6) == 0) record.stage = "upscale";
    if (below(busy_ ? 8 : 2) == 0) record.id = keep(std::to_string(below(12)));
    record.loras = loras();
    record.parameters = parameters();
    return record;
  }

  Verdict verdict() {
    return pick({Verdict::selected, Verdict::selected, Verdict::rejected, Verdict::rejected, Verdict::neutral});
  }

  /// Those of options, and then the prompt's.
  std::span<const LoraTag> loras() {
    loras_.clear();
    for (unsigned left = below(3); left > 1; --left) {
      const double strength = pick({0.5, 0.7, 1.0, 1.1});
      loras_.push_back({model('l'), strength, strength});
    }
    loras_.insert(loras_.end(), prompt_.loras().begin(), prompt_.loras().end());
    return loras_;
  }

  std::span<const Parameter> parameters() {
    parameters_.clear();
    if (below(3) > 0) parameters_.push_back({"steps", pick<std::string_view>({"20", "20", "30", "25.5", "many", ""})});
    if (below(3) == 0) parameters_.push_back({"cfg", pick<std::string_view>({"7", "7.5", "-1e-1", "nan", "6 or 7"})});
    if (below(6) == 0) parameters_.push_back({"sampler", "euler"});
    if (below(6) == 0) parameters_.push_back({pick<std::string_view>({"seed", "Seed"}), "12345"});
    if (below(8) == 0) parameters_.push_back({"steps", "50"});  // named before: counts for nothing
    if (below(8) == 0) parameters_.push_back({"size", pick<std::string_view>({"1e15", "-9e14", "2e15", "inf"})});
    return parameters_;
  }

  std::mt19937 random_;
  unsigned models_;
  bool busy_;
  bool crowd_;
  std::int64_t now_ms_ = 1'750'000'000'000;
  ContextReader reader_{WordLists::english()};
  Context prompt_;
  Context negative_prompt_;
  OtherWords other_words_;
  std::deque<std::string> texts_;
  std::vector<LoraTag> loras_;
  std::vector<Parameter> parameters_;
  std::vector<std::string_view> names_;
};

}  // namespace penchant::test

// Taste: an engine, its clock, and the few words in which its tests are told.
//
//   Taste taste;
//   taste.kept("ann", "A", "ink cat", 3);
//   taste.rejected("ann", "B", "ink cat");
//   BOOST_TEST(taste.best("ann", "ink cat") == "A B");
//
// A prompt's words are what stands between spaces; what a real prompt's words are is tested with the context.
#pragma once

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model_name.h"
#include "engine/recommend.h"

namespace penchant::test {

inline constexpr std::int64_t second_ms = 1000;
inline constexpr std::int64_t day_ms = 86'400'000;
inline constexpr std::array word_kinds{ScorerKind::weighted, ScorerKind::logodds, ScorerKind::evidence};

inline std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

inline std::vector<Keyword> words(std::string_view prompt) {
  std::vector<Keyword> keywords;
  for (const std::string_view word : split(prompt)) keywords.push_back({word});
  return keywords;
}

/// "m7": the 7th of many.
inline std::string numbered(char letter, int number) { return std::string(1, letter).append(std::to_string(number)); }

struct Taste {
  Engine engine;
  std::int64_t now_ms = 1'750'000'000'000;

  /// Records now, with the words of its prompt as its keywords.
  Recorded tell(Record record) {
    const std::vector<Keyword> keywords = words(record.prompt);
    record.keywords = keywords;
    record.now_ms = now_ms;
    const auto recorded = engine.record(record);
    BOOST_REQUIRE_MESSAGE(recorded, recorded.error().message);
    return *recorded;
  }
  void tell(Verdict verdict, std::string_view user, std::string_view checkpoint, std::string_view prompt, int times) {
    for (; times > 0; --times) tell({.verdict = verdict, .user = user, .checkpoint = checkpoint, .prompt = prompt});
  }
  void kept(std::string_view user, std::string_view checkpoint, std::string_view prompt, int times = 1) {
    tell(Verdict::selected, user, checkpoint, prompt, times);
  }
  void rejected(std::string_view user, std::string_view checkpoint, std::string_view prompt, int times = 1) {
    tell(Verdict::rejected, user, checkpoint, prompt, times);
  }
  void pool(std::string_view family, Tier tier, std::string_view checkpoints) {
    const auto names = split(checkpoints);
    BOOST_REQUIRE(engine.set_pool({.now_ms = now_ms, .family = family, .tier = tier, .checkpoints = names}));
  }
  void decay(double days) { BOOST_REQUIRE(engine.change_decay({.now_ms = now_ms, .decay_days = days})); }
  void days_pass(double days) { now_ms += std::llround(days * static_cast<double>(day_ms)); }

  /// The score of `checkpoint`, or NaN where the user never recorded it.
  double score(std::string_view user, std::string_view checkpoint, std::string_view prompt) {
    return exact(user, checkpoint, prompt).score;
  }
  double observations(std::string_view user, std::string_view checkpoint, std::string_view prompt) {
    return exact(user, checkpoint, prompt).observations;
  }

  /// The answer now; its views last until the next question.
  Recommendation ask(std::string_view user, std::string_view prompt, Question question = {}) {
    keywords_ = words(prompt);
    question.user = user;
    question.keywords = keywords_;
    question.at_ms = now_ms;
    const auto answer = recommender_.recommend(engine, question);
    BOOST_REQUIRE_MESSAGE(answer, answer.error().message);
    return *answer;
  }
  /// The names of the arms answered, best first, spaces between.
  std::string best(std::string_view user, std::string_view prompt, Question question = {}) {
    std::string names;
    for (const ArmAnswer& arm : ask(user, prompt, question).arms) {
      if (!names.empty()) names += ' ';
      names += arm.checkpoint;
    }
    return names;
  }
  /// The same, asked for in a batch.
  std::string best_in_batch(std::string_view user, std::string_view prompt, Question question, RateRows& rates) {
    keywords_ = words(prompt);
    question.user = user;
    question.keywords = keywords_;
    question.at_ms = now_ms;
    std::string names;
    for (const ArmAnswer& arm : *recommender_.best(engine, question, rates)) {
      names.append(names.empty() ? "" : " ").append(arm.checkpoint);
    }
    return names;
  }
  std::string best_among(std::string_view user, std::string_view prompt, std::string_view checkpoints) {
    const auto among = split(checkpoints);
    return best(user, prompt, {.among = among});
  }
  const Scorer& scorer() const { return recommender_.scorer(); }
  std::span<const Keyword> keywords() const { return keywords_; }

 private:
  ArmScore exact(std::string_view user, std::string_view checkpoint, std::string_view prompt) {
    const User* who = engine.find_user(user);
    const auto key = engine.find_name(model_key(checkpoint));
    const auto column = who && key ? who->checkpoints().find(*key) : std::nullopt;
    if (!column) return {.score = NAN, .observations = NAN};
    const auto keywords = words(prompt);
    Scorer scorer;
    scorer.ask(engine, who, keywords, now_ms);
    return scorer.exact(*column);
  }

  std::vector<Keyword> keywords_;
  Recommender recommender_{Bands{}};
};

}  // namespace penchant::test

#include "evaluate/replay.h"

#include <string>
#include <string_view>
#include <vector>

#include "engine/context/other_words.h"
#include "engine/recommend.h"

namespace penchant {
namespace {

constexpr std::string_view user = "stream";

/// What is asked and recorded of one decision.
struct Decided {
  std::string_view prompt;
  std::span<const Keyword> keywords;
  std::span<const Keyword> other_words;
};

result<std::size_t> choose(Recommender& recommender, const Engine& engine, const Decided& decided,
                           std::span<const std::string_view> arms, const ScorerChoice& scorer) {
  const auto answer = recommender.recommend(engine, {.user = user,
                                                     .keywords = decided.keywords,
                                                     .among = arms,
                                                     .policy = Policy::greedy,
                                                     .scorer = scorer,
                                                     .other_words = decided.other_words});
  if (!answer) return answer.error();
  return answer->chances.front().arm;
}

}  // namespace

result<double> replay(const Stream& stream, const ScorerChoice& scorer, const std::function<void()>& on_decision) {
  Engine engine;
  if (auto off = engine.change_decay({.decay_days = 0}); !off) return off.error();
  engine.change_learning({.is_on = scorer.learns()});
  Recommender recommender{Bands{}};
  RecentContexts prompts(WordLists::english());
  OtherWords other_words;
  const std::vector<std::string_view> arms(stream.arms().begin(), stream.arms().end());
  double expected = 0;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    Decided decided{.prompt = stream.prompt(i)};
    decided.keywords = prompts.read(decided.prompt).keywords();
    if (engine.is_learning()) decided.other_words = other_words.read(decided.prompt, decided.keywords);
    const auto arm = choose(recommender, engine, decided, arms, scorer);
    if (!arm) return arm.error();
    const StreamOutcome& outcome = stream.outcome(i, *arm);
    expected += static_cast<double>(outcome.expected);
    const auto recorded = engine.record({.verdict = outcome.is_kept ? Verdict::selected : Verdict::rejected,
                                         .user = user,
                                         .checkpoint = arms[*arm],
                                         .prompt = decided.prompt,
                                         .keywords = decided.keywords,
                                         .other_words = decided.other_words});
    if (!recorded) return recorded.error();
    on_decision();
  }
  return stream.size() == 0 ? 0 : expected / static_cast<double>(stream.size());
}

}  // namespace penchant

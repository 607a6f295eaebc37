// What states of the golden life answer, as text that is the same on every machine: numbers are the shortest that read
// back as the same. These questions are part of the golden files' meaning, as the life is (golden_life.h).
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "engine/explain.h"
#include "engine/suggest.h"
#include "persistence/decision_ring.h"

namespace penchant::test {

class GoldenAnswers {
 public:
  void ask(const Engine& engine) {
    told_ += "events until " + std::to_string(engine.now_ms()) + ", records " + std::to_string(engine.record_count());
    told_ += ", decay " + shortest(engine.decay().days()) + "\n";
    for (const Pool& pool : engine.pools().all()) {
      told_.append("pool ").append(pool.family).append(" ").append(to_string(pool.tier));
      for (const PoolEntry& entry : pool.checkpoints) told_.append(" ").append(engine.name_text(entry.name));
      told_ += '\n';
    }
    const Community community = community_of(engine);
    for (const NamedUser& named : engine.users()) {
      const Totals& totals = named.user->totals();
      tell(named.name, {static_cast<double>(totals.records), static_cast<double>(totals.selected),
                        static_cast<double>(totals.rejected), static_cast<double>(totals.neutral)});
      told_.append(named.user->is_sharing() ? "  shares\n" : "");
      ask(engine, named.name, community);
    }
    ask(engine, "nobody", community);
  }

  /// What a ring knows of the decisions with these ids.
  void ask(DecisionRing& ring, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      told_ += "decision " + id;
      const auto found = ring.find(id);
      told_ += found ? "" : " unknown\n";
      if (!found) continue;
      const Decision& decision = found->decision;
      told_.append(found->is_judged ? " judged " : " ").append(std::to_string(decision.at_ms));
      for (const std::string_view text : {decision.user, decision.prompt, decision.family, decision.policy,
                                          decision.checkpoint, decision.tier ? to_string(*decision.tier) : "-"}) {
        told_.append(" [").append(text).append("]");
      }
      found->arms.for_each([this](std::string_view name, float probability) {
        told_.append(" ").append(name).append(" ").append(shortest(probability));
      });
      told_ += '\n';
    }
  }

  const std::string& text() const { return told_; }

 private:
  static std::string shortest(double value) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
  }
  void tell(std::string_view what, std::initializer_list<double> numbers) {
    told_.append("  ").append(what);
    for (const double number : numbers) told_.append(" ").append(shortest(number));
    told_ += '\n';
  }
  void tell_value(std::string_view what, const ValueAnswer& value) {
    tell(what, {value.mean, value.sd, value.observations});
  }

  void ask(const Engine& engine, std::string_view user, const Community& community) {
    const Keyword some[] = {{"ink"}, {"portrait"}, {"fog"}, {"unheard"}};
    for (const std::span<const Keyword> keywords : {std::span<const Keyword>(), std::span<const Keyword>(some)}) {
      for (const Policy policy : {Policy::banded, Policy::thompson, Policy::squarecb}) {
        recommend(engine, {.user = user,
                           .keywords = keywords,
                           .top = 4,
                           .at_ms = engine.now_ms(),
                           .policy = policy,
                           .seed = 7,
                           .community = &community});
      }
      suggest(engine, {.user = user, .keywords = keywords, .at_ms = engine.now_ms(), .community = &community});
    }
    recommend(engine, {.user = user, .keywords = some, .family = "sdxl", .at_ms = engine.now_ms()});
  }
  void recommend(const Engine& engine, const Question& question) {
    const auto answer = recommender_.recommend(engine, question);
    told_.append(question.user).append(", ").append(std::to_string(question.keywords.size())).append(" keywords: ");
    if (!answer) {
      told_ += answer.error().message + "\n";
      return;
    }
    told_.append(answer->chosen.checkpoint).append(" ").append(to_string(answer->band)).append(" ");
    told_.append(shortest(answer->confidence)).append(". ");
    append_reason(*answer, question.keywords, recommender_.scorer(), told_);
    told_ += '\n';
    for (const ArmAnswer& arm : answer->arms) tell(arm.checkpoint, {arm.score, arm.observations, arm.probability});
  }
  void suggest(const Engine& engine, const SuggestQuestion& question) {
    for (const LoraAnswer& one : suggester_.loras(engine, question)) {
      tell(one.lora, {one.score, one.observations});
      if (one.strength) tell_value("strength", *one.strength);
    }
    for (const NegativeAnswer& one : suggester_.negatives(engine, question)) {
      tell(one.keyword, {one.score, one.observations});
    }
    for (const ParameterAnswer& one : suggester_.parameters(engine, question)) tell_value(one.name, one.value);
  }

  Recommender recommender_{Bands{}};
  Suggester suggester_;
  std::string told_;
};

}  // namespace penchant::test

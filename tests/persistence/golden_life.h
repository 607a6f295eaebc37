// GoldenLife: the events behind the golden files (tests/golden), the same for ever: every kind of event, and every kind
// of state that a user can be in. It depends on nothing but the events themselves: no word list, no clock, no chance.
//
// Owner: the caller. Lifetime: what an event views lasts for the call. It is part of the files' meaning: a change of it
// belongs with a new set of them, as a change of a format does.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/event_codec.h"

namespace penchant::test {

class GoldenLife {
 public:
  using Tell = std::function<void(const Event&)>;

  explicit GoldenLife(Tell tell) : tell_(std::move(tell)) {}

  std::int64_t now_ms() const { return now_ms_; }

  /// Fields, pools, users, a row for each of many models, words that come up once, corrections; somebody is forgotten.
  void live_first() {
    pool("sdxl", Tier::standard, {"epicrealismXL", "dreamShaperXL", "m3"});
    pool("sd15", Tier::draft, {"deliberate_v2"});
    tell_everything();
    for (int model = 0; model < models; ++model) {
      kept("ann", numbered('m', model), {"ink", "cat"});
      if (model % 3 != 0) rejected("ann", numbered('m', model), {"ink"});
    }
    for (const char* word : {"fog", "moss", "Größe", "月"}) kept("ann", "m1", {word, "rare"});
    tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "m2", .prompt = "oil", .id = "corrected"},
         {"oil"});
    tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "m4", .prompt = "oil", .id = "corrected"},
         {"oil"});
    for (const char* user : {"bob", "cyd", "dan"}) {
      for (int times = 0; times < 3; ++times) kept(user, "m1", {"ink", "portrait"});
      rejected(user, "m5", {"ink"});
    }
    tell_(Forget{.now_ms = pass(1), .user = "dan"});
    tell_(Erased{});
  }

  /// Learners; the community, another decay, and so long a time that landmarks move; a neutral record; a pool goes.
  void live_second() {
    tell_(LearningChange{.now_ms = pass(1), .is_on = true, .is_from_counts = true});
    is_learning_ = true;
    for (const char* user : {"ann", "bob", "cyd", "eve"}) tell_(Share{.now_ms = pass(1), .user = user, .on = true});
    tell_(Share{.now_ms = pass(1), .user = "eve", .on = false});
    tell_(DecayChange{.now_ms = pass(1), .decay_days = 7});
    for (int weeks = 0; weeks < 5; ++weeks) {
      days_pass(42);  // in five times more half-lives than a landmark lies behind
      for (const char* user : {"ann", "bob", "cyd"}) kept(user, "m1", {"ink", "portrait"});
      tell_suggestions();
    }
    for (int model = 0; model < models; ++model) kept("ann", numbered('m', model), {"ink"});
    tell({.verdict = Verdict::neutral, .user = "cyd", .checkpoint = "m9", .prompt = "seen, not judged"}, {"seen"});
    tell_(PoolDelete{.now_ms = pass(1), .family = "sd15", .tier = Tier::draft});
  }

  /// What a start replays behind the snapshot: once more of each kind.
  void live_last() {
    kept("ann", "m2", {"ink", "late"});
    tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "m4", .prompt = "oil", .id = "corrected"},
         {"oil"});
    kept("dan", "m1", {"again"});
    tell({.verdict = Verdict::selected, .user = "dan", .checkpoint = "m1", .prompt = "ink", .decision = "z-2",
          .shadow_checkpoint = "m2"},
         {"ink"});
    kept("fay", "m1", {"ink"});
    tell_(Forget{.now_ms = pass(1), .user = "fay"});
    tell_(Share{.now_ms = pass(1), .user = "dan", .on = true});
    pool("flux", Tier::quality, {"m1", "m2"});
    tell_(PoolDelete{.now_ms = pass(1), .family = "flux", .tier = Tier::quality});
    tell_(DecayChange{.now_ms = pass(1), .decay_days = 30});
    tell_suggestions();
  }

  /// More in one cell than single precision counts. Too many events for a journal that is kept here.
  void live_heavily() {
    for (int times = 0; times < 4200; ++times) kept("bob", "m1", {"oil"});
    rejected("bob", "m1", {"oil", "cat"});
  }

 private:
  static constexpr int models = 14;  // most of a line of a dense row

  static std::string numbered(char letter, int number) { return std::string(1, letter) + std::to_string(number); }

  std::int64_t pass(std::int64_t ms) { return now_ms_ += ms; }
  void days_pass(std::int64_t days) { pass(days * 86'400'000); }

  /// With these words as its keywords, now.
  void tell(Record record, std::initializer_list<std::string_view> words) {
    std::vector<Keyword> keywords;
    for (const std::string_view word : words) keywords.push_back({word});
    record.keywords = keywords;
    const Keyword others[] = {{"of"}, {"the"}};
    if (is_learning_) record.other_words = others;
    record.now_ms = pass(1001);
    tell_(record);
  }
  void judge(Verdict verdict, std::string_view user, std::string_view checkpoint,
             std::initializer_list<std::string_view> words) {
    std::string prompt;
    for (const std::string_view word : words) prompt.append(prompt.empty() ? "" : " ").append(word);
    tell({.verdict = verdict, .user = user, .checkpoint = checkpoint, .prompt = prompt}, words);
  }
  void kept(std::string_view user, std::string_view checkpoint, std::initializer_list<std::string_view> words) {
    judge(Verdict::selected, user, checkpoint, words);
  }
  void rejected(std::string_view user, std::string_view checkpoint, std::initializer_list<std::string_view> words) {
    judge(Verdict::rejected, user, checkpoint, words);
  }
  void pool(std::string_view family, Tier tier, std::initializer_list<std::string_view> checkpoints) {
    tell_(PoolSet{
        .now_ms = pass(1), .family = family, .tier = tier, .checkpoints = {checkpoints.begin(), checkpoints.end()}});
  }

  /// A record with every field that there is.
  void tell_everything() {
    const Keyword keywords[] = {{"portrait", 1.2F}, {"woman"}, {"ink", 0.9F}};
    const Keyword negatives[] = {{"blurry"}, {"hands", 1.4F}};
    const LoraTag loras[] = {{"add_detail", 0.8, 0.6}, {"styles\\ink.safetensors", -0.25, 1}};
    const Parameter parameters[] = {{"steps", "30"}, {"cfg", "6.5"}, {"sampler", "DPM++ 2M"}, {"seed", "42"}};
    const DecisionArm arms[] = {{"sdxl/epicrealismXL.safetensors", 0.75}, {"dreamShaperXL", 0.25}};
    const std::int64_t now = pass(5000);
    tell_(Record{.now_ms = now,
                 .at_ms = now - 3'600'000,
                 .weight_ms = now - 7'200'000,
                 .verdict = Verdict::selected,
                 .tier = Tier::quality,
                 .user = "ann",
                 .checkpoint = "sdxl/epicrealismXL.safetensors",
                 .prompt = "(portrait:1.2) of a woman, [ink] <lora:add_detail:0.8:0.6>",
                 .negative_prompt = "blurry, (hands:1.4)",
                 .family = "sdxl",
                 .stage = "upscale",
                 .session = "session-7",
                 .generation = "generation-9",
                 .id = "everything",
                 .decision = "z-1",
                 .note = "the \"light\"\nis right",
                 .vision = "a woman, drawn in ink",
                 .keywords = keywords,
                 .negative_keywords = negatives,
                 .loras = loras,
                 .parameters = parameters,
                 .decision_arms = arms});
  }
  /// What LoRAs, negative keywords and parameters are suggested from.
  void tell_suggestions() {
    const Keyword negatives[] = {{"blurry"}, {"text"}};
    const LoraTag loras[] = {{"add_detail", 0.5, 0.5}, {"wash", 1, 1}};
    const Parameter parameters[] = {{"steps", "25"}, {"cfg", "7"}, {"denoise", "0.4"}};
    for (const Verdict verdict : {Verdict::selected, Verdict::selected, Verdict::rejected}) {
      for (const char* user : {"ann", "bob", "cyd"}) {
        tell({.verdict = verdict,
              .user = user,
              .checkpoint = "m1",
              .prompt = "ink portrait",
              .family = "sdxl",
              .negative_keywords = negatives,
              .loras = loras,
              .parameters = parameters},
             {"ink", "portrait"});
      }
    }
  }

  Tell tell_;
  std::int64_t now_ms_ = 1'750'000'000'000;
  bool is_learning_ = false;
};

}  // namespace penchant::test

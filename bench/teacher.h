// Teacher: teaches an engine the records of many users, whose prompts people typed or Zipf's law made.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/other_words.h"
#include "engine/context/word_lists.h"
#include "engine/engine.h"

namespace penchant::bench {

inline constexpr std::size_t checkpoints = 200;
inline constexpr std::size_t checkpoints_of_user = 20;
inline constexpr std::int64_t start_ms = 1'700'000'000'000;
inline constexpr std::int64_t record_every_ms = 20;

inline constexpr std::array<std::string_view, 4> negative_prompts = {
    "lowres, bad anatomy, bad hands, text, error, missing fingers, extra digit, cropped, worst quality, jpeg artifacts",
    "ugly, deformed, noisy, blurry, low contrast", "cartoon, painting, illustration, anime, 3d render",
    "watermark, signature, username, out of frame, duplicate, mutated hands, poorly drawn face"};

/// A prompt a line.
inline std::vector<std::string> read_prompts(std::span<char*> files) {
  std::vector<std::string> prompts;
  for (const char* const path : files) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) prompts.push_back(line);
  }
  return prompts;
}

inline std::vector<std::string> make_prompts() {
  std::mt19937_64 random(1);
  std::vector<double> share;
  for (std::size_t i = 0; i < 20'000; ++i) share.push_back(1 / static_cast<double>(i + 1));
  std::discrete_distribution<std::size_t> word(share.begin(), share.end());
  std::vector<std::string> prompts(20'000);
  for (std::string& prompt : prompts) {
    for (int i = 0; i < 14; ++i) prompt += "theme" + std::to_string(word(random)) + ", ";
  }
  return prompts;
}

/// The argument at `place` as a number; `otherwise` where there is none.
inline std::uint64_t number_at(int argc, char** argv, int place, std::uint64_t otherwise) {
  if (argc > place) std::from_chars(argv[place], argv[place] + std::strlen(argv[place]), otherwise);
  return otherwise;
}

/// How much, from a command line: [USERS] [RECORDS] [PROMPTS...], the files of which have a prompt a line.
struct Load {
  std::uint64_t users = 0;
  std::uint64_t records = 200;  // of each
  std::vector<std::string> prompts;
};
inline Load read_load(int argc, char** argv, std::uint64_t users) {
  Load load{.users = number_at(argc, argv, 1, users), .prompts = {}};
  load.records = number_at(argc, argv, 2, load.records);
  load.prompts = argc > 3 ? read_prompts({argv + 3, static_cast<std::size_t>(argc - 3)}) : make_prompts();
  return load;
}

/// Teaches an engine record by record, all users taking turns.
class Teacher {
 public:
  explicit Teacher(const std::vector<std::string>& prompts) : prompts_(prompts), reader_(WordLists::english()) {}

  void teach(Engine& engine, std::uint64_t user, bool with_everything) {
    const std::string& prompt = prompts_[random_() % prompts_.size()];
    reader_.read(prompt, {}, context_);
    reader_.read(negative_prompts[random_() % negative_prompts.size()], {}, negative_);
    const std::string name = "user" + std::to_string(user);
    const std::string checkpoint =
        "checkpoint-" + std::to_string((user * 7 + random_() % checkpoints_of_user) % checkpoints);
    const std::string lora = "lora-" + std::to_string(random_() % 10);
    const std::array loras{LoraTag{.name = lora, .strength_model = 0.8, .strength_clip = 0.8}};
    const std::string steps = std::to_string(20 + random_() % 20);
    const std::array parameters{Parameter{"steps", steps}, Parameter{"cfg", "7"}};
    Record record{.now_ms = now_ms_ += record_every_ms,
                  .verdict = random_() % 2 == 0 ? Verdict::selected : Verdict::rejected,
                  .user = name,
                  .checkpoint = checkpoint,
                  .keywords = context_.keywords()};
    if (engine.is_learning()) record.other_words = other_words_.read(prompt, context_.keywords());
    if (with_everything) {
      record.negative_keywords = negative_.keywords();
      record.parameters = parameters;
      if (random_() % 2 == 0) record.loras = loras;
    }
    if (const auto recorded = engine.record(record); !recorded) throw std::runtime_error(recorded.error().message);
  }

 private:
  const std::vector<std::string>& prompts_;
  ContextReader reader_;
  Context context_;
  Context negative_;
  OtherWords other_words_;
  std::mt19937_64 random_{2};
  std::int64_t now_ms_ = start_ms;
};

}  // namespace penchant::bench

// Workload: the requests of a run, as bytes. The same options give the same ones.
//
// Errors: std::runtime_error with a sentence where the file of prompts cannot be used. Threading: none.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "cli/bench/load.h"
#include "cli/bench/zipf.h"

namespace penchant::bench {

/// The word of that rank among all words: the commonest ones people use, then made-up ones. No two are equal.
std::string word_of(std::uint32_t rank);

class Workload {
 public:
  explicit Workload(const Load& load);

  /// The next request, appended.
  Kind append(std::string& out);

  /// Teaches a user one checkpoint, so that every question has an answer; the same ID each time.
  void append_lesson(std::string& out, std::uint32_t user, std::uint32_t checkpoint);

 private:
  std::string_view any_prompt() { return prompts_[random_() % prompts_.size()]; }

  const unsigned records_percent_;
  const std::uint32_t checkpoints_;
  std::mt19937_64 random_{1};
  Zipf users_;
  std::vector<std::string> prompts_;
  std::string given_;  // the only request, as bytes; empty where they are made
  std::string user_;  // these two: kept for their room
  std::string checkpoint_;
};

}  // namespace penchant::bench

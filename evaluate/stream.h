// Stream: decisions with what every arm would have brought, to see which scorer chooses best. docs/evaluate.md has the
// format of its files.
//
//   const auto stream = read_stream("genai/seed-3.tsv.gz");
//   if (!stream) … stream.error().message
//
// Errors: one sentence with the file and the line. Limits: below. Memory: all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"

namespace penchant {

inline constexpr std::size_t stream_line_bytes_max = std::size_t{1} << 20;
inline constexpr std::size_t stream_arms_max = 4096;
inline constexpr std::size_t stream_decisions_max = 10'000'000;

/// What an arm brings where it is chosen.
struct StreamOutcome {
  bool is_kept = false;  // as it would be observed
  float expected = 0;    // the probability of that
};

class Stream {
 public:
  explicit Stream(std::vector<std::string> arms) : arms_(std::move(arms)) {}
  /// `outcomes`: one an arm.
  void add(std::string_view prompt, std::span<const StreamOutcome> outcomes);

  std::span<const std::string> arms() const { return arms_; }
  std::size_t size() const { return prompt_ends_.size(); }
  std::string_view prompt(std::size_t decision) const;
  const StreamOutcome& outcome(std::size_t decision, std::size_t arm) const {
    return outcomes_[decision * arms_.size() + arm];
  }

 private:
  std::vector<std::string> arms_;
  std::string prompts_;  // one behind the other
  std::vector<std::size_t> prompt_ends_;
  std::vector<StreamOutcome> outcomes_;
};

/// Of a file of tab-separated values, as it is or compressed with gzip.
result<Stream> read_stream(const std::string& path);

/// Takes one line after the other, the header first, each without its end.
class StreamLines {
 public:
  result<void> add(std::string_view line);
  /// What they were; a Failure where there was not even a header.
  result<Stream> finish();

 private:
  result<void> add_header(std::string_view line);

  std::vector<Stream> stream_;  // one, once there was a header
  std::vector<StreamOutcome> outcomes_;
};

}  // namespace penchant

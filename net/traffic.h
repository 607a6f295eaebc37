// Traffic: what has passed through a store's thread: how many requests of which command, how long they took and how
// they ended, bytes, verdicts, recommendations by band.
//
// Owner: the shard. Threading: changed on its store's thread, which also reads it, or whoever runs while all rest.
// Limits: fixed in size once there is a figure for each command and each code of an error.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event.h"
#include "engine/recommend.h"
#include "net/latency_histogram.h"

namespace penchant {

/// Nanoseconds of a clock that nobody sets.
std::uint64_t steady_ns();

inline constexpr std::size_t error_codes_max = 64;  // that are counted by themselves: each is the first word of a reply

/// Of one command.
struct CommandFigures {
  LatencyHistogram latency;    // of those that ran
  std::uint64_t rejected = 0;  // that could not be run at all
  std::uint64_t failed = 0;    // that ran and were answered an error
};

/// How fast a number grows, over the last second and a half.
class RateMeter {
 public:
  void sample(std::uint64_t now_ns, std::uint64_t value);
  std::uint64_t per_second() const;

 private:
  struct Sample {
    std::uint64_t ns = 0;
    std::uint64_t value = 0;
  };
  std::array<Sample, 16> samples_{};
  std::size_t next_ = 0;
};

struct Traffic {
  std::uint64_t commands_processed = 0;
  std::uint64_t records = 0;
  std::uint64_t recommendations = 0;
  std::uint64_t decisions_explore = 0;  // those recommendations, by band
  std::uint64_t decisions_hedge = 0;
  std::uint64_t decisions_exploit = 0;
  std::uint64_t decisions_judged = 0;         // verdicts that select or reject what was recommended
  std::uint64_t decisions_kept_verdicts = 0;  // those that select it
  std::uint64_t input_bytes = 0;
  std::uint64_t output_bytes = 0;
  std::uint64_t errors = 0;  // replies
  std::map<std::string, std::uint64_t, std::less<>> errors_by_code;
  std::vector<CommandFigures> commands;  // by their place in all_commands()
  RateMeter command_rate;
  RateMeter input_rate;
  RateMeter output_rate;

  void note_recommendation(Band band);
  /// `count` verdicts that name a decision.
  void note_judged(Verdict verdict, std::uint64_t count = 1);
  /// A reply that begins with a minus.
  void note_error(std::string_view reply);
  /// To be called every 100 ms.
  void sample();
  /// As at the start.
  void reset();
};

}  // namespace penchant

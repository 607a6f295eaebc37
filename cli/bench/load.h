// Load: what `penchant bench` asks of a server and for how long. docs/bench.md has what each number means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace penchant::bench {

// What a run may take of memory, together with in_flight_max: requests under way keep 16 bytes and their own text.
inline constexpr std::uint64_t in_flight_max = 1'000'000;  // connections x pipeline
inline constexpr std::size_t prompt_file_bytes_max = 64 * 1024 * 1024;
inline constexpr std::size_t words_max = 1'000'000;
inline constexpr std::size_t users_max = 1'000'000;
inline constexpr std::size_t checkpoints_max = 10'000;
inline constexpr double exponent_max = 10;

/// Of request. INFO is asked before and after: it is none of the load's.
enum class Kind : std::uint8_t { record, recommend, given, info };
inline constexpr std::size_t load_kinds = 3;

enum class Arrival : std::uint8_t { poisson, fixed };

struct Load {
  unsigned connections = 50;
  unsigned pipeline = 16;
  std::uint64_t requests = 200'000;  // measured at most
  unsigned seconds = 30;             // measured at most
  unsigned warm_up_s = 1;
  std::uint32_t rate_per_s = 0;  // 0: closed loop
  Arrival arrival = Arrival::poisson;
  unsigned records_percent = 20;
  std::uint32_t users = 100;
  double user_exponent = 1;
  std::uint32_t words = 20'000;
  double word_exponent = 1;
  std::uint32_t checkpoints = 50;
  std::string prompt_file;  // empty: prompts are made
  std::vector<std::string> request;  // where not empty, the only one that is asked

  bool is_open_loop() const { return rate_per_s != 0; }
};

}  // namespace penchant::bench

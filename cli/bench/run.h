// run_load: puts a load on a server and measures the answers. docs/bench.md says what counts.
//
// The path of a request: Schedule (open loop) or an emptied connection (closed loop) -> Workload writes it -> a
// connection sends it -> its answer -> the histogram of its kind.
#pragma once

#include <array>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/bench/connection.h"
#include "cli/bench/latency_histogram.h"
#include "cli/bench/load.h"
#include "cli/bench/workload.h"

namespace penchant::bench {

struct KindFigures {
  LatencyHistogram latencies;  // of right answers
  std::uint64_t errors = 0;
};

struct Figures {
  std::array<KindFigures, load_kinds> of_kind;
  LatencyHistogram sent_late;
  std::uint64_t unanswered = 0;
  std::string first_error;
  std::string ended_early;                 // why; empty where it came to its end
  double due_seconds = 0;                  // from the first measured request to when the last one was due
  double seconds = 0;                      // from the first measured request to the last answer
  std::optional<double> server_cpu_cores;  // nothing where INFO does not tell
  double server_threads = 1;               // that serve users: its stores
  double client_cpu_cores = 0;
  double shared_cores = 0;  // of the machine, where server and client are on the same one

  std::uint64_t right() const;
  std::uint64_t errors() const;
  std::uint64_t answered() const { return right() + errors(); }
  double rate_per_s() const { return seconds > 0 ? static_cast<double>(answered()) / seconds : 0; }
};

/// One socket for each connection of the load. Setting `interrupted` ends the run: what there is by then is given.
Figures run_load(const Load& load, Workload& workload, std::vector<Socket> sockets,
                 const volatile std::sig_atomic_t& interrupted);

}  // namespace penchant::bench

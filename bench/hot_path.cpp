// What one request costs inside the process, without sockets: parse, read the prompt, answer, write the reply.
// Usage: bench_hot_path [PART OF A NAME].
// Verifies the answers, then times batches of 64 pipelined requests; prints nanoseconds of
// processor time a request, median of rounds.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/in_process.h"

namespace {

using namespace penchant;
using namespace penchant::bench;

constexpr int batch_requests = 64;
constexpr int rounds = 21;
constexpr double round_nanoseconds = 15e6;

/// The process's processor time: what others do on the machine does not count.
double cpu_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

class Bench {
 public:
  Bench(const std::string& directory, std::string_view filter) : filter_(filter), server_(directory) {}

  InProcess& server() { return server_; }
  std::string ask(const std::string& input) { return server_.ask(input); }

  /// Until the ring of decisions has gone round: from then on its memory is there.
  void fill_decisions(const std::string& recommend) {
    const std::string input = repeated(recommend, batch_requests);
    for (int i = 0; i < 5000; ++i) server_.run(input);
  }

  void time(const char* name, const std::string& one) {
    if (std::string_view(name).find(filter_) == std::string_view::npos) return;
    const std::string input = repeated(one, batch_requests);
    if (ask(input).find("-ERR") != std::string::npos) throw std::runtime_error(std::string(name) + " is refused");
    std::vector<double> nanoseconds;
    for (int round = 0; round < rounds; ++round) {
      const double begin = cpu_nanoseconds();
      int batches = 0;
      for (; cpu_nanoseconds() - begin < round_nanoseconds; ++batches) server_.run(input);
      nanoseconds.push_back((cpu_nanoseconds() - begin) / (batches * batch_requests));
    }
    std::ranges::sort(nanoseconds);
    std::printf("%-44s %8.0f ns  (%.0f to %.0f)\n", name, nanoseconds[rounds / 2], nanoseconds.front(),
                nanoseconds.back());
  }

 private:
  std::string_view filter_;
  InProcess server_;
};

void time_questions(Bench& bench) {
  const std::string prompt(castle);
  bench.time("KEYWORDS, 3 words", request({"KEYWORDS", std::string(portrait)}));
  bench.time("KEYWORDS, 12 words", request({"KEYWORDS", prompt}));
  bench.time("RECOMMEND, 3 keywords x 50 checkpoints", request({"RECOMMEND", "default", std::string(portrait)}));
  bench.time("RECOMMEND, 12 keywords x 50 checkpoints", request({"RECOMMEND", "default", prompt}));
  for (const char* const policy : {"greedy", "epsilon", "thompson", "squarecb"}) {
    bench.time((std::string("RECOMMEND, 12 x 50, ") + policy).c_str(),
               request({"RECOMMEND", "default", prompt, "TOP", "3", "POLICY", policy, "SEED", "7"}));
  }
  bench.time("PLAN, 12 x 50, 20 images", request({"PLAN", "default", prompt, "COUNT", "20"}));
  bench.time("SCORE, 12 x 2", request({"SCORE", "default", prompt, "2", "checkpoint-1", "checkpoint-2"}));
  bench.time("EXPLAIN, 12 keywords", request({"EXPLAIN", "default", prompt, "checkpoint-1"}));
  bench.time("LORAS, 12 keywords x 20 LoRAs", request({"LORAS", "default", prompt, "TOP", "3"}));
  bench.time("LORAS with CHECKPOINT", request({"LORAS", "default", prompt, "CHECKPOINT", "checkpoint-1", "TOP", "3"}));
  bench.time("NEGATIVES, 12 keywords x 13", request({"NEGATIVES", "default", prompt, "TOP", "3"}));
  bench.time("PARAMS, 12 keywords x 3", request({"PARAMS", "default", prompt, "CHECKPOINT", "checkpoint-1"}));
  bench.time("STATS", request({"STATS", "default"}));
  bench.time("HISTORY, the newest record", request({"HISTORY", "default", "LIMIT", "1"}));
  bench.time("HISTORY, the newest 50", request({"HISTORY", "default", "LIMIT", "50"}));
}

void time_verdicts(Bench& bench) {
  const std::string writer = "writer";
  bench.time("RECORD, 3 words", request({"RECORD", writer, "selected", "epicrealismXL", std::string(portrait)}));
  bench.time("RECORD, 12 words", request({"RECORD", writer, "selected", "epicrealismXL", std::string(castle)}));
  bench.time("RECORD, 12 words, LoRA, steps, cfg, negative",
             request({"RECORD", writer, "selected", "epicrealismXL", std::string(castle), "NEGATIVE",
                      "lowres, bad anatomy, bad hands, text", "LORA", "fine-details", "0.8", "PARAM", "steps", "28",
                      "PARAM", "cfg", "6.5"}));
  const std::string reply = bench.ask(request({"RECOMMEND", "default", std::string(castle)}));
  const std::size_t begin = reply.find('\n', reply.find("decision") + 10) + 1;
  const std::string decision = reply.substr(begin, reply.find('\r', begin) - begin);
  bench.time("JUDGE, 12 words", request({"JUDGE", decision, "selected", "checkpoint-1"}));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string directory = std::filesystem::temp_directory_path() / "penchant-bench-hot-path";
  std::filesystem::remove_all(directory);
  {
    Bench bench(directory, argc > 1 ? argv[1] : "");
    teach(bench.server());
    bench.fill_decisions(request({"RECOMMEND", "default", std::string(castle)}));
    bench.time("PING", request({"PING"}));
    time_questions(bench);
    time_verdicts(bench);
  }
  std::filesystem::remove_all(directory);
}

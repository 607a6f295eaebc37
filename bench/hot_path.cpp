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

#include "engine/context/word_lists.h"
#include "net/connection.h"

namespace {

using namespace penchant;

constexpr int batch_requests = 64;
constexpr int rounds = 21;
constexpr double round_nanoseconds = 15e6;

std::string request(const std::vector<std::string>& words) {
  std::string bytes = "*";
  bytes += std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words)
    bytes.append("$").append(std::to_string(word.size())).append("\r\n" + word + "\r\n");
  return bytes;
}

/// The process's processor time: what others do on the machine does not count.
double cpu_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

std::string repeated(const std::string& one) {
  std::string all;
  for (int i = 0; i < batch_requests; ++i) all += one;
  return all;
}

class Bench {
 public:
  Bench(const std::string& directory, std::string_view filter) : filter_(filter) {
    StoreOptions options;
    options.directory = directory;
    options.durability = Durability::os;
    auto store = Store::open(
        files_, options, clock_ms(), [](const auto&) {}, [](const std::string&) {});
    if (!store) throw std::runtime_error(store.error().message);
    store_ = std::move(*store);
    auto decisions = DecisionRing::open(files_, store_->options().directory, {}, clock_ms());
    if (!decisions) throw std::runtime_error(decisions.error().message);
    decisions_ = std::move(*decisions);
    service_ = std::make_unique<Service>(*store_, *decisions_, WordLists::english(), Bands{});
    connection_ = std::make_unique<Connection>(*service_, runtime_);
  }

  std::string ask(const std::string& input) {
    run(input);
    return std::string(output_.view());
  }

  /// Until the ring of decisions has gone round: from then on its memory is there.
  void fill_decisions(const std::string& recommend) {
    const std::string input = repeated(recommend);
    for (int i = 0; i < 5000; ++i) run(input);
  }

  void time(const char* name, const std::string& one) {
    if (std::string_view(name).find(filter_) == std::string_view::npos) return;
    const std::string input = repeated(one);
    if (ask(input).find("-ERR") != std::string::npos) throw std::runtime_error(std::string(name) + " is refused");
    std::vector<double> nanoseconds;
    for (int round = 0; round < rounds; ++round) {
      const double begin = cpu_nanoseconds();
      int batches = 0;
      for (; cpu_nanoseconds() - begin < round_nanoseconds; ++batches) run(input);
      nanoseconds.push_back((cpu_nanoseconds() - begin) / (batches * batch_requests));
    }
    std::ranges::sort(nanoseconds);
    std::printf("%-44s %8.0f ns  (%.0f to %.0f)\n", name, nanoseconds[rounds / 2], nanoseconds.front(),
                nanoseconds.back());
  }

 private:
  void run(const std::string& input) {
    output_.clear();
    connection_->run(input, output_);
    if (!store_->commit()) throw std::runtime_error("the journal failed");
  }

  std::string_view filter_;
  OutputBuffer output_;
  PosixFileSystem files_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<DecisionRing> decisions_;
  std::unique_ptr<Service> service_;
  Runtime runtime_;
  std::unique_ptr<Connection> connection_;
};

constexpr std::string_view portrait = "photorealistic portrait of a woman";
constexpr std::string_view castle =
    "epic fantasy castle on a misty mountain at golden hour, dramatic clouds, cinematic lighting, matte painting";

/// A user with 50 checkpoints, 20 LoRAs, three parameters and four negative prompts.
void teach(Bench& bench) {
  constexpr std::string_view negatives[] = {"lowres, bad anatomy, bad hands, text", "ugly, blurry, noisy",
                                            "cartoon, painting, anime", "watermark, signature, cropped"};
  for (int i = 0; i < 8; ++i) {
    for (int c = 0; c < 50; ++c) {
      const std::string steps = std::to_string(20 + (c + i) % 15);
      bench.ask(request({"RECORD", "default", (c + i) % 3 != 0 ? "selected" : "rejected",
                         "checkpoint-" + std::to_string(c), std::string(i % 2 == 0 ? portrait : castle), "NEGATIVE",
                         std::string(negatives[(c + i) % 4]), "LORA", "lora-" + std::to_string((c * 3 + i) % 20), "0.8",
                         "PARAM", "steps", steps, "PARAM", "cfg", "6.5", "PARAM", "denoise", "0.4"}));
    }
  }
}

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
    teach(bench);
    bench.fill_decisions(request({"RECOMMEND", "default", std::string(castle)}));
    bench.time("PING", request({"PING"}));
    time_questions(bench);
    time_verdicts(bench);
  }
  std::filesystem::remove_all(directory);
}

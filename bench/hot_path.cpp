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
constexpr int batches_a_round = 500;

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
        files_, options, clock_ms(), [](const auto&) {}, [](std::uint64_t) {});
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

  void time(const char* name, const std::string& one) {
    if (std::string_view(name).find(filter_) == std::string_view::npos) return;
    const std::string input = repeated(one);
    if (ask(input).find("-ERR") != std::string::npos) throw std::runtime_error(std::string(name) + " is refused");
    std::vector<double> nanoseconds;
    for (int round = 0; round < rounds; ++round) {
      const double begin = cpu_nanoseconds();
      for (int batch = 0; batch < batches_a_round; ++batch) {
        run(input);
      }
      nanoseconds.push_back((cpu_nanoseconds() - begin) / (batches_a_round * batch_requests));
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

}  // namespace

int main(int argc, char** argv) {
  const std::string directory = std::filesystem::temp_directory_path() / "penchant-bench-hot-path";
  std::filesystem::remove_all(directory);
  {
    Bench bench(directory, argc > 1 ? argv[1] : "");
    for (int i = 0; i < 8; ++i) {
      for (int c = 0; c < 50; ++c) {
        const std::string name = "checkpoint-" + std::to_string(c);
        bench.ask(request({"RECORD", "default", (c + i) % 3 != 0 ? "selected" : "rejected", name,
                           std::string(i % 2 == 0 ? portrait : castle)}));
      }
    }
    bench.time("PING", request({"PING"}));
    bench.time("KEYWORDS, 3 words", request({"KEYWORDS", std::string(portrait)}));
    bench.time("KEYWORDS, 12 words", request({"KEYWORDS", std::string(castle)}));
    bench.time("RECOMMEND, 3 keywords x 50 checkpoints", request({"RECOMMEND", "default", std::string(portrait)}));
    bench.time("RECOMMEND, 12 keywords x 50 checkpoints", request({"RECOMMEND", "default", std::string(castle)}));
    bench.time("RECORD, 3 words", request({"RECORD", "writer", "selected", "epicrealismXL", std::string(portrait)}));
    bench.time("RECORD, 12 words", request({"RECORD", "writer", "selected", "epicrealismXL", std::string(castle)}));
  }
  std::filesystem::remove_all(directory);
}

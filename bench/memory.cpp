// What users take: an engine is taught many users' records and the process's memory is read, after and before.
//
// Usage: bench_memory [USERS] [RECORDS] [PROMPTS...]  (default: 2,000 users of 200 records each)
// PROMPTS are files with a prompt a line; without any, prompts of 14 words by Zipf's law from a vocabulary of 20,000.
// Each user has 20 of 200 checkpoints, and keeps half of the images. Every user twice: with prompts and checkpoints
// alone, and with what else images carry: one of ten LoRAs in every other prompt, steps and cfg, and one of four
// negative prompts.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "engine/context/word_lists.h"
#include "engine/engine.h"

namespace {

using namespace penchant;

constexpr std::size_t checkpoints = 200;
constexpr std::size_t checkpoints_of_user = 20;
constexpr std::int64_t start_ms = 1'700'000'000'000;
constexpr std::int64_t record_every_ms = 20;

constexpr std::array<std::string_view, 4> negative_prompts = {
    "lowres, bad anatomy, bad hands, text, error, missing fingers, extra digit, cropped, worst quality, jpeg artifacts",
    "ugly, deformed, noisy, blurry, low contrast", "cartoon, painting, illustration, anime, 3d render",
    "watermark, signature, username, out of frame, duplicate, mutated hands, poorly drawn face"};

std::vector<std::string> read_prompts(std::span<char*> files) {
  std::vector<std::string> prompts;
  for (const char* const path : files) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) prompts.push_back(line);
  }
  return prompts;
}

std::vector<std::string> make_prompts() {
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

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Teaches an engine record by record, all users taking turns.
class Teacher {
 public:
  explicit Teacher(const std::vector<std::string>& prompts) : prompts_(prompts), reader_(WordLists::english()) {}

  void teach(Engine& engine, std::uint64_t user, bool with_everything) {
    reader_.read(prompts_[random_() % prompts_.size()], {}, context_);
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
  std::mt19937_64 random_{2};
  std::int64_t now_ms_ = start_ms;
};

void measure(const std::vector<std::string>& prompts, std::uint64_t users, std::uint64_t records, bool everything) {
  const std::size_t before = resident_bytes();
  Engine engine;
  Teacher teacher(prompts);
  const double seconds = bench::seconds_of([&] {
    for (std::uint64_t i = 0; i < records; ++i) {
      for (std::uint64_t user = 0; user < users; ++user) teacher.teach(engine, user, everything);
    }
  });
  const auto taken = static_cast<double>(resident_bytes() - before);
  std::size_t rows = 0;
  for (const NamedUser& named : engine.users()) rows += named.user.rows().size();
  const auto of_user = [users](double count) { return count / static_cast<double>(users); };
  std::printf("%-32s %6.2f GB, %5.1f kB a user: %.0f keywords, %.0f cells, %.1f bytes a cell; %.0f records/s\n",
              everything ? "with LoRA, steps, negative words" : "prompt and checkpoint", taken / 1e9,
              of_user(taken) / 1e3, of_user(static_cast<double>(rows)),
              of_user(static_cast<double>(engine.cell_count())), taken / static_cast<double>(engine.cell_count()),
              static_cast<double>(users * records) / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t users = 2'000;
  std::uint64_t records = 200;
  if (argc > 1) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), users);
  if (argc > 2) std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), records);
  const std::vector<std::string> prompts =
      argc > 3 ? read_prompts({argv + 3, static_cast<std::size_t>(argc - 3)}) : make_prompts();
  // Each in a process of its own: memory that one has given back would serve the next.
  int failures = 0;
  for (const bool everything : {false, true}) {
    const pid_t child = fork();
    if (child == 0) {
      measure(prompts, users, records, everything);
      std::fflush(stdout);
      _exit(0);
    }
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) ++failures;
  }
  return failures;
}

// What users take: an engine is taught many users' records and the process's memory is read, after and before.
//
// Usage: bench_memory [USERS] [RECORDS] [PROMPTS...]  (default: 2,000 users of 200 records each)
// PROMPTS are files with a prompt a line; without any, prompts of 14 words by Zipf's law from a vocabulary of 20,000.
// Each user has 20 of 200 checkpoints, and keeps half of the images. Every user twice: with prompts and checkpoints
// alone, and with what else images carry: one of ten LoRAs in every other prompt, steps and cfg, and one of four
// negative prompts.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/teacher.h"

namespace {

using namespace penchant;
using bench::Teacher;

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

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
  for (const NamedUser& named : engine.users()) rows += named.user->rows().size();
  const auto of_user = [users](double count) { return count / static_cast<double>(users); };
  std::printf("%-32s %6.2f GB, %5.1f kB a user: %.0f keywords, %.0f cells, %.1f bytes a cell; %.0f records/s\n",
              everything ? "with LoRA, steps, negative words" : "prompt and checkpoint", taken / 1e9,
              of_user(taken) / 1e3, of_user(static_cast<double>(rows)),
              of_user(static_cast<double>(engine.cell_count())), taken / static_cast<double>(engine.cell_count()),
              static_cast<double>(users * records) / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Load load = bench::read_load(argc, argv, 2'000);
  // Each in a process of its own: memory that one has given back would serve the next.
  int failures = 0;
  for (const bool everything : {false, true}) {
    const pid_t child = fork();
    if (child == 0) {
      measure(load.prompts, load.users, load.records, everything);
      std::fflush(stdout);
      _exit(0);
    }
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) ++failures;
  }
  return failures;
}

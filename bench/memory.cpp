// What users take: an engine is taught many users' records and the process's memory is read, after and before.
//
// Usage: bench_memory [USERS] [RECORDS] [PROMPTS...]  (default: 2,000 users of 200 records each)
//        bench_memory --cells [KEYWORDS] [CHECKPOINTS]  (default: 50,000 and 1,000)
// PROMPTS are files with a prompt a line; without any, prompts of 14 words by Zipf's law from a vocabulary of 20,000.
// Each user has 20 of 200 checkpoints, and keeps half of the images. Every user three times: with prompts and
// checkpoints alone; with what else images carry: one of ten LoRAs in every other prompt, steps and cfg, and one of
// four negative prompts; with prompts and checkpoints and a learner (docs/learning.md).
// --cells: one user who has recorded each keyword with each checkpoint, 64 keywords a record, a checkpoint after the
// other; what all of it takes by the number of these cells.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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

struct Way {
  const char* name;
  bool has_everything;
  bool has_learners;
};
constexpr std::array ways{Way{"prompt and checkpoint", false, false},
                          Way{"with LoRA, steps, negative words", true, false},
                          Way{"prompt and checkpoint, a learner", false, true}};

void measure(const std::vector<std::string>& prompts, std::uint64_t users, std::uint64_t records, const Way& way) {
  const std::size_t before = resident_bytes();
  Engine engine;
  if (way.has_learners) engine.change_learning({.now_ms = bench::start_ms, .is_on = true});
  Teacher teacher(prompts);
  const double seconds = bench::seconds_of([&] {
    for (std::uint64_t i = 0; i < records; ++i) {
      for (std::uint64_t user = 0; user < users; ++user) teacher.teach(engine, user, way.has_everything);
    }
  });
  const auto taken = static_cast<double>(resident_bytes() - before);
  std::size_t rows = 0;
  for (const NamedUser& named : engine.users()) rows += named.user->rows().size();
  const auto of_user = [users](double count) { return count / static_cast<double>(users); };
  std::printf("%-32s %6.2f GB, %5.1f kB a user: %.0f keywords, %.0f cells, %.1f bytes a cell; %.0f records/s\n",
              way.name, taken / 1e9,
              of_user(taken) / 1e3, of_user(static_cast<double>(rows)),
              of_user(static_cast<double>(engine.cell_count())), taken / static_cast<double>(engine.cell_count()),
              static_cast<double>(users * records) / seconds);
}

/// 1 where a cell lacks its count.
int measure_cells(std::size_t keyword_count, std::size_t checkpoints) {
  std::vector<std::string> texts(keyword_count);
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = "theme" + std::to_string(i);
  std::vector<Keyword> keywords(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) keywords[i].text = texts[i];
  const std::size_t before = resident_bytes();
  Engine engine;
  std::int64_t now_ms = bench::start_ms;
  const double seconds = bench::seconds_of([&] {
    for (std::size_t i = 0; i < checkpoints; ++i) {
      const std::string checkpoint = "checkpoint-" + std::to_string(i);
      for (std::size_t first = 0; first < keywords.size(); first += keywords_max) {
        const std::size_t count = std::min(keywords_max, keywords.size() - first);
        const auto recorded = engine.record({.now_ms = now_ms += bench::record_every_ms,
                                             .verdict = i % 2 == 0 ? Verdict::selected : Verdict::rejected,
                                             .user = "ann",
                                             .checkpoint = checkpoint,
                                             .keywords = std::span(keywords).subspan(first, count)});
        if (!recorded) throw std::runtime_error(recorded.error().message);
      }
    }
  });
  const auto taken = static_cast<double>(resident_bytes() - before);
  const User& user = *engine.find_user("ann");
  std::size_t live = 0;
  for (std::uint32_t row = 0; row < user.rows().size(); ++row) {
    user.each_checkpoint(row, [&live](std::uint32_t, const Counts& counts) { live += counts.observed > 0 ? 1 : 0; });
  }
  std::printf("%zu keywords x %zu checkpoints: %zu live cells, %.1f MB, %.2f bytes a cell; %.0f records/s\n",
              keyword_count, checkpoints, live, taken / 1e6, taken / static_cast<double>(live),
              static_cast<double>(user.totals().records) / seconds);
  return live == keyword_count * checkpoints ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--cells") {
    return measure_cells(bench::number_at(argc, argv, 2, 50'000), bench::number_at(argc, argv, 3, 1'000));
  }
  const bench::Load load = bench::read_load(argc, argv, 2'000);
  // Each in a process of its own: memory that one has given back would serve the next.
  int failures = 0;
  for (const Way& way : ways) {
    const pid_t child = fork();
    if (child == 0) {
      measure(load.prompts, load.users, load.records, way);
      std::fflush(stdout);
      _exit(0);
    }
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) ++failures;
  }
  return failures;
}

// Closed segments: how small and how fast compressing makes them, and what HISTORY costs from compressed ones. Checks
// that both forms tell the same.
//
// Usage: bench_segments PROMPTS [RECORDS]  (a prompt a line; default 400,000 records of 100 users)
#include "persistence/segments.h"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "engine/context/word_lists.h"
#include "net/service.h"
#include "persistence/segment_keeping.h"

namespace {

using namespace penchant;
using bench::seconds_of;

constexpr int users = 100;
constexpr int rounds = 5;

struct Opened {
  explicit Opened(const std::string& directory) {
    StoreOptions options;
    options.directory = directory;
    options.durability = Durability::os;
    auto opened = Store::open(files, options, clock_ms());
    if (!opened) throw std::runtime_error(opened.error().message);
    store = std::move(*opened);
  }
  PosixFileSystem files;
  std::unique_ptr<Store> store;
};

void record(const std::string& directory, const std::vector<std::string>& prompts, std::uint64_t records) {
  Opened opened(directory);
  auto decisions = DecisionRing::open(opened.files, directory, {}, clock_ms());
  if (!decisions) throw std::runtime_error(decisions.error().message);
  Service service(*opened.store, **decisions, WordLists::english(), Bands{});
  for (std::uint64_t i = 0; i < records; ++i) {
    const std::string user = "user" + std::to_string(i * 7919 % users);
    const std::string checkpoint = "checkpoint-" + std::to_string(i % 40);
    Record one{.verdict = i % 3 == 0 ? Verdict::rejected : Verdict::selected,
               .user = user,
               .checkpoint = checkpoint,
               .prompt = prompts[i % prompts.size()]};
    if (!service.record(one)) throw std::runtime_error("a record is refused");
    if (i % 64 == 63 && !opened.store->commit()) throw std::runtime_error("the journal failed");
  }
  if (!opened.store->save(clock_ms())) throw std::runtime_error("the snapshot failed");
}

/// The prompts of pages of every user, and how long a page took.
std::size_t tell(Store& store, std::size_t limit, double& seconds_a_page) {
  std::size_t told_bytes = 0;
  int pages = 0;
  const double seconds = seconds_of([&] {
    for (int user = 0; user < users; ++user) {
      const std::string name = "user" + std::to_string(user);
      std::string cursor = "0";
      for (int page = 0; page < 5; ++page, ++pages) {
        const auto told = store.history({.user = name, .limit = limit, .cursor = cursor},
                                        [&](const HistoryRecord& one) { told_bytes += one.record.prompt.size(); });
        if (!told) throw std::runtime_error(told.error().message);
        cursor = told->cursor;
        if (cursor == "0") break;
      }
    }
  });
  seconds_a_page = seconds / pages;
  return told_bytes;
}

std::size_t measure_history(const std::string& directory, const char* form) {
  Opened opened(directory);
  std::size_t told = 0;
  for (const std::size_t limit : {std::size_t{1}, std::size_t{50}, std::size_t{1000}}) {
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
      double seconds = 0;
      told += tell(*opened.store, limit, seconds);
      times.push_back(seconds);
    }
    std::printf("HISTORY, %4zu records, %-10s      %9.1f us a page\n", limit, form, bench::median(times) * 1e6);
  }
  return told;
}

double read_all(const std::string& directory) {
  PosixFileSystem files;
  const double seconds = seconds_of([&] {
    const auto read = recover_journal(files, directory, 1, [](const JournalEvent&) -> result<void> { return {}; });
    if (!read) throw std::runtime_error(read.error().message);
  });
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::puts("bench_segments: no file of prompts was named, nothing is measured");
    return 0;
  }
  std::uint64_t records = 400'000;
  if (argc > 2) std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), records);
  std::vector<std::string> prompts;
  std::ifstream file(argv[1]);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) prompts.push_back(line);
  }
  const std::string directory = std::filesystem::temp_directory_path() / "penchant-bench-segments";
  std::filesystem::remove_all(directory);
  record(directory, prompts, records);
  const std::size_t plain = measure_history(directory, "plain");
  const double plain_seconds = read_all(directory);

  PosixFileSystem files;
  const std::uint64_t current = list_segments(files, directory)->back().first_sequence;
  const std::atomic<bool> stop = false;
  SegmentsOutcome kept;
  const double seconds = seconds_of(
      [&] { kept = keep_segments(files, directory, {.compress = true}, {.current_segment = current}, stop); });
  if (kept.failure) throw std::runtime_error(kept.failure->message);
  const auto megabytes = static_cast<double>(kept.closed.bytes) / 1e6;
  std::printf("compressed: %zu segments of %.0f MB in all to %.3f of it, %.0f MB/s, checked and read back\n",
              static_cast<std::size_t>(kept.closed.segments), megabytes,
              static_cast<double>(kept.closed.disk_bytes) / static_cast<double>(kept.closed.bytes),
              megabytes / seconds);
  const std::size_t compressed = measure_history(directory, "compressed");
  std::printf("all events read: plain %.0f MB/s, compressed %.0f MB/s\n", megabytes / plain_seconds,
              megabytes / read_all(directory));
  std::puts(plain == compressed ? "both tell the same" : "THEY TELL SOMETHING ELSE");
  std::filesystem::remove_all(directory);
  return plain == compressed ? 0 : 1;
}

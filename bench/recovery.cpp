// The journal and the start: records a second appended and committed in batches of 64, records a second replayed, a
// snapshot written and read. Checks that replay and snapshot give the same state, bit for bit.
//
// Usage: bench_recovery [RECORDS]  (default 1,000,000)
#include "persistence/recovery.h"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include "bench/bench.h"
#include "engine/context/word_lists.h"
#include "net/service.h"
#include "persistence/snapshot.h"

namespace {

using namespace penchant;
using bench::seconds_of;

std::string prompt(std::uint64_t i) {
  static constexpr const char* subjects[] = {"portrait of a woman",  "anime girl with blue hair",
                                             "castle on a mountain", "cat wearing a red scarf",
                                             "city street at night", "forest in the mist"};
  static constexpr const char* styles[] = {"oil painting", "photorealistic",  "watercolor", "cinematic lighting",
                                           "ink drawing",  "low poly render", "pixel art"};
  return std::string(subjects[i % 6]) + ", " + styles[i % 7] + ", theme" + std::to_string(i % 997);
}

std::string state_after(const std::string& directory, bool use_snapshots, const char* what, std::uint64_t records) {
  PosixFileSystem files;
  std::string state;
  std::optional<Recovered> recovered;
  const double seconds = seconds_of([&] {
    auto result = recover(files, directory, use_snapshots, [](const std::string&) {});
    if (!result) throw std::runtime_error(result.error().message);
    recovered.emplace(std::move(*result));
  });
  std::printf("%-34s %6.2f s, %10.0f records/s\n", what, seconds, static_cast<double>(records) / seconds);
  return state_bytes(recovered->engine);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t records = 1'000'000;
  if (argc > 1) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), records);
  const std::string directory = std::filesystem::temp_directory_path() / "penchant-bench-recovery";
  std::filesystem::remove_all(directory);
  {
    PosixFileSystem files;
    StoreOptions options;
    options.directory = directory;
    options.durability = Durability::os;
    auto store = Store::open(files, options, clock_ms());
    if (!store) throw std::runtime_error(store.error().message);
    auto decisions = DecisionRing::open(files, directory, {}, clock_ms());
    if (!decisions) throw std::runtime_error(decisions.error().message);
    Service service(**store, **decisions, WordLists::english(), Bands{});
    const double seconds = seconds_of([&] {
      for (std::uint64_t i = 0; i < records; ++i) {
        const std::string text = prompt(i);
        const std::string user = "user" + std::to_string(i % 100);
        const std::string checkpoint = "checkpoint-" + std::to_string(i % 40);
        Record record{.verdict = i % 3 == 0 ? Verdict::rejected : Verdict::selected,
                      .user = user,
                      .checkpoint = checkpoint,
                      .prompt = text};
        if (!service.record(record)) throw std::runtime_error("a record is refused");
        if (i % 64 == 63 && !(*store)->commit()) throw std::runtime_error("the journal failed");
      }
      if (!(*store)->commit()) throw std::runtime_error("the journal failed");
    });
    std::printf("%-34s %6.2f s, %10.0f records/s\n", "recorded, batches of 64", seconds,
                static_cast<double>(records) / seconds);
  }
  const std::string replayed = state_after(directory, false, "replayed from the journal", records);
  {
    PosixFileSystem files;
    StoreOptions options;
    options.directory = directory;
    auto store = Store::open(files, options, clock_ms());
    const double seconds = seconds_of([&] {
      if (!store || !(*store)->save(clock_ms())) throw std::runtime_error("the snapshot failed");
    });
    std::printf("%-34s %6.2f s, %10.0f MB/s\n", "snapshot written", seconds,
                static_cast<double>(replayed.size()) / 1e6 / seconds);
  }
  const std::string restored = state_after(directory, true, "restored from the snapshot", records);
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".log") bytes += entry.file_size();
  }
  std::printf("journal: %.0f bytes a record; state: %zu bytes; %s\n",
              static_cast<double>(bytes) / static_cast<double>(records), replayed.size(),
              replayed == restored ? "both states are equal" : "THE STATES DIFFER");
  std::filesystem::remove_all(directory);
  return replayed == restored ? 0 : 1;
}

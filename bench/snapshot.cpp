// Snapshots: a state of many users written and read back, beside reading the same file and nothing else.
//
// Usage: bench_snapshot [USERS] [RECORDS] [PROMPTS...]  (default: 5,000 users of 200 records each), as bench_memory
#include "persistence/snapshot.h"

#include <cstdio>
#include <filesystem>

#include "bench/bench.h"
#include "bench/teacher.h"

namespace {

using namespace penchant;
using bench::seconds_of;

constexpr int rounds = 5;

/// From beginning to end, as a snapshot's reader asks for it.
void read_file(FileSystem& files, const std::string& path) {
  const auto file = files.open_read(path);
  if (!file) throw std::runtime_error(file.error().message);
  std::vector<std::byte> buffer(snapshot_chunk_bytes_max);
  for (std::uint64_t offset = 0;;) {
    const auto size = (*file)->read_at(offset, buffer);
    if (!size) throw std::runtime_error(size.error().message);
    if (*size == 0) return;
    offset += *size;
  }
}

void measure(const std::vector<std::string>& prompts, std::uint64_t users, std::uint64_t records, bool everything) {
  Engine engine;
  bench::Teacher teacher(prompts);
  for (std::uint64_t i = 0; i < records; ++i) {
    for (std::uint64_t user = 0; user < users; ++user) teacher.teach(engine, user, everything);
  }
  const std::string directory = std::filesystem::temp_directory_path() / "penchant-bench-snapshot";
  std::filesystem::remove_all(directory);
  PosixFileSystem files;
  if (const auto made = files.make_directory(directory); !made) throw std::runtime_error(made.error().message);
  const SnapshotStamp stamp{.store_id = {}, .sequence = engine.record_count()};
  const std::string path = path_in(directory, snapshot_name(stamp.sequence));
  std::vector<double> write;
  std::vector<double> read;
  std::vector<double> restore;
  bool is_equal = true;
  for (int round = 0; round < rounds; ++round) {
    write.push_back(seconds_of([&] {
      const auto written = write_snapshot(files, directory, stamp, FrozenState(engine, {}));
      if (!written) throw std::runtime_error(written.error().message);
    }));
    read.push_back(seconds_of([&] { read_file(files, path); }));
    Engine restored;
    HistoryHeads heads;
    restore.push_back(seconds_of([&] {
      const auto loaded = read_snapshot(files, path, restored, heads);
      if (!loaded) throw std::runtime_error(loaded.error().message);
    }));
    if (round == 0) is_equal = state_bytes(engine) == state_bytes(restored);
  }
  const auto megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
  std::printf("%-32s %6.0f MB; written %5.0f MB/s, read %5.0f MB/s, restored %5.0f MB/s: %.2f times as long; %s\n",
              everything ? "with LoRA, steps, negative words" : "prompt and checkpoint", megabytes,
              megabytes / bench::median(write), megabytes / bench::median(read), megabytes / bench::median(restore),
              bench::median(restore) / bench::median(read), is_equal ? "equal" : "THE STATES DIFFER");
  std::filesystem::remove_all(directory);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Load load = bench::read_load(argc, argv, 5'000);
  measure(load.prompts, load.users, load.records, false);
  measure(load.prompts, load.users, load.records, true);
}

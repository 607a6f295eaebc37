// The words that the snapshot's tests are written in: write, put, refusal, forge.
#pragma once

#include <algorithm>
#include <string>

#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "persistence/snapshot.h"
#include "tests/persistence/store_fixture.h"

namespace penchant::test {

inline constexpr std::size_t snapshot_header_bytes = 40;
inline constexpr std::size_t snapshot_chunk_header_bytes = 8;

/// A disk with one snapshot on it.
struct SnapshotLife {
  explicit SnapshotLife(std::uint64_t of_event = 7) : sequence(of_event) {}

  result<void> write(FileSystem& files, const Engine& engine) {
    return write_snapshot(files, folder, {store_id, sequence}, FrozenState(engine, heads), how);
  }
  void write(const Engine& engine) {
    const auto written = write(disk, engine);
    BOOST_REQUIRE_MESSAGE(written, written.error().message);
  }
  Bytes bytes() const { return disk.bytes(path()); }
  void put(Bytes bytes) { disk.put(path(), std::move(bytes)); }
  std::string path() const { return snapshot_path(sequence); }

  /// Why the snapshot is refused; empty where it is read.
  std::string refusal() {
    Engine engine;
    HistoryHeads read_heads;
    const auto stamp = read_snapshot(disk, path(), engine, read_heads);
    return stamp ? "" : stamp.error().message;
  }
  bool refused_with_path() { return refusal().starts_with(path() + " "); }

  MemoryFileSystem disk;
  std::uint64_t sequence;
  HistoryHeads heads;  // that are written
  SnapshotWriting how;
};

inline void live_briefly(Taste& taste) {
  taste.tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .prompt = "ink", .id = "1"});
  taste.pool("sdxl", Tier::draft, "A");
}

/// A state that fits one chunk.
struct SmallSnapshot : SnapshotLife {
  explicit SmallSnapshot(void (*live)(Taste&) = live_briefly) {
    live(taste);
    heads.move(0, {2, 40});
    write(taste.engine);
    whole = bytes();
  }
  /// The content of chunk 0 replaced by another of the same length, its checksum right.
  void forge(Bytes content, std::uint32_t tag = 0) {
    Bytes forged = whole;
    std::ranges::copy(content, forged.begin() + snapshot_header_bytes + snapshot_chunk_header_bytes);
    Bytes head(12);
    store_little_endian(head.data() + 8, static_cast<std::uint32_t>(content.size()) | tag);
    store_little_endian(forged.data() + snapshot_header_bytes + 4, crc32c(content, crc32c(head)));
    put(std::move(forged));
  }
  Bytes content() const {
    return {whole.begin() + snapshot_header_bytes + snapshot_chunk_header_bytes,
            whole.end() - snapshot_chunk_header_bytes};
  }

  Taste taste;
  Bytes whole;
};

}  // namespace penchant::test

// The words that the journal's tests are written in: append, commit, sync, kill, start, flip, cut.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/journal.h"
#include "persistence/journal_reader.h"
#include "tests/persistence/memory_file_system.h"

namespace penchant::test {

using Texts = std::vector<std::string>;

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

inline std::string text_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += static_cast<char>(byte);
  return text;
}

inline const std::string folder = "/data";
inline const StoreId store_id = {std::byte{0xa0}, std::byte{0xa1}, std::byte{0xa2}, std::byte{0xa3},
                                 std::byte{0xa4}, std::byte{0xa5}, std::byte{0xa6}, std::byte{0xa7},
                                 std::byte{0xa8}, std::byte{0xa9}, std::byte{0xaa}, std::byte{0xab},
                                 std::byte{0xac}, std::byte{0xad}, std::byte{0xae}, std::byte{0xaf}};

inline std::string segment_path(std::uint64_t first_sequence) {
  return path_in(folder, segment_name(first_sequence));
}

// One reading of the journal: what came back, or why it was refused.
struct Reading {
  Texts texts;
  result<Recovery> recovery = Recovery{};

  [[nodiscard]] bool refused() const { return !recovery; }
  [[nodiscard]] bool torn() const { return recovery && recovery->torn_tail; }
  [[nodiscard]] std::string message() const { return recovery ? "" : recovery.error().message; }
};

inline Reading read_journal(FileSystem& files, std::uint64_t from_sequence = 1) {
  Reading reading;
  reading.recovery =
      recover_journal(files, folder, from_sequence, [&](const JournalEvent& event) -> result<void> {
        reading.texts.push_back(text_of(event.payload));
        return {};
      });
  return reading;
}

inline bool is_prefix(const Texts& prefix, const Texts& whole) {
  return prefix.size() <= whole.size() && std::equal(prefix.begin(), prefix.end(), whole.begin());
}

// A store's journal on a disk in memory, through lives of its process.
struct JournalLife {
  MemoryFileSystem disk;
  JournalOptions options;
  std::unique_ptr<Journal> journal;

  // What a store does at its start. Everything must go well.
  Texts start(std::uint64_t from_sequence = 1) {
    journal.reset();
    Reading reading = read_journal(disk, from_sequence);
    BOOST_REQUIRE_MESSAGE(!reading.refused(), reading.message());
    BOOST_REQUIRE(cut_torn_tail(disk, folder, *reading.recovery));
    auto opened = Journal::open(disk, folder, *reading.recovery, store_id, options);
    BOOST_REQUIRE_MESSAGE(opened, opened.error().message);
    journal = std::move(*opened);
    return reading.texts;
  }
  void append(std::string_view text) { journal->append(bytes_of(text)); }
  void commit() { BOOST_REQUIRE(journal->commit()); }
  void sync() { BOOST_REQUIRE(journal->sync()); }
  void write(const Texts& texts) {
    for (const std::string& text : texts) append(text);
    commit();
  }
  void kill() { journal.reset(); }
  void power_cut(MemoryFileSystem::Leftover leftover = {}) {
    kill();
    disk.power_cut(leftover);
  }

  [[nodiscard]] Bytes bytes(std::uint64_t segment = 1) const { return disk.bytes(segment_path(segment)); }
  void put(Bytes bytes, std::uint64_t segment = 1) { disk.put(segment_path(segment), std::move(bytes)); }
  void cut(std::size_t size, std::uint64_t segment = 1) {
    Bytes kept = bytes(segment);
    kept.resize(size);
    put(std::move(kept), segment);
  }
  void add(const Bytes& more, std::uint64_t segment = 1) {
    Bytes all = bytes(segment);
    all.insert(all.end(), more.begin(), more.end());
    put(std::move(all), segment);
  }
  void flip(std::size_t offset, unsigned bit = 0, std::uint64_t segment = 1) {
    Bytes changed = bytes(segment);
    changed[offset] ^= static_cast<std::byte>(1U << bit);
    put(std::move(changed), segment);
  }
  Reading read(std::uint64_t from_sequence = 1) { return read_journal(disk, from_sequence); }
};

}  // namespace penchant::test

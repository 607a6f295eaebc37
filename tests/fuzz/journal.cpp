// Any bytes as a segment file: recovery must agree with a plain second reading of docs/journal_format.md
// below, and a journal that it does not refuse must take another event and come back whole.
//
// The first byte steers the rest, because chance never finds a right CRC: bit 0 puts a right segment header
// over the first 40 bytes, bits 1-7 count the frames, from the first on, whose CRCs are made right.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/check.h"
#include "persistence/crc32c.h"
#include "persistence/journal.h"
#include "persistence/journal_reader.h"
#include "persistence/little_endian.h"
#include "tests/persistence/memory_file_system.h"

namespace penchant::test {
namespace {

const std::string folder = "/data";
const std::string path = path_in(folder, segment_name(1));

struct Event {
  std::uint64_t offset = 0;
  Bytes payload;
  bool operator==(const Event&) const = default;
};
using Events = std::vector<Event>;

std::uint32_t u32(const Bytes& bytes, std::size_t at) {
  return load_little_endian<std::uint32_t>(&bytes[at]);
}
std::uint64_t u64(const Bytes& bytes, std::size_t at) {
  return load_little_endian<std::uint64_t>(&bytes[at]);
}
std::span<const std::byte> part(const Bytes& bytes, std::size_t at, std::size_t size) {
  return std::span(bytes).subspan(at, size);
}

bool right_segment_header(const Bytes& file) {
  return file.size() >= 40 && std::string(reinterpret_cast<const char*>(file.data()), 8) == "PENCHJNL" &&
         u32(file, 8) == 1 && u64(file, 28) == 1 && u32(file, 36) == crc32c_by_table(part(file, 0, 36));
}

bool right_frame_header(const Bytes& file, std::size_t at) {
  return file.size() - at >= 24 && u32(file, at + 20) == crc32c_by_table(part(file, at, 20), u32(file, 36));
}

bool whole_frame(const Bytes& file, std::size_t at, std::uint64_t sequence) {
  if (!right_frame_header(file, at) || u64(file, at + 8) != sequence) return false;
  const std::size_t length = u32(file, at);
  return length <= journal_payload_bytes_max && length <= file.size() - at - 24 &&
         crc32c_by_table(part(file, at + 24, length)) == u32(file, at + 16);
}

bool proves_synced(const Bytes& file, std::size_t from, std::uint64_t sequence) {
  for (std::size_t at = from; at + 24 <= file.size(); ++at) {
    const std::uint64_t claimed = u64(file, at + 8);
    // The file has no room for later events than these.
    if (claimed < sequence || claimed - sequence > (file.size() - from) / 24) continue;
    const std::uint64_t unsynced = u32(file, at + 4);
    if (unsynced == 0xffffffff || unsynced > claimed || claimed - unsynced <= sequence) continue;
    if (right_frame_header(file, at)) return true;
  }
  return false;
}

Bytes steered(const std::uint8_t* data, std::size_t size) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(data);
  const unsigned steer = size == 0 ? 0U : data[0];
  Bytes file(bytes + std::min<std::size_t>(size, 1), bytes + size);
  if ((steer & 1U) != 0) {
    file.resize(std::max(file.size(), segment_header_bytes));
    encode_segment_header({.first_sequence = 1}, file.data());
  }
  std::size_t at = segment_header_bytes;
  for (unsigned frames = steer >> 1; frames > 0 && file.size() >= at + 24; --frames) {
    const std::size_t length = u32(file, at);
    const bool fits = length <= file.size() - at - 24;
    if (fits) store_little_endian(&file[at + 16], crc32c_by_table(part(file, at + 24, length)));
    store_little_endian(&file[at + 20], crc32c_by_table(part(file, at, 20), u32(file, 36)));
    if (!fits) break;
    at += 24 + length;
  }
  return file;
}

std::pair<Events, result<Recovery>> recovered(FileSystem& disk) {
  Events events;
  auto recovery = recover_journal(disk, folder, 1, [&](const JournalEvent& event) -> result<void> {
    PENCHANT_CHECK(event.sequence == events.size() + 1);
    PENCHANT_CHECK(event.place.segment == 1);
    events.push_back({event.place.offset, Bytes(event.payload.begin(), event.payload.end())});
    return {};
  });
  return {std::move(events), std::move(recovery)};
}

// A store goes on: what was read is there again, and one event more.
void go_on(MemoryFileSystem& disk, Recovery recovery, Events events) {
  PENCHANT_CHECK(cut_torn_tail(disk, folder, recovery).has_value());
  auto journal = Journal::open(disk, folder, recovery, *recovery.store_id);
  PENCHANT_CHECK(journal.has_value());
  events.push_back({recovery.last_segment->offset, Bytes(3)});
  (*journal)->append(Bytes(3));
  PENCHANT_CHECK((*journal)->commit().has_value());
  journal->reset();
  const auto [again, second] = recovered(disk);
  PENCHANT_CHECK(second && !second->torn_tail);
  PENCHANT_CHECK(again == events);
}

void check(const Bytes& file) {
  MemoryFileSystem disk;
  disk.put(path, file);
  const auto [events, recovery] = recovered(disk);
  if (!right_segment_header(file)) {
    PENCHANT_CHECK(!recovery && events.empty());
    return;
  }
  Events expected;
  std::size_t at = segment_header_bytes;
  while (at < file.size() && whole_frame(file, at, expected.size() + 1)) {
    const auto payload = part(file, at + 24, u32(file, at));
    expected.push_back({at, Bytes(payload.begin(), payload.end())});
    at += 24 + payload.size();
  }
  PENCHANT_CHECK(events == expected);
  PENCHANT_CHECK(recovery.has_error() == proves_synced(file, at, expected.size() + 1));
  if (!recovery) return;
  PENCHANT_CHECK(recovery->torn_tail.has_value() == (at < file.size()));
  go_on(disk, *recovery, expected);
}

}  // namespace
}  // namespace penchant::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  penchant::test::check(penchant::test::steered(data, size));
  return 0;
}

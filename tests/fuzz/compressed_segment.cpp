// Any bytes as a compressed segment: it is refused, or reads the same whichever way it is read, and as what zstd itself
// makes of it; what is salvaged from it has the size that its head says.
//
// The first byte steers the rest, because chance never finds a right CRC: bit 0 makes the head's CRC right, bit 1 the
// index', bit 2 the blocks', as far as their lengths lead within the file.
#include "persistence/compressed_segment.h"

#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/check.h"
#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "tests/persistence/memory_file_system.h"

namespace penchant::test {
namespace {

const std::string path = "/data/" + compressed_name(1);
constexpr std::uint64_t size_max = std::uint64_t{1} << 22;  // more takes the fuzzer too long
constexpr std::size_t head_crc_offset = 56;

std::uint32_t u32(const Bytes& bytes, std::size_t at) { return load_little_endian<std::uint32_t>(&bytes[at]); }
std::uint64_t u64(const Bytes& bytes, std::size_t at) { return load_little_endian<std::uint64_t>(&bytes[at]); }

void make_blocks_right(Bytes& file, std::size_t index_at, std::uint64_t blocks) {
  std::uint64_t at = compressed_head_bytes;
  for (std::size_t entry = index_at + 8; blocks > 0; --blocks, entry += 8) {
    const std::uint32_t bytes = u32(file, entry);
    if (at + bytes > index_at) return;
    const auto block = std::span(file).subspan(static_cast<std::size_t>(at), bytes);
    store_little_endian(&file[entry + 4], crc32c_by_table(block));
    at += bytes;
  }
}

Bytes steered(const std::uint8_t* data, std::size_t size) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(data);
  const unsigned steer = size == 0 ? 0U : data[0];
  Bytes file(bytes + std::min<std::size_t>(size, 1), bytes + size);
  if (file.size() < compressed_head_bytes) return file;
  if ((steer & 1U) != 0) {
    store_little_endian(&file[head_crc_offset], crc32c_by_table(std::span(file).first(head_crc_offset)));
  }
  const std::uint32_t block = u32(file, 52);
  const std::uint64_t plain = u64(file, 44);
  if (block == 0) return file;
  const std::uint64_t blocks = plain / block + (plain % block != 0 ? 1 : 0);
  const std::uint64_t room = file.size() - compressed_head_bytes;
  if (blocks > room / 8 || 12 + 8 * blocks > room) return file;
  const auto index_at = static_cast<std::size_t>(file.size() - 12 - 8 * blocks);
  if ((steer & 4U) != 0) make_blocks_right(file, index_at, blocks);
  if ((steer & 2U) != 0) {
    const std::uint32_t head = crc32c_by_table(std::span(file).first(head_crc_offset));
    const auto index = std::span(file).subspan(index_at, file.size() - index_at - 4);
    store_little_endian(&file[file.size() - 4], crc32c_by_table(index, head));
  }
  return file;
}

/// All of it, `piece` bytes at a time; nothing where a read fails.
std::optional<Bytes> read(File& file, std::size_t piece) {
  Bytes all;
  Bytes part(piece);
  for (;;) {
    const auto got = file.read_at(all.size(), part);
    if (!got) {
      PENCHANT_CHECK(got.error().message.find(" is damaged at offset ") != std::string::npos);
      return std::nullopt;
    }
    if (*got == 0) return all;
    all.insert(all.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(*got));
  }
}

void check(const Bytes& bytes) {
  MemoryFileSystem disk;
  disk.put(path, bytes);
  const auto salvaged = open_damaged_compressed(disk, path, 1);
  const auto file = open_compressed(disk, path, 1);
  PENCHANT_CHECK(!file || salvaged);
  if (!salvaged || *(*salvaged)->size() > size_max) return;
  const auto saved = read(**salvaged, 5000);
  PENCHANT_CHECK(saved && saved->size() == *(*salvaged)->size());
  if (!file) return;
  const auto whole = read(**file, static_cast<std::size_t>(*(*file)->size()));
  const auto again = read(**open_compressed(disk, path, 1), 777);
  PENCHANT_CHECK(whole == again);
  if (!whole) return;
  PENCHANT_CHECK(*whole == *saved && whole->size() == *(*file)->size());
  Bytes by_zstd(whole->size() + 1);
  const std::size_t made = ZSTD_decompress(by_zstd.data(), by_zstd.size(), bytes.data(), bytes.size());
  PENCHANT_CHECK(made == whole->size() && std::equal(whole->begin(), whole->end(), by_zstd.begin()));
}

}  // namespace
}  // namespace penchant::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  penchant::test::check(penchant::test::steered(data, size));
  return 0;
}

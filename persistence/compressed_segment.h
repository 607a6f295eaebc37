// A compressed segment: read as the File that it was made from, and written. docs/journal_format.md has its format.
//
// Reading: offsets and sizes are those of the uncompressed segment. Each block that is read is checked; damage is a
// Failure with path and offset in the compressed file. It takes no append and no truncate. Threads: one at a time, for
// it keeps the blocks read last. Memory: index (16 bytes a block), three blocks, and zstd's 100 to 200 kB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/compressed_format.h"
#include "persistence/file.h"

namespace penchant {

// Measured in bench/RESULTS.md: smaller blocks make HISTORY faster, larger ones the file smaller.
inline constexpr std::uint32_t compressed_block_bytes = std::uint32_t{8} << 10;
inline constexpr int compression_level = 3;  // zstd's

/// `first_sequence` is the one that the file's name says.
[[nodiscard]] result<std::unique_ptr<File>> open_compressed(FileSystem& files, const std::string& path,
                                                            std::uint64_t first_sequence);

/// What can be read of a damaged one: blocks that cannot are zeros, and an index whose checksum is wrong is believed
/// as far as its blocks bear it out. A Failure where its head is damaged.
[[nodiscard]] result<std::unique_ptr<File>> open_damaged_compressed(FileSystem& files, const std::string& path,
                                                                    std::uint64_t first_sequence);

/// Writes one, whose uncompressed size is known beforehand, under a name that is not there yet.
class CompressedWriter {
 public:
  /// Of `head` version is set. Throws std::bad_alloc.
  [[nodiscard]] static result<CompressedWriter> create(FileSystem& files, const std::string& path,
                                                       const CompressedHead& head);
  CompressedWriter(CompressedWriter&&) noexcept;
  ~CompressedWriter();

  /// Takes the uncompressed bytes, in order.
  [[nodiscard]] result<void> append(std::span<const std::byte> bytes);
  /// The file is whole and synced when this returns. Requires that head.size bytes were appended.
  [[nodiscard]] result<void> finish();

 private:
  CompressedWriter();
  [[nodiscard]] result<void> flush_block();
  [[nodiscard]] result<void> flush();

  struct Context;
  std::unique_ptr<Context> context_;
  std::unique_ptr<File> file_;
  CompressedHead head_;
  std::array<std::byte, compressed_head_bytes> head_bytes_{};
  std::vector<BlockEntry> blocks_;
  std::vector<std::byte> block_;  // what the next block has so far
  std::vector<std::byte> out_;    // waits to be written
  std::uint64_t appended_ = 0;
};

}  // namespace penchant

// The chunks of a snapshot's file, docs/snapshot_format.md: what an archive's bytes are cut into, each with a checksum
// and, where that makes it smaller, compressed.
//
// Owner: whoever writes or reads the snapshot, on one thread; the file outlives them. Memory: a chunk or two of 1 MiB.
// Errors: an archive can only be told of one by an exception: WriteFailed, ReadFailed and, where what was read is
// wrong, std::runtime_error, which snapshot.cpp turns into sentences.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/portable_archive.h"

namespace penchant {

inline constexpr std::size_t snapshot_chunk_bytes_max = std::size_t{1} << 20;

struct WriteFailed {
  Failure failure;
};
struct ReadFailed {
  Failure failure;
};

class ChunkSink final : public ByteSink {
 public:
  /// `stop`: when it becomes true the next chunk is not written any more. May be null.
  ChunkSink(File& file, bool is_compressing, const std::atomic<bool>* stop);
  ~ChunkSink() override;

  void write(std::span<const std::byte> bytes) override;
  /// The last chunk, and the one that ends the file.
  void finish();

 private:
  class Compressor;
  void flush();

  File& file_;
  const std::atomic<bool>* const stop_;
  std::vector<std::byte> chunk_;  // room for its header, then content
  std::unique_ptr<Compressor> compressor_;  // none: as it is
  std::uint64_t number_ = 0;
};

/// Told each 64 MiB how many bytes of a file have been read, and how many it has.
using ReadProgress = std::function<void(std::uint64_t read, std::uint64_t size)>;

class ChunkSource final : public ByteSource {
 public:
  /// The chunks from `offset` on.
  ChunkSource(File& file, std::uint64_t offset, ReadProgress progress = {})
      : file_(file), progress_(std::move(progress)), offset_(offset), chunk_offset_(offset) {}

  std::span<const std::byte> next() override;
  /// The archive has been read, and everything given so far with it: nothing but the end may follow.
  void expect_end();

 private:
  void next_chunk();
  void fill(std::span<std::byte> into);
  std::string where() const { return ", at offset " + std::to_string(chunk_offset_); }

  File& file_;
  const ReadProgress progress_;
  std::vector<std::byte> stored_;
  std::vector<std::byte> unpacked_;
  std::span<const std::byte> content_;
  std::uint64_t offset_;
  std::uint64_t chunk_offset_;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

}  // namespace penchant

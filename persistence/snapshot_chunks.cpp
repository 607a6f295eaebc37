#include "persistence/snapshot_chunks.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "persistence/crc32c.h"
#include "persistence/little_endian.h"

namespace penchant {
namespace {

constexpr std::size_t chunk_header_bytes = 8;
constexpr std::uint64_t chunks_between_progress = 64;
constexpr std::uint32_t compressed_tag = 0x80000000;  // of a length
constexpr int chunk_compression_level = 1;                  // zstd's fastest but for the negative ones

/// Of its number, its length as it stands there, and its stored content.
std::uint32_t chunk_crc(std::uint64_t number, std::uint32_t length, std::span<const std::byte> stored) {
  std::array<std::byte, 12> head;
  store_little_endian(head.data(), number);
  store_little_endian(head.data() + 8, length);
  return crc32c(stored, crc32c(head));
}

}  // namespace

class ChunkSink::Compressor {
 public:
  Compressor() : context_(ZSTD_createCCtx(), ZSTD_freeCCtx), packed_(ZSTD_compressBound(snapshot_chunk_bytes_max)) {
    if (!context_) throw std::bad_alloc();
    packed_.resize(packed_.size() + chunk_header_bytes);
  }

  /// The chunk with its content compressed; empty where that is no smaller.
  std::span<std::byte> pack(std::span<const std::byte> content) {
    const std::size_t size =
        ZSTD_compressCCtx(context_.get(), packed_.data() + chunk_header_bytes, packed_.size() - chunk_header_bytes,
                          content.data(), content.size(), chunk_compression_level);
    if (ZSTD_isError(size) || size >= content.size()) return {};
    return std::span(packed_).first(chunk_header_bytes + size);
  }

 private:
  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context_;
  std::vector<std::byte> packed_;
};

ChunkSink::ChunkSink(File& file, bool is_compressing, const std::atomic<bool>* stop) : file_(file), stop_(stop) {
  chunk_.reserve(chunk_header_bytes + snapshot_chunk_bytes_max);
  chunk_.resize(chunk_header_bytes);
  if (is_compressing) compressor_ = std::make_unique<Compressor>();
}

ChunkSink::~ChunkSink() = default;

void ChunkSink::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t room = chunk_header_bytes + snapshot_chunk_bytes_max - chunk_.size();
    const auto part = bytes.first(std::min(room, bytes.size()));
    chunk_.insert(chunk_.end(), part.begin(), part.end());
    bytes = bytes.subspan(part.size());
    if (part.size() == room) flush();
  }
}

void ChunkSink::finish() {
  if (chunk_.size() > chunk_header_bytes) flush();
  flush();
}

void ChunkSink::flush() {
  if (stop_ && stop_->load(std::memory_order_relaxed)) throw WriteFailed{Failure{"it was stopped"}};
  std::span<std::byte> chunk(chunk_);
  std::uint32_t tag = 0;
  if (compressor_ && chunk.size() > chunk_header_bytes) {
    if (const auto packed = compressor_->pack(chunk.subspan(chunk_header_bytes)); !packed.empty()) {
      chunk = packed;
      tag = compressed_tag;
    }
  }
  const auto stored = chunk.subspan(chunk_header_bytes);
  const std::uint32_t length = static_cast<std::uint32_t>(stored.size()) | tag;
  store_little_endian(chunk.data(), length);
  store_little_endian(chunk.data() + 4, chunk_crc(number_++, length, stored));
  if (auto written = file_.append(chunk); !written) throw WriteFailed{written.error()};
  chunk_.resize(chunk_header_bytes);
}

std::span<const std::byte> ChunkSource::next() {
  if (!ended_) next_chunk();
  if (ended_) throw std::runtime_error("it ends too early" + where());
  return content_;
}

void ChunkSource::expect_end() {
  next_chunk();
  const auto size = file_.size();
  if (!size) throw ReadFailed{size.error()};
  if (!ended_ || *size != offset_) throw std::runtime_error("it goes on after its end" + where());
}

void ChunkSource::next_chunk() {
  chunk_offset_ = offset_;
  std::array<std::byte, chunk_header_bytes> head;
  fill(head);
  const auto length = load_little_endian<std::uint32_t>(head.data());
  const std::uint32_t size = length & ~compressed_tag;
  if (size > snapshot_chunk_bytes_max) throw std::runtime_error("a chunk is too long" + where());
  stored_.resize(size);
  fill(stored_);
  if (chunk_crc(number_++, length, stored_) != load_little_endian<std::uint32_t>(head.data() + 4)) {
    throw std::runtime_error("a checksum is wrong" + where());
  }
  content_ = stored_;
  ended_ = length == 0;
  if (progress_ && number_ % chunks_between_progress == 0) {
    if (const auto of_file = file_.size()) progress_(offset_, *of_file);
  }
  if (length == size) return;
  unpacked_.resize(snapshot_chunk_bytes_max);
  const std::size_t unpacked = ZSTD_decompress(unpacked_.data(), unpacked_.size(), stored_.data(), stored_.size());
  if (ZSTD_isError(unpacked) || unpacked == 0) throw std::runtime_error("a chunk cannot be unpacked" + where());
  content_ = std::span(unpacked_).first(unpacked);
}

void ChunkSource::fill(std::span<std::byte> into) {
  const auto size = file_.read_at(offset_, into);
  if (!size) throw ReadFailed{size.error()};
  if (*size < into.size()) throw std::runtime_error("it ends in the middle of a chunk" + where());
  offset_ += into.size();
}

}  // namespace penchant

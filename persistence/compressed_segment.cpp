#include "persistence/compressed_segment.h"

#include <zstd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "engine/check.h"
#include "persistence/crc32c.h"

namespace penchant {
namespace {

constexpr std::size_t cached_blocks = 2;  // an event may lie across the end of one
constexpr std::size_t write_at_once_bytes = std::size_t{1} << 20;

Failure compressed_damage(const std::string& path, std::uint64_t offset, std::string_view what) {
  return Failure{path + " is damaged at offset " + std::to_string(offset) + " (" + std::string(what) + ")", true};
}

struct FreeDecompression {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class CompressedFile final : public File {
 public:
  CompressedFile(std::unique_ptr<File> file, std::string path, const CompressedHead& head,
                 std::span<const BlockEntry> blocks)
      : file_(std::move(file)), path_(std::move(path)), head_(head), context_(ZSTD_createDCtx()) {
    if (!context_) throw std::bad_alloc();
    std::uint64_t at = compressed_head_bytes;
    blocks_.reserve(blocks.size());
    for (const BlockEntry& block : blocks) {
      blocks_.push_back({at, block});
      at += block.bytes;
    }
  }

  /// Blocks that cannot be read are zeros from now on.
  void salvage() { salvages_ = true; }

  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= head_.size) return std::size_t{0};
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), head_.size - offset)));
    for (std::size_t done = 0; done < into.size();) {
      const std::uint64_t block = (offset + done) / head_.block_bytes;
      const auto skip = static_cast<std::size_t>((offset + done) % head_.block_bytes);
      const std::size_t bytes = std::min(bytes_of(block) - skip, into.size() - done);
      const auto part = into.subspan(done, bytes);
      if (bytes == bytes_of(block)) {
        if (auto read = decompress(block, part); !read) return read.error();
      } else {
        const auto kept = cached(block);
        if (!kept) return kept.error();
        std::ranges::copy(kept->subspan(skip, bytes), part.begin());
      }
      done += bytes;
    }
    return into.size();
  }
  result<std::uint64_t> size() override { return head_.size; }
  result<void> sync() override { return file_->sync(); }
  void drop_cache() override { file_->drop_cache(); }

  result<void> append(std::span<const std::byte>) override { return read_only(); }
  result<void> truncate(std::uint64_t) override { return read_only(); }

 private:
  struct Block {
    std::uint64_t at = 0;
    BlockEntry entry;
  };
  struct Cached {
    std::uint64_t block = UINT64_MAX;
    std::vector<std::byte> bytes;
  };

  Failure read_only() const { return Failure{"cannot write " + path_ + ": it is compressed"}; }

  std::size_t bytes_of(std::uint64_t block) const {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(head_.block_bytes, head_.size - block * std::uint64_t{head_.block_bytes}));
  }

  result<std::span<const std::byte>> cached(std::uint64_t block) {
    const auto found = std::ranges::find(cache_, block, &Cached::block);
    if (found != cache_.end()) {
      std::rotate(cache_.begin(), found, found + 1);  // the one used last comes first
    } else {
      std::rotate(cache_.begin(), cache_.end() - 1, cache_.end());
      Cached& kept = cache_.front();
      kept.block = UINT64_MAX;
      kept.bytes.resize(bytes_of(block));
      if (auto read = decompress(block, kept.bytes); !read) return read.error();
      kept.block = block;
    }
    return std::span<const std::byte>(cache_.front().bytes);
  }

  result<void> decompress(std::uint64_t number, std::span<std::byte> into) {
    auto read = decompress_checked(blocks_[static_cast<std::size_t>(number)], into);
    if (read || !salvages_) return read;
    std::ranges::fill(into, std::byte{0});
    return {};
  }

  result<void> decompress_checked(const Block& block, std::span<std::byte> into) {
    if (block.entry.bytes > ZSTD_compressBound(head_.block_bytes)) {
      return compressed_damage(path_, block.at, "a block is longer than it can be");
    }
    if (compressed_.size() < block.entry.bytes) compressed_.resize(block.entry.bytes);
    const auto bytes = std::span(compressed_).first(block.entry.bytes);
    const auto got = file_->read_at(block.at, bytes);
    if (!got) return got.error();
    if (*got < bytes.size()) return compressed_damage(path_, block.at, "the file ends inside a block");
    if (crc32c(bytes) != block.entry.crc) return compressed_damage(path_, block.at, "a block's checksum is wrong");
    const std::size_t made = ZSTD_decompressDCtx(context_.get(), into.data(), into.size(), bytes.data(), bytes.size());
    if (made != into.size()) return compressed_damage(path_, block.at, "a block cannot be decompressed");
    return {};
  }

  std::unique_ptr<File> file_;
  const std::string path_;
  const CompressedHead head_;
  bool salvages_ = false;
  std::vector<Block> blocks_;
  std::array<Cached, cached_blocks> cache_;
  std::vector<std::byte> compressed_;
  std::unique_ptr<ZSTD_DCtx, FreeDecompression> context_;
};

/// Entries as they stand, whatever the index' checksum says.
std::vector<BlockEntry> claimed_blocks(std::span<const std::byte> index) {
  std::vector<BlockEntry> blocks;
  for (std::size_t at = 8; at + 12 <= index.size(); at += 8) {
    blocks.push_back({load_little_endian<std::uint32_t>(index.data() + at),
                      load_little_endian<std::uint32_t>(index.data() + at + 4)});
  }
  return blocks;
}

result<CompressedHead> judge_head(std::span<const std::byte> bytes, const std::string& path,
                                  std::uint64_t first_sequence) {
  if (bytes.size() < compressed_head_bytes) return compressed_damage(path, 0, "the file is shorter than its head");
  const auto head = decode_compressed_head(bytes);
  if (!head) return compressed_damage(path, 0, "its head's checksum is wrong");
  if (head->version != compressed_format_version) {
    return Failure{path + " has compressed format " + std::to_string(head->version) + ", this penchant reads format " +
                   std::to_string(compressed_format_version) + ": start the newer penchant that wrote it"};
  }
  if (head->first_sequence != first_sequence) {
    return compressed_damage(path, 0,
                             "its head says that it begins with event " + std::to_string(head->first_sequence));
  }
  if (head->size < segment_header_bytes) return compressed_damage(path, 0, "it is shorter than a segment's header");
  return *head;
}

result<std::unique_ptr<File>> open_compressed_file(FileSystem& files, const std::string& path,
                                                   std::uint64_t first_sequence, bool salvages) {
  auto file = files.open_read(path);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  std::array<std::byte, compressed_head_bytes> head_bytes;
  const auto got = (*file)->read_at(0, head_bytes);
  if (!got) return got.error();
  const auto head = judge_head(std::span(head_bytes).first(*got), path, first_sequence);
  if (!head) return head.error();

  // No more blocks than the file has room for are believed, before anything is allocated.
  const std::uint64_t room = std::max<std::uint64_t>(*size, compressed_head_bytes) - compressed_head_bytes;
  if (head->blocks() > room / 8 || compressed_index_bytes(head->blocks()) > room) {
    return compressed_damage(path, *size, "the file ends before its index");
  }
  const std::uint64_t index_at = *size - compressed_index_bytes(head->blocks());
  std::vector<std::byte> index(static_cast<std::size_t>(*size - index_at));
  const auto read = (*file)->read_at(index_at, index);
  if (!read) return read.error();
  auto blocks = *read == index.size() ? decode_compressed_index(index, head_bytes) : std::nullopt;
  std::uint64_t end = compressed_head_bytes;
  if (blocks) {
    for (const BlockEntry& block : *blocks) end += block.bytes;
  }
  const bool is_sound = blocks && end == index_at;
  if (!is_sound && !salvages) return compressed_damage(path, index_at, "its index' checksum is wrong");
  if (!is_sound) blocks = claimed_blocks(index);
  auto compressed = std::make_unique<CompressedFile>(std::move(*file), path, *head, *blocks);
  if (salvages) compressed->salvage();
  return std::unique_ptr<File>(std::move(compressed));
}

}  // namespace

result<std::unique_ptr<File>> open_compressed(FileSystem& files, const std::string& path,
                                              std::uint64_t first_sequence) {
  return open_compressed_file(files, path, first_sequence, false);
}

result<std::unique_ptr<File>> open_damaged_compressed(FileSystem& files, const std::string& path,
                                                      std::uint64_t first_sequence) {
  return open_compressed_file(files, path, first_sequence, true);
}

struct CompressedWriter::Context {
  Context() : zstd(ZSTD_createCCtx()) {
    if (zstd == nullptr) throw std::bad_alloc();
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeCCtx(zstd); }
  ZSTD_CCtx* const zstd;
};

CompressedWriter::CompressedWriter() : context_(std::make_unique<Context>()) {}
CompressedWriter::CompressedWriter(CompressedWriter&&) noexcept = default;
CompressedWriter::~CompressedWriter() = default;

result<CompressedWriter> CompressedWriter::create(FileSystem& files, const std::string& path,
                                                  const CompressedHead& head) {
  auto file = files.create(path);
  if (!file) return file.error();
  CompressedWriter writer;
  writer.file_ = std::move(*file);
  writer.head_ = head;
  writer.head_.version = compressed_format_version;
  encode_compressed_head(writer.head_, writer.head_bytes_.data());
  writer.out_.assign(writer.head_bytes_.begin(), writer.head_bytes_.end());
  writer.block_.reserve(head.block_bytes);
  return writer;
}

result<void> CompressedWriter::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min<std::size_t>(bytes.size(), head_.block_bytes - block_.size()));
    block_.insert(block_.end(), part.begin(), part.end());
    appended_ += part.size();
    bytes = bytes.subspan(part.size());
    if (block_.size() < head_.block_bytes) continue;
    if (auto flushed = flush_block(); !flushed) return flushed;
  }
  return {};
}

result<void> CompressedWriter::flush_block() {
  const std::size_t begin = out_.size();
  out_.resize(begin + ZSTD_compressBound(block_.size()));
  const std::size_t bytes = ZSTD_compressCCtx(context_->zstd, out_.data() + begin, out_.size() - begin, block_.data(),
                                              block_.size(), compression_level);
  if (ZSTD_isError(bytes) != 0) return Failure{std::string("cannot compress: ") + ZSTD_getErrorName(bytes)};
  out_.resize(begin + bytes);
  blocks_.push_back({static_cast<std::uint32_t>(bytes), crc32c(std::span(out_).subspan(begin))});
  block_.clear();
  return out_.size() < write_at_once_bytes ? result<void>() : flush();
}

result<void> CompressedWriter::flush() {
  auto written = file_->append(out_);
  out_.clear();
  return written;
}

result<void> CompressedWriter::finish() {
  if (!block_.empty()) {
    if (auto flushed = flush_block(); !flushed) return flushed;
  }
  PENCHANT_CHECK(appended_ == head_.size);
  const auto index = encode_compressed_index(blocks_, head_bytes_);
  out_.insert(out_.end(), index.begin(), index.end());
  if (auto written = flush(); !written) return written;
  return file_->sync();
}

}  // namespace penchant

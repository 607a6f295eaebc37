// Reads the frames of one segment in order, through a window of bounded size, and looks for proof that what
// is missing had been on disk. Belongs to recovery; callers outside persistence/ use journal_reader.h.
//
// Memory: one window of 1 MiB, larger only while a larger frame is read. A length is compared with the limit
// and with the bytes left before anything is allocated.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/journal_format.h"

namespace penchant {

// Ends every sentence with which damage refuses a start.
inline constexpr std::string_view damage_advice =
    "; the start stops here, so that no verdict is lost unseen: put back a copy of the folder that is whole, or let "
    "penchant repair save what can be read";

// A file seen through a buffer: large sequential reads, a position that only moves forward.
class ReadWindow {
 public:
  ReadWindow() = default;
  // Reads `file` up to `size`, from the beginning. The path is for failures.
  ReadWindow(std::unique_ptr<File> file, std::string path, std::uint64_t size);

  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t left() const { return size_ - offset_; }
  // At least `bytes` bytes from the position on; more where they are at hand. Requires bytes <= left().
  // Valid until the next call.
  [[nodiscard]] result<std::span<const std::byte>> peek(std::size_t bytes) {
    if (end_ - begin_ < bytes) {
      if (auto filled = fill(bytes); !filled) return filled.error();
    }
    return std::span<const std::byte>(buffer_.data() + begin_, end_ - begin_);
  }
  // Requires bytes that peek() has shown.
  void skip(std::size_t bytes) {
    begin_ += bytes;
    offset_ += bytes;
  }

 private:
  [[nodiscard]] result<void> fill(std::size_t bytes);

  std::unique_ptr<File> file_;
  std::string path_;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;  // of buffer_[begin_] in the file
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;  // buffer_[begin_, end_) is ahead of the position
  std::size_t end_ = 0;
};

struct Frame {
  FrameHeader header;
  std::span<const std::byte> payload;  // valid until the reader is used again
  std::uint64_t offset = 0;
};

class SegmentReader {
 public:
  // In either form. Where a segment's header is damaged, of a newer version, or not that of its name: a failure that
  // says so.
  // `from_disk`: sync the file and read past the system's cache.
  [[nodiscard]] static result<SegmentReader> open(FileSystem& files, const std::string& directory,
                                                  std::uint64_t first_sequence, bool from_disk);

  [[nodiscard]] const std::string& path() const { return path_; }
  // Offsets are those of the plain form all the same.
  [[nodiscard]] bool is_compressed() const { return is_compressed_; }
  [[nodiscard]] const StoreId& store_id() const { return store_id_; }
  [[nodiscard]] std::uint64_t offset() const { return window_.offset(); }
  [[nodiscard]] std::uint64_t left() const { return window_.left(); }

  // Reads the frame of event `sequence` and moves past it. False: there is none at offset(); then reason()
  // says why, and is empty at the end of the file.
  [[nodiscard]] result<bool> next(std::uint64_t sequence, Frame& frame);
  [[nodiscard]] std::string_view reason() const { return reason_; }

  // Whether any frame header from offset() on shows that event `sequence` had been on disk. Reads to the end.
  [[nodiscard]] result<bool> proves_synced(std::uint64_t sequence);

 private:
  SegmentReader() = default;

  ReadWindow window_;
  std::string path_;
  bool is_compressed_ = false;
  StoreId store_id_{};
  std::uint32_t segment_crc_ = 0;
  std::string_view reason_;
};

}  // namespace penchant

// TemporaryFile: what is too large for memory, until it has been read. It has no name: it is gone when the process is,
// however that ends. (On a file system without O_TMPFILE it has one for an instant while it is made.)
//
// Owner and thread: the caller's. Limits: it leaves spare_bytes of the disk free, which others may need more. Errors:
// one sentence with the folder and the reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/result.h"

namespace penchant {

inline constexpr std::uint64_t spare_bytes = std::uint64_t{1} << 30;
inline constexpr std::uint64_t spare_looked_at_each = std::uint64_t{16} << 20;  // bytes appended

class TemporaryFile {
 public:
  static result<TemporaryFile> create(std::string directory);
  TemporaryFile(TemporaryFile&& other) noexcept
      : directory_(std::move(other.directory_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        size_(other.size_) {}
  TemporaryFile& operator=(TemporaryFile&& other) noexcept {
    std::swap(directory_, other.directory_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~TemporaryFile();

  result<void> append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  /// How many bytes were read; fewer than asked for only at the end.
  result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const;

 private:
  TemporaryFile(std::string directory, int descriptor) : directory_(std::move(directory)), descriptor_(descriptor) {}
  Failure failure(std::string_view what) const;
  result<void> require_spare() const;

  std::string directory_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace penchant

// OutputBuffer: the bytes of replies, appended where they will be sent from.
//
//   char* at = out.room(text.size() + 2);
//   at = std::copy(text.begin(), text.end(), at);
//   out.end_at(at);
//
// Unlike a string it does not fill what it is about to overwrite. Owner: the server, one for all its sessions, so that
// the bytes stay in the processor's cache from the command that writes them to the socket that takes them.
// Lifetime: view() and room() last until the next call that writes. Limits: none of its own.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace penchant {

class OutputBuffer {
 public:
  std::size_t size() const { return size_; }
  std::string_view view() const { return {bytes_.get(), size_}; }

  /// Where the next bytes go: at least `bytes` of them fit.
  char* room(std::size_t bytes) {
    if (capacity_ - size_ < bytes) [[unlikely]] grow(bytes);
    return bytes_.get() + size_;
  }
  /// They went there, and end here.
  void end_at(const char* end) { size_ = static_cast<std::size_t>(end - bytes_.get()); }

  void append(std::string_view text) {
    char* const at = room(text.size());
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    size_ += text.size();
  }

  /// Empty again; what one large reply has taken is given back.
  void clear() {
    size_ = 0;
    if (capacity_ <= kept_bytes) return;
    bytes_.reset();
    capacity_ = 0;
  }

 private:
  static constexpr std::size_t kept_bytes = std::size_t{4} << 20;

  [[gnu::noinline]] void grow(std::size_t bytes) {
    const std::size_t capacity = 2 * capacity_ + bytes;
    auto grown = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(grown.get(), bytes_.get(), size_);
    bytes_ = std::move(grown);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace penchant

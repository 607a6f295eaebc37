// The coding of a long answer: zstd or gzip where the client takes it (RFC 9110, 8.4), piece by piece.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace penchant {

enum class ContentCoding : std::uint8_t { none, gzip, zstd };

/// The one to use for a client that says this in Accept-Encoding.
ContentCoding coding_of(std::string_view accept_encoding);

class ContentCoder {
 public:
  explicit ContentCoder(ContentCoding coding);
  ~ContentCoder();

  /// The field that tells of it; empty where there is none.
  std::string field() const;
  /// What the bytes have become so far: none where it waits for more. Valid until the next call.
  std::string_view add(std::string_view bytes) { return code(bytes, false); }
  std::string_view end() { return code({}, true); }

 private:
  struct State;
  std::string_view code(std::string_view bytes, bool is_end);

  const ContentCoding coding_;
  std::unique_ptr<State> state_;
  std::string out_;
};

}  // namespace penchant

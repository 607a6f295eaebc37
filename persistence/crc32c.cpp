#include "persistence/crc32c.h"

#include <array>

#include "persistence/little_endian.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace penchant {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78;  // Castagnoli's, bits reversed

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b]: what byte b does to the CRC when k more bytes follow it in the same step.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

}  // namespace

std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t crc) {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  crc = ~crc;
  for (; left >= 8; at += 8, left -= 8) {
    const std::uint64_t word = load_little_endian<std::uint64_t>(at) ^ crc;
    crc = 0;
    for (std::size_t i = 0; i < 8; ++i) crc ^= tables[7 - i][(word >> (8 * i)) & 0xff];
  }
  for (; left > 0; ++at, --left) {
    crc = (crc >> 8) ^ tables[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xff];
  }
  return ~crc;
}

#if defined(__x86_64__)
namespace {

[[gnu::target("sse4.2")]] std::uint32_t crc32c_by_sse42(std::span<const std::byte> bytes, std::uint32_t crc) {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t wide = ~crc;
  for (; left >= 8; at += 8, left -= 8) wide = _mm_crc32_u64(wide, load_little_endian<std::uint64_t>(at));
  auto narrow = static_cast<std::uint32_t>(wide);
  if (left >= 4) {  // a frame's header ends so
    narrow = _mm_crc32_u32(narrow, load_little_endian<std::uint32_t>(at));
    at += 4;
    left -= 4;
  }
  for (; left > 0; ++at, --left) narrow = _mm_crc32_u8(narrow, std::to_integer<std::uint8_t>(*at));
  return ~narrow;
}

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc) {
  static const auto chosen = __builtin_cpu_supports("sse4.2") ? &crc32c_by_sse42 : &crc32c_by_table;
  return chosen(bytes, crc);
}
#else
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc) {
  return crc32c_by_table(bytes, crc);
}
#endif

}  // namespace penchant

// CRC-32C (Castagnoli), as iSCSI, ext4 and LevelDB use it; test vectors in RFC 3720, appendix B.4.
// Pure functions: any thread, any alignment, any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace penchant {

// The CRC of the bytes that gave `crc` followed by these: crc32c(b, crc32c(a)) == crc32c(ab).
// Uses SSE4.2 where the processor has it, the table elsewhere.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

// The same by table on every machine: the oracle of the tests.
[[nodiscard]] std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t crc = 0);

}  // namespace penchant

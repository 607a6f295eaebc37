// A compressed segment is its plain one, byte for byte and wherever it is read; damage in any bit is found.
#include "persistence/compressed_segment.h"

#include <zstd.h>

#include <algorithm>
#include <random>

#include "tests/persistence/segment_fixture.h"

namespace penchant::test {
namespace {

Bytes whole_of(File& file) {
  Bytes bytes(static_cast<std::size_t>(*file.size()));
  const auto got = file.read_at(0, bytes);
  BOOST_REQUIRE_MESSAGE(got, got.error().message);
  BOOST_TEST(*got == bytes.size());
  return bytes;
}

/// A file of three small blocks, the last shorter, of what compresses and what does not.
struct SmallCompressed {
  SmallCompressed() {
    std::mt19937 random(1);
    for (std::size_t i = 0; i < 2500; ++i) plain.push_back(static_cast<std::byte>(i < 1100 ? i / 64 : random()));
    auto writer = CompressedWriter::create(
        disk, path, {.store_id = store_id, .first_sequence = 1, .size = plain.size(), .block_bytes = block_bytes_min});
    BOOST_REQUIRE(writer);
    for (std::size_t at = 0; at < plain.size(); at += 100) {
      BOOST_REQUIRE(writer->append(std::span(plain).subspan(at, std::min<std::size_t>(100, plain.size() - at))));
    }
    BOOST_REQUIRE(writer->finish());
    whole = disk.bytes(path);
  }

  /// What is read from these bytes; nothing where it is refused, and then the sentence names path and offset.
  std::optional<Bytes> read(Bytes bytes) {
    const std::size_t size = bytes.size();
    disk.put(path, std::move(bytes));
    const auto file = open_compressed(disk, path, 1);
    if (!file) return refused(file.error(), size);
    Bytes content(static_cast<std::size_t>(*(*file)->size()));
    const auto got = (*file)->read_at(0, content);
    if (!got) return refused(got.error(), size);
    return content;
  }
  std::optional<Bytes> refused(const Failure& why, std::size_t size) {
    const std::string begin = path + " is damaged at offset ";
    BOOST_TEST(why.message.starts_with(begin), why.message);
    if (why.message.starts_with(begin)) BOOST_TEST(std::stoul(why.message.substr(begin.size())) <= size);
    return std::nullopt;
  }

  MemoryFileSystem disk;
  const std::string path = path_in(folder, compressed_name(1));
  Bytes plain;
  Bytes whole;
};

BOOST_AUTO_TEST_SUITE(compressed_segment)

BOOST_FIXTURE_TEST_CASE(it_reads_as_the_plain_one_from_every_offset, SmallCompressed) {
  const auto file = open_compressed(disk, path, 1);
  BOOST_REQUIRE(file);
  BOOST_TEST(*(*file)->size() == plain.size());
  for (std::size_t at = 0; at <= plain.size() + 1; at += 7) {
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{1024}, std::size_t{2600}}) {
      Bytes into(bytes);
      const auto got = (*file)->read_at(at, into);
      BOOST_REQUIRE(got);
      const std::size_t left = plain.size() - std::min(at, plain.size());
      BOOST_REQUIRE(*got == std::min(left, bytes));
      BOOST_REQUIRE(std::equal(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(*got),
                               plain.begin() + static_cast<std::ptrdiff_t>(std::min(at, plain.size()))));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(zstd_itself_decompresses_it, SmallCompressed) {
  Bytes content(plain.size() + 1);
  const std::size_t made = ZSTD_decompress(content.data(), content.size(), whole.data(), whole.size());
  BOOST_REQUIRE(ZSTD_isError(made) == 0U);
  content.resize(made);
  BOOST_TEST((content == plain));
}

BOOST_FIXTURE_TEST_CASE(every_cut_is_found_with_file_and_offset, SmallCompressed) {
  for (std::size_t size = 0; size < whole.size(); ++size) {
    BOOST_TEST(!read(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), "cut to " << size);
  }
}

BOOST_FIXTURE_TEST_CASE(every_flipped_bit_is_found_with_file_and_offset, SmallCompressed) {
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      // A newer version has a sentence of its own; to get there takes a right checksum.
      Bytes flipped = whole;
      flipped[at] ^= static_cast<std::byte>(1U << bit);
      BOOST_TEST(!read(std::move(flipped)), "bit " << bit << " of byte " << at);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(every_byte_added_is_found, SmallCompressed) {
  Bytes longer = whole;
  longer.push_back(std::byte{0});
  BOOST_TEST(!read(std::move(longer)));
}

BOOST_FIXTURE_TEST_CASE(a_block_that_cannot_be_read_leaves_the_others, SmallCompressed) {
  Bytes flipped = whole;
  flipped[compressed_head_bytes + 3] ^= std::byte{1};
  disk.put(path, flipped);
  const auto file = open_damaged_compressed(disk, path, 1);
  BOOST_REQUIRE(file);
  Bytes expected = plain;
  std::fill_n(expected.begin(), block_bytes_min, std::byte{0});
  BOOST_TEST((whole_of(**file) == expected));
}

BOOST_FIXTURE_TEST_CASE(a_newer_format_is_refused_by_its_number, SmallCompressed) {
  encode_compressed_head({.version = 2, .first_sequence = 1, .size = 2500, .block_bytes = block_bytes_min},
                         whole.data());
  disk.put(path, whole);
  BOOST_TEST(open_compressed(disk, path, 1).error().message ==
             path + " has compressed format 2, this penchant reads format 1: start the newer penchant that wrote it");
}

BOOST_FIXTURE_TEST_CASE(a_block_outside_its_bounds_is_refused, SmallCompressed) {
  for (const std::uint32_t bytes : {block_bytes_min - 1, block_bytes_max + 1, std::uint32_t{0}}) {
    encode_compressed_head({.first_sequence = 1, .size = 2500, .block_bytes = bytes}, whole.data());
    BOOST_TEST(!read(whole));
  }
}

BOOST_FIXTURE_TEST_CASE(a_size_for_which_there_is_no_room_is_refused_before_it_is_believed, SmallCompressed) {
  for (const std::uint64_t size : {std::uint64_t{1} << 40, UINT64_MAX}) {
    encode_compressed_head({.first_sequence = 1, .size = size, .block_bytes = block_bytes_min}, whole.data());
    BOOST_TEST(!read(whole));
  }
}

BOOST_FIXTURE_TEST_CASE(one_under_the_name_of_another_is_refused, SmallCompressed) {
  BOOST_TEST(open_compressed(disk, path, 2).error().message ==
             path + " is damaged at offset 0 (its head says that it begins with event 1)");
}

BOOST_FIXTURE_TEST_CASE(nothing_is_written_to_it, SmallCompressed) {
  const auto file = open_compressed(disk, path, 1);
  BOOST_TEST(!(*file)->append(plain));
  BOOST_TEST(!(*file)->truncate(0));
  BOOST_TEST((disk.bytes(path) == whole));
}

BOOST_AUTO_TEST_CASE(its_name_has_the_first_sequence) {
  BOOST_TEST(compressed_name(7) == "journal-00000000000000000007.log.zst");
  BOOST_TEST(compressed_sequence_of(compressed_name(first_sequence_max)).value() == first_sequence_max);
  BOOST_TEST(!compressed_sequence_of(compressed_name(0)));
  BOOST_TEST(!compressed_sequence_of(compressed_name(first_sequence_max + 1)));
  BOOST_TEST(!compressed_sequence_of(segment_name(7)));
  BOOST_TEST(is_unfinished_compressed(unfinished_compressed(compressed_name(7))));
  BOOST_TEST(!is_unfinished_compressed(segment_name(7) + ".tmp"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "persistence/snapshot.h"

#include <algorithm>
#include <array>
#include <boost/archive/impl/archive_serializer_map.ipp>
#include <cstring>
#include <ranges>
#include <stdexcept>
#include <vector>

#include "engine/serialization.h"
#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "persistence/numbered_name.h"
#include "persistence/portable_archive.h"

namespace penchant {
namespace {

constexpr std::string_view snapshot_magic = "PENCHSNP";
constexpr std::string_view name_prefix = "snapshot-";
constexpr std::string_view name_suffix = ".penchant";
constexpr std::string_view aside_suffix = ".tmp";
constexpr std::size_t header_bytes = 40;
constexpr std::size_t chunk_header_bytes = 8;

std::uint32_t chunk_crc(std::uint64_t number, std::span<const std::byte> content) {
  std::array<std::byte, 12> head;
  store_little_endian(head.data(), number);
  store_little_endian(head.data() + 8, static_cast<std::uint32_t>(content.size()));
  return crc32c(content, crc32c(head));
}

// Boost.Serialization has no other way to report a failed write than to throw; it is caught in write_snapshot.
struct WriteFailed {
  Failure failure;
};

class ChunkSink final : public ByteSink {
 public:
  explicit ChunkSink(File& file) : file_(file) { chunk_.resize(chunk_header_bytes); }

  void write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const std::size_t room = chunk_header_bytes + snapshot_chunk_bytes_max - chunk_.size();
      const auto part = bytes.first(std::min(room, bytes.size()));
      chunk_.insert(chunk_.end(), part.begin(), part.end());
      bytes = bytes.subspan(part.size());
      if (part.size() == room) flush();
    }
  }

  void finish() {
    if (chunk_.size() > chunk_header_bytes) flush();
    flush();  // the empty chunk that ends the file
  }

 private:
  void flush() {
    const auto content = std::span(chunk_).subspan(chunk_header_bytes);
    store_little_endian(chunk_.data(), static_cast<std::uint32_t>(content.size()));
    store_little_endian(chunk_.data() + 4, chunk_crc(number_++, content));
    if (auto written = file_.append(chunk_); !written) throw WriteFailed{written.error()};
    chunk_.resize(chunk_header_bytes);
  }

  File& file_;
  std::vector<std::byte> chunk_;
  std::uint64_t number_ = 0;
};

class ChunkSource final : public ByteSource {
 public:
  explicit ChunkSource(File& file) : file_(file) {}

  void read(std::span<std::byte> into) override {
    while (!into.empty()) {
      if (left_.empty()) next_chunk();
      if (left_.empty()) throw std::runtime_error("it ends too early" + where());
      const std::size_t size = std::min(left_.size(), into.size());
      std::memcpy(into.data(), left_.data(), size);
      left_ = left_.subspan(size);
      into = into.subspan(size);
    }
  }

  /// The archive has been read: nothing but the end may follow.
  void expect_end() {
    if (left_.empty() && !ended_) next_chunk();
    const auto size = file_.size();
    if (!size) throw std::runtime_error(size.error().message);
    if (!ended_ || *size != offset_) throw std::runtime_error("it goes on after its end" + where());
  }

 private:
  void next_chunk() {
    if (ended_) return;
    chunk_offset_ = offset_;
    std::array<std::byte, chunk_header_bytes> head;
    fill(head);
    const auto size = load_little_endian<std::uint32_t>(head.data());
    if (size > snapshot_chunk_bytes_max) throw std::runtime_error("a chunk is too long" + where());
    chunk_.resize(size);
    fill(chunk_);
    if (chunk_crc(number_++, chunk_) != load_little_endian<std::uint32_t>(head.data() + 4)) {
      throw std::runtime_error("a checksum is wrong" + where());
    }
    left_ = chunk_;
    ended_ = size == 0;
  }
  void fill(std::span<std::byte> into) {
    const auto size = file_.read_at(offset_, into);
    if (!size) throw std::runtime_error(size.error().message);
    if (*size < into.size()) throw std::runtime_error("it ends in the middle of a chunk" + where());
    offset_ += into.size();
  }
  std::string where() const { return ", at offset " + std::to_string(chunk_offset_); }

  File& file_;
  std::vector<std::byte> chunk_;
  std::span<const std::byte> left_;
  std::uint64_t offset_ = header_bytes;
  std::uint64_t chunk_offset_ = header_bytes;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

class StringSink final : public ByteSink {
 public:
  explicit StringSink(std::string& out) : out_(out) {}
  void write(std::span<const std::byte> bytes) override {
    out_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }

 private:
  std::string& out_;
};

/// A place for every number given to a user, so that a reader knows how many are right.
void save_heads(PortableOutputArchive& archive, const HistoryHeads& heads, std::uint32_t users) {
  const std::uint64_t count = users;
  archive << count;
  for (std::uint32_t user = 0; user < users; ++user) {
    const EventPlace head = heads.of(user);
    archive << head.segment << head.offset;
  }
}

void load_heads(PortableInputArchive& archive, HistoryHeads& heads, std::uint32_t users, std::uint64_t sequence) {
  std::uint64_t count = 0;
  archive >> count;
  detail::require(count == users);
  heads = {};
  for (std::uint32_t user = 0; user < users; ++user) {  // grows as they are read
    EventPlace head;
    archive >> head.segment >> head.offset;
    detail::require(head.segment <= sequence && (head.segment != 0 || head.offset == 0));
    heads.move(user, head);
  }
}

std::array<std::byte, header_bytes> encode_header(const SnapshotStamp& stamp) {
  std::array<std::byte, header_bytes> header{};
  std::memcpy(header.data(), snapshot_magic.data(), snapshot_magic.size());
  store_little_endian(header.data() + 8, snapshot_format_version);
  std::ranges::copy(stamp.store_id, header.begin() + 12);
  store_little_endian(header.data() + 28, stamp.sequence);
  store_little_endian(header.data() + 36, crc32c(std::span(header).first(36)));
  return header;
}

result<void> write_aside(FileSystem& files, const std::string& path, const SnapshotStamp& stamp, const Engine& engine,
                         const HistoryHeads& heads) {
  auto file = files.create(path);
  if (!file) return file.error();
  if (auto written = (*file)->append(encode_header(stamp)); !written) return written;
  try {
    ChunkSink sink(**file);
    PortableOutputArchive archive(sink);
    archive << engine;
    save_heads(archive, heads, engine.next_user());
    sink.finish();
  } catch (const WriteFailed& failed) {
    return failed.failure;
  }
  return (*file)->sync();
}

struct Header {
  std::uint32_t version = 0;
  SnapshotStamp stamp;
};

/// The version is not judged: the header has this layout in all of them.
result<Header> read_header(File& file, const std::string& path) {
  std::array<std::byte, header_bytes> header;
  const auto size = file.read_at(0, header);
  if (!size) return size.error();
  if (*size < header_bytes || std::memcmp(header.data(), snapshot_magic.data(), snapshot_magic.size()) != 0 ||
      crc32c(std::span(header).first(36)) != load_little_endian<std::uint32_t>(header.data() + 36)) {
    return Failure{path + " is no snapshot, or its first " + std::to_string(header_bytes) + " bytes are damaged"};
  }
  Header read{.version = load_little_endian<std::uint32_t>(header.data() + 8), .stamp = {}};
  std::copy_n(header.begin() + 12, read.stamp.store_id.size(), read.stamp.store_id.begin());
  read.stamp.sequence = load_little_endian<std::uint64_t>(header.data() + 28);
  return read;
}

}  // namespace

std::string snapshot_name(std::uint64_t sequence) { return numbered_name(name_prefix, sequence, name_suffix); }

std::optional<std::uint64_t> snapshot_sequence(std::string_view name) {
  const auto sequence = number_of(name, name_prefix, name_suffix);
  return sequence && *sequence <= first_sequence_max ? sequence : std::nullopt;
}

result<void> write_snapshot(FileSystem& files, const std::string& directory, const SnapshotStamp& stamp,
                            const Engine& engine, const HistoryHeads& heads) {
  const std::string path = path_in(directory, snapshot_name(stamp.sequence));
  const std::string aside = path + std::string(aside_suffix);
  const auto names = files.list(directory);
  if (!names) return names.error();
  if (std::ranges::binary_search(*names, snapshot_name(stamp.sequence) + std::string(aside_suffix))) {
    if (auto removed = files.remove(aside); !removed) return removed;
  }
  if (auto written = write_aside(files, aside, stamp, engine, heads); !written) {
    (void)files.remove(aside);  // it may hold the space that was missing; the failure told is the first one
    return written;
  }
  if (auto renamed = files.rename(aside, path); !renamed) return renamed;
  return files.sync_directory(directory);
}

result<SnapshotStamp> read_snapshot(FileSystem& files, const std::string& path, Engine& engine, HistoryHeads& heads) {
  auto file = files.open_read(path);
  if (!file) return file.error();
  const auto header = read_header(**file, path);
  if (!header) return header.error();
  const std::string format = "(format " + std::to_string(header->version) + ")";
  if (header->version > snapshot_format_version) {
    return Failure{path + " was written by a newer Penchant " + format + ": start that one"};
  }
  if (header->version < snapshot_format_version) {
    return Failure{path + " is of a time before the first release " + format};
  }
  try {
    ChunkSource source(**file);
    PortableInputArchive archive(source);
    archive >> engine;
    load_heads(archive, heads, engine.next_user(), header->stamp.sequence);
    source.expect_end();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return Failure{path + " is damaged: " + error.what()};
  }
  return header->stamp;
}

bool is_of_newer_format(FileSystem& files, const std::string& path) {
  const auto file = files.open_read(path);
  if (!file) return false;
  const auto header = read_header(**file, path);
  return header && header->version > snapshot_format_version;
}

result<void> remove_old_snapshots(FileSystem& files, const std::string& directory,
                                  std::span<const std::uint64_t> invalid, std::size_t kept) {
  const auto names = files.list(directory);
  if (!names) return names.error();
  std::size_t whole = 0;
  for (const std::string& name : std::views::reverse(*names)) {
    // What a writer that was killed has left; none is at work now.
    const bool is_aside = name.ends_with(aside_suffix);
    const auto sequence = snapshot_sequence(name.substr(0, name.size() - (is_aside ? aside_suffix.size() : 0)));
    if (!sequence) continue;
    const bool is_whole = !is_aside && std::ranges::find(invalid, *sequence) == invalid.end();
    if (is_whole && ++whole <= kept) continue;
    if (auto removed = files.remove(path_in(directory, name)); !removed) return removed;
  }
  return {};
}

std::string state_bytes(const Engine& engine) {
  std::string bytes;
  StringSink sink(bytes);
  PortableOutputArchive archive(sink);
  archive << engine;
  return bytes;
}

}  // namespace penchant

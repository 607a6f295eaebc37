#include "persistence/snapshot.h"

#include <algorithm>
#include <array>
#include <boost/archive/impl/archive_serializer_map.ipp>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "engine/serialization.h"
#include "persistence/crc32c.h"
#include "persistence/little_endian.h"
#include "persistence/numbered_name.h"
#include "persistence/portable_archive.h"
#include "persistence/snapshot_chunks.h"

namespace penchant {
namespace {

constexpr std::string_view snapshot_magic = "PENCHSNP";
constexpr std::string_view name_prefix = "snapshot-";
constexpr std::string_view name_suffix = ".penchant";
constexpr std::string_view aside_suffix = ".tmp";
constexpr std::size_t header_bytes = 40;
constexpr std::size_t rounds = 32;  // between two of which users that have changed meanwhile are looked for

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

result<void> write_aside(FileSystem& files, const std::string& path, const SnapshotStamp& stamp, FrozenState& state,
                         const SnapshotWriting& how) {
  auto file = files.create(path);
  if (!file) return file.error();
  if (auto written = (*file)->append(encode_header(stamp)); !written) return written;
  try {
    ChunkSink sink(**file, how.is_compressing, how.stop);
    state.save(sink);
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
    return Failure{path + " is no snapshot, or its first " + std::to_string(header_bytes) + " bytes are damaged", true};
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

FrozenState::FrozenState(const Engine& engine, const HistoryHeads& heads)
    : users_(engine.users().begin(), engine.users().end()), heads_(heads), next_user_(engine.next_user()) {
  StringSink sink(head_);
  PortableOutputArchive archive(sink);
  engine.save_head(archive);
  archive.flush();
}

/// One archive goes on where the other ended: no class is in both parts. Users that the engine has copied meanwhile,
/// because they changed, go first: their memory is here for this only.
void FrozenState::save(ByteSink& sink) {
  PortableOutputArchive archive(sink);
  archive.save_binary(head_.data(), head_.size());
  const auto save_and_let_go = [&archive](std::optional<NamedUser>& user) {
    if (user) Engine::save_user(archive, *user);
    user.reset();
  };
  const std::size_t at_once = users_.size() / rounds + 1;
  for (std::size_t next = 0; next < users_.size();) {
    const std::size_t end = std::min(next + at_once, users_.size());
    for (; next < end; ++next) save_and_let_go(users_[next]);
    for (std::size_t i = end; i < users_.size(); ++i) {
      if (users_[i] && !users_[i]->user.is_shared()) save_and_let_go(users_[i]);
    }
  }
  save_heads(archive, heads_, next_user_);
  archive.flush();
}

result<void> write_snapshot(FileSystem& files, const std::string& directory, const SnapshotStamp& stamp,
                            FrozenState state, const SnapshotWriting& how) {
  const std::string path = path_in(directory, snapshot_name(stamp.sequence));
  const std::string aside = path + std::string(aside_suffix);
  const auto names = files.list(directory);
  if (!names) return names.error();
  if (std::ranges::binary_search(*names, snapshot_name(stamp.sequence) + std::string(aside_suffix))) {
    if (auto removed = files.remove(aside); !removed) return removed;
  }
  auto written = write_aside(files, aside, stamp, state, how);
  if (written && how.before_rename) written = how.before_rename();
  if (!written) {
    (void)files.remove(aside);  // it may hold the space that was missing; the failure told is the first one
    return written;
  }
  if (auto renamed = files.rename(aside, path); !renamed) return renamed;
  return files.sync_directory(directory);
}

result<SnapshotStamp> read_snapshot(FileSystem& files, const std::string& path, Engine& engine, HistoryHeads& heads,
                                    ReadProgress progress) {
  auto file = files.open_read(path);
  if (!file) return file.error();
  const auto header = read_header(**file, path);
  if (!header) return header.error();
  const std::string format = "(format " + std::to_string(header->version) + ")";
  if (header->version > snapshot_format_version) {
    return Failure{path + " was written by a newer Penchant " + format + ": start that one"};
  }
  if (header->version < snapshot_format_read_min) {
    return Failure{path + " is of a time before the first release " + format, true};
  }
  try {
    ChunkSource source(**file, header_bytes, std::move(progress));
    PortableInputArchive archive(source);
    detail::bounds_of(archive).format = header->version;
    engine.load(archive);
    load_heads(archive, heads, engine.next_user(), header->stamp.sequence);
    detail::require(archive.is_at_end());
    source.expect_end();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const ReadFailed& failed) {
    return failed.failure;
  } catch (const std::exception& error) {
    return Failure{path + " is damaged: " + error.what(), true};
  }
  return header->stamp;
}

std::optional<std::uint32_t> snapshot_format(FileSystem& files, const std::string& path) {
  const auto file = files.open_read(path);
  if (!file) return std::nullopt;
  const auto header = read_header(**file, path);
  return header ? std::optional(header->version) : std::nullopt;
}

result<void> remove_old_snapshots(FileSystem& files, const std::string& directory,
                                  std::span<const std::uint64_t> invalid, std::size_t kept) {
  auto names = files.list(directory);
  if (!names) return names.error();
  std::ranges::reverse(*names);
  std::size_t whole = 0;
  for (const std::string& name : *names) {
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
  engine.save_head(archive);
  for (const NamedUser& user : engine.users()) Engine::save_user(archive, user);
  archive.flush();
  return bytes;
}

}  // namespace penchant

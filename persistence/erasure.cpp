#include "persistence/erasure.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstring>

#include "engine/limits.h"
#include "engine/text_hash.h"
#include "persistence/compressed_segment.h"
#include "persistence/crc32c.h"
#include "persistence/event_codec.h"
#include "persistence/numbered_name.h"
#include "persistence/segment_reader.h"
#include "persistence/segments.h"

namespace penchant {
namespace {

constexpr std::string_view erasure_magic = "PENCHERS";
constexpr std::string_view erasure_prefix = "erase-";
constexpr std::string_view unfinished = ".tmp";
constexpr std::string_view torn_copy = ".log.torn-";
constexpr std::string_view repaired_copy = ".before-repair-";
constexpr std::size_t name_at = 12;  // magic, checksum, the user's name
constexpr std::size_t write_bytes = std::size_t{1} << 20;

std::uint32_t erasure_crc(std::string_view user) {
  return crc32c(std::as_bytes(std::span(user)), crc32c(std::as_bytes(std::span(erasure_magic))));
}

std::vector<std::byte> encode_erasure(std::string_view user) {
  std::vector<std::byte> bytes(name_at + user.size());
  std::memcpy(bytes.data(), erasure_magic.data(), erasure_magic.size());
  store_little_endian(bytes.data() + erasure_magic.size(), erasure_crc(user));
  std::memcpy(bytes.data() + name_at, user.data(), user.size());
  return bytes;
}

result<Erasure> read_erasure_at(FileSystem& files, const std::string& path, std::uint64_t sequence) {
  const auto file = files.open_read(path);
  if (!file) return file.error();
  std::array<std::byte, name_at + user_bytes_max + 1> bytes;
  const auto size = (*file)->read_at(0, bytes);
  if (!size) return size.error();
  if (*size > name_at && *size < bytes.size()) {
    std::string user(reinterpret_cast<const char*>(bytes.data()) + name_at, *size - name_at);
    if (std::ranges::equal(std::span(bytes).first(*size), encode_erasure(user))) return Erasure{sequence, user};
  }
  return Failure{path +
                 " is damaged, and only it says who is to be forgotten: take it out of the folder, start, and"
                 " FORGET that user again"};
}

std::string_view user_of(const Event& event) {
  if (const auto* record = std::get_if<Record>(&event)) return record->user;
  if (const auto* share = std::get_if<Share>(&event)) return share->user;
  if (const auto* forget = std::get_if<Forget>(&event)) return forget->user;
  return {};
}

// One pass over the folder.
class ErasingPass {
 public:
  ErasingPass(FileSystem& files, const std::string& directory, std::span<const Erasure> erasures,
              const std::atomic<bool>& stop)
      : files_(files), directory_(directory), stop_(stop) {
    for (const Erasure& erasure : erasures) {
      std::uint64_t& until = until_[erasure.user];
      until = std::max(until, erasure.sequence);
      last_ = std::max(last_, erasure.sequence);
    }
  }

  result<void> run() {
    const auto names = files_.list(directory_);
    if (!names) return names.error();
    for (const std::string& name : *names) {
      if (!is_set_aside(name)) continue;
      if (auto removed = files_.remove(path_in(directory_, name)); !removed) return removed;
    }
    if (auto removed = remove_superseded(files_, directory_); !removed) return removed;
    const auto segments = list_segments(files_, directory_);
    if (!segments) return segments.error();
    for (const SegmentName& segment : *segments) {
      if (segment.first_sequence > last_) break;
      const auto is_due = has_events(segment.first_sequence);
      if (!is_due) return is_due.error();
      if (!*is_due) continue;
      if (auto erased = write_anew(segment); !erased) return erased;
    }
    return {};
  }

 private:
  template <class OnFrame>
  result<void> each_frame(SegmentReader& reader, std::uint64_t first, const OnFrame& on_frame) {
    Frame frame;
    for (std::uint64_t sequence = first;; ++sequence) {
      if (stop_) return Failure{"the erasure was stopped"};
      const auto more = reader.next(sequence, frame);
      if (!more) return more.error();
      if (!*more) break;
      const auto event = decoder_.decode(frame.payload);
      if (!event) return Failure{where(reader, sequence) + ": " + event.error().message};
      const auto until = until_.find(user_of(*event));
      if (auto taken = on_frame(frame, until != until_.end() && sequence <= until->second); !taken) return taken;
    }
    if (reader.reason().empty()) return {};
    return Failure{where(reader, 0) + ", is damaged (" + std::string(reader.reason()) + ")"};
  }
  static std::string where(const SegmentReader& reader, std::uint64_t sequence) {
    return reader.path() +
           (sequence > 0 ? ", event " + std::to_string(sequence) : " at offset " + std::to_string(reader.offset()));
  }

  /// Whether the segment holds an event to be erased.
  result<bool> has_events(std::uint64_t first) {
    auto reader = SegmentReader::open(files_, directory_, first, false);
    if (!reader) return reader.error();
    bool has = false;
    const auto read = each_frame(*reader, first, [&has](const Frame&, bool is_due) -> result<void> {
      has = has || is_due;
      return {};
    });
    if (!read) return read.error();
    return has;
  }

  result<void> write_anew(const SegmentName& segment) {
    const std::string path = path_of_segment(directory_, segment);
    const std::string aside = path + std::string(unfinished);
    (void)files_.remove(aside);  // what an attempt that failed has left
    if (auto written = write_aside(segment, aside); !written) {
      (void)files_.remove(aside);  // it may hold the space that was missing; the failure told is the first one
      return written;
    }
    if (auto renamed = files_.rename(aside, path); !renamed) return renamed;
    return files_.sync_directory(directory_);
  }

  result<void> write_aside(const SegmentName& segment, const std::string& aside) {
    auto reader = SegmentReader::open(files_, directory_, segment.first_sequence, false);
    if (!reader) return reader.error();
    if (!segment.is_compressed) {
      auto file = files_.create(aside);
      if (!file) return file.error();
      if (auto written = write_frames(*reader, segment.first_sequence, **file); !written) return written;
      return (*file)->sync();
    }
    const CompressedHead head{.store_id = reader->store_id(),
                              .first_sequence = segment.first_sequence,
                              .size = reader->offset() + reader->left(),
                              .block_bytes = compressed_block_bytes};
    auto file = CompressedWriter::create(files_, aside, head);
    if (!file) return file.error();
    if (auto written = write_frames(*reader, segment.first_sequence, *file); !written) return written;
    return file->finish();
  }

  /// All of the segment, which `reader` has at its first event.
  template <class Out>
  result<void> write_frames(SegmentReader& reader, std::uint64_t first, Out& to) {
    const auto flush = [this, &to] {
      auto written = to.append(out_);
      out_.clear();
      return written;
    };
    out_.resize(segment_header_bytes);
    const std::uint32_t crc =
        encode_segment_header({.store_id = reader.store_id(), .first_sequence = first}, out_.data());
    const auto read = each_frame(reader, first, [&](const Frame& frame, bool is_due) -> result<void> {
      append_frame(frame, is_due, crc);
      return out_.size() < write_bytes ? result<void>() : flush();
    });
    return read ? flush() : read;
  }

  void append_frame(const Frame& frame, bool is_due, std::uint32_t crc) {
    FrameHeader header = frame.header;
    const std::size_t begin = out_.size();
    out_.resize(begin + frame_header_bytes + header.length);
    const auto payload = std::span(out_).subspan(begin + frame_header_bytes);
    if (is_due) {
      std::ranges::fill(payload, std::byte{0});
      payload.front() = static_cast<std::byte>(EventKind::erased);
      header.payload_crc = crc32c(payload);
    } else {
      std::ranges::copy(frame.payload, payload.begin());
    }
    encode_frame_header(header, crc, out_.data() + begin);
  }

  FileSystem& files_;
  const std::string& directory_;
  const std::atomic<bool>& stop_;
  boost::unordered_flat_map<std::string_view, std::uint64_t, TextHash> until_;  // by user, to which event
  std::uint64_t last_ = 0;
  EventDecoder decoder_;
  std::vector<std::byte> out_;
};

}  // namespace

std::string erasure_name(std::uint64_t sequence) { return numbered_name(erasure_prefix, sequence, ""); }

std::optional<std::uint64_t> erasure_sequence(std::string_view name) { return number_of(name, erasure_prefix, ""); }

result<void> write_erasure(FileSystem& files, const std::string& directory, const Erasure& erasure) {
  const std::string path = path_in(directory, erasure_name(erasure.sequence));
  const std::string aside = path + std::string(unfinished);
  {
    auto file = files.create(aside);
    if (!file) return file.error();
    if (auto written = (*file)->append(encode_erasure(erasure.user)); !written) return written;
    if (auto synced = (*file)->sync(); !synced) return synced;
  }
  if (auto renamed = files.rename(aside, path); !renamed) return renamed;
  return files.sync_directory(directory);
}

result<void> withdraw_erasure(FileSystem& files, const std::string& directory, const Erasure& erasure) {
  const auto names = files.list(directory);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (!name.starts_with(erasure_name(erasure.sequence))) continue;  // finished or not
    if (auto removed = files.remove(path_in(directory, name)); !removed) return removed;
  }
  return files.sync_directory(directory);
}

result<std::vector<Erasure>> read_erasures(FileSystem& files, const std::string& directory) {
  const auto names = files.list(directory);
  if (!names) return names.error();
  std::vector<Erasure> erasures;
  for (const std::string& name : *names) {
    if (name.starts_with(erasure_prefix) && name.ends_with(unfinished)) {
      if (auto removed = files.remove(path_in(directory, name)); !removed) return removed.error();
    }
    const auto sequence = erasure_sequence(name);
    if (!sequence) continue;
    auto erasure = read_erasure_at(files, path_in(directory, name), *sequence);
    if (!erasure) return erasure.error();
    erasures.push_back(std::move(*erasure));
  }
  return erasures;
}

result<void> renumber_erasure(FileSystem& files, const std::string& directory, Erasure& erasure,
                              std::uint64_t sequence) {
  if (erasure.sequence == sequence) return {};
  const std::string from = path_in(directory, erasure_name(erasure.sequence));
  if (auto renamed = files.rename(from, path_in(directory, erasure_name(sequence))); !renamed) return renamed;
  erasure.sequence = sequence;
  return files.sync_directory(directory);
}

result<Erasure> read_erasure(FileSystem& files, const std::string& directory, const std::string& name) {
  return read_erasure_at(files, path_in(directory, name), erasure_sequence(name).value_or(0));
}

bool is_set_aside(std::string_view name) {
  return (name.starts_with("journal-") && name.find(torn_copy) != std::string_view::npos) ||
         name.find(repaired_copy) != std::string_view::npos;
}

std::string set_aside_name(std::string_view name, std::int64_t now_ms) {
  return std::string(name).append(repaired_copy).append(std::to_string(now_ms));
}

result<bool> has_set_aside(FileSystem& files, const std::string& directory) {
  const auto names = files.list(directory);
  if (!names) return names.error();
  return std::ranges::any_of(*names, is_set_aside);
}

result<void> erase_events(FileSystem& files, const std::string& directory, std::span<const Erasure> erasures,
                          const std::atomic<bool>& stop) {
  if (auto erased = ErasingPass(files, directory, erasures, stop).run(); !erased) return erased;
  const auto names = files.list(directory);
  if (!names) return names.error();
  for (const Erasure& erasure : erasures) {
    const std::string name = erasure_name(erasure.sequence);
    if (!std::ranges::binary_search(*names, name)) continue;  // an attempt that failed behind it
    if (auto removed = files.remove(path_in(directory, name)); !removed) return removed;
  }
  return files.sync_directory(directory);
}

}  // namespace penchant

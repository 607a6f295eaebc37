#include "persistence/journal_reader.h"

#include <algorithm>
#include <vector>

#include "engine/check.h"
#include "persistence/segment_reader.h"
#include "persistence/segments.h"

namespace penchant {
namespace {

std::string event_at(const SegmentReader& reader, std::uint64_t sequence) {
  return reader.path() + " at offset " + std::to_string(reader.offset()) + ", event " +
         std::to_string(sequence);
}

Failure missing(const std::string& where, std::uint64_t from, std::uint64_t to) {
  return Failure{"events " + std::to_string(from) + " to " + std::to_string(to) + " are missing: " + where, true};
}

// One pass over the segments; members are what the pass knows so far.
class RecoveryPass {
 public:
  RecoveryPass(FileSystem& files, const std::string& directory, std::uint64_t from_sequence,
               const EventCallback& on_event)
      : files_(files), directory_(directory), from_sequence_(from_sequence), on_event_(on_event) {}

  result<Recovery> run() {
    auto segments = segments_to_read();
    if (!segments) return segments.error();
    recovery_.next_sequence = from_sequence_;
    if (segments->empty()) return recovery_;
    recovery_.next_sequence = segments->front().first_sequence;
    if (recovery_.next_sequence > from_sequence_) {
      const std::string first = path_of_segment(directory_, segments->front());
      return missing("the first segment is " + first + ", and no whole snapshot holds them", from_sequence_,
                     recovery_.next_sequence - 1);
    }
    for (std::size_t i = 0; i < segments->size(); ++i) {
      const std::uint64_t after = i + 1 < segments->size() ? (*segments)[i + 1].first_sequence : 0;
      if (auto read = read_segment((*segments)[i].first_sequence, after); !read) return read.error();
    }
    return recovery_;
  }

 private:
  // Without the segments that end before from_sequence_.
  result<std::vector<SegmentName>> segments_to_read() {
    auto segments = list_segments(files_, directory_);
    if (!segments) return segments;
    const auto is_behind = [this](const SegmentName& segment) { return segment.first_sequence > from_sequence_; };
    auto first = std::ranges::find_if(*segments, is_behind);
    if (first != segments->begin()) --first;
    segments->erase(segments->begin(), first);
    return segments;
  }

  // `after`: the first sequence of the next segment, 0 if this is the last.
  result<void> read_segment(std::uint64_t first_sequence, std::uint64_t after) {
    auto reader = SegmentReader::open(files_, directory_, first_sequence, after == 0);
    if (!reader) return reader.error();
    if (recovery_.store_id && *recovery_.store_id != reader->store_id()) {
      return Failure{reader->path() +
                     " belongs to another store than the segment before it: take it out of the folder"};
    }
    recovery_.store_id = reader->store_id();
    if (auto read = read_frames(*reader, first_sequence); !read) return read.error();
    recovery_.last_segment.reset();
    if (!reader->is_compressed()) recovery_.last_segment = SegmentEnd{first_sequence, reader->offset()};
    if (!reader->reason().empty()) return judge_damage(*reader, after);
    return judge_end(*reader, after);
  }

  result<void> read_frames(SegmentReader& reader, std::uint64_t segment) {
    Frame frame;
    for (;;) {
      const std::uint64_t sequence = recovery_.next_sequence;
      const auto more = reader.next(sequence, frame);
      if (!more) return more.error();
      if (!*more) return {};
      ++recovery_.next_sequence;
      if (sequence < from_sequence_) continue;
      ++recovery_.events;
      if (auto taken = on_event_({sequence, frame.payload, {segment, frame.offset}}); !taken) {
        return Failure{"event " + std::to_string(sequence) + " in " + reader.path() + " at offset " +
                       std::to_string(frame.offset) + ": " + taken.error().message};
      }
    }
  }

  // The event that is due is not whole: a torn tail, or a refusal.
  result<void> judge_damage(SegmentReader& reader, std::uint64_t after) {
    const std::uint64_t due = recovery_.next_sequence;
    TornTail tail{.sequence = due,
                  .offset = reader.offset(),
                  .bytes = reader.left(),
                  .path = reader.path(),
                  .reason = std::string(reader.reason())};
    Failure damage{event_at(reader, due) + ", is damaged (" + tail.reason + ") though ", true};
    if (after != 0) {
      damage.message += "a later segment exists";
    } else if (reader.is_compressed()) {
      damage.message += "the segment was closed";
    } else if (due < from_sequence_) {
      damage.message += "a snapshot holds it";
    } else {
      const auto proven = reader.proves_synced(due);
      if (!proven) return proven.error();
      if (!*proven) {
        recovery_.torn_tail = std::move(tail);
        return {};
      }
      damage.message += "later events show that it had been on disk";
    }
    return damage;
  }

  // The file ends where a frame ends.
  result<void> judge_end(const SegmentReader& reader, std::uint64_t after) {
    const std::uint64_t due = recovery_.next_sequence;
    const std::string end = reader.path() + " ends at offset " + std::to_string(reader.offset());
    if (after > due) return missing(end, due, after - 1);
    if (after != 0 && after < due) {
      return Failure{"events from " + std::to_string(after) + " on are there twice: " + end + " with event " +
                     std::to_string(due - 1) + ": take out the file that does not belong here"};
    }
    if (after == 0 && due < from_sequence_) {
      return missing(end + " and a snapshot holds them", due, from_sequence_ - 1);
    }
    return {};
  }

  FileSystem& files_;
  const std::string& directory_;
  const std::uint64_t from_sequence_;
  const EventCallback& on_event_;
  Recovery recovery_;
};

// Copies [tail.offset, end) of the segment to tail.copy_path(); a copy under that name is whole and synced.
result<void> copy_aside(FileSystem& files, const std::string& directory, const TornTail& tail) {
  constexpr std::size_t piece_bytes = std::size_t{1} << 20;
  auto from = files.open_read(tail.path);
  if (!from) return from.error();
  const std::string unfinished = tail.copy_path() + ".tmp";
  auto to = files.create(unfinished);
  if (!to) return to.error();
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(tail.bytes, piece_bytes)));
  for (std::uint64_t done = 0; done < tail.bytes;) {
    const auto got = (*from)->read_at(tail.offset + done, piece);
    if (!got) return got.error();
    if (*got == 0) break;
    if (auto written = (*to)->append(std::span(piece).first(*got)); !written) return written;
    done += *got;
  }
  if (auto synced = (*to)->sync(); !synced) return synced;
  if (auto renamed = files.rename(unfinished, tail.copy_path()); !renamed) return renamed;
  return files.sync_directory(directory);
}

}  // namespace

result<Recovery> recover_journal(FileSystem& files, const std::string& directory, std::uint64_t from_sequence,
                                 const EventCallback& on_event) {
  PENCHANT_CHECK(from_sequence >= 1);
  auto recovered = RecoveryPass(files, directory, from_sequence, on_event).run();
  if (recovered || !recovered.error().is_damage) return recovered;
  return Failure{recovered.error().message + std::string(damage_advice), true};
}

result<void> cut_torn_tail(FileSystem& files, const std::string& directory, Recovery& recovery) {
  if (!recovery.torn_tail) return {};
  if (auto removed = remove_unfinished(files, directory); !removed) return removed;
  const TornTail& tail = *recovery.torn_tail;
  if (auto copied = copy_aside(files, directory, tail); !copied) return copied;
  auto segment = files.open_append(tail.path);
  if (!segment) return segment.error();
  if (auto cut = (*segment)->truncate(tail.offset); !cut) return cut;
  if (auto synced = (*segment)->sync(); !synced) return synced;
  recovery.torn_tail.reset();
  return {};
}

result<void> remove_unfinished(FileSystem& files, const std::string& directory) {
  const auto names = files.list(directory);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (!is_unfinished(name)) continue;
    if (auto removed = files.remove(path_in(directory, name)); !removed) return removed;
  }
  return {};
}

}  // namespace penchant

#include "persistence/journal_check.h"

#include <algorithm>
#include <variant>

#include "persistence/replay.h"
#include "persistence/segment_salvage.h"
#include "persistence/snapshot.h"
#include "persistence/state_comparison.h"

namespace penchant {
namespace {

constexpr std::uint64_t events_between_told = 10'000;
constexpr std::string_view repair_advice =
    "put back a copy of the folder that is whole, or let penchant repair mend it";

std::string name_of(const SegmentName& segment) { return path_of_segment("", segment).substr(1); }

}  // namespace

result<void> JournalCheck::run(const std::vector<SegmentName>& segments,
                               const std::function<void(std::uint64_t)>& on_bytes) {
  on_bytes_ = &on_bytes;
  if (!segments.empty()) due_ = found_.first_event = segments.front().first_sequence;
  if (auto begun = begin(); !begun) return begun;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::uint64_t after = i + 1 < segments.size() ? segments[i + 1].first_sequence : 0;
    if (auto read = read_segment(segments[i], after); !read) return read;
  }
  found_.last_event = due_ - 1;
  if (found_.last_event < found_.first_event) found_.first_event = found_.last_event = 0;
  finish(segments);
  return {};
}

/// The state to begin with: none of anything, or the oldest snapshot that the journal goes on from.
result<void> JournalCheck::begin() {
  if (due_ == 1) {
    state_.emplace();
    return {};
  }
  while (next_snapshot_ < found_.snapshots.size() && !state_) {
    SnapshotFound& snapshot = found_.snapshots[next_snapshot_];
    if (snapshot.sequence + 1 > due_) return {};  // reach_snapshot() comes to it
    State state;
    const auto loaded = load(snapshot, state);
    if (!loaded) return loaded.error();
    ++next_snapshot_;
    if (*loaded && snapshot.sequence + 1 == due_) state_.emplace(std::move(state));
  }
  return {};
}

bool JournalCheck::is_there(const std::string& name) {
  const auto names = files_.list(directory_);
  return names && std::ranges::binary_search(*names, name);
}

/// False: it is not whole, which is told, or has gone meanwhile.
result<bool> JournalCheck::load(SnapshotFound& snapshot, State& state) {
  const std::string name = snapshot_name(snapshot.sequence);
  auto stamp = read_snapshot(files_, path_in(directory_, name), state.engine, state.heads);
  if (stamp && stamp->sequence != snapshot.sequence) {
    stamp = Failure{"it is that of event " + std::to_string(stamp->sequence), true};
  }
  if (stamp && found_.store_id && *found_.store_id != stamp->store_id) {
    stamp = Failure{"it belongs to another store than the journal", true};
  }
  snapshot.is_whole = stamp.has_value();
  if (stamp) {
    found_.store_id = stamp->store_id;
    return true;
  }
  if (in_use_ && !is_there(name)) return false;
  if (!stamp.error().is_damage) {
    const bool is_newer = snapshot.format.value_or(0) > snapshot_format_version;
    found_.is_beyond_repair = true;
    find({.file = name,
          .what = stamp.error().message,
          .advice = is_newer ? "start the newer penchant that wrote it"
                             : "let it be read, or move it out of the folder: it may be whole"});
    return false;
  }
  found_.damaged_files.push_back(name);
  find({.file = name,
        .what = stamp.error().message,
        .advice = "a start uses the one before it, or the journal; the next snapshot replaces it"});
  return false;
}

/// A snapshot of the events up to here: it must be what they give, or where that is not known it is what to go on from.
void JournalCheck::reach_snapshot() {
  SnapshotFound& snapshot = found_.snapshots[next_snapshot_++];
  State state;
  const auto loaded = load(snapshot, state);
  if (!loaded || !*loaded) return;
  if (!state_) {
    state_.emplace(std::move(state));
    is_renumbered_ = false;
    return;
  }
  const bool is_sure = found_.erased_events == 0;
  const bool bit_for_bit = is_sure && !is_renumbered_;
  const std::string other = difference({state.engine, state.heads}, {state_->engine, state_->heads}, bit_for_bit);
  if (other.empty()) {
    ++found_.compared_snapshots;
    if (is_renumbered_) state_.emplace(std::move(state));
    is_renumbered_ = false;
    return;
  }
  const std::string name = snapshot_name(snapshot.sequence);
  if (in_use_ && !is_there(name)) return;
  find({.is_damage = is_sure,
        .file = name,
        .what = "it is not what the events up to it give: " + other,
        .advice = is_sure ? "take it out of the folder: a start without it gives what the events give"
                          : "nothing, where events were lost in a repair; what they taught is still in it"});
}

result<void> JournalCheck::read_segment(const SegmentName& segment, std::uint64_t after) {
  auto reader = SegmentReader::open(files_, directory_, segment.first_sequence, false);
  if (!reader) {
    const bool has_gone = in_use_ && !is_there(name_of(segment)) && !is_there(name_of({segment.first_sequence, true}));
    if (!has_gone) damaged(segment, after, reader.error().message, 0);
    state_.reset();
    due_ = after != 0 ? after : due_;
    return {};
  }
  if (!found_.store_id) found_.store_id = reader->store_id();
  if (*found_.store_id != reader->store_id()) {
    found_.is_beyond_repair = true;
    find({.file = name_of(segment),
          .what = "it belongs to another store than what is before it",
          .advice = "take it out of the folder"});
  }
  const std::uint64_t before = reader->offset();
  const std::uint64_t bytes = before + reader->left();
  found_.segment_bytes += bytes;
  const auto read = read_frames(*reader, segment);
  read_bytes_ += bytes;
  (*on_bytes_)(read_bytes_);
  if (!read) {
    damaged(segment, after, read.error().message, reader->offset());
    state_.reset();
    due_ = after != 0 ? after : due_;
    return {};
  }
  judge_end(*reader, segment, after);
  return {};
}

result<void> JournalCheck::read_frames(SegmentReader& reader, const SegmentName& segment) {
  Frame frame;
  for (;;) {
    const auto more = reader.next(due_, frame);
    if (!more) return more.error();
    if (!*more) return {};
    take(frame, segment);
    if (found_.events % events_between_told == 0) (*on_bytes_)(read_bytes_ + reader.offset());
    ++due_;
    while (next_snapshot_ < found_.snapshots.size() && found_.snapshots[next_snapshot_].sequence < due_) {
      reach_snapshot();
    }
  }
}

void JournalCheck::take(const Frame& frame, const SegmentName& segment) {
  ++found_.events;
  const auto event = decoder_.decode(frame.payload);
  if (!event) {
    state_.reset();
    found_.is_beyond_repair = true;
    find({.file = name_of(segment),
          .offset = frame.offset,
          .what = "event " + std::to_string(due_) + " is whole and cannot be read: " + event.error().message,
          .advice = "start the newer penchant that wrote it"});
    return;
  }
  if (std::holds_alternative<Erased>(*event)) ++found_.erased_events;
  is_renumbered_ = is_renumbered_ || std::holds_alternative<Respread>(*event);
  if (const std::int64_t time = time_of(*event)) {
    if (found_.oldest_event_ms == 0) found_.oldest_event_ms = time;
    found_.newest_event_ms = time;
  }
  const EventPlace place{segment.first_sequence, frame.offset};
  if (!state_ || replay(*event, place)) return;
  state_.reset();
}

/// False, which is told, where the event cannot be replayed.
bool JournalCheck::replay(const Event& event, const EventPlace& place) {
  const auto told = [&](const std::string& what, const char* advice) {
    find({.file = name_of({place.segment, false}),
          .offset = place.offset,
          .what = "event " + std::to_string(due_) + what,
          .advice = advice});
  };
  EventPlace former;
  if (const auto* record = std::get_if<Record>(&event)) {
    if (const User* user = state_->engine.find_user(record->user)) former = state_->heads.of(user->number());
    // A chain that leads to what was erased ends there.
    if (record->previous != former && found_.erased_events == 0) {
      told(" names another record before it than there is",
           "HISTORY of this user ends there; records count all the same");
    }
  }
  const auto done = std::visit(Replay{state_->engine, state_->heads, place}, event);
  if (done) return true;
  told(" cannot be replayed: " + done.error().message, "start with a snapshot that holds it");
  return false;
}

/// The frames have come to an end, at the file's or before it.
void JournalCheck::judge_end(SegmentReader& reader, const SegmentName& segment, std::uint64_t after) {
  if (!reader.reason().empty()) return judge_damage(reader, segment, after);
  if (after == 0 || after == due_) return;
  if (after < due_) {
    found_.is_beyond_repair = true;
    find({.file = name_of(segment),
          .offset = reader.offset(),
          .what = "events from " + std::to_string(after) + " on are there twice",
          .advice = "take out the file that does not belong here"});
  } else {
    damaged(segment, after, "it ends before its last event", reader.offset());
    state_.reset();
  }
  due_ = after;
}

void JournalCheck::judge_damage(SegmentReader& reader, const SegmentName& segment, std::uint64_t after) {
  const std::uint64_t offset = reader.offset();
  const std::string what = "event " + std::to_string(due_) + " is damaged: " + std::string(reader.reason());
  if (after == 0 && in_use_) return;  // it may be being written
  const bool vouched = !found_.snapshots.empty() && found_.snapshots.back().sequence >= due_;
  if (after == 0 && !segment.is_compressed && !vouched) {
    const std::uint64_t left = reader.left();
    const auto proven = reader.proves_synced(due_);
    if (proven && !*proven) {
      found_.damaged_segments.push_back({segment, due_, true});
      find({.file = name_of(segment),
            .offset = offset,
            .what = what + "; a torn tail of " + std::to_string(left) + " bytes, never known to be on disk",
            .advice = "the next start cuts it, and keeps a copy"});
      return;
    }
  }
  damaged(segment, after, what, offset);
  state_.reset();
  if (after != 0) due_ = after;
}

void JournalCheck::damaged(const SegmentName& segment, std::uint64_t after, const std::string& what,
                           std::uint64_t offset) {
  const std::uint64_t vouched = found_.snapshots.empty() ? 0 : found_.snapshots.back().sequence + 1;
  const std::uint64_t until = after != 0 ? after : std::max(due_, vouched);
  found_.damaged_segments.push_back({segment, until, after == 0});
  find({.file = name_of(segment),
        .offset = offset,
        .what = what + lost_in(segment, until),
        .advice = std::string(repair_advice)});
}

/// How many of the events due are not whole behind the damage.
std::string JournalCheck::lost_in(const SegmentName& segment, std::uint64_t until) {
  if (!found_.store_id || until <= due_) return "";
  auto salvage = SegmentSalvage::open(files_, directory_, segment, *found_.store_id);
  std::uint64_t whole = 0;
  Frame frame;
  for (std::uint64_t sequence = due_; salvage && sequence < until; ++whole) {
    const auto more = salvage->next(sequence, until - 1, frame);
    if (!more || !*more) break;
    sequence = frame.header.sequence + 1;
  }
  return "; of the events " + std::to_string(due_) + " to " + std::to_string(until - 1) + " " + std::to_string(whole) +
         " can be read";
}

/// What no event has led to: snapshots that the journal does not reach, and events that nothing holds.
void JournalCheck::finish(const std::vector<SegmentName>& segments) {
  if (state_) {
    found_.users = state_->engine.user_count();
    found_.records = state_->engine.record_count();
  }
  for (; next_snapshot_ < found_.snapshots.size(); ++next_snapshot_) {
    SnapshotFound& snapshot = found_.snapshots[next_snapshot_];
    State state;
    (void)load(snapshot, state);
    if (found_.segments == 0 || in_use_) continue;
    const bool told = !found_.damaged_segments.empty() && found_.damaged_segments.back().is_last;
    if (told) continue;
    if (snapshot.is_whole) found_.damaged_segments.push_back({segments.back(), snapshot.sequence + 1, true});
    find({.file = snapshot_name(snapshot.sequence),
          .what = "the journal ends with event " + std::to_string(found_.last_event) + ", before this snapshot",
          .advice = std::string(repair_advice)});
  }
  if (segments.empty() || segments.front().first_sequence == 1) return;
  const std::uint64_t first = segments.front().first_sequence;
  const auto holds_them = [first](const SnapshotFound& one) { return one.is_whole && one.sequence + 1 >= first; };
  if (in_use_ || std::ranges::any_of(found_.snapshots, holds_them)) return;
  found_.missing_before = first;
  find({.file = name_of(segments.front()),
        .what = "the journal begins with event " + std::to_string(first) + ", and no whole snapshot holds those before",
        .advice = std::string(repair_advice)});
}

}  // namespace penchant

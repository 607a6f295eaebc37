#include "persistence/journal_events.h"

#include <algorithm>
#include <utility>

#include "persistence/segments.h"

namespace penchant {
namespace {

constexpr std::uint64_t near_events = 4096;  // to read on costs less than to look where an event is

}  // namespace

result<void> JournalEvents::open(std::uint64_t first_sequence) {
  auto reader = SegmentReader::open(files_, directory_, first_sequence, false);
  if (!reader) return reader.error();
  reader_ = std::move(*reader);
  segment_ = next_ = first_sequence;
  return {};
}

/// The first event of the segment that holds this one, or of the first segment; 0: there is none.
result<std::uint64_t> JournalEvents::segment_of(std::uint64_t sequence) {
  const auto segments = list_segments(files_, directory_);
  if (!segments) return segments.error();
  std::uint64_t found = 0;
  for (const SegmentName& segment : *segments) {
    if (found == 0 || segment.first_sequence <= sequence) found = segment.first_sequence;
  }
  return found;
}

result<void> JournalEvents::seek(std::uint64_t sequence) {
  const bool is_near = reader_ && next_ <= sequence && sequence - next_ < near_events;
  if (!is_near) {
    const auto segment = segment_of(sequence);
    if (!segment) return segment.error();
    if (*segment == 0) {
      close();
      return {};
    }
    if (!reader_ || *segment != segment_ || next_ > sequence) {
      if (auto opened = open(*segment); !opened) return opened;
    }
  }
  while (next_ < sequence) {
    const auto event = next(sequence - 1);
    if (!event) return event.error();
    if (!*event) return {};
  }
  return {};
}

result<std::optional<JournalEvent>> JournalEvents::next(std::uint64_t last) {
  if (!reader_ || next_ > last) return std::nullopt;
  Frame frame;
  for (int tries = 0; tries < 2; ++tries) {
    const auto more = reader_->next(next_, frame);
    if (!more) return more.error();
    if (*more) return JournalEvent{next_++, frame.payload, {segment_, frame.offset}};
    // The segment ends here, or it did when it was opened.
    const std::uint64_t due = next_;
    const auto segments = list_segments(files_, directory_);
    if (!segments) return segments.error();
    const bool has_next = std::ranges::binary_search(*segments, due, {}, &SegmentName::first_sequence);
    if (auto opened = open(has_next ? due : segment_); !opened) return opened.error();
    while (next_ < due) {
      const auto skipped = reader_->next(next_, frame);
      if (!skipped) return skipped.error();
      if (!*skipped) break;
      ++next_;
    }
  }
  return Failure{reader_->path() + " at offset " + std::to_string(reader_->offset()) + ", event " +
                 std::to_string(next_) + ", is damaged (" + std::string(reader_->reason()) + ")"};
}

}  // namespace penchant

// What becomes of a store's closed segments: segment_keeper.h does it, here is when. Never beside an erasure, which
// goes first, and not where a write has failed: then what is on disk is left as it is.
#include <algorithm>

#include "persistence/snapshot.h"
#include "persistence/store.h"

namespace penchant {

SegmentsTold Store::segments() const {
  SegmentsTold told = keeper_->closed();
  ++told.segments;
  told.bytes += journal_->committed_end().offset;
  told.disk_bytes += journal_->committed_end().offset;
  return told;
}

void Store::set_history(std::uint64_t days, std::uint64_t bytes) {
  options_.segments.history_days = days;
  options_.segments.history_bytes = bytes;
  keeper_->set_options(options_.segments);
}

/// Up to which event each of the snapshots that are kept holds everything; 0 while there are fewer of them.
result<std::uint64_t> Store::covered_sequence() const {
  auto names = files_.list(options_.directory);
  if (!names) return names.error();
  std::ranges::reverse(*names);
  std::size_t whole = 0;
  for (const std::string& name : *names) {
    const auto sequence = penchant::snapshot_sequence(name);
    if (!sequence || std::ranges::find(invalid_snapshots_, *sequence) != invalid_snapshots_.end()) continue;
    if (++whole == snapshots_kept) return *sequence;
  }
  return std::uint64_t{0};
}

std::optional<Store::News> Store::drive_segments(std::int64_t now_ms) {
  if (!keeper_->running()) {
    if (read_only_ || erasing() || saving()) return std::nullopt;
    const std::uint64_t current = journal_->committed_end().segment;
    const std::uint64_t has_events = written_sequence() > 0 ? 1 : 0;  // the first one has a time to tell
    const std::uint64_t mark = current + saved_sequence_ + has_events;
    if (!keeper_->due(mark, now_ms)) return std::nullopt;
    const auto covered = covered_sequence();
    const auto begun = covered ? keeper_->start(mark, {current, *covered, now_ms}) : result<void>(covered.error());
    return begun ? std::nullopt : std::optional(News{"the segments: " + begun.error().message, true});
  }
  if (erasing()) keeper_->stop_soon();
  const auto told_before = keeper_->failure();
  const auto ended = keeper_->poll();
  if (!ended) return std::nullopt;
  history_->lookup().close_files();  // of segments that have gone, or another form
  if (ended->failure) {
    const bool is_news = !told_before || told_before->message != ended->failure->message;
    return is_news ? std::optional(News{"the segments: " + ended->failure->message, true}) : std::nullopt;
  }
  if (ended->let_go == 0) return std::nullopt;
  return News{std::to_string(ended->let_go) + " segments let go: the history begins with event " +
              std::to_string(ended->begins_with)};
}

}  // namespace penchant

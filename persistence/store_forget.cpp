// What FORGET is to a store. docs/journal_format.md, "Erased events", has its steps and what a crash between them
// leaves.
#include <algorithm>

#include "engine/check.h"
#include "engine/validate.h"
#include "persistence/snapshot.h"
#include "persistence/store.h"

namespace penchant {

result<Store::Forgotten> Store::forget(std::string_view user, std::int64_t now_ms, bool is_elsewhere) {
  if (auto refused = refuse_if_read_only(); !refused) return refused.error();
  if (auto valid = validate_user(user); !valid) return valid.error();
  if (engine_.find_user(user) == nullptr) {
    if (const std::uint64_t pending = eraser_->forgotten(user); pending > 0) {
      eraser_->try_again();
      return Forgotten{.sequence = pending};
    }
    const auto has_copies = has_set_aside(files_, options_.directory);
    if (!has_copies) return has_copies.error();
    if (!*has_copies && !is_elsewhere) return Forgotten{};
  }
  if (eraser_->waiting().size() >= erasures_max) {
    return Failure{"as many users are being erased as may be at a time, " + std::to_string(erasures_max) +
                   ": ask again in a while"};
  }
  const Erasure erasure{journal_->next_sequence(), std::string(user)};
  if (auto written = write_erasure(files_, options_.directory, erasure); !written) {
    // Were the file to stay, a start would erase what is recorded from now on.
    if (!withdraw_erasure(files_, options_.directory, erasure)) read_only_ = written.error();
    return written.error();
  }
  const auto records = forget_now(erasure, now_ms);
  if (!records) return records.error();
  return Forgotten{*records, erasure.sequence};
}

/// Steps 2 and 3: its file has been written.
result<std::uint64_t> Store::forget_now(Erasure erasure, std::int64_t now_ms) {
  PENCHANT_CHECK(erasure.sequence == journal_->next_sequence());
  if (const User* known = engine_.find_user(erasure.user)) heads_.reset(known->number());
  const Forget event{std::max(now_ms, engine_.now_ms()), erasure.user};
  const std::uint64_t records = engine_.forget(event);
  append(event);
  if (auto written = commit(); !written) return written.error();
  if (auto closed = journal_->close_segment(); !closed) {
    read_only_ = closed.error();
    return closed.error();
  }
  eraser_->add(std::move(erasure));
  return records;
}

/// Goes on with what an earlier life began and did not finish.
result<void> Store::resume_erasures(std::int64_t now_ms) {
  auto erasures = read_erasures(files_, options_.directory);
  if (!erasures) return erasures.error();
  for (Erasure& erasure : *erasures) {
    const std::uint64_t next = journal_->next_sequence();
    if (erasure.sequence < next) {  // the journal holds its event, if not erased already
      eraser_->add(std::move(erasure));
      continue;
    }
    if (auto renumbered = renumber_erasure(files_, options_.directory, erasure, next); !renumbered) return renumbered;
    if (auto forgotten = forget_now(std::move(erasure), now_ms); !forgotten) return forgotten.error();
  }
  if (!erasing() || journal_->committed_end().segment > eraser_->waiting().back().sequence) return {};
  return journal_->close_segment();
}

std::optional<Store::News> Store::drive_erasures(std::int64_t now_ms, const result<bool>& elsewhere) {
  if (eraser_->running()) {
    const auto ended = eraser_->poll();
    if (!ended) return std::nullopt;
    history_->lookup().close_files();  // of segments that were written anew
    named_->close_files();
    if (*ended) return News{"what was to be forgotten is erased"};
    eraser_->failed(ended->error(), now_ms);
  } else {
    if (!eraser_->due(now_ms) || saving() || keeper_->running()) return std::nullopt;
    if (elsewhere && !*elsewhere) return std::nullopt;
    eraser_->try_again();
    const auto begun = elsewhere ? begin_erasing(now_ms) : result<void>(elsewhere.error());
    if (begun) return std::nullopt;
    eraser_->failed(begun.error(), now_ms);
  }
  return News{"the erasure failed: " + eraser_->failure()->message, true};
}

/// Begins the snapshot that must come first, or where there is one what follows it.
result<void> Store::begin_erasing(std::int64_t now_ms) {
  if (saved_sequence_ < eraser_->waiting().front().sequence) return save_in_background(now_ms);
  if (auto removed = remove_old_snapshots(files_, options_.directory, invalid_snapshots_, 1); !removed) return removed;
  invalid_snapshots_.clear();
  if (auto synced = files_.sync_directory(options_.directory); !synced) return synced;
  return eraser_->start(saved_sequence_);
}

}  // namespace penchant

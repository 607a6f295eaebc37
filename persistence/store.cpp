#include "persistence/store.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "engine/check.h"
#include "engine/limits.h"
#include "engine/validate.h"
#include "persistence/event_codec.h"

namespace penchant {
namespace {

// An event must fit a frame of the journal, with room for the lengths of its parts. A record does by its own bounds.
static_assert(2 * prompt_bytes_max + record_parameters_max * text_bytes_max + 2 * text_bytes_max <
              journal_payload_bytes_max / 2);
static_assert(pool_bytes_max + pool_checkpoints_max * 4 < journal_payload_bytes_max);

// After a failed snapshot the next is tried no sooner.
constexpr std::int64_t snapshot_retry_ms = 60'000;

}  // namespace

StoreId random_store_id() {
  std::random_device random;
  StoreId id;
  for (std::byte& byte : id) byte = static_cast<std::byte>(random() & 0xFFU);
  return id;
}

result<std::unique_ptr<Store>> Store::open(FileSystem& files, const StoreOptions& options, std::int64_t now_ms,
                                           Syncer::Callback on_synced, const StartProgress& progress) {
  std::unique_ptr<Store> store(new Store(files, options));
  if (auto started = store->start(now_ms, std::move(on_synced), progress); !started) return started.error();
  return store;
}

result<void> Store::start(std::int64_t now_ms, Syncer::Callback on_synced, const StartProgress& progress) {
  if (auto made = files_.make_directory(options_.directory); !made) return made;
  if (!options_.is_locked) {
    auto lock = files_.lock(path_in(options_.directory, "lock"));
    if (!lock) return lock.error();
    lock_ = std::move(*lock);
  }

  auto recovered = recover(files_, options_.directory, true, progress);
  if (!recovered) return recovered.error();
  if (auto cut = cut_torn_tail(files_, options_.directory, recovered->journal); !cut) return cut;
  engine_ = std::move(recovered->engine);
  heads_ = std::move(recovered->heads);
  replayed_ = recovered->replayed;
  saved_sequence_ = recovered->snapshot_sequence;
  invalid_snapshots_ = std::move(recovered->invalid_snapshots);
  warnings_ = std::move(recovered->warnings);
  last_save_ms_ = last_try_ms_ = now_ms;
  id_ = recovered->journal.store_id ? *recovered->journal.store_id : random_store_id();

  auto journal = Journal::open(files_, options_.directory, recovered->journal, id_, options_.journal);
  if (!journal) return journal.error();
  journal_ = std::move(*journal);
  history_.emplace(files_, options_.directory, id_, *journal_);
  named_.emplace(files_, options_.directory, id_);
  former_names_.emplace(files_, options_.directory, history_->lookup());
  syncer_.emplace(*journal_, std::move(on_synced));
  eraser_.emplace(files_, options_.directory);
  keeper_.emplace(files_, options_.directory, options_.segments);
  if (auto resumed = resume_erasures(now_ms); !resumed) return resumed;

  if (options_.is_learning && engine_.is_learning() != *options_.is_learning) {
    change_learning({now_ms, *options_.is_learning, *options_.is_learning});
  }
  if (options_.keep_decay || engine_.decay().days() == options_.decay_days) return commit();
  if (auto changed = change_decay({.now_ms = now_ms, .decay_days = options_.decay_days}); !changed) return changed;
  return commit();
}

void Store::change_learning(LearningChange event) {
  event.now_ms = std::max(event.now_ms, engine_.now_ms());
  engine_.change_learning(event);
  append(event);
}

result<void> Store::change_decay(const DecayChange& change) {
  DecayChange event = change;
  event.now_ms = std::max(change.now_ms, engine_.now_ms());
  auto changed = engine_.change_decay(event);
  if (changed) append(event);
  return changed;
}

result<void> Store::set_decay(const Decay& decay, std::int64_t now_ms) {
  if (auto refused = refuse_if_read_only(); !refused) return refused;
  return change_decay({now_ms, decay.days(), decay.half_lives_at_epoch()});
}

void Store::append(const Event& event) {
  payload_.clear();
  encode(event, payload_);
  journal_->append(payload_);
}

result<void> Store::refuse_if_read_only() const {
  if (read_only_) return *read_only_;
  return {};
}

result<Recorded> Store::record(Record& record) {
  if (auto refused = refuse_if_read_only(); !refused) return refused.error();
  if (auto valid = validate(record); !valid) return valid.error();
  record.now_ms = std::max(record.now_ms, engine_.now_ms());
  record.at_ms = std::min(record.at_ms.value_or(record.now_ms), record.now_ms);
  auto recorded = engine_.record(record);
  if (!recorded || recorded->kind == Recorded::Kind::duplicate) return recorded;
  record.revision = recorded->revision;
  record.previous = heads_.move(recorded->user, journal_->next_place());
  moved_heads_.push_back({recorded->user, record.previous});
  payload_.clear();
  encode(record, payload_);
  journal_->append(payload_);
  return recorded;
}

result<void> Store::set_pool(PoolSet event) {
  if (auto refused = refuse_if_read_only(); !refused) return refused;
  event.now_ms = std::max(event.now_ms, engine_.now_ms());
  auto set = engine_.set_pool(event);
  if (set) append(event);
  return set;
}

result<bool> Store::delete_pool(PoolDelete event) {
  if (auto refused = refuse_if_read_only(); !refused) return refused.error();
  event.now_ms = std::max(event.now_ms, engine_.now_ms());
  const bool existed = engine_.delete_pool(event);
  if (existed) append(event);
  return existed;
}

result<void> Store::share(Share event) {
  if (auto refused = refuse_if_read_only(); !refused) return refused;
  event.now_ms = std::max(event.now_ms, engine_.now_ms());
  auto shared = engine_.share(event);
  if (shared) append(Event(event));
  return shared;
}

result<HistoryPage> Store::history(const HistoryQuery& query, const HistoryCallback& on_record) {
  if (auto valid = validate_user(query.user); !valid) return valid.error();
  const User* const user = engine_.find_user(query.user);
  if (!user) return HistoryPage{.cursor = "0"};
  const History::Chain chain{*user, heads_.of(user->number()), eraser_->forgotten(query.user)};
  return history_->tell(query, chain, on_record);
}

result<void> Store::commit() {
  if (read_only_) return *read_only_;
  if (uncommitted_bytes() == 0) return {};
  if (auto written = journal_->commit(); !written) {
    read_only_ = written.error();
    std::ranges::reverse(moved_heads_);
    for (const MovedHead& moved : moved_heads_) heads_.move(moved.user, moved.former);
    moved_heads_.clear();
    return written;
  }
  moved_heads_.clear();
  if (const auto due = sync_due(options_.durability, Syncer::Clock::now())) syncer_->request_by(*due);
  return {};
}

bool Store::may_acknowledge(std::uint64_t sequence) const {
  return options_.durability != Durability::always || synced_sequence() >= sequence;
}

void Store::sync_failed(const Failure& failure) {
  if (!read_only_) read_only_ = failure;
}

result<void> Store::sync_journal() {
  auto synced = journal_->sync();
  if (synced) return {};
  sync_failed(synced.error());
  return synced.error();
}

result<void> Store::sync() {
  if (auto written = commit(); !written) return written;
  return sync_journal();
}

result<void> Store::save(std::int64_t now_ms) {
  if (saving()) return Failure{"a background save is in progress"};
  last_try_ms_ = now_ms;
  const auto begin = std::chrono::steady_clock::now();
  auto written = commit();
  const SnapshotStamp stamp{id_, written_sequence()};
  if (written) {
    // Everything in memory is on disk before a snapshot of it may be: no snapshot is ahead of its journal.
    written = write_snapshot(
        files_, options_.directory, stamp, FrozenState(engine_, heads_),
        {.is_compressing = options_.compress_snapshots, .before_rename = [this] { return sync_journal(); }});
  }
  if (!written) {
    last_save_failed_ = true;
    return written;
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  return finish_snapshot(stamp.sequence, std::chrono::duration_cast<std::chrono::microseconds>(took));
}

result<void> Store::save_in_background(std::int64_t now_ms) {
  if (saving()) return Failure{"a background save is in progress"};
  last_try_ms_ = now_ms;
  auto started = commit();
  if (started) {
    started = background_.start({files_, options_.directory, *journal_, options_.compress_snapshots},
                                {id_, written_sequence()}, FrozenState(engine_, heads_));
  }
  if (!started) last_save_failed_ = true;
  return started;
}

void Store::await_background_save() {
  while (saving()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    (void)end_background_save();
  }
}

/// Takes note of a snapshot that was written: the one begun last.
result<void> Store::finish_snapshot(std::uint64_t sequence, std::chrono::microseconds took) {
  last_save_duration_ = took;
  saved_sequence_ = sequence;
  last_save_ms_ = last_try_ms_;
  last_save_failed_ = false;
  std::erase(invalid_snapshots_, sequence);  // its file was replaced
  auto removed = remove_old_snapshots(files_, options_.directory, invalid_snapshots_);
  if (removed) invalid_snapshots_.clear();
  return removed;
}

/// Takes note of how the background snapshot has ended, if it has; the news of it.
std::optional<Store::News> Store::end_background_save() {
  const auto ended = background_.poll();
  if (!ended) return std::nullopt;
  if (!*ended) {
    last_save_failed_ = true;
    if (const auto failure = journal_->sync_failure()) sync_failed(*failure);
    // What it left goes at once, or tries that fail would fill the disk. Where that fails too, the first one is told.
    (void)remove_old_snapshots(files_, options_.directory, invalid_snapshots_);
    return News{"the snapshot failed: " + ended->error().message, true};
  }
  if (auto removed = finish_snapshot(background_.sequence(), background_.duration()); !removed)
    return News{removed.error().message, true};
  return News{"snapshot of event " + std::to_string(saved_sequence_) + " written"};
}

bool Store::snapshot_due(std::int64_t now_ms) const {
  if (saving() || read_only_ || events_since_save() == 0) return false;
  const std::int64_t since_ms = now_ms - last_try_ms_;
  const bool is_set_back = since_ms < 0;  // the clock: nobody knows how long ago the last one was
  if (last_save_failed_ && since_ms < snapshot_retry_ms && !is_set_back) return false;
  const std::int64_t every_ms = std::chrono::milliseconds(options_.snapshot_every).count();
  return (every_ms > 0 && (since_ms >= every_ms || is_set_back)) ||
         (options_.snapshot_every_records > 0 && events_since_save() >= options_.snapshot_every_records);
}

std::optional<Store::News> Store::tick(std::int64_t now_ms, const result<bool>& elsewhere) {
  if (auto ended = end_background_save()) {
    if (ended->is_failure && erasing() && !eraser_->running()) eraser_->failed(Failure{ended->sentence}, now_ms);
    return ended;
  }
  if (auto erased = drive_erasures(now_ms, elsewhere)) return erased;
  if (!snapshot_due(now_ms)) return drive_segments(now_ms);
  if (auto started = save_in_background(now_ms); !started) {
    return News{"the snapshot failed: " + started.error().message, true};
  }
  return std::nullopt;
}

}  // namespace penchant

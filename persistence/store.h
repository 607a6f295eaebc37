// Store: one engine and its folder. The only writer of an engine: every event goes through it into memory and into
// the journal's buffer, and nothing may be acknowledged before commit() has written it.
//
//   auto store = Store::open(files, options, clock_ms);
//   auto recorded = (*store)->record(record);       // in memory
//   if (auto written = (*store)->commit(); written) reply(recorded);
//
// Promises, by durability: always: what is acknowledged once may_acknowledge() says so is on disk; everysec: what was
// acknowledged is on disk within a second, whatever the owner's thread does meanwhile; os: when the system likes. In
// all three what is acknowledged survives the death of the process.
//
// When a write or a sync fails the store is read-only until it is opened again, because what is on disk is no longer
// known: events of the failed commit are in memory and were not acknowledged, later ones are refused, questions go on.
//
// Owner: one thread, which makes all calls. Lifetime: `files` outlives the store. The store takes the folder's lock.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/result.h"
#include "persistence/background_snapshot.h"
#include "persistence/eraser.h"
#include "persistence/event_codec.h"
#include "persistence/file.h"
#include "persistence/former_names.h"
#include "persistence/history.h"
#include "persistence/history_heads.h"
#include "persistence/journal.h"
#include "persistence/named_records.h"
#include "persistence/recovery.h"
#include "persistence/segment_keeper.h"
#include "persistence/syncer.h"

namespace penchant {

struct StoreOptions {
  std::string directory;
  bool is_locked = false;  // the caller holds the folder's lock, for as long as the store is open
  Durability durability = Durability::everysec;
  double decay_days = decay_days_default;
  std::optional<bool> is_learning;                    // whether users have learners; none: as in the folder
  bool keep_decay = false;                            // decay_days does not matter: the folder's own stays
  std::chrono::seconds snapshot_every{300};           // 0: never by time
  std::uint64_t snapshot_every_records = 10'000'000;  // 0: never by number
  bool compress_snapshots = false;
  JournalOptions journal;
  SegmentOptions segments;
};

/// Of a new store.
StoreId random_store_id();

class Store {
 public:
  /// Creates the folder where there is none, recovers, and writes a change of decay_days as an event. `on_synced` is
  /// called on another thread after each sync.
  static result<std::unique_ptr<Store>> open(FileSystem& files, const StoreOptions& options, std::int64_t now_ms,
                                             Syncer::Callback on_synced = [](const auto&) {},
                                             const StartProgress& progress = [](const auto&) {});

  const Engine& engine() const { return engine_; }
  const StoreId& id() const { return id_; }

  // Events. Each is in memory when this returns and in the journal's buffer until commit(). `now_ms` is the server's
  // clock; the engine's does not run backwards, and record() sets the record's times to what they count as.
  result<Recorded> record(Record& record);
  result<void> set_pool(PoolSet event);
  result<void> share(Share event);
  result<bool> delete_pool(PoolDelete event);  // whether there was one
  /// From now on counts fade as `decay` says, to the bit: that of the stores beside this one.
  result<void> set_decay(const Decay& decay, std::int64_t now_ms);

  /// Tells a user's records, newest first, committed or not; none of a user who has none. docs/history.md.
  result<HistoryPage> history(const HistoryQuery& query, const HistoryCallback& on_record);

  using RecordCallback = std::function<result<void>(const HistoryRecord&)>;
  /// Tells all records of a user, or of everybody where `user` is empty, in the order of recording, each as it stands
  /// now: one pass over the journal, with what was recorded so far committed. Ends early where the callback fails.
  result<void> each_record(std::string_view user, const RecordCallback& on_record);
  /// Whether `record` is one that this store, or one before it, has given the name `id` (docs/history.md): it is there
  /// already.
  result<bool> has_named(std::string_view id, const Record& record);

  struct Forgotten {
    std::uint64_t records = 0;   // that the user had
    std::uint64_t sequence = 0;  // of the Forget event, for erased(); 0: there is nothing to erase
  };
  /// Forgets the user, for good and at once: what was recorded so far is committed with it and on disk when this
  /// returns. The user's texts are erased from all files by tick(); erased() says when. docs/journal_format.md. Asked
  /// again while they are being erased it tells of that, and has what failed tried again at once.
  /// A failure that leaves the store writable has forgotten nobody; the next start of one that is read-only finishes
  /// it.
  /// `is_elsewhere`: the caller keeps something of the user in files of its own, also where the store knows nobody.
  result<Forgotten> forget(std::string_view user, std::int64_t now_ms, bool is_elsewhere = false);
  /// Whose erasure goes on, also those that an earlier life began.
  std::span<const Erasure> erasures() const { return eraser_->waiting(); }
  /// The last event of the user that is being erased; 0: none is.
  std::uint64_t forgotten_until(std::string_view user) const { return eraser_->forgotten(user); }
  bool erasing() const { return !eraser_->waiting().empty(); }
  /// Whether no file holds anything any more of what was forgotten up to event `sequence`.
  bool erased(std::uint64_t sequence) const { return eraser_->done(sequence); }
  /// Why the last try to erase failed; the next comes by itself after erasure_retry_ms, and with the next forget().
  std::optional<Failure> erasure_failure() const { return eraser_->failure(); }

  /// What the journal lies in, as the last look at it has found; the newest segment as it is now.
  SegmentsTold segments() const;
  /// Whether closed segments are being looked at.
  bool keeping() const { return keeper_->running(); }
  /// Why closed segments could not be compressed or let go; tried again after a minute.
  const std::optional<Failure>& segments_failure() const { return keeper_->failure(); }

  /// Writes all events since the last commit, with one write; no system call where there are none.
  result<void> commit();
  std::size_t uncommitted_bytes() const { return journal_->buffered_bytes(); }

  /// Why events are refused, if they are.
  const std::optional<Failure>& read_only() const { return read_only_; }

  /// Whether what was committed up to `sequence` may be acknowledged: with `always`, when it is on disk.
  bool may_acknowledge(std::uint64_t sequence) const;
  std::uint64_t written_sequence() const { return journal_->written_sequence(); }
  std::uint64_t synced_sequence() const { return journal_->synced_sequence(); }

  /// Everything so far to the disk, while the caller waits.
  result<void> sync();
  /// A snapshot now, while the caller waits.
  result<void> save(std::int64_t now_ms);
  /// A snapshot by a thread. A Failure if one is under way, or the system has no thread to give.
  result<void> save_in_background(std::int64_t now_ms);
  /// For the log.
  struct News {
    std::string sentence;
    bool is_failure = false;
  };
  /// To be called every 100 ms: begins and ends snapshots, erasures and the compressing of segments. Tells how one
  /// has ended since, if it has.
  /// `elsewhere`: whether what the caller keeps in files of its own is erased too. An erasure is not begun before, so
  /// that its file, which says whom to forget, outlives a crash until then.
  std::optional<News> tick(std::int64_t now_ms, const result<bool>& elsewhere = true);
  /// Told by the caller that a sync failed (on_synced runs on another thread).
  void sync_failed(const Failure& failure);

  /// Waits for the background snapshot under way, if there is one: when the server ends.
  void await_background_save();

  bool saving() const { return background_.running(); }
  /// The time of the state that the newest snapshot holds; of the start where there has been none since.
  std::int64_t last_save_ms() const { return last_save_ms_; }
  std::uint64_t events_since_save() const { return written_sequence() - saved_sequence_; }
  bool last_save_failed() const { return last_save_failed_; }
  /// How long the newest snapshot took; 0 before the first one since the start.
  std::chrono::microseconds last_save_duration() const { return last_save_duration_; }
  SyncFigures sync_figures() const { return journal_->sync_figures(); }

  const StoreOptions& options() const { return options_; }
  // What may change while the store is open.
  void set_snapshot_every(std::chrono::seconds every) { options_.snapshot_every = every; }
  /// Closed segments are looked at with the next tick().
  void set_history(std::uint64_t days, std::uint64_t bytes);
  std::uint64_t replayed() const { return replayed_; }
  std::uint64_t snapshot_sequence() const { return saved_sequence_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Store(FileSystem& files, const StoreOptions& options) : files_(files), options_(options) {}
  result<void> change_decay(const DecayChange& change);
  void change_learning(LearningChange event);
  result<void> start(std::int64_t now_ms, Syncer::Callback on_synced, const StartProgress& progress);
  result<void> refuse_if_read_only() const;
  result<std::uint64_t> forget_now(Erasure erasure, std::int64_t now_ms);
  result<void> resume_erasures(std::int64_t now_ms);
  std::optional<News> drive_erasures(std::int64_t now_ms, const result<bool>& elsewhere);
  result<void> begin_erasing(std::int64_t now_ms);
  result<void> sync_journal();
  std::optional<News> drive_segments(std::int64_t now_ms);
  result<std::uint64_t> covered_sequence() const;
  result<void> finish_snapshot(std::uint64_t sequence, std::chrono::microseconds took);
  std::optional<News> end_background_save();
  bool snapshot_due(std::int64_t now_ms) const;
  void append(const Event& event);

  FileSystem& files_;
  StoreOptions options_;
  std::unique_ptr<FileLock> lock_;
  StoreId id_{};
  Engine engine_;
  HistoryHeads heads_;
  struct MovedHead {
    std::uint32_t user = 0;
    EventPlace former;
  };
  std::vector<MovedHead> moved_heads_;  // since the last commit, which may fail
  std::unique_ptr<Journal> journal_;
  std::optional<History> history_;
  std::optional<NamedRecords> named_;
  std::optional<FormerNames> former_names_;
  std::vector<std::byte> payload_;  // scratch of append()
  std::optional<Failure> read_only_;
  std::uint64_t saved_sequence_ = 0;
  std::vector<std::uint64_t> invalid_snapshots_;  // their files go with the next snapshot that is tried
  std::int64_t last_save_ms_ = 0;
  std::int64_t last_try_ms_ = 0;
  bool last_save_failed_ = false;
  std::chrono::microseconds last_save_duration_{0};
  std::uint64_t replayed_ = 0;
  std::vector<std::string> warnings_;
  BackgroundSnapshot background_;  // behind the journal, which its thread uses
  std::optional<Syncer> syncer_;   // likewise
  std::optional<Eraser> eraser_;
  std::optional<SegmentKeeper> keeper_;
};

}  // namespace penchant

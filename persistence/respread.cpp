#include "persistence/respread.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "persistence/exporter.h"
#include "persistence/journal_events.h"
#include "persistence/respread_decisions.h"
#include "persistence/segments.h"
#include "persistence/snapshot.h"

namespace penchant {
namespace {

constexpr std::size_t write_bytes = std::size_t{1} << 20;
constexpr std::uint64_t events_between_told = 1'000'000;

std::string_view user_told_by(const Event& event) {
  if (const auto* record = std::get_if<Record>(&event)) return record->user;
  if (const auto* share = std::get_if<Share>(&event)) return share->user;
  return {};
}

/// A store's journal, read forward to the events that go on into the new ones.
class OldEvents {
 public:
  OldEvents(FileSystem& files, const Store& store, bool is_first)
      : store_(store),
        is_first_(is_first),
        events_(files, store.options().directory),
        prefix_(record_name_prefix(store.id())) {}

  result<void> begin() {
    if (auto sought = events_.seek(1); !sought) return sought;
    return advance();
  }
  /// To the next of these events; none is left where there is no event().
  result<void> advance() {
    for (event_.reset(); !event_;) {
      const auto next = events_.next(store_.written_sequence());
      if (!next) return next.error();
      if (!*next) return {};
      auto decoded = decoder_.decode((*next)->payload);
      if (!decoded) {
        return Failure{"event " + std::to_string((*next)->sequence) + " in " + store_.options().directory + ": " +
                       decoded.error().message};
      }
      sequence_ = (*next)->sequence;
      if (goes_on(*decoded)) event_ = std::move(*decoded);
    }
    name_event();
    return {};
  }

  const std::optional<Event>& event() const { return event_; }
  const Store& store() const { return store_; }

 private:
  bool goes_on(const Event& event) const {
    if (const std::string_view user = user_told_by(event); !user.empty()) {
      return store_.engine().find_user(user) != nullptr && sequence_ > store_.forgotten_until(user);
    }
    const bool is_everybodys = std::holds_alternative<PoolSet>(event) || std::holds_alternative<PoolDelete>(event) ||
                               std::holds_alternative<DecayChange>(event) ||
                               std::holds_alternative<LearningChange>(event);
    return is_everybodys && is_first_;
  }
  void name_event() {
    auto* const record = std::get_if<Record>(&*event_);
    if (record != nullptr && record->id.empty()) record->name = record_name(*record, sequence_, prefix_, name_);
  }

  const Store& store_;
  const bool is_first_;
  JournalEvents events_;
  EventDecoder decoder_;
  const std::string prefix_;
  std::optional<Event> event_;
  std::uint64_t sequence_ = 0;
  std::string name_;
};

struct NewStore {
  std::string directory;
  StoreId id{};
  Engine engine;
  HistoryHeads heads;
  std::unique_ptr<Journal> journal;
  std::vector<std::uint64_t> records;  // that its journal has, by user
};

class Respreading {
 public:
  Respreading(FileSystem& files, std::span<const std::unique_ptr<Store>> from, const RespreadTarget& target,
              const StartProgress& progress)
      : files_(files), from_(from), target_(target), progress_(progress) {}

  result<std::vector<std::string>> run() {
    if (auto begun = begin(); !begun) return begun.error();
    if (auto merged = merge(); !merged) return merged.error();
    for (const auto& store : from_) {
      for (const NamedUser& user : store->engine().users()) {
        if (auto adopted = adopt(*store, user.name); !adopted) return adopted.error();
      }
    }
    for (NewStore& store : to_) {
      if (auto finished = finish(store); !finished) return finished.error();
    }
    std::vector<std::string> old_directories;
    for (const auto& store : from_) old_directories.push_back(store->options().directory);
    const auto is_erased = [this](std::string_view user) {
      return std::ranges::any_of(from_, [user](const auto& store) { return store->forgotten_until(user) > 0; });
    };
    return respread_decisions(files_, old_directories, store_directories(target_.root, target_.layout), is_erased);
  }

 private:
  result<void> begin() {
    const auto is_complete = have_whole_journals();
    if (!is_complete) return is_complete.error();
    for (const std::string& directory : store_directories(target_.root, target_.layout)) {
      if (auto made = files_.make_directory(directory); !made) return made;
      NewStore& store = to_.emplace_back();
      store.directory = directory;
      store.id = random_store_id();
      // Where the first events are not there any more, a snapshot must hold what they have taught.
      const Recovery recovery{.next_sequence = *is_complete ? 1U : 2U};
      auto journal = Journal::open(files_, directory, recovery, store.id, target_.journal);
      if (!journal) return journal.error();
      store.journal = std::move(*journal);
      if (auto same = make_agree(store.engine); !same) return same;
    }
    return {};
  }

  result<bool> have_whole_journals() {
    for (const auto& store : from_) {
      const auto segments = list_segments(files_, store->options().directory);
      if (!segments) return segments.error();
      if (segments->empty() || segments->front().first_sequence > 1) return false;
    }
    return true;
  }

  /// Decay, pools and clock are those of the old stores.
  result<void> make_agree(Engine& engine) {
    const Engine& first = from_.front()->engine();
    std::int64_t now_ms = first.now_ms();
    for (const auto& store : from_) now_ms = std::max(now_ms, store->engine().now_ms());
    const Decay& decay = first.decay();
    auto changed = engine.change_decay({now_ms, decay.days(), decay.half_lives_at_epoch()});
    if (!changed) return changed;
    engine.change_learning({now_ms, first.is_learning()});
    for (const auto& [family, tier, checkpoints] : pools_of(first)) {
      if (auto set = engine.set_pool({now_ms, family, tier, checkpoints}); !set) return set;
    }
    return {};
  }

  /// In the order of their times; those of one journal in theirs.
  result<void> merge() {
    std::vector<std::unique_ptr<OldEvents>> sources;
    for (const auto& store : from_) {
      sources.push_back(std::make_unique<OldEvents>(files_, *store, sources.empty()));
      if (auto begun = sources.back()->begin(); !begun) return begun;
    }
    for (std::uint64_t events = 1;; ++events) {
      OldEvents* earliest = nullptr;
      for (const auto& source : sources) {
        if (!source->event()) continue;
        if (!earliest || time_of(*source->event()) < time_of(*earliest->event())) earliest = source.get();
      }
      if (!earliest) return {};
      if (auto taken = take(*earliest); !taken) return taken;
      if (auto advanced = earliest->advance(); !advanced) return advanced;
      if (events % events_between_told == 0) {
        progress_(std::to_string(events) + " events spread over " + std::to_string(to_.size()) + " stores");
      }
    }
  }

  result<void> take(const OldEvents& source) {
    Event event = *source.event();
    const std::string_view user = user_told_by(event);
    has_users_ = has_users_ || (!user.empty() && &source.store() == from_.front().get());
    if (auto* const change = std::get_if<DecayChange>(&event)) make_exact(*change);
    if (user.empty()) {
      for (NewStore& store : to_) {
        if (auto appended = append(store, event); !appended) return appended;
      }
      return {};
    }
    auto adopted = adopt(source.store(), user);
    if (!adopted) return adopted.error();
    NewStore& store = **adopted;
    if (auto* const record = std::get_if<Record>(&event)) {
      const std::uint32_t number = store.engine.find_user(user)->number();
      record->previous = store.heads.move(number, store.journal->next_place());
      store.records.resize(std::max<std::size_t>(store.records.size(), number + 1));
      if (record->revision == 0) ++store.records[number];
    }
    return append(store, event);
  }

  /// What it has led to in store 0, which in another store might lead elsewhere.
  void make_exact(DecayChange& change) {
    if (change.half_lives_at_epoch) {
      decay_ = Decay(change.decay_days, *change.half_lives_at_epoch);
    } else {
      decay_ = has_users_ ? decay_.changed(change.decay_days, change.now_ms) : Decay(change.decay_days);
    }
    change.half_lives_at_epoch = decay_.half_lives_at_epoch();
  }

  /// The new store of the user, who is there when this returns.
  result<NewStore*> adopt(const Store& from, std::string_view user) {
    NewStore& store = to_[store_of(user, target_.layout.stores)];
    if (store.engine.find_user(user) != nullptr) return &store;
    const NamedUser* const named = from.engine().find_named_user(user);
    if (auto adopted = store.engine.adopt(from.engine(), *named); !adopted) return adopted.error();
    return &store;
  }

  result<void> append(NewStore& store, const Event& event) {
    payload_.clear();
    encode(event, payload_);
    store.journal->append(payload_);
    return store.journal->buffered_bytes() < write_bytes ? result<void>() : store.journal->commit();
  }

  result<void> finish(NewStore& store) {
    if (lacks_records(store)) {  // as a repair says it
      if (auto appended = append(store, Erased{}); !appended) return appended;
    }
    if (auto appended = append(store, Respread{store.engine.now_ms()}); !appended) return appended;
    if (auto written = store.journal->commit(); !written) return written;
    if (auto synced = store.journal->sync(); !synced) return synced.error();
    return write_snapshot(files_, store.directory, {store.id, store.journal->written_sequence()},
                          FrozenState(store.engine, store.heads), {.is_compressing = target_.compress_snapshots});
  }

  /// Whether there is a user of whom the journal has not all records.
  static bool lacks_records(const NewStore& store) {
    return std::ranges::any_of(store.engine.users(), [&store](const NamedUser& named) {
      const std::uint32_t number = named.user->number();
      return named.user->totals().records != (number < store.records.size() ? store.records[number] : 0);
    });
  }

  FileSystem& files_;
  const std::span<const std::unique_ptr<Store>> from_;
  const RespreadTarget& target_;
  const StartProgress& progress_;
  std::vector<NewStore> to_;
  Decay decay_;             // of store 0, after the events so far
  bool has_users_ = false;  // likewise
  std::vector<std::byte> payload_;
};

}  // namespace

result<std::vector<std::string>> respread(FileSystem& files, std::span<const std::unique_ptr<Store>> from,
                                          const RespreadTarget& target, const StartProgress& progress) {
  return Respreading(files, from, target, progress).run();
}

}  // namespace penchant

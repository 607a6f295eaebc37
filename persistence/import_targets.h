// Where an import's records go here: into a store, into a copy of its engine to try them, or into the count of what
// they would need. All read a record's prompts where the file did not say its keywords.
//
// Lifetime: what they are given outlives them. Threading: none.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/batch_room.h"
#include "engine/context/context.h"
#include "engine/context/other_words.h"
#include "persistence/former_names.h"
#include "persistence/history_heads.h"
#include "persistence/importer.h"
#include "persistence/journal_lookup.h"
#include "persistence/named_records.h"
#include "persistence/store.h"
#include "persistence/store_layout.h"

namespace penchant {

inline constexpr std::size_t import_commit_bytes = std::size_t{4} << 20;

class LocalTarget : public ImportTarget {
 public:
  explicit LocalTarget(const WordLists& lists) : reader_(lists) {}
  bool knows_checkpoint(std::string_view user, std::string_view name) const override;

 protected:
  virtual const Engine& engine() const = 0;
  /// Reads what the file did not say, which lasts until the next call, and checks the whole record.
  result<void> complete(JsonRecord& read);

 private:
  ContextReader reader_;
  OtherWords other_words_;
  Context prompt_;
  Context negative_prompt_;
  std::vector<LoraTag> loras_;
};

/// Records for good. Whoever owns the store commits what is left at the end.
class StoreTarget final : public LocalTarget {
 public:
  StoreTarget(Store& store, const WordLists& lists, std::int64_t now_ms)
      : LocalTarget(lists), store_(store), now_ms_(now_ms) {}
  result<Recorded::Kind> record(JsonRecord& read) override;
  result<bool> add_pool(const PoolSet& pool) override;
  result<bool> has_named(std::string_view id, const Record& record) override { return store_.has_named(id, record); }
  /// Whether to write, from time to time, what was recorded: else all of it waits for its owner.
  void commit_along() { commits_ = true; }

 private:
  const Engine& engine() const override { return store_.engine(); }

  Store& store_;
  const std::int64_t now_ms_;
  bool commits_ = false;
};

/// Does to a copy of a folder's engine what StoreTarget would do, and keeps nothing.
class TrialTarget final : public LocalTarget {
 public:
  /// Reads the folder, which need not be there; changes no file. Needs its lock.
  static result<std::unique_ptr<TrialTarget>> open(FileSystem& files, const std::string& directory,
                                                   const WordLists& lists, std::int64_t now_ms);
  result<Recorded::Kind> record(JsonRecord& read) override;
  result<bool> add_pool(const PoolSet& pool) override;
  result<bool> has_named(std::string_view id, const Record& record) override;

 private:
  TrialTarget(const WordLists& lists, std::int64_t now_ms) : LocalTarget(lists), now_ms_(now_ms) {}
  const Engine& engine() const override { return engine_; }

  Engine engine_;
  HistoryHeads heads_;
  std::optional<NamedRecords> named_;  // where there is a journal
  std::optional<JournalLookup> lookup_;
  std::optional<FormerNames> former_names_;
  std::uint64_t last_ = 0;
  const std::int64_t now_ms_;
};

/// Hands each record on to the target of its user's store, and pools to all of them.
class SpreadTarget final : public ImportTarget {
 public:
  /// One for each store, in order.
  explicit SpreadTarget(std::vector<std::unique_ptr<ImportTarget>> targets) : targets_(std::move(targets)) {}
  result<Recorded::Kind> record(JsonRecord& read) override { return of(read.record.user).record(read); }
  result<bool> add_pool(const PoolSet& pool) override;
  result<bool> has_named(std::string_view id, const Record& record) override {
    return of(record.user).has_named(id, record);
  }
  bool knows_checkpoint(std::string_view user, std::string_view name) const override {
    return of(user).knows_checkpoint(user, name);
  }

 private:
  ImportTarget& of(std::string_view user) const {
    return *targets_[store_of(user, static_cast<std::uint32_t>(targets_.size()))];
  }

  const std::vector<std::unique_ptr<ImportTarget>> targets_;
};

/// Whether all that it is given fits the engine's limits together. It takes everything to be new.
class RoomTarget final : public LocalTarget {
 public:
  RoomTarget(const Engine& engine, const WordLists& lists) : LocalTarget(lists), engine_(engine), room_(engine) {}
  result<Recorded::Kind> record(JsonRecord& read) override;
  result<bool> add_pool(const PoolSet& pool) override;
  result<bool> has_named(std::string_view, const Record&) override { return false; }

 private:
  const Engine& engine() const override { return engine_; }

  const Engine& engine_;
  BatchRoom room_;
  std::size_t new_pools_ = 0;
};

}  // namespace penchant

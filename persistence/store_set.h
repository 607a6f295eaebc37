// StoreSet: what a server keeps in a folder: its stores, each with the users that store_of() gives it, and a ring of
// decisions for each. docs/stores.md says what lies where, and what the stores agree about.
//
//   auto set = StoreSet::open(files, options, clock_ms(), on_synced, on_progress);
//   Store& store = (*set)->store(store_of(user, (*set)->size()));
//
// Owner: whoever opens it. Threads: each store, and each ring, is that of one thread, which may be another for each.
// Lifetime: `files` outlives it. It holds the lock of the folder.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/decision_ring.h"
#include "persistence/file.h"
#include "persistence/store.h"
#include "persistence/store_layout.h"

namespace penchant {

struct StoreSetOptions {
  StoreOptions store;                   // of each; its folder is the root, its history_bytes those of all together
  DecisionRingOptions decisions;        // bytes_max of all together
  std::optional<std::uint32_t> stores;  // none: as many as the folder has; a new folder gets one
  bool may_keep_number = false;         // where the number cannot be changed the folder keeps its own, with a warning
};

class StoreSet {
 public:
  using OnSynced = std::function<void(std::uint32_t store, result<std::uint64_t> synced)>;

  /// Creates the folder where there is none, removes what is left over of another number of stores, spreads the users
  /// over another number where one is told, and recovers the stores, each by a thread of its own where there are
  /// several: `progress` then comes from several threads at once. `on_synced` is called after each sync, on a thread of
  /// that store's syncer.
  static result<std::unique_ptr<StoreSet>> open(FileSystem& files, const StoreSetOptions& options, std::int64_t now_ms,
                                                const OnSynced& on_synced, const StartProgress& progress);

  std::uint32_t size() const { return static_cast<std::uint32_t>(stores_.size()); }
  Store& store(std::uint32_t k) { return *stores_[k]; }
  DecisionRing& decisions(std::uint32_t k) { return *decisions_[k]; }
  const StoreLayout& layout() const { return layout_; }
  /// Of the set; each store and ring has its own besides.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  StoreSet(FileSystem& files, const StoreSetOptions& options) : files_(files), options_(options) {}
  result<void> start(std::int64_t now_ms, const OnSynced& on_synced, const StartProgress& progress);
  result<void> find_layout();
  result<void> change_number(std::int64_t now_ms, const StartProgress& progress);
  result<bool> is_set_aside_free();
  result<void> open_stores(std::int64_t now_ms, const OnSynced& on_synced, const StartProgress& progress);
  StoreOptions options_of(std::uint32_t k) const;
  result<void> agree(std::int64_t now_ms);
  result<void> set_decay(const Decay& decay, std::int64_t now_ms);
  result<void> open_decisions(std::int64_t now_ms);

  FileSystem& files_;
  const StoreSetOptions options_;
  std::unique_ptr<FileLock> lock_;
  StoreLayout layout_;
  std::vector<std::string> directories_;
  std::vector<std::unique_ptr<Store>> stores_;
  std::vector<std::unique_ptr<DecisionRing>> decisions_;
  std::vector<std::string> warnings_;
};

}  // namespace penchant

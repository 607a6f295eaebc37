#include "persistence/store_set.h"

#include <algorithm>
#include <future>
#include <utility>

#include "persistence/decision_format.h"
#include "persistence/erasure.h"
#include "persistence/exporter.h"
#include "persistence/respread.h"

namespace penchant {
namespace {

/// Gives the store these pools in place of its own: all of them anew, for their order breaks ties.
result<void> replace_pools(Store& store, const std::vector<ExportedPool>& pools, std::int64_t now_ms) {
  while (!store.engine().pools().all().empty()) {
    const Pool& first = store.engine().pools().all().front();
    const std::string family = first.family;  // it goes with the pool
    auto deleted = store.delete_pool({.now_ms = now_ms, .family = family, .tier = first.tier});
    if (!deleted) return deleted.error();
  }
  for (const auto& [family, tier, checkpoints] : pools) {
    auto set = store.set_pool({.now_ms = now_ms, .family = family, .tier = tier, .checkpoints = checkpoints});
    if (!set) return set;
  }
  return store.commit();
}

/// The greatest start that a file of decisions in these folders names; 0: there is none.
result<std::uint64_t> greatest_start(FileSystem& files, const std::vector<std::string>& directories) {
  std::uint64_t greatest = 0;
  for (const std::string& directory : directories) {
    const auto names = files.list(directory);
    if (!names) return names.error();
    for (const std::string& name : *names) {
      if (const auto id = parse_generation_name(name)) greatest = std::max(greatest, id->start);
    }
  }
  return greatest;
}

}  // namespace

result<std::unique_ptr<StoreSet>> StoreSet::open(FileSystem& files, const StoreSetOptions& options, std::int64_t now_ms,
                                                 const OnSynced& on_synced, const StartProgress& progress) {
  if (options.stores && (*options.stores < 1 || *options.stores > stores_max)) {
    return Failure{"a folder has from 1 to " + std::to_string(stores_max) + " stores, not " +
                   std::to_string(*options.stores)};
  }
  std::unique_ptr<StoreSet> set(new StoreSet(files, options));
  if (auto started = set->start(now_ms, on_synced, progress); !started) return started.error();
  return set;
}

result<void> StoreSet::start(std::int64_t now_ms, const OnSynced& on_synced, const StartProgress& progress) {
  const std::string& root = options_.store.directory;
  if (auto made = files_.make_directory(root); !made) return made;
  auto lock = files_.lock(path_in(root, "lock"));
  if (!lock) return lock.error();
  lock_ = std::move(*lock);
  if (auto found = find_layout(); !found) return found;
  if (layout_.stores != options_.stores.value_or(layout_.stores)) {
    if (auto changed = change_number(now_ms, progress); !changed) return changed;
  }
  if (auto opened = open_stores(now_ms, on_synced, progress); !opened) return opened;
  if (auto agreed = agree(now_ms); !agreed) return agreed;
  return open_decisions(now_ms);
}

result<void> StoreSet::find_layout() {
  const std::string& root = options_.store.directory;
  auto layout = read_layout(files_, root);
  if (!layout) return layout.error();
  if (auto removed = remove_other_generations(files_, root, *layout); !removed) return removed;
  if (layout->generation == 0 && options_.stores.value_or(1) > 1) {
    const auto is_old = has_store_files(files_, root);
    if (!is_old) return is_old.error();
    if (!*is_old) {
      layout = StoreLayout{.generation = 1, .stores = *options_.stores};
      for (const std::string& directory : store_directories(root, *layout)) {
        if (auto made = files_.make_directory(directory); !made) return made;
      }
      if (auto written = write_layout(files_, root, *layout); !written) return written;
    }
  }
  layout_ = *layout;
  directories_ = store_directories(root, layout_);
  for (const std::string& directory : directories_) {  // they were there before the layout
    if (const auto names = files_.list(directory); !names) {
      return Failure{names.error().message + ": a store's folder is missing; put back a copy of it"};
    }
  }
  return {};
}

/// Whether no store has copies of torn tails or of what was repaired, which may tell of anybody; why not is a warning.
result<bool> StoreSet::is_set_aside_free() {
  for (const std::string& directory : directories_) {
    const auto has_copies = has_set_aside(files_, directory);
    if (!has_copies) return has_copies.error();
    if (!*has_copies) continue;
    warnings_.push_back(directory + " holds copies of torn tails, or of what was repaired: there will be " +
                        std::to_string(*options_.stores) + " stores instead of " + std::to_string(layout_.stores) +
                        " when these copies have been moved out of it, and the server is started again");
    return false;
  }
  return true;
}

/// Until the new layout is written the old stores are those of the folder, and as they were.
result<void> StoreSet::change_number(std::int64_t now_ms, const StartProgress& progress) {
  const std::string& root = options_.store.directory;
  if (auto opened = open_stores(
          now_ms, [](std::uint32_t, const auto&) {}, progress);
      !opened)
    return opened;
  if (auto agreed = agree(now_ms); !agreed) return agreed;
  const auto is_free = is_set_aside_free();
  if (!is_free) return is_free.error();
  if (!*is_free) {
    stores_.clear();
    return {};
  }
  const StoreLayout next{.generation = layout_.generation + 1, .stores = *options_.stores};
  const RespreadTarget target{.root = root,
                              .layout = next,
                              .journal = options_.store.journal,
                              .compress_snapshots = options_.store.compress_snapshots};
  progress("spreading the users over " + std::to_string(next.stores) + " stores instead of " +
           std::to_string(layout_.stores));
  auto warnings = respread(files_, stores_, target, progress);
  stores_.clear();
  if (!warnings) {
    (void)remove_other_generations(files_, root, layout_);  // a full disk needs the room
    Failure why{"the number of stores cannot be changed from " + std::to_string(layout_.stores) + " to " +
                std::to_string(next.stores) + ": " + warnings.error().message};
    if (!options_.may_keep_number) return why;
    warnings_.push_back(std::move(why.message));
    return {};
  }
  warnings_ = std::move(*warnings);
  if (auto written = write_layout(files_, root, next); !written) return written;
  layout_ = next;
  directories_ = store_directories(root, layout_);
  return remove_other_generations(files_, root, layout_);
}

StoreOptions StoreSet::options_of(std::uint32_t k) const {
  StoreOptions options = options_.store;
  options.directory = directories_[k];
  options.is_locked = true;
  options.keep_decay = options.keep_decay || directories_.size() > 1;
  if (options.segments.history_bytes > 0) {
    options.segments.history_bytes = std::max<std::uint64_t>(options.segments.history_bytes / directories_.size(), 1);
  }
  return options;
}

result<void> StoreSet::open_stores(std::int64_t now_ms, const OnSynced& on_synced, const StartProgress& progress) {
  const auto stores = static_cast<std::uint32_t>(directories_.size());
  std::vector<std::unique_ptr<Store>> opened(stores);
  std::vector<std::optional<Failure>> failures(stores);
  const auto open_one = [&](std::uint32_t k) {
    const auto on_one_synced = [on_synced, k](const result<std::uint64_t>& synced) { on_synced(k, synced); };
    auto store = Store::open(files_, options_of(k), now_ms, on_one_synced, progress);
    store ? void(opened[k] = std::move(*store)) : void(failures[k] = store.error());
  };
  std::vector<std::future<void>> opening;
  for (std::uint32_t k = 1; k < stores; ++k) opening.push_back(std::async(std::launch::async, open_one, k));
  open_one(0);
  for (auto& one : opening) one.get();
  for (const auto& failure : failures) {
    if (failure) return *failure;
  }
  stores_ = std::move(opened);
  return {};
}

/// Store 0 is right: it is told first of what all must know.
result<void> StoreSet::agree(std::int64_t now_ms) {
  if (stores_.size() == 1) return {};
  bool is_counted = false;  // anything, anywhere
  for (const auto& store : stores_) {
    now_ms = std::max(now_ms, store->engine().now_ms() + 1);  // behind all events, in whichever order they are read
    is_counted = is_counted || store->engine().user_count() > 0;
  }
  const Engine& first = stores_.front()->engine();
  const std::vector<ExportedPool> pools = pools_of(first);
  for (const auto& store : stores_) {
    if (pools_of(store->engine()) == pools) continue;
    if (auto replaced = replace_pools(*store, pools, now_ms); !replaced) return replaced;
  }
  if (auto same = set_decay(first.decay(), now_ms); !same) return same;
  const double days = options_.store.decay_days;
  if (options_.store.keep_decay || first.decay().days() == days) return {};
  return set_decay(is_counted ? first.decay().changed(days, now_ms) : Decay(days), now_ms);
}

result<void> StoreSet::set_decay(const Decay& decay, std::int64_t now_ms) {
  for (const auto& store : stores_) {
    if (store->engine().decay() == decay) continue;
    if (auto changed = store->set_decay(decay, now_ms); !changed) return changed;
    // Nobody has it whom store 0 could then lack after a power cut.
    if (auto written = store->sync(); !written) return written;
  }
  return {};
}

result<void> StoreSet::open_decisions(std::int64_t now_ms) {
  const auto greatest = greatest_start(files_, directories_);
  if (!greatest) return greatest.error();
  DecisionRingOptions options = options_.decisions;
  if (options.bytes_max >= decision_ring_bytes_min && options.bytes_max <= decision_ring_bytes_max) {
    options.bytes_max = std::max(options.bytes_max / directories_.size(), decision_ring_bytes_min);
  }
  if (directories_.size() > 1 && *greatest > decision_start_max - stores_max) {
    return Failure{options_.store.directory + " has a file of decisions that names the last start that there can be (" +
                   std::to_string(*greatest) + "): remove it"};
  }
  std::uint64_t start_min = std::max(*greatest + 1, now_ms > 0 ? static_cast<std::uint64_t>(now_ms) : 0);
  for (const std::string& directory : directories_) {
    auto ring = DecisionRing::open(files_, directory, options, 0, start_min);
    if (!ring) return ring.error();
    start_min = (*ring)->start() + 1;
    decisions_.push_back(std::move(*ring));
  }
  return {};
}

}  // namespace penchant

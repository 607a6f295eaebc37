// The words that the store's tests are written in: open, kept, rejected, pool, commit, save, reopen,
// power_cut, state. A store on a disk in memory whose every call can be made to fail, through lives of its
// process.
#pragma once

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "persistence/snapshot.h"
#include "persistence/store.h"
#include "tests/engine/random_life.h"
#include "tests/engine/taste.h"
#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {

inline std::string snapshot_path(std::uint64_t sequence) { return path_in(folder, snapshot_name(sequence)); }

/// The folder's files of snapshots, unfinished ones included, oldest first.
inline Texts snapshots_in(FileSystem& files, const std::string& directory) {
  Texts names = *files.list(directory);
  std::erase_if(names, [](const std::string& name) { return !name.starts_with("snapshot-"); });
  return names;
}

/// A folder of the real disk that goes away with it.
struct RealDirectory {
  RealDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "penchant-test-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~RealDirectory() { std::filesystem::remove_all(path); }
  RealDirectory(const RealDirectory&) = delete;
  RealDirectory& operator=(const RealDirectory&) = delete;

  std::string path;
};

class StoreLife {
 public:
  StoreLife() : StoreLife(disk, folder) {}
  StoreLife(FileSystem& real, const std::string& directory) : files(real) {
    options.directory = directory;
    options.durability = Durability::os;
    options.snapshot_every = std::chrono::seconds(0);
    options.snapshot_every_records = 0;
  }
  ~StoreLife() { store.reset(); }  // its thread tells us of syncs
  StoreLife(const StoreLife&) = delete;
  StoreLife& operator=(const StoreLife&) = delete;

  MemoryFileSystem disk;
  FaultyFileSystem files;
  StoreOptions options;
  std::unique_ptr<Store> store;
  std::int64_t now_ms = 1'750'000'000'000;

  /// Opens the store; why not, if not.
  std::string try_open() {
    store.reset();
    sync_failure_.reset();
    auto opened = Store::open(
        files, options, now_ms, [this](const result<std::uint64_t>& synced) { on_synced(synced); },
        [](const std::string&) {});
    if (!opened) return opened.error().message;
    store = std::move(*opened);
    return "";
  }
  void open() {
    const std::string failure = try_open();
    BOOST_REQUIRE_MESSAGE(store, failure);
  }
  /// The process ends and starts again: what was written is there, synced or not.
  void reopen() { open(); }
  /// The machine's power fails while the process runs, and it starts again.
  void power_cut(MemoryFileSystem::Leftover leftover = {}) {
    disk.power_cut(leftover);
    open();
  }

  result<Recorded> tell(Record record) {
    const std::vector<Keyword> keywords = words(record.prompt);
    if (record.keywords.empty()) record.keywords = keywords;
    record.now_ms = now_ms;
    return store->record(record);
  }
  result<Recorded> kept(int model) {
    return tell({.user = "ann", .checkpoint = numbered('m', model), .prompt = "ink cat"}, Verdict::selected);
  }
  result<Recorded> rejected(int model) {
    return tell({.user = "ann", .checkpoint = numbered('m', model), .prompt = "ink cat"}, Verdict::rejected);
  }
  result<void> pool(std::string_view family, std::string_view checkpoints) {
    const auto names = split(checkpoints);
    return store->set_pool({.now_ms = now_ms, .family = family, .tier = Tier::draft, .checkpoints = names});
  }
  /// An event of a random life. A change of the decay comes with a start, as it does in life.
  void tell(const RandomLife::AnyEvent& event) {
    if (const auto* told = std::get_if<Record>(&event)) {
      Record record = *told;
      BOOST_REQUIRE(store->record(record));
    } else if (const auto* set = std::get_if<PoolSet>(&event)) {
      BOOST_REQUIRE(store->set_pool(*set));
    } else if (const auto* erased = std::get_if<PoolDelete>(&event)) {
      BOOST_REQUIRE(store->delete_pool(*erased));
    } else if (const auto* shared = std::get_if<Share>(&event)) {
      BOOST_REQUIRE(store->share(*shared));
    } else if (const auto* forgotten = std::get_if<Forget>(&event)) {
      BOOST_REQUIRE(store->forget(forgotten->user, forgotten->now_ms));
    } else {
      commit();
      options.decay_days = std::get<DecayChange>(event).decay_days;
      reopen();
    }
  }

  void commit() {
    const auto written = store->commit();
    BOOST_REQUIRE_MESSAGE(written, written.error().message);
  }
  void save() {
    const auto saved = store->save(now_ms);
    BOOST_REQUIRE_MESSAGE(saved, saved.error().message);
  }
  void commit_and_save() {
    commit();
    save();
  }
  /// Commits, and waits as a session does. Whether what was told so far may be acknowledged.
  bool acknowledged() {
    if (!store->commit()) return false;
    const std::uint64_t sequence = store->written_sequence();
    while (!store->may_acknowledge(sequence)) {
      if (const auto failure = sync_failure()) {
        store->sync_failed(*failure);
        return false;
      }
      std::this_thread::yield();
    }
    return true;
  }

  [[nodiscard]] std::string state() const { return state_bytes(store->engine()); }
  [[nodiscard]] std::string read_only() const {
    return store->read_only() ? store->read_only()->message : "";
  }
  [[nodiscard]] std::string warning() const {
    return store->warnings().empty() ? "" : store->warnings().front();
  }

 private:
  result<Recorded> tell(Record record, Verdict verdict) {
    record.verdict = verdict;
    return tell(record);
  }
  void on_synced(const result<std::uint64_t>& synced) {
    const std::lock_guard lock(mutex_);
    if (!synced) sync_failure_ = synced.error();
  }
  std::optional<Failure> sync_failure() {
    const std::lock_guard lock(mutex_);
    return sync_failure_;
  }

  std::mutex mutex_;
  std::optional<Failure> sync_failure_;
};

}  // namespace penchant::test

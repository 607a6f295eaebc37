// The words that the tests of several stores are written in: open, tell, pool, ask, close. A folder in memory whose
// every call can be made to fail, through lives of its process.
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "persistence/store_set.h"
#include "tests/engine/taste.h"
#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {

class SetLife {
 public:
  SetLife() : SetLife(disk, folder) {}
  SetLife(FileSystem& real, const std::string& directory) : files(real) {
    options.store.directory = directory;
    options.store.durability = Durability::os;
    options.store.snapshot_every = std::chrono::seconds(0);
    options.store.snapshot_every_records = 0;
    options.decisions.bytes_max = 65536;
  }

  MemoryFileSystem disk;
  FaultyFileSystem files;
  StoreSetOptions options;
  std::unique_ptr<StoreSet> set;
  std::int64_t now_ms = 1'750'000'000'000;

  /// Opens the stores, `stores` of them if that is told; why not, if not.
  std::string try_open(std::optional<std::uint32_t> stores = {}) {
    set.reset();
    options.stores = stores;
    auto opened = StoreSet::open(
        files, options, now_ms, [](std::uint32_t, const auto&) {}, [](const std::string&) {});
    if (!opened) return opened.error().message;
    set = std::move(*opened);
    return "";
  }
  void open(std::optional<std::uint32_t> stores = {}) {
    const std::string failure = try_open(stores);
    BOOST_REQUIRE_MESSAGE(set, failure);
  }
  /// The process ends in order.
  void close() { set.reset(); }
  /// The power fails, and comes again.
  void power_cut(MemoryFileSystem::Leftover leftover = {}) {
    set.reset();
    disk.power_cut(leftover);
  }

  Store& store_for(std::string_view user) { return set->store(store_of(user, set->size())); }
  DecisionRing& decisions_for(std::string_view user) { return set->decisions(store_of(user, set->size())); }

  result<Recorded> tell(Record record) {
    const std::vector<Keyword> keywords = words(record.prompt);
    if (record.keywords.empty()) record.keywords = keywords;
    record.now_ms = now_ms;
    return store_for(record.user).record(record);
  }
  void kept(std::string_view user, std::string_view prompt, std::string_view checkpoint = "A") {
    BOOST_REQUIRE(tell({.verdict = Verdict::selected, .user = user, .checkpoint = checkpoint, .prompt = prompt}));
  }
  void commit() {
    for (std::uint32_t k = 0; k < set->size(); ++k) BOOST_REQUIRE(set->store(k).commit());
  }
  std::string decide(std::string_view user, std::string_view prompt) {
    const std::vector<std::string> names = {"A", "B"};
    const DecisionArms arms{.set = 1, .count = 2, .rest_probability = 0.5F};
    const Decision decision{.at_ms = now_ms,
                            .user = user,
                            .prompt = prompt,
                            .policy = "banded",
                            .checkpoint = "A",
                            .would_be = prompt == "open" ? "B" : ""};
    const auto name_of = [&](std::uint32_t arm) { return std::string_view(names[arm]); };
    return std::string(decisions_for(user).add(decision, arms, name_of));
  }

  [[nodiscard]] std::uint64_t users() const {
    std::uint64_t users = 0;
    for (std::uint32_t k = 0; k < set->size(); ++k) users += set->store(k).engine().user_count();
    return users;
  }
};

/// "FAMILY/tier: NAME NAME, …", as the store has them.
inline std::string pools_told(const Store& store) {
  std::string told;
  for (const Pool& pool : store.engine().pools().all()) {
    told += (told.empty() ? "" : ", ") + pool.family + "/" + std::string(to_string(pool.tier)) + ":";
    for (const PoolEntry& entry : pool.checkpoints) told += " " + std::string(store.engine().name_text(entry.name));
  }
  return told;
}

}  // namespace penchant::test

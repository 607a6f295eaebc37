// The words that the tests of penchant check and repair are written in: check, repair, flip, remove.
#pragma once

#include <string>
#include <utility>

#include "persistence/folder_check.h"
#include "persistence/folder_repair.h"
#include "tests/persistence/segment_fixture.h"

namespace penchant::test {

/// A store with closed segments and two snapshots of some of its events, closed; and another one beside it.
struct CheckedLife : KeptLife {
  explicit CheckedLife(bool compresses = true) {
    options.segments.compress = compresses;
    open();
    live(4);
    save();
    live(3);
    save();
    live(2);
    if (compresses) BOOST_REQUIRE(keep() == "");
    whole_state = state();
    whole_history = told("bob");
    last_event = store->written_sequence();
    store.reset();
  }

  FolderFound check(bool in_use = false) {
    auto found =
        check_folder(disk, folder, in_use, [](std::uint64_t done, std::uint64_t all) { BOOST_TEST(done <= all); });
    BOOST_REQUIRE_MESSAGE(found, found.error().message);
    return std::move(*found);
  }
  std::string repair() {
    const auto done = repair_folder(disk, folder, check(), {.now_ms = 7});
    BOOST_REQUIRE_MESSAGE(done, done.error().message);
    std::string told_by_it;
    for (const std::string& sentence : *done) told_by_it += sentence + "\n";
    return told_by_it;
  }
  void flip(const std::string& path, std::size_t at) {
    Bytes bytes = disk.bytes(path);
    bytes[at] ^= std::byte{1};
    disk.put(path, bytes);
  }
  void remove(const std::string& path) { BOOST_REQUIRE(disk.remove(path)); }
  void remove_snapshots() {
    for (const std::string& name : snapshots_in(disk, folder)) remove(path_in(folder, name));
  }
  std::string newest_segment() { return path_of_segment(folder, list_segments(disk, folder)->back()); }

  std::string whole_state;
  std::string whole_history;
  std::uint64_t last_event = 0;
};

struct PlainCheckedLife : CheckedLife {
  PlainCheckedLife() : CheckedLife(false) {}
};

inline std::string first_damage(const FolderFound& found) {
  for (const Finding& finding : found.findings) {
    if (finding.is_damage) return finding.file + "@" + std::to_string(finding.offset) + ": " + finding.what;
  }
  return "";
}

}  // namespace penchant::test

// The words that the tests of the decisions' ring are written in: open, tell, told, judge, reopen, crash.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/decision_ring.h"
#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {

inline const Texts three_arms = {"dream", "real", "ink"};
inline constexpr ArmProbability second_arm[] = {{.arm = 1, .probability = 0.75F}};

// A ring on a disk in memory, through lives of its process.
struct RingLife {
  MemoryFileSystem disk;
  FaultyFileSystem files{disk};
  DecisionRingOptions options{.bytes_max = 8192};
  std::unique_ptr<DecisionRing> ring;
  std::int64_t now_ms = 35;  // "z"
  int names_asked = 0;

  std::string try_open() {
    ring.reset();
    auto opened = DecisionRing::open(files, folder, options, now_ms);
    if (!opened) return opened.error().message;
    ring = std::move(*opened);
    ring->load();
    return "";
  }
  void open() {
    const std::string failure = try_open();
    BOOST_REQUIRE_MESSAGE(ring, failure);
  }
  // The process ends in order, and starts again.
  void reopen() { open(); }
  // The process dies: what was not handed to the disk is lost.
  void crash() {
    std::map<std::string, Bytes> left;
    for (const std::string& name : *disk.list(folder)) left[name] = disk.bytes(path_in(folder, name));
    ring.reset();
    for (const std::string& name : *disk.list(folder)) BOOST_REQUIRE(disk.remove(path_in(folder, name)));
    for (auto& [name, bytes] : left) disk.put(path_in(folder, name), std::move(bytes));
    open();
  }
  void write() {
    const auto written = ring->wait_until_written();
    BOOST_REQUIRE_MESSAGE(written, written.error().message);
  }

  std::string tell(const Decision& decision, const Texts& names, std::span<const ArmProbability> listed = {}) {
    const DecisionArms arms{.set = std::hash<std::string>{}(names.empty() ? "" : names.front() + names.back()),
                            .count = static_cast<std::uint32_t>(names.size()),
                            .rest_probability = 0.125F,
                            .listed = listed};
    return std::string(ring->add(decision, arms, [&](std::uint32_t arm) {
      ++names_asked;
      return std::string_view(names[arm]);
    }));
  }
  std::string tell(std::string_view prompt, std::string_view user = "ann", std::int64_t at_ms = 1000) {
    return tell({.at_ms = at_ms, .user = user, .prompt = prompt, .checkpoint = "real"}, three_arms, second_arm);
  }
  std::vector<std::string> tell_many(int count) {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) ids.push_back(tell("prompt " + std::to_string(i)));
    return ids;
  }
  // The prompt of a decision; "?" where it is unknown.
  [[nodiscard]] std::string told(std::string_view id) const {
    const auto found = ring->find(id);
    return found ? std::string(found->decision.prompt) : "?";
  }
  [[nodiscard]] bool knows(std::string_view id) const { return ring->find(id).has_value(); }
  [[nodiscard]] bool is_judged(std::string_view id) const { return ring->find(id)->is_judged; }
  [[nodiscard]] std::string next(std::int64_t before_ms = 1'000'000) {
    const auto found = ring->next_unjudged(before_ms);
    return found ? std::string(found->id.view()) : "none";
  }

  [[nodiscard]] static std::string path(std::uint64_t start, std::uint64_t generation = 1) {
    return path_in(folder, generation_name({.start = start, .generation = generation}));
  }
  [[nodiscard]] std::size_t bytes_on_disk() const {
    std::size_t bytes = 0;
    for (const std::string& name : names()) bytes += disk.bytes(path_in(folder, name)).size();
    return bytes;
  }
  [[nodiscard]] Texts names() const { return *const_cast<MemoryFileSystem&>(disk).list(folder); }
  [[nodiscard]] bool disk_holds(std::string_view text) const {
    for (const std::string& name : names()) {
      if (text_of(disk.bytes(path_in(folder, name))).find(text) != std::string::npos) return true;
    }
    return false;
  }
};

}  // namespace penchant::test

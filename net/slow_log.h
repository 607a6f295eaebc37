// SlowLog: the last requests that took long, of one store.
//
// Owner: the shard. Threading: added to on its store's thread; read and set while all threads rest. Limits: as many
// entries as max_entries says, each with arguments as net/request_shown.h shortens them.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penchant {

inline constexpr std::uint64_t slow_entries_most = 100'000;  // what slowlog-max-len may be: about 400 MB a store

struct SlowEntry {
  std::uint64_t number = 0;  // in its store, from 0
  std::int64_t at_ms = 0;
  std::uint64_t took_us = 0;
  std::vector<std::string> arguments;
  std::string address;
  std::string name;
};

class SlowLog {
 public:
  static constexpr std::uint64_t never = UINT64_MAX;

  std::uint64_t slower_than_ns = 10'000'000;  // such requests are kept; never: none

  void add(SlowEntry entry);
  /// Newest first.
  const std::deque<SlowEntry>& entries() const { return entries_; }
  void clear() { entries_.clear(); }
  void set_max(std::size_t max_entries);

 private:
  std::deque<SlowEntry> entries_;
  std::size_t max_entries_ = 128;
  std::uint64_t next_number_ = 0;
};

}  // namespace penchant

// MemoryWalk: what the parts of an engine take, added up some users at a time, for each of a hundred thousand is asked.
//
// Owner: the shard. Threading: the store's thread. Lifetime: it is told of one engine only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

#include "engine/engine.h"

namespace penchant {

inline constexpr std::size_t memory_walk_users = 1000;  // at a time: within a millisecond

/// Bytes.
struct MemoryParts {
  std::size_t matrices = 0;
  std::size_t keyword_rows = 0;
  std::size_t lessons = 0;
  std::size_t negatives = 0;
  std::size_t parameters = 0;

  void add(const User& user);
  void add(const MemoryParts& other);
};

class MemoryWalk {
 public:
  /// Looks at `users` more of them.
  void advance(const Engine& engine, std::size_t users = memory_walk_users);
  /// As the last walk has found them that came to the end.
  const MemoryParts& parts() const { return found_; }

 private:
  std::optional<std::list<NamedUser>::const_iterator> next_;
  std::uint64_t forgotten_ = 0;  // how many users had been when the walk began
  MemoryParts sum_;
  MemoryParts found_;
};

}  // namespace penchant

// Figures of all stores together, for INFO and the metrics: to be read while all threads rest.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "net/command.h"

namespace penchant {

/// Of all stores: the sum of figure(service), or the least or greatest of them.
template <class Figure>
auto sum(const Runtime& runtime, const Figure& figure) {
  decltype(figure(runtime.shards.front().service)) total{};
  for (const Shard& shard : runtime.shards) total += figure(shard.service);
  return total;
}
template <class Figure>
auto least(const Runtime& runtime, const Figure& figure) {
  auto value = figure(runtime.shards.front().service);
  for (const Shard& shard : runtime.shards) value = std::min(value, figure(shard.service));
  return value;
}
template <class Figure>
auto greatest(const Runtime& runtime, const Figure& figure) {
  auto value = figure(runtime.shards.front().service);
  for (const Shard& shard : runtime.shards) value = std::max(value, figure(shard.service));
  return value;
}
inline std::uint64_t passed(const Runtime& runtime, std::uint64_t Traffic::*figure) {
  std::uint64_t total = 0;
  for (const Shard& shard : runtime.shards) total += shard.traffic.*figure;
  return total;
}

std::uint64_t resident_bytes();
std::uint64_t resident_bytes_peak();
/// Seconds of processor time, of the user's part and the system's.
double user_seconds();
double system_seconds();

std::size_t connected_clients(const Runtime& runtime);
/// Of one command, by its place in all_commands().
CommandFigures command_figures(const Runtime& runtime, std::size_t place);
/// What the engines take, of small ones as they are now, of large ones as the last walk has found them.
MemoryParts memory_parts(Runtime& runtime);
std::size_t vocabulary_bytes(const Runtime& runtime);
/// Of the decisions that are loaded; those in files are, from here on.
std::size_t decision_bytes(const Runtime& runtime);
/// Of the journals.
SyncFigures sync_figures(const Runtime& runtime);
/// Since the oldest of the stores' newest snapshots, or the start.
std::int64_t snapshot_age_ms(const Runtime& runtime);

}  // namespace penchant

#include "net/figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace penchant {
namespace {

rusage own_usage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t resident_bytes_peak() { return static_cast<std::uint64_t>(own_usage().ru_maxrss) * 1024; }
double user_seconds() { return seconds_of(own_usage().ru_utime); }
double system_seconds() { return seconds_of(own_usage().ru_stime); }

std::size_t connected_clients(const Runtime& runtime) {
  std::size_t connected = 0;
  for (const Shard& shard : runtime.shards) connected += shard.clients.size();
  return connected;
}

CommandFigures command_figures(const Runtime& runtime, std::size_t place) {
  CommandFigures all;
  for (const Shard& shard : runtime.shards) {
    const CommandFigures& one = shard.traffic.commands[place];
    all.latency.add(one.latency);
    all.rejected += one.rejected;
    all.failed += one.failed;
  }
  return all;
}

MemoryParts memory_parts(Runtime& runtime) {
  MemoryParts all;
  for (Shard& shard : runtime.shards) {
    shard.memory.advance(shard.service.engine());
    all.add(shard.memory.parts());
  }
  return all;
}

std::size_t vocabulary_bytes(const Runtime& runtime) {
  return sum(runtime, [](const Service& one) { return one.engine().vocabulary_bytes(); });
}

std::size_t decision_bytes(const Runtime& runtime) {
  for (const Shard& shard : runtime.shards) shard.service.decisions().load();
  return sum(runtime, [](const Service& one) { return one.decisions().bytes(); });
}

SyncFigures sync_figures(const Runtime& runtime) {
  SyncFigures all;
  for (const Shard& shard : runtime.shards) {
    const SyncFigures one = shard.service.store().sync_figures();
    all.syncs += one.syncs;
    all.total_us += one.total_us;
    all.last_us = std::max(all.last_us, one.last_us);
  }
  return all;
}

std::int64_t snapshot_age_ms(const Runtime& runtime) {
  const std::int64_t oldest_ms = least(runtime, [](const Service& one) { return one.store().last_save_ms(); });
  return std::max<std::int64_t>(clock_ms() - oldest_ms, 0);
}

}  // namespace penchant

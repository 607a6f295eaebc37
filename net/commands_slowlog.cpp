// SLOWLOG: which requests took long.
#include <algorithm>
#include <utility>
#include <vector>

#include "net/command.h"

namespace penchant::commands {
namespace {

constexpr std::int64_t entries_told = 10;  // unless another number is asked for

/// An entry's number among those of all stores.
struct Told {
  std::uint64_t id;
  const SlowEntry* entry;
};

/// Of all stores, newest first.
std::vector<Told> all_entries(const Runtime& runtime) {
  std::vector<Told> all;
  for (std::size_t store = 0; store < runtime.shards.size(); ++store) {
    for (const SlowEntry& entry : runtime.shards[store].slow_log.entries()) {
      all.push_back({entry.number * runtime.shards.size() + store, &entry});
    }
  }
  std::ranges::sort(all, [](const Told& a, const Told& b) {
    return std::pair(a.entry->at_ms, a.id) > std::pair(b.entry->at_ms, b.id);
  });
  return all;
}

void get_entries(Call& call) {
  std::int64_t count = entries_told;
  if (call.arguments.more()) count = call.arguments.number<std::int64_t>("the number of entries", -1, INT64_MAX);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  std::vector<Told> all = all_entries(call.runtime);
  if (count >= 0 && static_cast<std::uint64_t>(count) < all.size()) all.resize(static_cast<std::size_t>(count));
  ReplyWriter& reply = call.reply;
  reply.array(all.size());
  for (const auto& [id, entry] : all) {
    reply.array(6);
    reply.integer(static_cast<std::int64_t>(id));
    reply.integer(entry->at_ms / 1000);
    reply.integer(static_cast<std::int64_t>(entry->took_us));
    reply.array(entry->arguments.size());
    for (const std::string& argument : entry->arguments) reply.bulk(argument);
    reply.bulk(entry->address);
    reply.bulk(entry->name);
  }
}

}  // namespace

void slowlog(Call& call) {
  if (call.arguments.option("GET")) return get_entries(call);
  const bool clears = call.arguments.option("RESET");
  if (!clears && !call.arguments.option("LEN")) call.arguments.fail("SLOWLOG must be followed by GET, LEN or RESET");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  std::size_t entries = 0;
  for (Shard& shard : call.runtime.shards) {
    if (clears) shard.slow_log.clear();
    entries += shard.slow_log.entries().size();
  }
  clears ? call.reply.simple("OK") : call.reply.integer(static_cast<std::int64_t>(entries));
}

}  // namespace penchant::commands

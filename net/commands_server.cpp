// What people and tools ask of the server itself: INFO, TIME, DBSIZE, snapshots, SHUTDOWN.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "net/command.h"
#include "net/info.h"
#include "net/metrics.h"

namespace penchant::commands {

void info(Call& call) {
  std::vector<std::string_view> sections;
  while (call.arguments.more()) sections.push_back(call.arguments.text("the section"));
  call.reply.verbatim("txt", info_text(sections, call.runtime));
}

void metrics(Call& call) { call.reply.verbatim("txt", metrics_text(call.runtime)); }

void time(Call& call) {
  using namespace std::chrono;
  const auto now_us = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
  call.reply.array(2);
  call.reply.bulk(std::to_string(now_us / 1'000'000));
  call.reply.bulk(std::to_string(now_us % 1'000'000));
}

void dbsize(Call& call) {
  std::size_t users = 0;
  for (const Shard& shard : call.runtime.shards) users += shard.service.engine().user_count();
  call.reply.integer(static_cast<std::int64_t>(users));
}

void save(Call& call) {
  for (const Shard& shard : call.runtime.shards) {
    const auto saved = shard.service.store().save(clock_ms());
    if (!saved) return call.reply.error("ERR " + saved.error().message);
  }
  call.reply.simple("OK");
}

void bgsave(Call& call) {
  call.arguments.option("SCHEDULE");  // what Redis clients send; here nothing is in the way of a snapshot
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  result<void> started;
  for (const Shard& shard : call.runtime.shards) {
    // One that is writing its own already will do, where another begins.
    if (auto one = shard.service.store().save_in_background(clock_ms()); !one) started = one;
  }
  started ? call.reply.simple("Background saving started") : call.reply.error("ERR " + started.error().message);
}

/// Since then every store has a snapshot.
void lastsave(Call& call) {
  std::int64_t least_ms = INT64_MAX;
  for (const Shard& shard : call.runtime.shards) {
    least_ms = std::min(least_ms, shard.service.store().last_save_ms());
  }
  call.reply.integer(least_ms / 1000);
}

void shutdown(Call& call) {
  const bool no_save = call.arguments.option("NOSAVE");
  if (!no_save) call.arguments.option("SAVE");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  // As redis-server does: no answer but the closed connection.
  call.client.closing = true;
  call.runtime.shut_down(!no_save);
}

}  // namespace penchant::commands

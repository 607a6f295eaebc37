// POOL SET, GET, LIST, DEL: which checkpoints are available.
#include <string>
#include <vector>

#include "net/command.h"

namespace penchant::commands {
namespace {

struct PoolName {
  std::string_view family;
  Tier tier = Tier::standard;
};

PoolName read_pool_name(Arguments& arguments) {
  PoolName name;
  name.family = arguments.text("the family");
  name.tier = arguments.tier("the tier");
  return name;
}

/// Whether nothing can be changed, which is then the reply.
bool refused(Call& call) {
  for (const Shard& shard : call.runtime.shards) {
    const auto& why = shard.service.store().read_only();
    if (!why) continue;
    call.reply.error(read_only_sentence(*why));
    return true;
  }
  return false;
}

/// None where there is no such pool.
std::vector<std::string> checkpoints_of(const Engine& engine, const PoolName& name) {
  std::vector<std::string> checkpoints;
  const Pool* const pool = engine.pools().find(name.family, name.tier);
  if (!pool) return checkpoints;
  for (const PoolEntry& entry : pool->checkpoints) checkpoints.emplace_back(engine.name_text(entry.name));
  return checkpoints;
}

void put_back(Service& service, const PoolName& name, const std::vector<std::string>& former) {
  const std::vector<std::string_view> checkpoints(former.begin(), former.end());
  Store& store = service.store();
  if (checkpoints.empty()) return void(store.delete_pool({service.now_ms(), name.family, name.tier}));
  (void)store.set_pool({service.now_ms(), name.family, name.tier, checkpoints});
}

/// In all stores or in none.
result<void> set_everywhere(Runtime& runtime, const PoolName& name, std::span<const std::string_view> checkpoints) {
  const std::vector<std::string> former = checkpoints_of(runtime.shards.front().service.engine(), name);
  for (auto shard = runtime.shards.begin(); shard != runtime.shards.end(); ++shard) {
    Service& service = shard->service;
    auto done = service.store().set_pool({service.now_ms(), name.family, name.tier, checkpoints});
    if (done) continue;
    for (auto earlier = runtime.shards.begin(); earlier != shard; ++earlier) put_back(earlier->service, name, former);
    return done;
  }
  return {};
}

void set(Call& call) {
  const PoolName name = read_pool_name(call.arguments);
  if (!call.arguments.failed() && !call.arguments.more()) {
    call.arguments.fail("a pool needs at least one checkpoint; POOL DEL removes it");
  }
  const auto checkpoints = call.arguments.texts("the checkpoints", call.arguments.left());
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const auto done = set_everywhere(call.runtime, name, checkpoints);
  done ? call.reply.simple("OK") : call.reply.error("ERR " + done.error().message);
}

void erase(Call& call) {
  const PoolName name = read_pool_name(call.arguments);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  result<bool> existed = false;
  for (Shard& shard : call.runtime.shards) {
    existed = shard.service.store().delete_pool({shard.service.now_ms(), name.family, name.tier});
    if (!existed) return call.reply.error("ERR " + existed.error().message);
  }
  call.reply.integer(*existed ? 1 : 0);
}

void get(Call& call) {
  const PoolName name = read_pool_name(call.arguments);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const Engine& engine = call.service.engine();
  const Pool* found = engine.pools().find(name.family, name.tier);
  call.reply.array(found ? found->checkpoints.size() : 0);
  if (!found) return;
  for (const PoolEntry& entry : found->checkpoints) call.reply.bulk(engine.name_text(entry.name));
}

void list_pools(Call& call) {
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const Engine& engine = call.service.engine();
  call.reply.array(engine.pools().all().size());
  for (const Pool& one : engine.pools().all()) {
    call.reply.array(2 + one.checkpoints.size());
    call.reply.bulk(one.family);
    call.reply.bulk(to_string(one.tier));
    for (const PoolEntry& entry : one.checkpoints) call.reply.bulk(engine.name_text(entry.name));
  }
}

}  // namespace

void pool(Call& call) {
  if (call.arguments.option("SET")) return refused(call) ? void() : set(call);
  if (call.arguments.option("GET")) return get(call);
  if (call.arguments.option("LIST")) return list_pools(call);
  if (call.arguments.option("DEL")) return refused(call) ? void() : erase(call);
  call.reply.error("ERR POOL must be followed by SET, GET, LIST or DEL");
}

}  // namespace penchant::commands

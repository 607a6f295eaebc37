// POOL SET, GET, LIST, DEL: which checkpoints are available.
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
  const auto& why = call.service.store().read_only();
  if (why) call.reply.error(read_only_sentence(*why));
  return why.has_value();
}

void set(Call& call) {
  const PoolName name = read_pool_name(call.arguments);
  if (!call.arguments.failed() && !call.arguments.more()) {
    call.arguments.fail("a pool needs at least one checkpoint; POOL DEL removes it");
  }
  const auto checkpoints = call.arguments.texts("the checkpoints", call.arguments.left());
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const auto done = call.service.store().set_pool({call.service.now_ms(), name.family, name.tier, checkpoints});
  done ? call.reply.simple("OK") : call.reply.error("ERR " + done.error().message);
}

void erase(Call& call) {
  const PoolName name = read_pool_name(call.arguments);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const auto existed = call.service.store().delete_pool({call.service.now_ms(), name.family, name.tier});
  existed ? call.reply.integer(*existed ? 1 : 0) : call.reply.error("ERR " + existed.error().message);
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

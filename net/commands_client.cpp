// CLIENT KILL: connections are closed.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "net/command.h"

namespace penchant::commands {
namespace {

struct Wanted {
  std::optional<std::uint64_t> id;
  std::optional<std::string_view> address;
  std::optional<std::string_view> local_address;
  std::optional<std::string_view> user;
  std::optional<std::int64_t> age_s;
  bool skips_me = true;

  bool has(const Client& client, std::int64_t now_ms) const {
    return (!id || client.id == *id) && (!address || client.address == *address) &&
           (!local_address || client.local_address == *local_address) && (!user || user_of(client) == *user) &&
           (!age_s || now_ms - client.connected_ms >= *age_s * 1000);
  }
};

Wanted read_wanted(Arguments& arguments) {
  Wanted wanted;
  if (arguments.left() == 1) {  // as it was asked before there were filters
    wanted.address = arguments.text("the address");
    wanted.skips_me = false;
    return wanted;
  }
  if (!arguments.more())
    arguments.fail("CLIENT KILL needs an address, or ID, ADDR, LADDR, USER, MAXAGE or SKIPME and a value");
  while (arguments.more()) {
    if (arguments.option("ID")) {
      wanted.id = arguments.number<std::uint64_t>("ID", 1, UINT64_MAX);
    } else if (arguments.option("ADDR")) {
      wanted.address = arguments.value("ADDR");
    } else if (arguments.option("LADDR")) {
      wanted.local_address = arguments.value("LADDR");
    } else if (arguments.option("USER")) {
      wanted.user = arguments.value("USER");
    } else if (arguments.option("MAXAGE")) {
      wanted.age_s = arguments.number<std::int64_t>("MAXAGE", 1, INT64_MAX / 1000);
    } else if (arguments.option("SKIPME")) {
      wanted.skips_me = arguments.option("YES");
      if (!wanted.skips_me && !arguments.option("NO")) arguments.fail("YES or NO must follow SKIPME");
    } else {
      arguments.fail_unknown_option();
    }
  }
  return wanted;
}

/// How many there were. Its own connection ends with the reply.
std::int64_t close_clients(Call& call, const Wanted& wanted) {
  std::int64_t closed = 0;
  for (const Shard& shard : call.runtime.shards) {
    for (Client* const client : shard.clients) {
      const bool is_me = client == &call.client;
      if (!wanted.has(*client, clock_ms()) || (is_me && wanted.skips_me)) continue;
      is_me ? void(client->closing = true) : call.runtime.close_client(client->id);
      ++closed;
    }
  }
  return closed;
}

}  // namespace

void client_kill(Call& call) {
  const bool is_by_address = call.arguments.left() == 1;
  const Wanted wanted = read_wanted(call.arguments);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const std::int64_t closed = close_clients(call, wanted);
  if (!is_by_address) return call.reply.integer(closed);
  closed > 0 ? call.reply.simple("OK") : call.reply.error("ERR No such client");
}

}  // namespace penchant::commands

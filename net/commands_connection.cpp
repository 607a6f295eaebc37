// What Redis clients say about the connection itself.
#include <algorithm>
#include <vector>

#include "net/command.h"
#include "net/version.h"

namespace penchant::commands {
namespace {

constexpr std::size_t client_name_bytes_max = 256;

bool is_client_name(std::string_view name) {
  return name.size() <= client_name_bytes_max && std::ranges::all_of(name, [](char c) { return c > ' ' && c != 0x7f; });
}

constexpr std::string_view wrong_token = "WRONGPASS invalid username-password pair or user is disabled.";
constexpr std::string_view hello_without_token =
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> "
    "option can be used to authenticate the client and select the RESP protocol version at the same time";
constexpr std::string_view no_password =
    "ERR AUTH <password> called without any password configured for the default user. "
    "Are you sure your configuration is correct?";

/// Lets the client in, or answers why not.
bool let_in(Call& call, std::string_view name, std::string_view token) {
  const Tokens& tokens = call.runtime.tokens;
  if (!tokens.are_asked_for()) return call.reply.error(no_password), false;
  if (auto access = tokens.find(name, token)) {
    call.client.access = std::move(*access);
    return true;
  }
  const bool are_too_many = call.runtime.wrong_tokens.note(call.client.address);
  call.client.closing = call.client.closing || are_too_many;
  return call.reply.error(are_too_many ? too_many_wrong_tokens : wrong_token), false;
}

void append_client(const Client& client, std::int64_t now_ms, std::string& out) {
  const auto seconds = [now_ms](std::int64_t since_ms) {
    return std::to_string(std::max<std::int64_t>(now_ms - since_ms, 0) / 1000);  // the clock may have been set back
  };
  std::string flags = client.monitoring ? "O" : "";
  if (client.transaction) flags += "x";
  const auto queued = client.transaction ? std::to_string(client.transaction->requests().size()) : "-1";
  std::string command(client.last_command ? client.last_command->name : "NULL");
  std::ranges::transform(command, command.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  out += "id=" + std::to_string(client.id) + " addr=" + client.address + " laddr=" + client.local_address +
         " fd=" + std::to_string(client.descriptor) + " name=" + client.name + " age=" + seconds(client.connected_ms) +
         " idle=" + seconds(client.last_active_ms) + " flags=" + (flags.empty() ? "N" : flags) +
         " db=0 sub=0 psub=0 ssub=0 multi=" + queued + " events=r cmd=" + command +
         " user=" + std::string(user_of(client)) + " redir=-1 resp=" + std::to_string(client.protocol) +
         " lib-name=" + client.library_name + " lib-ver=" + client.library_version + "\n";
}

void set_name(Call& call) {
  const std::string_view name = call.arguments.text("the name");
  if (!is_client_name(name)) call.arguments.fail("Client names cannot contain spaces, newlines or special characters.");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  call.client.name = name;
  call.reply.simple("OK");
}

void set_info(Call& call) {
  const bool is_name = call.arguments.option("LIB-NAME");
  if (!is_name && !call.arguments.option("LIB-VER")) call.arguments.fail("CLIENT SETINFO takes LIB-NAME or LIB-VER");
  const std::string_view value = call.arguments.text("the value");
  if (!is_client_name(value)) call.arguments.fail("the value cannot contain spaces, newlines or special characters");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  (is_name ? call.client.library_name : call.client.library_version) = value;
  call.reply.simple("OK");
}

void list_clients(Call& call) {
  std::vector<std::uint64_t> ids;
  bool are_normal = true;  // there are no others
  if (call.arguments.option("TYPE")) are_normal = is_word(call.arguments.value("TYPE"), "NORMAL");
  if (call.arguments.option("ID")) {
    do ids.push_back(call.arguments.number<std::uint64_t>("ID", 1, UINT64_MAX));
    while (call.arguments.more());
  }
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  std::vector<const Client*> clients;
  for (const Shard& shard : call.runtime.shards) {
    clients.insert(clients.end(), shard.clients.begin(), shard.clients.end());
  }
  std::erase_if(clients, [&](const Client* client) {
    return !are_normal || (!ids.empty() && std::ranges::find(ids, client->id) == ids.end());
  });
  std::ranges::sort(clients, {}, &Client::id);
  std::string text;
  for (const Client* client : clients) append_client(*client, clock_ms(), text);
  call.reply.verbatim("txt", text);
}

}  // namespace

void auth(Call& call) {
  Arguments& arguments = call.arguments;
  const std::string_view name = arguments.left() == 2 ? arguments.text("the name") : std::string_view();
  if (let_in(call, name, arguments.text("the token"))) call.reply.simple("OK");
}

void ping(Call& call) {
  if (!call.arguments.more()) return call.reply.simple("PONG");
  call.reply.bulk(call.arguments.text("the message"));
}

void echo(Call& call) { call.reply.bulk(call.arguments.text("the message")); }

void hello(Call& call) {
  Arguments& arguments = call.arguments;
  int protocol = call.client.protocol;
  std::string_view name = call.client.name;
  std::optional<std::pair<std::string_view, std::string_view>> token;  // behind its name
  if (arguments.more()) {
    const std::string_view version = arguments.text("the version");
    if (version != "2" && version != "3") return call.reply.error("NOPROTO unsupported protocol version");
    protocol = version == "3" ? 3 : 2;
  }
  while (arguments.more()) {
    if (arguments.option("SETNAME")) {
      name = arguments.text("the name");
      if (!is_client_name(name)) arguments.fail("Client names cannot contain spaces, newlines or special characters.");
    } else if (arguments.option("AUTH")) {
      const std::string_view token_name = arguments.value("AUTH");
      token.emplace(token_name, arguments.text("the token"));
    } else {
      arguments.fail_unknown_option();
    }
  }
  if (!arguments.done()) return call.reply.error(arguments.error());
  if (token && !let_in(call, token->first, token->second)) return;
  if (call.client.access.role == Role::none) return call.reply.error(hello_without_token);
  call.client.name = std::string(name);
  call.client.protocol = protocol;
  call.reply.set_protocol(protocol);
  ReplyWriter& reply = call.reply;
  reply.map(7);
  reply.word<"server">();
  reply.word<"penchant">();
  reply.word<"version">();
  reply.bulk(version);
  reply.word<"proto">();
  reply.integer(protocol);
  reply.word<"id">();
  reply.integer(static_cast<std::int64_t>(call.client.id));
  reply.word<"mode">();
  reply.word<"standalone">();
  reply.word<"role">();
  reply.word<"master">();
  reply.word<"modules">();
  reply.array(0);
}

void select(Call& call) {
  call.arguments.text("the index") == "0" ? call.reply.simple("OK")
                                          : call.reply.error("ERR DB index is out of range: there is one, 0");
}

void client(Call& call) {
  Arguments& arguments = call.arguments;
  if (arguments.option("SETNAME")) return set_name(call);
  if (arguments.option("SETINFO")) return set_info(call);
  if (arguments.option("LIST")) return list_clients(call);
  if (arguments.option("KILL")) return client_kill(call);
  if (arguments.option("ID")) {
    if (!arguments.done()) return call.reply.error(arguments.error());
    return call.reply.integer(static_cast<std::int64_t>(call.client.id));
  }
  if (arguments.option("GETNAME")) {
    if (!arguments.done()) return call.reply.error(arguments.error());
    return call.client.name.empty() ? call.reply.null() : call.reply.bulk(call.client.name);
  }
  if (arguments.option("INFO")) {
    if (!arguments.done()) return call.reply.error(arguments.error());
    std::string text;
    append_client(call.client, clock_ms(), text);
    return call.reply.verbatim("txt", text);
  }
  if (arguments.option("NO-EVICT") || arguments.option("NO-TOUCH")) {
    // Nothing is ever evicted here, so both are so already.
    if (!arguments.option("ON") && !arguments.option("OFF")) arguments.fail("ON or OFF must follow");
    return arguments.done() ? call.reply.simple("OK") : call.reply.error(arguments.error());
  }
  call.reply.error(
      "ERR CLIENT must be followed by ID, GETNAME, SETNAME, SETINFO, INFO, LIST, KILL, NO-EVICT or NO-TOUCH");
}

void quit(Call& call) {
  call.client.closing = true;
  call.reply.simple("OK");
}

void reset(Call& call) {
  call.client.name.clear();
  call.client.transaction.reset();
  call.client.access = call.runtime.tokens.at_first();
  if (std::exchange(call.client.monitoring, false)) --call.runtime.monitors;
  call.client.protocol = 2;
  call.reply.set_protocol(2);
  call.reply.simple("RESET");
}

}  // namespace penchant::commands

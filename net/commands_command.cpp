// COMMAND: the table of commands, as clients ask for it (redis-cli's hints come from DOCS).
#include "net/command.h"

#include <algorithm>
#include <string>
#include <vector>

namespace penchant::commands {
namespace {

std::string lower(std::string_view upper) {
  std::string text(upper);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return text;
}

void write_info(ReplyWriter& reply, const Command& command) {
  reply.array(7);
  reply.bulk(lower(command.name));
  reply.integer(-(command.arity_min + 1));  // the name counts; negative: at least so many
  std::vector<std::string_view> flags;
  const bool only_reads = (command.flags & (Command::read | Command::write)) == Command::read;
  if (only_reads) flags.insert(flags.end(), {"readonly", "fast"});
  if ((command.flags & Command::write) != 0) flags.insert(flags.end(), {"write", "fast"});
  if ((command.flags & Command::connection) != 0) flags.insert(flags.end(), {"fast", "loading", "stale"});
  if ((command.flags & Command::admin) != 0) flags.push_back("admin");
  reply.set(flags.size());
  for (const std::string_view flag : flags) reply.simple(flag);
  for (int position = 0; position < 3; ++position) reply.integer(0);  // no argument is a key
  reply.set(0);                                                       // no access categories
}

void write_docs(ReplyWriter& reply, const Command& command) {
  reply.bulk(lower(command.name));
  reply.map(command.arguments.empty() ? 3 : 4);
  reply.word<"summary">();
  reply.bulk(command.summary);
  reply.word<"since">();
  reply.word<"0.1.0">();
  reply.word<"group">();
  reply.bulk((command.flags & (Command::connection)) != 0 ? "connection"
             : (command.flags & Command::admin) != 0      ? "server"
                                                          : "preferences");
  if (command.arguments.empty()) return;
  // One argument that reads as the whole syntax: redis-cli shows it as a hint while one types.
  reply.word<"arguments">();
  reply.array(1);
  reply.map(3);
  reply.word<"name">();
  reply.word<"arguments">();
  reply.word<"type">();
  reply.word<"string">();
  reply.word<"display_text">();
  reply.bulk(command.arguments);
}

/// The commands named by the rest of the arguments, or all; null for a name that is none.
std::vector<const Command*> named(Arguments& arguments) {
  std::vector<const Command*> commands;
  if (!arguments.more()) {
    for (const Command& command : all_commands()) commands.push_back(&command);
  }
  while (arguments.more()) commands.push_back(find_command(arguments.text("the name")));
  return commands;
}

}  // namespace

void command(Call& call) {
  ReplyWriter& reply = call.reply;
  if (call.arguments.option("COUNT")) {
    if (!call.arguments.done()) return reply.error(call.arguments.error());
    return reply.integer(static_cast<std::int64_t>(all_commands().size()));
  }
  if (call.arguments.option("LIST")) {
    if (!call.arguments.done()) return reply.error(call.arguments.error());
    reply.array(all_commands().size());
    for (const Command& command : all_commands()) reply.bulk(lower(command.name));
    return;
  }
  if (call.arguments.option("DOCS")) {
    auto commands = named(call.arguments);
    std::erase(commands, nullptr);
    reply.map(commands.size());
    for (const Command* command : commands) write_docs(reply, *command);
    return;
  }
  if (!call.arguments.option("INFO") && call.arguments.more()) {
    return reply.error("ERR COMMAND may be followed by COUNT, LIST, INFO or DOCS");
  }
  const auto commands = named(call.arguments);
  reply.array(commands.size());
  for (const Command* command : commands) command ? write_info(reply, *command) : reply.null();
}

}  // namespace penchant::commands

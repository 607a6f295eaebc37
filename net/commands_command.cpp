// COMMAND: the table of commands, as clients ask for it (redis-cli's hints come from DOCS).
#include "net/command.h"

#include <algorithm>
#include <string>
#include <vector>

#include "net/lower_case.h"

namespace penchant::commands {
namespace {

void write_info(ReplyWriter& reply, const Command& command) {
  reply.array(7);
  reply.bulk(lower_case(command.name));
  // The name counts; negative: at least so many.
  const auto arity = static_cast<std::int64_t>(command.arity_min + 1);
  reply.integer(command.arity_min == command.arity_max ? arity : -arity);
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

/// One argument of a command's syntax: `user`, `checkpoint ...`, or what stands in `[FAMILY family]`.
struct Piece {
  std::string_view name;
  bool is_optional = false;
};

std::vector<Piece> pieces_of(std::string_view syntax) {
  std::vector<Piece> pieces;
  while (!syntax.empty()) {
    std::size_t end = 0;
    for (int depth = 0; end < syntax.size(); ++end) {
      if (syntax[end] == '[') ++depth;
      if (syntax[end] == ']') --depth;
      if (syntax[end] == ' ' && depth == 0 && !syntax.substr(end).starts_with(" ...")) break;
    }
    const std::string_view piece = syntax.substr(0, end);
    const bool is_optional = piece.starts_with('[') && piece.ends_with(']');
    pieces.push_back({is_optional ? piece.substr(1, piece.size() - 2) : piece, is_optional});
    syntax.remove_prefix(std::min(end + 1, syntax.size()));
  }
  return pieces;
}

void write_docs(ReplyWriter& reply, const Command& command) {
  reply.bulk(lower_case(command.name));
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
  // redis-cli shows their names as a hint while one types.
  const std::vector<Piece> pieces = pieces_of(command.arguments);
  reply.word<"arguments">();
  reply.array(pieces.size());
  for (const Piece& piece : pieces) {
    reply.map(piece.is_optional ? 3 : 2);
    reply.word<"name">();
    reply.bulk(piece.name);
    reply.word<"type">();
    reply.word<"string">();
    if (!piece.is_optional) continue;
    reply.word<"flags">();
    reply.set(1);
    reply.simple("optional");
  }
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
    for (const Command& command : all_commands()) reply.bulk(lower_case(command.name));
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

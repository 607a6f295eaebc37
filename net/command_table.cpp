#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>

#include "net/command.h"
#include "net/measured.h"
#include "net/monitor.h"

namespace penchant {
namespace {

constexpr std::array table{
    Command{"AUTH", 1, 2, Command::connection | Command::immediate | Command::open, commands::auth, "[name] token",
            "Says who the client is, by its token."},
    Command{"BGSAVE", 0, 1, Command::admin | Command::everywhere, commands::bgsave, "[SCHEDULE]",
            "Writes a snapshot while requests go on."},
    Command{"CLIENT", 1, Command::any, Command::connection, commands::client,
            "ID|GETNAME|SETNAME name|SETINFO LIB-NAME|LIB-VER value|INFO|LIST [TYPE type] [ID id ...]|"
            "KILL address|KILL [ID id] [ADDR address] [LADDR address] [USER name] [MAXAGE seconds] [SKIPME yes|no]|"
            "NO-EVICT ON|OFF|NO-TOUCH ON|OFF",
            "Tells, names or closes a connection."},
    Command{"COMMAND", 0, Command::any, Command::connection, commands::command,
            "[COUNT|LIST|INFO [name ...]|DOCS [name ...]]", "Tells what commands there are."},
    Command{"CONFIG", 1, Command::any, Command::admin | Command::everywhere, commands::config,
            "GET pattern ...|SET name value ...|RESETSTAT", "Tells settings, and changes some while the server runs."},
    Command{"DBSIZE", 0, 0, Command::read | Command::everywhere, commands::dbsize, "", "The number of users."},
    Command{"DISCARD", 0, 0, Command::connection | Command::immediate, commands::discard, "",
            "Forgets the requests since MULTI."},
    Command{"ECHO", 1, 1, Command::connection, commands::echo, "message", "Gives back its argument."},
    Command{"EXEC", 0, 0, Command::connection | Command::immediate, commands::exec, "",
            "Runs the requests since MULTI; an array of their replies."},
    Command{"EXPLAIN", 3, 5, Command::read | Command::by_user, commands::explain,
            "user prompt checkpoint [SCORER mean|weighted|logodds|evidence|auto]",
            "What each keyword of a prompt contributes to a checkpoint's score."},
    Command{"EXPORT", 1, 5, Command::read | Command::by_user, commands::export_user, "user [CURSOR cursor [LIMIT n]]",
            "Everything recorded of a user, as JSON; with CURSOR a page of its records."},
    Command{"FORGET", 1, 1, Command::write | Command::by_user, commands::forget, "user",
            "Erases everything of a user, here and on disk. How many records there were."},
    Command{"HELLO", 0, Command::any, Command::connection | Command::open, commands::hello,
            "[2|3 [AUTH name token] [SETNAME name]]", "Chooses the protocol's version."},
    Command{"HISTORY", 1, Command::any, Command::read | Command::by_user, commands::history,
            "user [CHECKPOINT checkpoint] [LORA lora] [KEYWORD keyword] [VERDICT selected|rejected|neutral] "
            "[SESSION id] [SINCE unix-ms] [UNTIL unix-ms] [LIMIT n] [CURSOR cursor] [JSON]",
            "A user's records, newest first: where to go on, and a page of them."},
    Command{"IMPORT", 1, 1, Command::write | Command::everywhere, commands::import_json, "json",
            "Records what an export holds, all of it or nothing: how many were recorded, how many known."},
    Command{"INFO", 0, Command::any, Command::read | Command::everywhere, commands::info, "[section ...]",
            "Figures about the server."},
    Command{"JUDGE", 3, Command::any, Command::write | Command::by_decision, commands::judge,
            "decision selected|rejected|neutral checkpoint [options of RECORD]",
            "Learns a verdict on what a recommendation or plan led to. As RECORD."},
    Command{"KEYWORDS", 1, 1, Command::read | Command::nobodys, commands::keywords, "prompt",
            "The keywords of a prompt."},
    Command{"LASTSAVE", 0, 0, Command::read | Command::everywhere, commands::lastsave, "",
            "When the last snapshot was written, in Unix seconds."},
    Command{"LORAS", 2, Command::any, Command::read | Command::by_user, commands::loras,
            "user prompt [CHECKPOINT checkpoint] [AMONG n lora ...] [TOP n] [AT unix-ms]",
            "Which LoRAs suit a prompt, and at which strength."},
    Command{"MATRIX", 1, Command::any, Command::read | Command::by_user, commands::matrix,
            "user [KEYWORDS n] [CHECKPOINTS n] [AT unix-ms]",
            "A user's keywords and checkpoints, and what is known of each pair of them in two bytes."},
    Command{"METRICS", 0, 0, Command::read | Command::everywhere, commands::metrics, "",
            "Figures about the server, as Prometheus reads them."},
    Command{"MONITOR", 0, 0, Command::admin | Command::everywhere, commands::monitor, "",
            "Tells from now on what all clients ask."},
    Command{"MULTI", 0, 0, Command::connection | Command::immediate, commands::multi, "",
            "From here requests wait for EXEC."},
    Command{"NEGATIVES", 2, Command::any, Command::read | Command::by_user, commands::negatives,
            "user prompt [TOP n] [AT unix-ms]", "Which words in the negative prompt go well with a prompt."},
    Command{"PARAMS", 2, Command::any, Command::read | Command::by_user, commands::params,
            "user prompt [CHECKPOINT checkpoint] [FAMILY family] [AT unix-ms]",
            "Which values of steps, cfg and the like worked for a prompt."},
    Command{"PING", 0, 1, Command::connection, commands::ping, "[message]", "Answers PONG, or the message."},
    Command{"PLAN", 4, Command::any, Command::read | Command::by_user, commands::plan,
            "user prompt COUNT n [FAMILY family] [TIER draft|standard|quality] [AMONG n checkpoint ...] "
            "[POLICY banded|greedy|epsilon|thompson|squarecb] [SCORER mean|weighted|logodds|evidence|auto] "
            "[SEED n] [AT unix-ms]",
            "Spreads n images over the checkpoints to use for a prompt."},
    Command{"POOL", 1, Command::any, Command::read | Command::write | Command::everywhere, commands::pool,
            "SET family tier checkpoint ...|GET family tier|LIST|DEL family tier",
            "Sets or tells which checkpoints are available for a model family and tier."},
    Command{"QUIT", 0, Command::any, Command::connection | Command::immediate | Command::open, commands::quit, "",
            "Closes the connection."},
    Command{"RECOMMEND", 2, Command::any, Command::read | Command::by_user, commands::recommend,
            "user prompt [FAMILY family] [TIER draft|standard|quality] [AMONG n checkpoint ...] [TOP n] "
            "[POLICY banded|greedy|epsilon|thompson|squarecb] [SCORER mean|weighted|logodds|evidence|auto] "
            "[SEED n] [AT unix-ms] [PEEK]",
            "Which checkpoint to use for a prompt, and how sure that is."},
    Command{"RECORD", 4, Command::any, Command::write | Command::by_user, commands::record,
            "user selected|rejected|neutral checkpoint prompt [NEGATIVE text] [LORA name strength [CLIP strength] ...] "
            "[PARAM name value ...] [FAMILY family] [TIER draft|standard|quality] [STAGE stage] [SESSION id] "
            "[GENERATION id] [ID id] [DECISION id] [AT unix-ms] [NOTE text] [VISION text]",
            "Learns a verdict on one image. Its number within the user; 0 if it is known already."},
    Command{"RECORDS", 1, 3, Command::write | Command::by_records, commands::records, "json [USER user]",
            "Learns the verdicts that JSON holds, a record or an array of them, all or nothing."},
    Command{"REJECTALL", 4, Command::any, Command::write | Command::by_user, commands::reject_all,
            "user prompt n checkpoint ... [options of RECORD]",
            "Learns that all of n images were rejected. How many were recorded."},
    Command{"RESET", 0, 0, Command::connection | Command::immediate | Command::open, commands::reset, "",
            "Makes the connection as new."},
    Command{"SAVE", 0, 0, Command::admin | Command::everywhere, commands::save, "",
            "Writes a snapshot; requests wait."},
    Command{"SCORE", 4, Command::any, Command::read | Command::by_user, commands::score,
            "user prompt n checkpoint ... [SCORER mean|weighted|logodds|evidence|auto]",
            "The scores of checkpoints for a prompt, in the order asked."},
    Command{"SCORES", 3, Command::any, Command::read | Command::by_user, commands::scores,
            "user n prompt ... [TOP n] [AMONG n checkpoint ...] [AT unix-ms]",
            "The best checkpoints for each of many prompts, with their scores."},
    Command{"SELECT", 1, 1, Command::connection, commands::select, "0", "There is one database, 0."},
    Command{"SHARE", 2, 2, Command::write | Command::by_user, commands::share, "user ON|OFF",
            "Whether the user's counts are part of the community's."},
    Command{"SHUTDOWN", 0, Command::any, Command::admin | Command::everywhere, commands::shutdown, "[SAVE|NOSAVE]",
            "Ends the server, after a snapshot."},
    Command{"SLOWLOG", 1, 2, Command::admin | Command::everywhere, commands::slowlog, "GET [n]|LEN|RESET",
            "Tells the last requests that took long."},
    Command{"STATS", 1, 1, Command::read | Command::by_user, commands::stats, "user", "What is known of a user."},
    Command{"TIME", 0, 0, Command::read | Command::nobodys, commands::time, "",
            "The server's time: seconds, microseconds."},
    Command{"USERS", 0, 0, Command::read | Command::everywhere, commands::users, "", "All users."},
};

constexpr std::size_t command_name_bytes_max = 16;

}  // namespace

std::span<const Command> all_commands() { return table; }

std::size_t place_of(const Command& command) { return static_cast<std::size_t>(&command - table.data()); }

Shard::Shard(Service& of_store) : service(of_store) { traffic.commands.resize(table.size()); }

void Shard::tend() {
  traffic.sample();
  memory.advance(service.engine());
}

const Command* find_command(std::string_view name) {
  static const auto by_name = [] {
    boost::unordered_flat_map<std::string_view, const Command*> commands;
    for (const Command& command : table) commands.emplace(command.name, &command);
    return commands;
  }();
  std::array<char, command_name_bytes_max> upper;
  if (name.size() > upper.size()) return nullptr;
  std::ranges::transform(name, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c; });
  const auto it = by_name.find(std::string_view(upper.data(), name.size()));
  return it == by_name.end() ? nullptr : it->second;
}

std::vector<Service*> services_of(Runtime& runtime) {
  std::vector<Service*> services;
  for (Shard& shard : runtime.shards) services.push_back(&shard.service);
  return services;
}

std::string read_only_sentence(const Failure& why) { return "READONLY nothing can be recorded: " + why.message; }

/// Why the request cannot be run at all; nothing where it can.
static std::optional<std::string> refusal(const Command* command, std::span<const std::string_view> request,
                                          const Access& access) {
  if (!command) {
    if (access.role == Role::none) return std::string(no_access);
    return "ERR unknown command '" + std::string(request.front().substr(0, 64)) + "'; COMMAND LIST tells what there is";
  }
  const std::size_t arguments_given = request.size() - 1;
  if (arguments_given >= command->arity_min && arguments_given <= command->arity_max) {
    return refusal_of(*command, request, access);
  }
  if (access.role == Role::none && (command->flags & Command::open) == 0) return std::string(no_access);
  return "ERR wrong number of arguments for '" + std::string(command->name) + "'; it is " +
         usage_of(command->name, command->arguments);
}

/// Why nothing can be recorded where this command records, if so.
static const std::optional<Failure>& read_only(const Command& command, const Runtime& runtime, std::uint32_t store) {
  const auto why = [](const Shard& shard) -> const std::optional<Failure>& {
    return shard.service.store().read_only();
  };
  if ((command.flags & Command::everywhere) == 0) return why(runtime.shards[store]);
  const auto shard = std::ranges::find_if(runtime.shards, [&](const Shard& one) { return why(one).has_value(); });
  return why(shard == runtime.shards.end() ? runtime.shards[store] : *shard);
}

void run_command(std::span<const std::string_view> request, ReplyWriter& reply, Client& client, Runtime& runtime,
                 std::uint32_t store) {
  Shard& shard = runtime.shards[store];
  const Command* command = find_command(request.front());
  Measured measured(command, request, client, shard, reply);
  if (const auto why = refusal(command, request, client.access)) {
    measured.was_rejected();
    if (client.transaction) client.transaction->fail();
    return reply.error(*why);
  }
  if (client.transaction && (command->flags & Command::immediate) == 0) {
    measured.was_queued();
    return client.transaction->add(request) ? reply.simple("QUEUED")
                                            : reply.error("ERR the transaction is too large: at most " +
                                                          std::to_string(transaction_requests_max) + " requests");
  }
  if ((command->flags & (Command::read | Command::write)) == Command::write) {
    if (const auto& why = read_only(*command, runtime, store)) {
      measured.was_rejected();
      return reply.error(read_only_sentence(*why));
    }
  }
  if (client.monitoring && (command->flags & Command::connection) == 0) return reply.error(monitoring_sentence);
  if (runtime.monitors.load(std::memory_order_relaxed) > 0) tell_monitors(runtime, client, *command, request);
  Arguments arguments(request.subspan(1), command->name, command->arguments);
  Call call{arguments, reply, client, runtime, store, shard, shard.service};
  command->run(call);
}

}  // namespace penchant

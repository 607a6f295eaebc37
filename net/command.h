// Commands as data: a table of names, each with what it takes, what it is for, and the function that runs it.
// A new command is one function, one row of the table (command_table.cpp), one test, one line of docs/protocol.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/access.h"
#include "net/arguments.h"
#include "net/http/http_session.h"
#include "net/memory_walk.h"
#include "net/reply_writer.h"
#include "net/service.h"
#include "net/setting.h"
#include "net/slow_log.h"
#include "net/tokens.h"
#include "net/traffic.h"
#include "net/transaction.h"

namespace penchant {

/// A FORGET's reply, where it stands among those of its batch. It waits until the Forget event's user is erased.
struct ForgetReply {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t sequence = 0;
  std::uint32_t store = 0;  // whose event that is
};

struct Command;

/// What a connection is, apart from its socket.
struct Client {
  std::uint64_t id = 0;
  int protocol = 2;
  Access access;
  bool closing = false;     // after the replies so far have been sent
  bool told_known = false;  // the last reply said that a record is known: as good as an acknowledgement of it
  std::vector<ForgetReply> forgets;        // of the last batch, ascending
  std::optional<Transaction> transaction;  // between MULTI and EXEC
  std::string name;
  std::string library_name;
  std::string library_version;
  std::string address;
  std::string local_address;  // that it came to
  int descriptor = -1;        // of its socket
  bool is_inside = false;     // a transfer's own connection, in the place of its client's: no bound of clients' holds
  bool monitoring = false;    // it is told what all others ask
  const Command* last_command = nullptr;
  std::int64_t connected_ms = 0;
  std::int64_t last_active_ms = 0;
  const Client* owner = nullptr;  // where this is a parcel's: whose requests it runs
  std::uint64_t lap_ns = 0;       // steady_ns() as its last request ended, or the batch began
};

/// As CLIENT LIST calls who it is: the name of its token.
inline std::string_view user_of(const Client& client) {
  return client.access.name.empty() ? "default" : std::string_view(client.access.name);
}

/// One of the stores that users are spread over, as requests see it.
struct Shard {
  explicit Shard(Service& of_store);

  Service& service;
  Traffic traffic;
  MemoryWalk memory;
  SlowLog slow_log;
  std::vector<Client*> clients;  // whose conversation is with this store's thread, oldest first

  /// To be called every 100 ms: keeps the figures that take time.
  void tend();
};

/// The server as its commands see it. Owned by the server. A thread that runs a request of one store touches its shard
/// alone; one that runs a request about all of them does so while the other threads rest (world_stop.h).
struct Runtime {
  std::int64_t started_ms = 0;
  std::uint64_t connections_received = 0;
  std::uint64_t connections_refused = 0;
  std::uint16_t port = 0;
  std::vector<Setting> settings;
  std::vector<std::string> http_hosts;          // names that the server answers to
  std::atomic<bool> is_read_only = false;       // one of the stores is
  Tokens tokens;                                // changed while all threads rest
  WrongTokens wrong_tokens;
  SessionKey session_key = new_session_key();   // of the dashboard's cookies
  bool has_tls = false;
  std::vector<Shard> shards;                                  // by the number of their store; fixed before the start
  std::function<void(bool save)> shut_down;
  std::function<void(std::uint64_t client)> close_client;  // by its id; soon, from any thread
  std::atomic<unsigned> monitors = 0;                      // clients that monitor
  std::function<void(const std::string& line)> tell_monitors;  // from any thread
};

/// Those of all stores, by number.
std::vector<Service*> services_of(Runtime& runtime);

struct Call {
  Arguments& arguments;  // without the command's name
  ReplyWriter& reply;
  Client& client;
  Runtime& runtime;
  std::uint32_t store;  // that the request is for
  Shard& shard;         // its
  Service& service;     // its
};

struct Command {
  /// read | write: some of its subcommands write, and refuse by themselves while the store is read-only.
  /// immediate: it runs also between MULTI and EXEC.
  /// by_user: it is for the store of the user that its first argument names; by_decision: for the one that told it;
  /// by_records: for that of the users that its JSON names, or all stores where they are of several; everywhere: it is
  /// about all stores. Without these any store will do.
  /// nobodys: it tells nothing of users and of the server; open: it runs before a client has said who it is. Who may
  /// run what access.cpp reads from these: an admin alone, where nothing says that less will do.
  enum Flag : std::uint16_t {
    read = 1,
    write = 2,
    connection = 4,
    admin = 8,
    immediate = 16,
    by_user = 32,
    by_decision = 64,
    everywhere = 128,
    by_records = 256,
    nobodys = 512,
    open = 1024,
  };

  static constexpr std::size_t any = SIZE_MAX;

  std::string_view name;  // upper case
  std::size_t arity_min;  // arguments, the name not counted
  std::size_t arity_max;
  std::uint16_t flags;
  void (*run)(Call&);
  std::string_view arguments;  // as docs/protocol.md writes them
  std::string_view summary;
};

std::span<const Command> all_commands();
/// Among them.
std::size_t place_of(const Command& command);

/// The command of this name, in any case; null where there is none.
const Command* find_command(std::string_view name);

/// What a write is answered while nothing can be recorded.
std::string read_only_sentence(const Failure& why);

/// What a FORGET is answered whose user is forgotten for good, but still in files.
std::string unerased_sentence(const Failure& why);

/// Runs one request with the store that it is for (route.h) and writes one reply.
void run_command(std::span<const std::string_view> request, ReplyWriter& reply, Client& client, Runtime& runtime,
                 std::uint32_t store);

// The commands, by file.
namespace commands {
void record(Call&);  // commands_record.cpp
void reject_all(Call&);
void judge(Call&);

void recommend(Call&);  // commands_question.cpp
void plan(Call&);
void score(Call&);
void scores(Call&);
void explain(Call&);
void keywords(Call&);
void matrix(Call&);
void loras(Call&);  // commands_suggest.cpp
void negatives(Call&);
void params(Call&);
void history(Call&);  // commands_user.cpp
void share(Call&);
void forget(Call&);
void stats(Call&);
void users(Call&);

void export_user(Call&);  // commands_portable.cpp
void import_json(Call&);
void records(Call&);

void pool(Call&);  // commands_pool.cpp

void auth(Call&);  // commands_connection.cpp
void ping(Call&);
void echo(Call&);
void hello(Call&);
void select(Call&);
void client(Call&);
void client_kill(Call&);  // commands_client.cpp
void monitor(Call&);
void quit(Call&);
void reset(Call&);

void multi(Call&);  // commands_transaction.cpp
void exec(Call&);
void discard(Call&);

void command(Call&);  // commands_command.cpp

void config(Call&);   // commands_config.cpp
void slowlog(Call&);  // commands_slowlog.cpp

void info(Call&);  // commands_server.cpp
void metrics(Call&);
void time(Call&);
void dbsize(Call&);
void save(Call&);
void bgsave(Call&);
void lastsave(Call&);
void shutdown(Call&);
}  // namespace commands

}  // namespace penchant

// ClientCommand: a subcommand that is one command of docs/protocol.md, as data: its arguments and options, which are
// the command's, and how the answer is printed. A new one is a row in client_commands.cpp and a line in main.cpp.
#pragma once

#include <boost/program_options/variables_map.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/transport.h"
#include "net/arguments.h"

namespace penchant {

/// Takes one text, and so judges it as the server would.
using ReadText = void (*)(Arguments&);

/// A positional argument. The last one may end in "...": it takes all that are left, and the command wants their number
/// before them.
struct Positional {
  const char* name;
  ReadText read = nullptr;  // null: any text
};

/// --name on the command line, NAME in the command.
struct Option {
  enum class Kind {
    value,     // --name VALUE: NAME VALUE
    required,  // the same, and it must be there
    pairs,     // --name KEY=VALUE, repeatable: NAME KEY VALUE each
    list,      // --name TEXT, repeatable: NAME and how many, then the texts
    own,       // --name VALUE, which the subcommand keeps for itself
    flag,      // --name, likewise
  };
  const char* name;
  const char* help;
  ReadText read = nullptr;  // of the value; null: any text
  Kind kind = Kind::value;
};

struct ClientCommand;
struct ClientRequest;

/// What most do: one request, its answer printed.
int answer_once(const ClientRequest& request);

/// What was said on the command line. Lifetime: that of run().
struct ClientRequest {
  const ClientCommand& command;
  const boost::program_options::variables_map& values;
  std::vector<std::string> arguments;  // of the protocol, the command's name first

  bool as_json() const { return values.contains("json"); }
};

struct ClientCommand {
  const char* name;   // in the protocol
  const char* usage;  // what it does, examples, the line of usage: --help before the options
  std::span<const Positional> positionals{};
  std::span<const Option> options{};
  std::span<const char* const> columns{};  // what the values of a row of the answer are
  /// The answer in words, where the figure alone would not tell; null: the answer is printed as it is.
  std::string (*sentence)(const ClientRequest&, const Reply&) = nullptr;
  /// Asks, prints, and gives the exit status.
  int (*answer)(const ClientRequest&) = answer_once;
  MissingFolder missing_folder = MissingFolder::refuse;
};

/// Runs the subcommand. Throws boost::program_options::error for wrong usage, std::runtime_error for the rest.
int run(const ClientCommand& command, std::span<const std::string> arguments);
template <const ClientCommand& command>
int ask(std::span<const std::string> arguments) {
  return run(command, arguments);
}

// Answers of those that do more.
int answer_score(const ClientRequest& request);    // score.cpp
int answer_scores(const ClientRequest& request);   // score.cpp
int answer_history(const ClientRequest& request);  // history.cpp
int answer_forget(const ClientRequest& request);   // forget.cpp

namespace client_commands {
extern const ClientCommand record;
extern const ClientCommand judge;
extern const ClientCommand reject_all;
extern const ClientCommand recommend;
extern const ClientCommand plan;
extern const ClientCommand score;
extern const ClientCommand scores;
extern const ClientCommand explain;
extern const ClientCommand loras;
extern const ClientCommand params;
extern const ClientCommand negatives;
extern const ClientCommand keywords;
extern const ClientCommand users;
extern const ClientCommand stats;
extern const ClientCommand history;
extern const ClientCommand share;
extern const ClientCommand forget;
}  // namespace client_commands

}  // namespace penchant

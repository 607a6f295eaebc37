// The executable's subcommands, as data: main() finds one by name and runs it.
//
// Exit codes: 0 all is well, 1 it is not (told on standard error), 2 wrong usage.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penchant {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;

/// Those that are one command of the line protocol are rows of client_commands.cpp, run by ask() of client_command.h.
struct Subcommand {
  std::string_view name;
  std::string_view summary;
  int (*run)(std::span<const std::string> arguments);
};

int run_serve(std::span<const std::string> arguments);
int run_score(std::span<const std::string> arguments);
int run_pool(std::span<const std::string> arguments);
int run_export(std::span<const std::string> arguments);
int run_import(std::span<const std::string> arguments);
int run_dump(std::span<const std::string> arguments);
int run_console(std::span<const std::string> arguments);
int run_bench(std::span<const std::string> arguments);
int run_evaluate(std::span<const std::string> arguments);
int run_check(std::span<const std::string> arguments);
int run_token(std::span<const std::string> arguments);
int run_repair(std::span<const std::string> arguments);

/// What one subcommand takes. `usage` begins with examples; it stands before the options in --help.
struct Usage {
  std::string_view usage;
  boost::program_options::options_description options;
  std::vector<std::string> positional;  // names of options; the last takes all that is left where it ends in "..."
};

/// The arguments as options. Nothing where --help was request for and printed. Throws boost::program_options::error.
bool parse_arguments(std::span<const std::string> arguments, Usage& usage,
                     boost::program_options::variables_map& values);

/// "user" as a line of usage has it: USER.
std::string upper_case(std::string text);

}  // namespace penchant

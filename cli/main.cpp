// penchant: the one executable.
#include <algorithm>
#include <array>
#include <boost/program_options/errors.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cli/client_command.h"
#include "cli/subcommand.h"
#include "net/version.h"

namespace {

using namespace penchant;

struct Group {
  std::string_view title;
  std::span<const Subcommand> subcommands;
};

constexpr std::array verdicts{
    Subcommand{"record", "records a verdict on an image", ask<client_commands::record>},
    Subcommand{"judge", "records a verdict on what a recommendation led to", ask<client_commands::judge>},
    Subcommand{"reject-all", "records that all images of a prompt were rejected", ask<client_commands::reject_all>},
};
constexpr std::array advice{
    Subcommand{"recommend", "which checkpoint to use, and why", ask<client_commands::recommend>},
    Subcommand{"plan", "how many images to make with which checkpoint", ask<client_commands::plan>},
    Subcommand{"score", "how well checkpoints suit it", run_score},
    Subcommand{"explain", "why a checkpoint has its score", ask<client_commands::explain>},
    Subcommand{"loras", "which LoRAs suit it, at which strength", ask<client_commands::loras>},
    Subcommand{"params", "which steps, cfg and the like worked", ask<client_commands::params>},
    Subcommand{"negatives", "which words its negative prompt should have", ask<client_commands::negatives>},
    Subcommand{"keywords", "the words of it that are learned from", ask<client_commands::keywords>},
};
constexpr std::array users{
    Subcommand{"users", "who they are", ask<client_commands::users>},
    Subcommand{"stats", "what is known of one", ask<client_commands::stats>},
    Subcommand{"history", "what one recorded, newest first", ask<client_commands::history>},
    Subcommand{"share", "makes one part of the community, or no longer", ask<client_commands::share>},
    Subcommand{"forget", "erases everything of one, for good", ask<client_commands::forget>},
};
constexpr std::array portable{
    Subcommand{"export", "writes everything of one user to a file", run_export},
    Subcommand{"import", "records what such a file holds", run_import},
    Subcommand{"dump", "all records as JSON lines, for other programs", run_dump},
};
constexpr std::array judging{
    Subcommand{"evaluate", "which scorer and policy suit your records best", run_evaluate},
};
constexpr std::array housekeeping{
    Subcommand{"serve", "runs the server", run_serve},
    Subcommand{"pool", "sets or lists the checkpoints available for a model family", run_pool},
    Subcommand{"token", "adds, lists or removes what lets clients in", run_token},
    Subcommand{"cli", "sends any command, or talks line by line", run_console},
    Subcommand{"bench", "loads a running server and measures it", run_bench},
    Subcommand{"check", "says what a folder holds and whether it is sound", run_check},
    Subcommand{"repair", "makes a damaged folder start again", run_repair},
};
constexpr std::array groups{Group{"Verdicts", verdicts}, Group{"For a prompt", advice}, Group{"Users", users},
                            Group{"Files", portable}, Group{"How good it is", judging},
                            Group{"The server", housekeeping}};

/// Null where there is none.
const Subcommand* find_subcommand(std::string_view name) {
  for (const Group& group : groups) {
    const auto found = std::ranges::find(group.subcommands, name, &Subcommand::name);
    if (found != group.subcommands.end()) return &*found;
  }
  return nullptr;
}

void print_help(std::ostream& out) {
  out << "Penchant learns which model checkpoint suits which words of a prompt, from the images you keep or reject.\n\n"
         "Examples:\n"
         "  penchant serve --data ./preferences\n"
         "  penchant record ann selected epicrealismXL \"photorealistic portrait of a woman\"\n"
         "  penchant recommend ann \"portrait of a man\" --among epicrealismXL --among dreamShaperXL\n"
         "  redis-cli -p 7379 RECOMMEND ann \"portrait of a man\"\n\n"
         "Subcommands (each has --help):\n";
  for (const Group& group : groups) {
    out << "\n" << group.title << "\n";
    for (const Subcommand& subcommand : group.subcommands) {
      out << "  " << subcommand.name << std::string(12 - subcommand.name.size(), ' ') << subcommand.summary << "\n";
    }
  }
  out << "\nThey ask the server on 127.0.0.1:7379, another one with --host, --port or --unix, or with --data DIR a\n"
         "folder that no server has open; --json prints JSON. Where the server wants a token it is taken from the\n"
         "environment, PENCHANT_TOKEN. A text that begins with a dash goes behind \"--\".\n"
         "penchant --version tells the version. Exit status: 0 all is well, 1 it is not, 2 wrong usage.\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) {
    print_help(std::cerr);
    return exit_usage;
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(std::cout);
    return exit_ok;
  }
  if (name == "--version") {
    std::cout << "penchant " << version << "\n";
    return exit_ok;
  }
  const Subcommand* const subcommand = find_subcommand(name);
  if (!subcommand) {
    std::cerr << "penchant: there is no subcommand '" << name << "'; see penchant --help\n";
    return exit_usage;
  }
  try {
    return subcommand->run(std::span(arguments).subspan(1));
  } catch (const boost::program_options::error& error) {
    std::cerr << "penchant " << name << ": " << error.what() << "; see penchant " << name << " --help\n";
    return exit_usage;
  } catch (const std::exception& error) {
    std::cerr << "penchant " << name << ": " << error.what() << "\n";
    return exit_failure;
  }
}

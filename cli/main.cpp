// penchant: the one executable.
#include <array>
#include <boost/program_options/errors.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cli/subcommand.h"
#include "net/version.h"

namespace {

using namespace penchant;

constexpr std::array subcommands{
    Subcommand{"serve", "runs the server", run_serve},
    Subcommand{"record", "records a verdict on an image", run_record},
    Subcommand{"recommend", "asks which checkpoint to use for a prompt", run_recommend},
    Subcommand{"explain", "asks why a checkpoint has its score", run_explain},
    Subcommand{"stats", "tells what is known of a user", run_stats},
    Subcommand{"pool", "sets or lists the checkpoints available for a model family", run_pool},
    Subcommand{"cli", "sends any command, or talks line by line", run_console},
    Subcommand{"bench", "measures a running server", run_bench},
};

void print_help(std::ostream& out) {
  out << "Penchant learns which model checkpoint suits which words of a prompt, from the images you keep or reject.\n\n"
         "Examples:\n"
         "  penchant serve --data ./preferences\n"
         "  penchant record ann selected epicrealismXL \"photorealistic portrait of a woman\"\n"
         "  penchant recommend ann \"portrait of a man\" --among epicrealismXL --among dreamShaperXL\n"
         "  redis-cli -p 7379 RECOMMEND ann \"portrait of a man\"\n\n"
         "Subcommands (each has --help):\n";
  for (const Subcommand& subcommand : subcommands) {
    out << "  " << subcommand.name << std::string(12 - subcommand.name.size(), ' ') << subcommand.summary << "\n";
  }
  out << "\npenchant --version tells the version. Exit status: 0 all is well, 1 it is not, 2 wrong usage.\n";
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
  for (const Subcommand& subcommand : subcommands) {
    if (name != subcommand.name) continue;
    try {
      return subcommand.run(std::span(arguments).subspan(1));
    } catch (const boost::program_options::error& error) {
      std::cerr << "penchant " << name << ": " << error.what() << "; see penchant " << name << " --help\n";
      return exit_usage;
    } catch (const std::exception& error) {
      std::cerr << "penchant " << name << ": " << error.what() << "\n";
      return exit_failure;
    }
  }
  std::cerr << "penchant: there is no subcommand '" << name << "'; see penchant --help\n";
  return exit_usage;
}

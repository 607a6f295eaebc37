// penchant cli: any command, from the arguments or line by line.
#include <unistd.h>

#include <iostream>

#include "cli/print.h"
#include "cli/subcommand.h"
#include "cli/transport.h"
#include "net/arguments.h"
#include "net/resp_parser.h"

namespace penchant {
namespace {

/// A line's words, quoted as redis-cli quotes them. Nothing where the quotes do not match.
bool split(const std::string& line, std::vector<std::string>& words) {
  RequestParser parser;
  const std::string request = line + "\n";  // the arguments view it
  if (parser.parse(request) != RequestParser::Status::request) {
    std::cerr << parser.error() << "\n";
    return false;
  }
  words.assign(parser.arguments().begin(), parser.arguments().end());
  return true;
}

int converse(Transport& transport, bool as_json) {
  const bool is_terminal = isatty(STDIN_FILENO) != 0;
  int worst = exit_ok;
  std::string line;
  for (;;) {
    if (is_terminal) std::cout << "penchant> " << std::flush;
    if (!std::getline(std::cin, line)) return is_terminal ? exit_ok : worst;
    std::vector<std::string> words;
    if (!split(line, words)) {
      worst = exit_failure;
      continue;
    }
    if (words.empty()) continue;
    if (is_word(words.front(), "EXIT") || is_word(words.front(), "QUIT")) return worst;
    const Reply* reply = transport.ask(words);
    worst = std::max(worst, print_reply(reply, as_json));
    if (!reply) return worst;
  }
}

}  // namespace

int run_console(std::span<const std::string> arguments) {
  namespace po = boost::program_options;
  Usage usage{
      "Sends a command of docs/protocol.md and prints the answer; without one, reads commands line by line.\n\n"
      "Examples:\n"
      "  penchant cli KEYWORDS \"portrait of a woman, 8k\"\n"
      "  penchant cli --json INFO server\n"
      "  penchant cli < commands.txt\n\n"
      "Usage: penchant cli [options] [--] [COMMAND [ARGUMENT ...]]\n",
      po::options_description("Options"),
      {"command..."}};
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  const auto transport = open_transport(values);
  const bool as_json = values.contains("json");
  if (!values.contains("command")) return converse(*transport, as_json);
  return print_reply(transport->ask(values["command"].as<std::vector<std::string>>()), as_json);
}

}  // namespace penchant

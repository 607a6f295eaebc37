// penchant forget: the one subcommand that cannot be taken back asks first.
#include <unistd.h>

#include <boost/program_options/errors.hpp>
#include <iostream>

#include "cli/client_command.h"
#include "cli/print.h"
#include "cli/subcommand.h"

namespace penchant {
namespace {

std::string records_text(std::int64_t records) {
  return std::to_string(records) + (records == 1 ? " record" : " records");
}

/// Whether the user's name was typed. On standard error: standard output is for the answer.
bool confirm(Transport& transport, const std::string& user) {
  const Reply* stats = transport.ask({"STATS", user});
  const bool is_known = stats->kind == Reply::Kind::map && !stats->elements.empty();
  if (is_known) {
    std::cerr << "Everything learned from " << user << " (" << records_text(stats->elements[1].integer)
              << ") will be erased, here and in every file.\n";
  }
  std::cerr << "Type the user's name to go on: " << std::flush;
  std::string typed;
  return std::getline(std::cin, typed) && typed == user;
}

}  // namespace

int answer_forget(const ClientRequest& request) {
  const std::string& user = request.arguments[1];
  const bool asks_first = !request.values.contains("yes");
  if (asks_first && isatty(STDIN_FILENO) == 0) {
    throw boost::program_options::error("there is no terminal to ask on: --yes says that " + user +
                                        " is to be erased for good");
  }
  const auto transport = open_transport(request.values);
  if (asks_first && !confirm(*transport, user)) {
    std::cerr << "That is not the user's name: nothing was erased.\n";
    return exit_failure;
  }
  const Reply* reply = transport->ask(request.arguments);
  if (reply->kind == Reply::Kind::error || request.as_json()) return print_reply(reply, request.as_json());
  std::cout << user << " is forgotten: "
            << (reply->integer > 0 ? records_text(reply->integer) + " erased" : "there was no record") << ".\n";
  return std::cout.good() ? exit_ok : exit_failure;
}

}  // namespace penchant

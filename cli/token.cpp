// penchant token: the tokens that let clients in. It changes the file, and asks no server.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "cli/print.h"
#include "cli/settings.h"
#include "cli/subcommand.h"
#include "net/service.h"
#include "persistence/timestamp.h"
#include "persistence/token_file.h"

namespace penchant {
namespace {

namespace po = boost::program_options;
using Entries = std::vector<TokenEntry>;

std::string token_path(const po::variables_map& values) {
  if (values.contains("tokens")) return values["tokens"].as<std::string>();
  return path_in(values["data"].as<std::string>(), token_file_name);
}

/// Throws the sentence of a failure.
template <class T>
T well(result<T> done) {
  if (!done) throw std::runtime_error(done.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*done);
}

auto find_name(Entries& entries, const std::string& name) {
  return std::ranges::find(entries, name, &TokenEntry::name);
}

std::string what_it_may(const TokenEntry& entry) {
  return std::string(to_string(entry.role)) + (entry.user.empty() ? "" : " of " + entry.user);
}

/// Judges the options before anything is touched.
TokenEntry read_entry(const po::variables_map& values) {
  if (!values.contains("role")) throw po::error("--role is missing: reader, writer or admin");
  const auto role = parse_role(values["role"].as<std::string>());
  if (!role) throw po::error("--role is reader, writer or admin");
  TokenEntry entry{.name = values["name"].as<std::string>(), .role = *role, .user = {}, .created_ms = clock_ms()};
  if (values.contains("user")) {
    entry.user = values["user"].as<std::string>();
    if (entry.user.empty()) throw po::error("--user is empty");
  }
  if (const auto valid = validate(entry); !valid) throw po::error(valid.error().message);
  return entry;
}

int add_token(const po::variables_map& values) {
  TokenEntry entry = read_entry(values);
  const Token token = well(make_token());
  entry.hash = hash_of(token.text);
  const std::string path = token_path(values);
  PosixFileSystem files;
  if (!values.contains("tokens")) well(files.make_directory(directory_of(path)));
  well(change_tokens(files, path, [&](Entries& entries) -> result<void> {
    if (find_name(entries, entry.name) != entries.end()) {
      return Failure{"there is a token " + entry.name + " already; penchant token remove " + entry.name +
                     " takes it away"};
    }
    if (entries.size() == tokens_max) return Failure{"there are " + std::to_string(tokens_max) + " tokens already"};
    entries.push_back(entry);
    return {};
  }));
  std::cout << token.text << std::endl;
  std::cerr << entry.name << " is a " << what_it_may(entry)
            << ". This is the only time that its token is shown: give it to the client as a password,\n"
            << "as in REDISCLI_AUTH=... redis-cli -p " << default_port
            << " PING or PENCHANT_TOKEN=... penchant users.\n";
  return std::cout.good() ? exit_ok : exit_failure;
}

int remove_token(const po::variables_map& values) {
  const auto& name = values["name"].as<std::string>();
  PosixFileSystem files;
  bool is_last = false;
  well(change_tokens(files, token_path(values), [&](Entries& entries) -> result<void> {
    const auto found = find_name(entries, name);
    if (found == entries.end()) {
      return Failure{"there is no token " + name + "; penchant token list tells which there are"};
    }
    entries.erase(found);
    is_last = entries.empty();
    return {};
  }));
  std::cout << "The token " << name << " lets nobody in any more.\n";
  if (is_last) {
    std::cerr << "It was the last one: a server that runs lets nobody in, and one that is started now everybody who "
                 "reaches it.\n";
  }
  return std::cout.good() ? exit_ok : exit_failure;
}

void print_table(const Entries& entries) {
  std::size_t width = 4;
  for (const TokenEntry& entry : entries) width = std::max(width, entry.name.size());
  const auto line = [width](std::string name, std::string role, const std::string& created, const std::string& user) {
    name.resize(width, ' ');
    role.resize(6, ' ');
    std::cout << name << "  " << role << "  " << created << "  " << user << "\n";
  };
  std::string created = "created";
  created.resize(timestamp(0).size(), ' ');
  line("name", "role", created, "user");
  for (const TokenEntry& entry : entries) {
    line(entry.name, std::string(to_string(entry.role)), timestamp(entry.created_ms),
         entry.user.empty() ? "(all)" : one_line(entry.user));
  }
}

int list_tokens(const po::variables_map& values) {
  PosixFileSystem files;
  const auto kept = well(read_tokens(files, token_path(values)));
  const Entries entries = kept.value_or(Entries());
  if (values.contains("json")) {
    boost::json::array all;
    for (const TokenEntry& entry : entries) {
      boost::json::value user = entry.user.empty() ? boost::json::value() : boost::json::value(entry.user);
      all.push_back(boost::json::object{{"name", entry.name},
                                        {"role", to_string(entry.role)},
                                        {"user", std::move(user)},
                                        {"created", timestamp(entry.created_ms)}});
    }
    std::cout << boost::json::serialize(all) << "\n";
  } else if (entries.empty()) {
    std::cout << "There are no tokens.\n";
  } else {
    print_table(entries);
  }
  return std::cout.good() ? exit_ok : exit_failure;
}

}  // namespace

int run_token(std::span<const std::string> arguments) {
  Usage usage{
      "The tokens that let clients in (docs/security.md). A server takes a change within a second.\n\n"
      "Examples:\n"
      "  penchant token add studio --role writer --data ./preferences\n"
      "  penchant token add ann-phone --role reader --user ann\n"
      "  penchant token list --json\n"
      "  penchant token remove studio\n\n"
      "Usage: penchant token add NAME --role reader|writer|admin [--user USER] [options]\n"
      "       penchant token list|remove [NAME] [options]\n",
      po::options_description("Options"),
      {"action", "name..."}};
  // clang-format off: an option a line
  usage.options.add_options()
      ("role", po::value<std::string>(), "reader: asks; writer: also records and forgets; admin: also the server")
      ("user", po::value<std::string>(), "limits it to what is about this user")
      ("data", po::value<std::string>()->default_value("./penchant-data"), "the folder whose file of tokens it is")
      ("tokens", po::value<std::string>(), "the file of tokens, if it is elsewhere")
      ("json", "print JSON");
  // clang-format on
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  const auto& action = values["action"].as<std::string>();
  std::vector<std::string> names;
  if (values.contains("name")) names = values["name"].as<std::vector<std::string>>();
  if (action != "add" && action != "list" && action != "remove") {
    throw po::error("token must be followed by add, list or remove");
  }
  if (names.size() != (action == "list" ? 0U : 1U)) {
    throw po::error("token " + action + (action == "list" ? " takes no name" : " takes one name"));
  }
  if (action == "list") return list_tokens(values);
  values.erase("name");
  values.insert({"name", po::variable_value(names.front(), false)});
  return action == "add" ? add_token(values) : remove_token(values);
}

}  // namespace penchant

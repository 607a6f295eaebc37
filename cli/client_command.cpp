#include "cli/client_command.h"

#include <algorithm>
#include <iostream>

#include "cli/option.h"
#include "cli/print.h"
#include "cli/subcommand.h"

namespace penchant {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

bool takes_the_rest(const Positional& positional) { return std::string_view(positional.name).ends_with("..."); }

const po::value_semantic* semantic(const Option& option) {
  switch (option.kind) {
    case Option::Kind::flag: return new po::untyped_value(true);
    case Option::Kind::pairs:
    case Option::Kind::list: return po::value<Texts>()->composing();
    default: break;
  }
  auto* const value = option.read ? read_value<std::string>(nullptr, option.read) : po::value<std::string>();
  return option.kind == Option::Kind::required ? value->required() : value;
}

void add_positional(const Positional& positional, const po::variables_map& values, Texts& request) {
  if (takes_the_rest(positional)) {
    const std::string name(positional.name, std::string_view(positional.name).size() - 3);
    if (!values.contains(name)) throw po::error(upper_case(name) + " is missing");
    const auto& rest = values[name].as<Texts>();
    request.push_back(std::to_string(rest.size()));
    request.insert(request.end(), rest.begin(), rest.end());
    return;
  }
  const auto& text = values[positional.name].as<std::string>();
  const std::string_view view = text;
  if (positional.read) refuse_wrong(Arguments({&view, 1}, {}, {}), positional.read);
  request.push_back(text);
}

/// The last '=' counts: names may hold one.
void add_pair(const Option& option, const std::string& pair, Texts& request) {
  const auto equals = pair.rfind('=');
  if (equals == std::string::npos) throw po::error(std::string("--") + option.name + " takes NAME=VALUE");
  const std::string_view value = std::string_view(pair).substr(equals + 1);
  if (option.read) refuse_wrong(Arguments({&value, 1}, {}, {}), option.read);
  request.insert(request.end(), {upper_case(option.name), pair.substr(0, equals), std::string(value)});
}

void add_option(const Option& option, const po::variables_map& values, Texts& request) {
  const auto& given = values[option.name];
  if (given.empty()) return;
  switch (option.kind) {
    case Option::Kind::own:
    case Option::Kind::flag: return;
    case Option::Kind::value:
    case Option::Kind::required:
      request.insert(request.end(), {upper_case(option.name), given.as<std::string>()});
      return;
    case Option::Kind::pairs:
      for (const std::string& pair : given.as<Texts>()) add_pair(option, pair, request);
      return;
    case Option::Kind::list: {
      const auto& texts = given.as<Texts>();
      request.insert(request.end(), {upper_case(option.name), std::to_string(texts.size())});
      request.insert(request.end(), texts.begin(), texts.end());
      return;
    }
  }
}

}  // namespace

int run(const ClientCommand& command, std::span<const std::string> arguments) {
  Usage usage{command.usage, po::options_description("Options"), {}};
  for (const Positional& positional : command.positionals) usage.positional.emplace_back(positional.name);
  for (const Option& option : command.options) usage.options.add_options()(option.name, semantic(option), option.help);
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  ClientRequest request{command, values, {command.name}};
  for (const Positional& positional : command.positionals) add_positional(positional, values, request.arguments);
  for (const Option& option : command.options) add_option(option, values, request.arguments);
  return command.answer(request);
}

int answer_once(const ClientRequest& request) {
  const auto transport = open_transport(request.values, request.command.missing_folder);
  const Reply* reply = transport->ask(request.arguments);
  if (!reply || reply->kind == Reply::Kind::error) return print_reply(reply, request.as_json());
  if (request.command.sentence && !request.as_json()) {
    std::cout << request.command.sentence(request, *reply) << "\n";
    return std::cout.good() ? exit_ok : exit_failure;
  }
  const Reply named = with_names(*reply, request.command.columns);
  return print_reply(&named, request.as_json());
}

}  // namespace penchant

// penchant pool: POOL's subcommands, each with arguments of its own.
#include "cli/option.h"
#include "cli/print.h"
#include "cli/subcommand.h"
#include "cli/transport.h"

namespace penchant {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

/// As POOL does.
void read_pool(Arguments& arguments) {
  if (arguments.option("LIST")) return;
  const bool sets = arguments.option("SET");
  if (!sets && !arguments.option("GET") && !arguments.option("DEL")) {
    return arguments.fail("pool must be followed by set, get, list or del");
  }
  arguments.text("the family");
  arguments.tier("the tier");
  if (!sets || arguments.failed()) return;
  if (!arguments.more()) arguments.fail("a pool needs at least one checkpoint; pool del removes it");
  arguments.texts("the checkpoints", arguments.left());
}

}  // namespace

int run_pool(std::span<const std::string> arguments) {
  Usage usage{
      "The checkpoints available for a model family and tier.\n\n"
      "Examples:\n"
      "  penchant pool set sdxl standard epicrealismXL dreamShaperXL\n"
      "  penchant pool get sdxl standard\n"
      "  penchant pool list\n"
      "  penchant pool del sdxl standard\n\n"
      "Usage: penchant pool set|get|list|del [FAMILY TIER [CHECKPOINT ...]] [options]\n",
      po::options_description("Options"),
      {"action", "arguments..."}};
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  Texts request{"POOL", values["action"].as<std::string>()};
  if (values.contains("arguments")) {
    const auto& rest = values["arguments"].as<Texts>();
    request.insert(request.end(), rest.begin(), rest.end());
  }
  const std::vector<std::string_view> after(request.begin() + 1, request.end());
  refuse_wrong(Arguments(after, "pool", "set|get|list|del [FAMILY TIER [CHECKPOINT ...]]"), read_pool);
  const auto transport = open_transport(values);
  return print_reply(transport->ask(request), values.contains("json"));
}

}  // namespace penchant

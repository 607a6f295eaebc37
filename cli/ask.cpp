// The subcommands that ask one thing: record, recommend, explain, stats, pool.
#include <iostream>
#include <limits>

#include "cli/option.h"
#include "cli/print.h"
#include "cli/subcommand.h"
#include "cli/transport.h"
#include "net/service.h"

namespace penchant {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

// Options that go to the server as they are written; what it would refuse is refused here.

po::typed_value<std::string>* tier() {
  return read_value<std::string>(nullptr, [](Arguments& arguments) { arguments.tier(this_option); });
}

template <class Integer>
po::typed_value<std::string>* number_text(Integer min, Integer max) {
  return read_value<std::string>(nullptr, [=](Arguments& arguments) { arguments.number(this_option, min, max); });
}

/// Adds `--name value` to the request as the command's option NAME.
void add_option(const po::variables_map& values, const char* name, const char* command_option, Texts& request) {
  if (!values.contains(name)) return;
  request.insert(request.end(), {command_option, values[name].as<std::string>()});
}

Texts texts(const po::variables_map& values, const char* name) {
  return values.contains(name) ? values[name].as<Texts>() : Texts{};
}

/// "name=value" options such as --lora and --param. The last '=' counts: names may hold one.
void add_pairs(const po::variables_map& values, const char* name, const char* command_option, Texts& request,
               void (*read)(Arguments&)) {
  for (const std::string& pair : texts(values, name)) {
    const auto equals = pair.rfind('=');
    if (equals == std::string::npos) throw po::error(std::string("--") + name + " takes NAME=VALUE");
    const std::string_view value = std::string_view(pair).substr(equals + 1);
    refuse_wrong(Arguments({&value, 1}, {}, {}), read);
    request.insert(request.end(), {command_option, pair.substr(0, equals), std::string(value)});
  }
}

void add_among(const po::variables_map& values, Texts& request) {
  const Texts among = texts(values, "among");
  if (among.empty()) return;
  request.insert(request.end(), {"AMONG", std::to_string(among.size())});
  request.insert(request.end(), among.begin(), among.end());
}

int ask(const po::variables_map& values, const Texts& request, MissingFolder missing = MissingFolder::refuse) {
  const auto transport = open_transport(values, missing);
  return print_reply(transport->ask(request), values.contains("json"));
}

}  // namespace

int run_record(std::span<const std::string> arguments) {
  Usage usage{
      "Records a verdict on one image and prints its number within the user (0: known already).\n\n"
      "Examples:\n"
      "  penchant record ann selected epicrealismXL \"photorealistic portrait of a woman\"\n"
      "  penchant record ann rejected dreamShaperXL \"anime girl\" --lora ink=0.8 --param steps=28 --id image-17\n\n"
      "Usage: penchant record USER selected|rejected|neutral CHECKPOINT PROMPT [options]\n",
      po::options_description("Options"),
      {"user", "verdict", "checkpoint", "prompt"}};
  // clang-format off: an option a line
  usage.options.add_options()
      ("negative", po::value<std::string>(), "the negative prompt")
      ("lora", po::value<Texts>()->composing(), "NAME=STRENGTH; may be repeated")
      ("param", po::value<Texts>()->composing(), "NAME=VALUE, such as steps=28; may be repeated")
      ("family", po::value<std::string>(), "the model family, such as sdxl")
      ("tier", tier(), "draft, standard or quality")
      ("stage", po::value<std::string>(), "where in a workflow the image was made")
      ("session", po::value<std::string>(), "the session's id")
      ("generation", po::value<std::string>(), "the generation's id")
      ("id", po::value<std::string>(),
       "the image's id: the same id and verdict count once, another verdict corrects")
      ("decision", po::value<std::string>(), "the id of the recommendation it followed")
      ("at", number_text<std::int64_t>(0, time_ms_max), "when, in Unix milliseconds")
      ("note", po::value<std::string>(), "what the user says of it")
      ("vision", po::value<std::string>(), "what a vision model says of it");
  // clang-format on
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  const std::string_view verdict = values["verdict"].as<std::string>();
  refuse_wrong(Arguments({&verdict, 1}, {}, {}), [](Arguments& value) { value.verdict(); });
  Texts request{"RECORD", values["user"].as<std::string>(), values["verdict"].as<std::string>(),
                values["checkpoint"].as<std::string>(), values["prompt"].as<std::string>()};
  add_option(values, "negative", "NEGATIVE", request);
  add_pairs(values, "lora", "LORA", request, [](Arguments& value) { value.real("--lora's strength"); });
  add_pairs(values, "param", "PARAM", request, [](Arguments& value) { value.text("--param's value"); });
  for (const auto& [name, option] : {std::pair{"family", "FAMILY"},
                                     {"tier", "TIER"},
                                     {"stage", "STAGE"},
                                     {"session", "SESSION"},
                                     {"generation", "GENERATION"},
                                     {"id", "ID"},
                                     {"decision", "DECISION"},
                                     {"at", "AT"},
                                     {"note", "NOTE"},
                                     {"vision", "VISION"}}) {
    add_option(values, name, option, request);
  }
  return ask(values, request, MissingFolder::create);
}

int run_recommend(std::span<const std::string> arguments) {
  Usage usage{
      "Which checkpoint to use for a prompt, how sure that is, and why. Each arm: checkpoint, score,\n"
      "observations, probability.\n\n"
      "Examples:\n"
      "  penchant recommend ann \"portrait of a man\"\n"
      "  penchant recommend ann \"portrait of a man\" --family sdxl --tier quality --json\n"
      "  penchant recommend ann \"portrait of a man\" --among epicrealismXL --among dreamShaperXL\n\n"
      "Usage: penchant recommend USER PROMPT [options]\n",
      po::options_description("Options"),
      {"user", "prompt"}};
  // clang-format off: an option a line
  usage.options.add_options()
      ("family", po::value<std::string>(), "among the pool of this model family")
      ("tier", tier(), "draft (always explores), standard or quality")
      ("among", po::value<Texts>()->composing(), "among these checkpoints; may be repeated")
      ("top", number_text<std::uint32_t>(1, top_arms_max), "show the best N, whatever the band")
      ("at", number_text<std::int64_t>(0, time_ms_max), "as of this time, in Unix milliseconds");
  // clang-format on
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  Texts request{"RECOMMEND", values["user"].as<std::string>(), values["prompt"].as<std::string>()};
  for (const auto& [name, option] : {std::pair{"family", "FAMILY"}, {"tier", "TIER"}, {"top", "TOP"}, {"at", "AT"}}) {
    add_option(values, name, option, request);
  }
  add_among(values, request);
  return ask(values, request);
}

int run_explain(std::span<const std::string> arguments) {
  Usage usage{
      "What each keyword of a prompt says of a checkpoint: keyword, selected, observations, rate.\n\n"
      "Example:\n"
      "  penchant explain ann \"portrait of a man\" epicrealismXL\n\n"
      "Usage: penchant explain USER PROMPT CHECKPOINT [options]\n",
      po::options_description("Options"),
      {"user", "prompt", "checkpoint"}};
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  return ask(values, {"EXPLAIN", values["user"].as<std::string>(), values["prompt"].as<std::string>(),
                      values["checkpoint"].as<std::string>()});
}

int run_stats(std::span<const std::string> arguments) {
  Usage usage{
      "What is known of a user. Each top checkpoint: name, score, observations.\n\n"
      "Example:\n"
      "  penchant stats ann\n\n"
      "Usage: penchant stats USER [options]\n",
      po::options_description("Options"),
      {"user"}};
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  return ask(values, {"STATS", values["user"].as<std::string>()});
}

namespace {

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
  const Texts rest = texts(values, "arguments");
  request.insert(request.end(), rest.begin(), rest.end());
  const std::vector<std::string_view> after(request.begin() + 1, request.end());
  refuse_wrong(Arguments(after, "pool", "set|get|list|del [FAMILY TIER [CHECKPOINT ...]]"), read_pool);
  return ask(values, request);
}

}  // namespace penchant

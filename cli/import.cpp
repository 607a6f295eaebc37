// penchant import: reads a file twice or three times: to check it, to try it, and to record it.
#include <algorithm>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <vector>

#include "cli/folder.h"
#include "cli/passes.h"
#include "cli/print.h"
#include "cli/subcommand.h"
#include "cli/transport.h"
#include "engine/context/word_lists.h"
#include "net/portable.h"
#include "net/service.h"
#include "persistence/import_targets.h"

namespace penchant {
namespace {

namespace po = boost::program_options;

/// Behind what failed after the first record.
constexpr std::string_view advice = "; what had been recorded stays, importing the file again records the rest";

/// What was done, or found out by a dry run.
struct ImportOutcome {
  ImportReport report;
  bool is_dry = false;
  bool is_counted = true;  // whether it is known how many are new
};

ImportOutcome import_to_server(const po::variables_map& values, const InputFile& input, const ImportPlan& plan) {
  const auto transport = open_transport(values);
  const auto opened = ServerTarget::open(ask_of(*transport));
  if (!opened) throw std::runtime_error(opened.error().message);
  ServerTarget& target = **opened;
  const bool is_dry = values.contains("dry-run");
  const ImportReport tried = run_pass(input, plan, target, "Checking");
  if (is_dry) return {tried, true, false};
  target.begin_sending();
  ImportReport report;
  try {
    report = run_pass(input, plan, target, "Importing");
    require(target.send(), input);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(error.what() + std::string(advice));
  }
  report.recorded = target.recorded();
  report.duplicates = target.duplicates();
  return {report};
}

std::vector<std::unique_ptr<ImportTarget>> open_trials(FileSystem& files, const std::string& directory,
                                                       std::int64_t now_ms) {
  const auto layout = files.list(directory) ? read_layout(files, directory) : result<StoreLayout>();
  if (!layout) throw std::runtime_error(layout.error().message);
  std::vector<std::unique_ptr<ImportTarget>> trials;
  for (const std::string& store : store_directories(directory, *layout)) {
    auto trial = TrialTarget::open(files, store, WordLists::english(), now_ms);
    if (!trial) throw std::runtime_error(trial.error().message);
    trials.push_back(std::move(*trial));
  }
  return trials;
}

ImportOutcome import_to_folder(const po::variables_map& values, const InputFile& input, const ImportPlan& plan) {
  const auto& directory = values["data"].as<std::string>();
  const std::int64_t now_ms = clock_ms();
  PosixFileSystem files;
  {
    std::unique_ptr<FileLock> lock;
    if (files.list(directory)) {
      auto taken = files.lock(path_in(directory, "lock"));
      if (!taken) throw std::runtime_error(taken.error().message);
      lock = std::move(*taken);
    }
    SpreadTarget trial(open_trials(files, directory, now_ms));
    const ImportReport tried = run_pass(input, plan, trial, "Trying");
    if (values.contains("dry-run")) return {tried, true};
  }
  const auto set = open_folder(files, directory, MissingFolder::create);
  std::vector<std::unique_ptr<ImportTarget>> targets;
  for (std::uint32_t k = 0; k < set->size(); ++k) {
    auto target = std::make_unique<StoreTarget>(set->store(k), WordLists::english(), now_ms);
    target->commit_along();
    targets.push_back(std::move(target));
  }
  SpreadTarget target(std::move(targets));
  try {
    const ImportReport report = run_pass(input, plan, target, "Importing");
    for (std::uint32_t k = 0; k < set->size(); ++k) {
      if (auto synced = set->store(k).sync(); !synced) throw std::runtime_error(synced.error().message);
    }
    return {report};
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(error.what() + std::string(advice));
  }
}

void print_outcome(const ImportOutcome& outcome) {
  const ImportReport& report = outcome.report;
  if (outcome.is_counted) {
    std::cout << counted(report.recorded, "record", "records")
              << (outcome.is_dry ? " would be recorded, " : " recorded, ") << report.duplicates << " known already.\n";
  } else {
    std::cout << counted(report.recorded, "record", "records")
              << " can be imported; which of them the server knows already shows when that is done.\n";
  }
  if (report.stats > 0) {
    std::cout << counted(report.stat_records, "of them stands", "of them stand") << " for "
              << counted(report.stats, "statistic", "statistics") << " without records.\n";
  }
  if (report.pools > 0) {
    std::cout << counted(report.pools, "pool", "pools") << (outcome.is_dry ? " would be set.\n" : " set.\n");
  }
  if (outcome.is_dry) std::cout << "Nothing was changed.\n";
}

void print_outcome_json(const ImportOutcome& outcome) {
  const ImportReport& report = outcome.report;
  const auto count = [&](std::uint64_t value) { return outcome.is_counted ? std::to_string(value) : "null"; };
  std::cout << "{\"records\":" << report.records << ",\"recorded\":" << count(report.recorded)
            << ",\"duplicates\":" << count(report.duplicates) << ",\"stats\":" << report.stats
            << ",\"stat_records\":" << report.stat_records << ",\"pools\":" << report.pools
            << ",\"dry_run\":" << (outcome.is_dry ? "true" : "false") << "}\n";
}

}  // namespace

int run_import(std::span<const std::string> arguments) {
  Usage usage{
      "Records what a file holds that penchant export wrote, or the Python service Penchant descends from: all of it,\n"
      "or nothing where something in it is wrong. Imported twice a file changes nothing.\n\n"
      "Examples:\n"
      "  penchant import ann.json\n"
      "  penchant import ann.json --data ./preferences --dry-run\n"
      "  gunzip < ann.json.gz | penchant import -\n\n"
      "- is standard input. With --data all of it is tried on a copy first; --dry-run ends there. Through a server a\n"
      "large file goes piece by piece, so that a limit of the server may end it half way: import it again then.\n\n"
      "Usage: penchant import FILE|- [options]\n",
      po::options_description("Options"),
      {"file"}};
  // clang-format off: an option a line
  usage.options.add_options()("dry-run", "say what would be recorded, and record nothing");
  // clang-format on
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  const InputFile input(values["file"].as<std::string>());
  const ImportPlan plan = plan_import(input);
  const ImportOutcome outcome =
      values.contains("data") ? import_to_folder(values, input, plan) : import_to_server(values, input, plan);
  values.contains("json") ? print_outcome_json(outcome) : print_outcome(outcome);
  return std::cout.good() ? exit_ok : exit_failure;
}

}  // namespace penchant

// penchant check and penchant repair: what is in a folder, whether it is sound, and making it start again.
#include "engine/check.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <optional>

#include "cli/print.h"
#include "cli/progress.h"
#include "cli/subcommand.h"
#include "net/service.h"
#include "persistence/folder_repair.h"
#include "persistence/recovery.h"
#include "persistence/stores_check.h"

namespace penchant {
namespace {

namespace po = boost::program_options;

constexpr const char* data_default = "./penchant-data";
constexpr int time_text_bytes = 32;

std::string time_text(std::int64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  char text[time_text_bytes];
  if (gmtime_r(&seconds, &parts) == nullptr) return "?";
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts));
}

void print_contents(const FolderFound& found) {
  std::cout << "journal: " << counted(found.segments, "segment", "segments") << ", " << found.compressed_segments
            << " of them compressed, " << found.disk_bytes << " bytes (" << found.segment_bytes << " uncompressed)\n"
            << "events: " << found.events;
  if (found.events > 0) {
    std::cout << ", " << found.first_event << " to " << found.last_event << ", " << found.erased_events << " erased";
  }
  if (found.oldest_event_ms != 0) {
    std::cout << ", " << time_text(found.oldest_event_ms) << " to " << time_text(found.newest_event_ms);
  }
  std::cout << "\n";
  if (found.users) {
    std::cout << "state: " << counted(*found.users, "user", "users") << ", "
              << counted(*found.records, "record", "records") << "\n";
  }
  for (const SnapshotFound& snapshot : found.snapshots) {
    std::cout << "snapshot: of event " << snapshot.sequence << ", " << snapshot.bytes << " bytes, format "
              << (snapshot.format ? std::to_string(*snapshot.format) : "unknown") << ", "
              << (snapshot.is_whole ? "whole" : "not whole") << "\n";
  }
  if (found.compared_snapshots > 0) {
    std::cout << "snapshots that are what the events give: " << found.compared_snapshots << "\n";
  }
  std::cout << "decisions: " << found.decisions << " in " << counted(found.decision_files, "file", "files") << "\n";
  if (found.erasures > 0) std::cout << "users being erased: " << found.erasures << "\n";
}

void print_findings(const FolderFound& found) {
  for (const Finding& finding : found.findings) {
    std::cout << (finding.is_damage ? "DAMAGE " : "note ") << one_line(finding.file) << " at offset " << finding.offset
              << ": " << one_line(finding.what) << "\n  " << one_line(finding.advice) << "\n";
  }
}

boost::json::object json_of(const FolderFound& found, bool in_use) {
  const auto known = [](const auto& number) { return number ? boost::json::value(*number) : boost::json::value(); };
  boost::json::array snapshots;
  for (const SnapshotFound& one : found.snapshots) {
    snapshots.push_back(
        {{"sequence", one.sequence}, {"bytes", one.bytes}, {"format", known(one.format)}, {"whole", one.is_whole}});
  }
  boost::json::array findings;
  for (const Finding& one : found.findings) {
    findings.push_back({{"damage", one.is_damage},
                        {"file", one.file},
                        {"offset", one.offset},
                        {"what", one.what},
                        {"advice", one.advice}});
  }
  return {{"sound", found.is_sound()},
          {"in_use", in_use},
          {"segments", found.segments},
          {"compressed_segments", found.compressed_segments},
          {"segment_bytes", found.segment_bytes},
          {"disk_bytes", found.disk_bytes},
          {"events", found.events},
          {"first_event", found.first_event},
          {"last_event", found.last_event},
          {"erased_events", found.erased_events},
          {"oldest_event_ms", found.oldest_event_ms},
          {"newest_event_ms", found.newest_event_ms},
          {"users", known(found.users)},
          {"records", known(found.records)},
          {"snapshots", std::move(snapshots)},
          {"compared_snapshots", found.compared_snapshots},
          {"erasures", found.erasures},
          {"decision_files", found.decision_files},
          {"decisions", found.decisions},
          {"set_aside", found.set_aside},
          {"unfinished", found.unfinished},
          {"unknown", found.unknown},
          {"findings", std::move(findings)}};
}

/// A folder that is not there is a wrong option, no damage.
void refuse_no_folder(FileSystem& files, const std::string& directory) {
  if (const auto names = files.list(directory); !names) throw po::error("--data: " + names.error().message);
}

StoresFound look_at(FileSystem& files, const std::string& directory, bool in_use, bool shows_progress) {
  std::optional<Progress> progress;
  if (shows_progress) progress.emplace("Reading the journal");
  auto found = check_stores(files, directory, in_use, [&progress](std::uint64_t done, std::uint64_t all) {
    if (progress) progress->show(done, all);
  });
  if (!found) throw std::runtime_error(found.error().message);
  return std::move(*found);
}

boost::json::object json_of_all(const StoresFound& found, bool in_use) {
  boost::json::object all = json_of(found.all(), in_use);
  boost::json::array stores;
  for (const StoreFound& store : found.stores) {
    boost::json::object one = json_of(store.found, in_use);
    one["folder"] = store.folder;
    stores.push_back(std::move(one));
  }
  all["stores"] = std::move(stores);
  return all;
}

int check(const std::string& directory, bool as_json) {
  PosixFileSystem files;
  refuse_no_folder(files, directory);
  // Held until the end, so that no server begins to write while its files are being judged.
  const auto lock = files.lock(path_in(directory, "lock"));
  const StoresFound found = look_at(files, directory, !lock, !as_json);
  if (as_json) {
    std::cout << json_of_all(found, !lock) << "\n";
  } else {
    if (!lock) std::cout << lock.error().message << ": what is being written meanwhile is not judged\n";
    for (const StoreFound& store : found.stores) {
      if (store.folder != ".") std::cout << store.folder << "\n";
      print_contents(store.found);
    }
    print_findings(found.all());
    std::cout << (found.is_sound() ? "The folder is sound." : "The folder is damaged.") << "\n";
  }
  return found.is_sound() && std::cout.good() ? exit_ok : exit_failure;
}

bool confirm_repair() {
  std::cerr << "Type yes to go on: " << std::flush;
  std::string typed;
  return std::getline(std::cin, typed) && typed == "yes";
}

/// Where a store lies, and what is told in front of what concerns it.
struct RepairedStore {
  std::string directory;
  std::string prefix;
  std::string aside;
};
RepairedStore repaired_store(const std::string& root, const std::string& folder, const std::string& aside) {
  if (folder == ".") return {root, "", aside};
  return {path_in(root, folder), folder + ": ", aside.empty() ? "" : path_in(aside, folder)};
}

/// Whether it starts, and with what.
void tell_start(FileSystem& files, const std::string& root, const StoresFound& found) {
  std::size_t users = 0;
  std::size_t records = 0;
  for (const StoreFound& store : found.stores) {
    const auto again =
        recover(files, repaired_store(root, store.folder, "").directory, true, [](const std::string&) {});
    if (!again) throw std::runtime_error("the folder does not start yet: " + again.error().message);
    users += again->engine.user_count();
    records += again->engine.record_count();
  }
  std::cout << "The folder starts again: " << counted(users, "user", "users") << ", "
            << counted(records, "record", "records") << ".\n";
}

int repair(const std::string& directory, const std::string& aside, bool asks_first) {
  if (asks_first && isatty(STDIN_FILENO) == 0) {
    throw po::error("there is no terminal to ask on: --yes says that the folder is to be repaired");
  }
  PosixFileSystem files;
  refuse_no_folder(files, directory);
  const auto lock = files.lock(path_in(directory, "lock"));
  if (!lock) throw std::runtime_error(lock.error().message);
  const StoresFound found = look_at(files, directory, false, true);
  const FolderFound all = found.all();
  print_findings(all);
  const bool is_root_damaged = std::ranges::any_of(found.findings, [](const Finding& one) { return one.is_damage; });
  if (is_root_damaged || all.is_beyond_repair) {
    throw std::runtime_error("this is nothing that a repair may change: see above");
  }
  std::vector<std::string> plan;
  for (const StoreFound& store : found.stores) {
    const std::string prefix = repaired_store(directory, store.folder, aside).prefix;
    for (const std::string& step : repair_plan(store.found)) plan.push_back(prefix + step);
  }
  if (plan.empty()) {
    std::cout << "There is nothing to repair.\n";
    return exit_ok;
  }
  std::cout << "To be done, what is changed being kept in " << (aside.empty() ? directory : aside) << ":\n";
  for (const std::string& step : plan) std::cout << "- " << step << "\n";
  std::cout << std::flush;
  if (asks_first && !confirm_repair()) {
    std::cerr << "Nothing was changed.\n";
    return exit_failure;
  }
  std::cout << "Done:\n";
  for (const StoreFound& store : found.stores) {
    if (repair_plan(store.found).empty()) continue;
    const RepairedStore to = repaired_store(directory, store.folder, aside);
    if (!aside.empty()) {
      if (auto made = files.make_directory(aside); !made) throw std::runtime_error(made.error().message);
    }
    const auto done = repair_folder(files, to.directory, store.found, {.aside = to.aside, .now_ms = clock_ms()});
    if (!done) throw std::runtime_error(done.error().message);
    for (const std::string& step : *done) std::cout << "- " << to.prefix << step << "\n";
  }
  tell_start(files, directory, found);
  return std::cout.good() ? exit_ok : exit_failure;
}

}  // namespace

int run_check(std::span<const std::string> arguments) {
  std::string directory;
  Usage usage{
      "Says what is in a folder and whether all of it is sound: every checksum, every event, and whether the\n"
      "snapshots are what the events give. Changes nothing. Beside a running server what that writes meanwhile is\n"
      "not judged. Exit status: 0 sound, 1 damage found, 2 wrong usage.\n\n"
      "Examples:\n"
      "  penchant check --data ./preferences\n"
      "  penchant check --data ./preferences --json\n",
      po::options_description("Options"),
      {}};
  usage.options.add_options()("data", po::value(&directory)->default_value(data_default), "the folder")(
      "json", "print one JSON object");
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  return check(directory, values.contains("json"));
}

int run_repair(std::span<const std::string> arguments) {
  std::string directory;
  std::string aside;
  Usage usage{
      "Makes a damaged folder start again, with the least that does it, and says exactly what was lost. Asks first.\n"
      "What is changed is copied aside; the copies may hold what a later FORGET erases, which finds those in the\n"
      "folder itself, not those in --aside. A copy of the folder that is whole is better: penchant check says where\n"
      "the damage is.\n\n"
      "Examples:\n"
      "  penchant repair --data ./preferences\n"
      "  penchant repair --data ./preferences --aside ./before-repair --yes\n",
      po::options_description("Options"),
      {}};
  usage.options.add_options()("data", po::value(&directory)->required(), "the folder; no server may have it open")(
      "aside", po::value(&aside), "the folder that keeps what is changed; the same one unless this is given")(
      "yes", "ask nothing");
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  return repair(directory, aside, !values.contains("yes"));
}

}  // namespace penchant

// penchant export: a user's records and the pools as one file, from a folder in one pass over its journal, from a
// server page after page. docs/export_format.md.
#include <iostream>
#include <optional>
#include <stdexcept>
#include <vector>

#include "cli/folder.h"
#include "cli/passes.h"
#include "cli/progress.h"
#include "cli/spool.h"
#include "cli/subcommand.h"
#include "cli/transport.h"
#include "engine/event.h"
#include "net/portable.h"
#include "net/service.h"
#include "persistence/exporter.h"
#include "persistence/importer.h"
#include "persistence/store.h"

namespace penchant {
namespace {

namespace po = boost::program_options;

void export_folder(const std::string& directory, const std::string& user, Exporter& exporter) {
  PosixFileSystem files;
  const auto set = open_folder(files, directory, MissingFolder::refuse);
  Store* const store = &set->store(store_of(user, set->size()));
  if (!store->engine().find_user(user)) {
    throw std::runtime_error("there is no user " + user + " in " + directory + "; penchant users --data " + directory +
                             " tells them");
  }
  exporter.begin(user, clock_ms());
  Progress progress("Exporting");
  require(store->each_record(user, [&](const HistoryRecord& told) {
    progress.show(told.sequence, store->written_sequence());
    return exporter.add(told.id, told.record);
  }));
  require(exporter.end(pools_of(store->engine())));
}

void export_server(const po::variables_map& values, const std::string& user, Exporter& exporter) {
  const auto transport = open_transport(values);
  Spool spool;
  Progress progress("Exporting");
  require(export_through(ask_of(*transport), user, spool.file(), exporter, clock_ms(),
                         [&progress](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
}

}  // namespace

int run_export(std::span<const std::string> arguments) {
  Usage usage{
      "Writes everything recorded of a user, and the pools, as one JSON file, for penchant import to read: on another\n"
      "machine, or as a backup.\n\n"
      "Examples:\n"
      "  penchant export --user ann --output ann.json\n"
      "  penchant export --user ann --data ./preferences | gzip > ann.json.gz\n\n"
      "Without --output it goes to standard output. With --json what was done is told as JSON, on standard error\n"
      "where standard output has the file.\n\n"
      "Usage: penchant export [options]\n",
      po::options_description("Options"),
      {}};
  // clang-format off: an option a line
  usage.options.add_options()("user", po::value<std::string>()->default_value(std::string(default_user)),
                              "whose records")("output", po::value<std::string>()->default_value("-"),
                                               "the file, which is replaced; - is standard output");
  // clang-format on
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  const auto& user = values["user"].as<std::string>();
  OutputFile output(values["output"].as<std::string>());
  Exporter exporter([&output](std::string_view bytes) { return output.write(bytes); });
  if (values.contains("data")) {
    export_folder(values["data"].as<std::string>(), user, exporter);
  } else {
    export_server(values, user, exporter);
  }
  require(output.finish());
  std::ostream& out = output.is_standard_output() ? std::cerr : std::cout;
  if (values.contains("json")) {
    out << "{\"records\":" << exporter.records() << "}\n";
  } else if (!output.is_standard_output()) {
    out << exporter.records() << (exporter.records() == 1 ? " record" : " records") << " of " << user << " written to "
        << values["output"].as<std::string>() << ".\n";
  }
  return out.good() ? exit_ok : exit_failure;
}

int run_dump(std::span<const std::string> arguments) {
  Usage usage{
      "Writes all records of a folder as JSON lines, a record a line in the order of recording (of a folder with\n"
      "several stores, one store after the other), for DuckDB, pandas, jq and other programs to read.\n"
      "docs/export_format.md tells the fields.\n\n"
      "Examples:\n"
      "  penchant dump --data ./preferences > records.jsonl\n"
      "  penchant dump --data ./preferences --user ann | jq -r 'select(.action == \"rejected\") | .prompt'\n"
      "  duckdb -c \"SELECT checkpoint, count(*) FROM 'records.jsonl' GROUP BY 1\"\n\n"
      "No server may have the folder open.\n\n"
      "Usage: penchant dump --data DIR [options]\n",
      po::options_description("Options"),
      {}};
  // clang-format off: an option a line
  usage.options.add_options()("data", po::value<std::string>()->required(), "the folder")(
      "user", po::value<std::string>(), "the records of this user alone")(
      "output", po::value<std::string>()->default_value("-"), "the file, which is replaced; - is standard output");
  // clang-format on
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  const std::string user = values.contains("user") ? values["user"].as<std::string>() : "";
  PosixFileSystem files;
  const auto set = open_folder(files, values["data"].as<std::string>(), MissingFolder::refuse);
  const auto is_user_in = [&user](const Store& store) { return store.engine().find_user(user) != nullptr; };
  if (!user.empty() && !is_user_in(set->store(store_of(user, set->size())))) {
    throw std::runtime_error("there is no user " + user);
  }
  OutputFile output(values["output"].as<std::string>());
  Progress progress("Dumping");
  std::string lines;
  for (std::uint32_t k = 0; k < set->size(); ++k) {
    Store& store = set->store(k);
    require(store.each_record(user, [&](const HistoryRecord& told) -> result<void> {
      append_record_json(lines, told.id, told.record);
      lines += '\n';
      progress.show(told.sequence, store.written_sequence());
      if (lines.size() < export_buffer_bytes) return {};
      auto written = output.write(lines);
      lines.clear();
      return written;
    }));
  }
  require(output.write(lines));
  require(output.finish());
  return exit_ok;
}

}  // namespace penchant

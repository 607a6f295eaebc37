// penchant evaluate stream: how good the scorers are, on streams of decisions.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iomanip>
#include <iostream>
#include <stdexcept>

#include "cli/all_processors.h"
#include "cli/evaluate.h"
#include "cli/option.h"
#include "cli/subcommand.h"
#include "evaluate/plot.h"
#include "evaluate/stream_runs.h"

namespace penchant {
namespace {

namespace po = boost::program_options;

std::vector<ScorerChoice> read_scorers(const po::variables_map& values) {
  std::vector<ScorerChoice> scorers;
  if (!values.contains("scorer")) {
    for (const std::string_view name : scorer_names) scorers.push_back(*parse_scorer_choice(name));
    scorers.push_back(ScorerChoice::automatic());
    return scorers;
  }
  for (const std::string& name : values["scorer"].as<std::vector<std::string>>()) {
    const auto choice = parse_scorer_choice(name);
    if (!choice) throw po::error("--scorer must be mean, weighted, logodds, evidence or auto, not " + name);
    scorers.push_back(*choice);
  }
  return scorers;
}

void print_json(const std::vector<NamedStream>& streams, const std::vector<ScorerChoice>& scorers,
                const StreamTable& table) {
  boost::json::object rows;
  boost::json::object means;
  for (std::size_t stream = 0; stream < streams.size(); ++stream) {
    boost::json::object row;
    for (std::size_t i = 0; i < scorers.size(); ++i) {
      row[to_string(scorers[i])] = {table[stream][i].mean, table[stream][i].deviation};
    }
    rows[streams[stream].name] = std::move(row);
  }
  for (std::size_t i = 0; i < scorers.size(); ++i) means[to_string(scorers[i])] = mean_of(table, i);
  std::cout << boost::json::serialize(boost::json::object{{"streams", std::move(rows)}, {"mean", std::move(means)}})
            << "\n";
}

void print_table(const std::vector<NamedStream>& streams, const std::vector<ScorerChoice>& scorers,
                 const StreamTable& table) {
  std::size_t width = std::string_view("mean of the streams").size();
  for (const NamedStream& stream : streams) width = std::max(width, stream.name.size());
  constexpr int column = 16;
  std::cout << std::left << std::setw(static_cast<int>(width)) << "" << std::right;
  for (const ScorerChoice& scorer : scorers) std::cout << std::setw(column) << to_string(scorer);
  std::cout << std::fixed << std::setprecision(4) << "\n";
  for (std::size_t stream = 0; stream < streams.size(); ++stream) {
    std::cout << std::left << std::setw(static_cast<int>(width)) << streams[stream].name << std::right;
    for (const Spread& spread : table[stream]) std::cout << std::setw(8) << spread.mean << " ±" << spread.deviation;
    std::cout << "\n";
  }
  std::cout << std::left << std::setw(static_cast<int>(width)) << "mean of the streams" << std::right;
  for (std::size_t i = 0; i < scorers.size(); ++i) std::cout << std::setw(8) << mean_of(table, i) << std::setw(8) << "";
  std::cout << "\n";
}

/// A bar for each scorer of each stream, as far as they can be told apart.
void write_plot(const std::string& path, const std::vector<NamedStream>& streams,
                const std::vector<ScorerChoice>& scorers, const StreamTable& table) {
  BarPlot plot{.title = "Mean reward by stream and scorer", .x_label = "mean over the seeds, one standard deviation",
               .bars = {}};
  for (std::size_t stream = 0; stream < streams.size(); ++stream) {
    for (std::size_t i = 0; i < scorers.size() && plot.bars.size() < plot_bars_max; ++i) {
      const auto& [mean, deviation] = table[stream][i];
      plot.bars.push_back({streams[stream].name + " " + std::string(to_string(scorers[i])), mean,
                           {mean - deviation, mean + deviation}});
    }
  }
  write_svg(path, to_svg(plot));
}

int evaluate_streams(const po::variables_map& values) {
  const auto scorers = read_scorers(values);
  const auto streams = find_streams(values["dir"].as<std::vector<std::string>>(), [](const std::string& path) {
    std::cerr << path << " is no stream: it is left out\n";
  });
  if (!streams) throw std::runtime_error(streams.error().message);
  const auto table = run_streams(*streams, scorers, [](std::size_t count, const auto& work) {
    run_on_all_processors("Replaying", count, work);
  });
  if (!table) throw std::runtime_error(table.error().message);
  if (values.contains("plot")) write_plot(values["plot"].as<std::string>(), *streams, scorers, *table);
  values.contains("json") ? print_json(*streams, scorers, *table) : print_table(*streams, scorers, *table);
  return std::cout.good() ? exit_ok : exit_failure;
}

}  // namespace

int evaluate_stream(std::span<const std::string> arguments) {
  Usage usage{
      "Replays streams of decisions whose outcomes are known (docs/evaluate.md): each scorer chooses, is told the\n"
      "outcome of its choice alone, and learns. A folder of .tsv or .tsv.gz files is one stream, each file a seed of\n"
      "it.\n\n"
      "Examples:\n"
      "  penchant evaluate stream streams/genai streams/tifa\n"
      "  penchant evaluate stream --json --scorer evidence --scorer auto streams\n"
      "  penchant evaluate stream --plot scorers.svg streams\n\n"
      "Usage: penchant evaluate stream [options] DIR...\n",
      po::options_description("Options"),
      {"dir..."}};
  // clang-format off: an option a line
  usage.options.add_options()
      ("scorer", po::value<std::vector<std::string>>()->composing(),
       "mean, weighted, logodds, evidence or auto; repeatable; all of them, if none is named")
      ("plot", po::value<std::string>(), "also draw the table into this SVG file")
      ("json", "print JSON");
  // clang-format on
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  if (!values.contains("dir")) throw po::error("DIR is missing");
  return evaluate_streams(values);
}

}  // namespace penchant

// penchant evaluate history: which scorers and policies would have suited one's own records best. docs/evaluate.md.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iomanip>
#include <iostream>
#include <stdexcept>

#include "cli/all_processors.h"
#include "cli/evaluate.h"
#include "cli/folder.h"
#include "cli/option.h"
#include "cli/passes.h"
#include "cli/print.h"
#include "cli/subcommand.h"
#include "cli/transport.h"
#include "engine/context/word_lists.h"
#include "evaluate/history_report.h"
#include "evaluate/history_target.h"
#include "evaluate/plot.h"
#include "evaluate/sentence_parts.h"
#include "evaluate/svg.h"
#include "net/portable.h"
#include "net/service.h"
#include "persistence/store.h"

namespace penchant {
namespace {

namespace po = boost::program_options;

std::string text_of(const po::variables_map& values, const char* name) {
  return values.contains(name) ? values[name].as<std::string>() : std::string();
}

HistoryReplay begin_replay(const po::variables_map& values, double decay_days) {
  HistorySettings settings{.decay_days = decay_days};
  if (values.contains("decay-days")) settings.decay_days = values["decay-days"].as<double>();
  auto replay = HistoryReplay::begin(settings);
  if (!replay) throw std::runtime_error(replay.error().message);
  return std::move(*replay);
}

HistoryFindings replay_folder(const po::variables_map& values) {
  const auto& directory = values["data"].as<std::string>();
  const std::string user = text_of(values, "user");
  PosixFileSystem files;
  const auto set = open_folder(files, directory, MissingFolder::refuse);
  if (!user.empty() && !set->store(store_of(user, set->size())).engine().find_user(user)) {
    throw std::runtime_error("there is no user " + user + " in " + directory);
  }
  HistoryReplay replay = begin_replay(values, set->store(0).engine().decay().days());
  Progress progress("Replaying");
  for (std::uint32_t k = 0; k < set->size(); ++k) {
    Store& store = set->store(k);
    require(store.each_record(user, [&](const HistoryRecord& told) {
      progress.show(told.sequence, store.written_sequence());
      return replay.add(told.record);
    }));
  }
  return std::move(replay).finish();
}

HistoryFindings replay_file(const po::variables_map& values, const InputFile& input) {
  HistoryReplay replay = begin_replay(values, decay_days_default);
  HistoryTarget target(replay, text_of(values, "user"), WordLists::english());
  (void)run_pass(input, plan_import(input), target, "Replaying");
  return std::move(replay).finish();
}

/// The user's records as an export has them.
InputFile ask_server(const po::variables_map& values) {
  const std::string user = values.contains("user") ? text_of(values, "user") : std::string(default_user);
  const auto transport = open_transport(values);
  Spool pages;
  Spool file;
  Exporter exporter([&file](std::string_view bytes) -> result<void> {
    file.append(bytes);
    return {};
  });
  Progress progress("Reading");
  require(export_through(ask_of(*transport), user, pages.file(), exporter, clock_ms(),
                         [&progress](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
  return {"the server's records", std::move(file)};
}

HistoryFindings replay_history(const po::variables_map& values) {
  if (!values.contains("file")) {
    return values.contains("data") ? replay_folder(values) : replay_file(values, ask_server(values));
  }
  const auto& paths = values["file"].as<std::vector<std::string>>();
  if (paths.size() > 1) throw po::error("there is one FILE");
  if (values.contains("data")) throw po::error("FILE and --data exclude each other");
  return replay_file(values, InputFile(paths.front()));
}

boost::json::value number_or_null(const std::optional<double>& number) {
  return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

boost::json::array with_bounds(double value, const Interval& interval) { return {value, interval.low, interval.high}; }

boost::json::object json_of(const ForetoldReport& one) {
  boost::json::array bins;
  for (const CalibrationBin& bin : one.calibration) {
    bins.push_back(boost::json::array{bin.count, bin.mean_predicted, bin.share_kept});
  }
  boost::json::value difference(nullptr);
  if (one.difference) difference = with_bounds(one.difference->mean, one.difference->interval);
  return {{"by", one.by},
          {"log_loss", number_or_null(one.log_loss)},
          {"brier", number_or_null(one.brier)},
          {"auc", number_or_null(one.auc)},
          {"auc_within", number_or_null(one.auc_within)},
          {"calibration_error", number_or_null(one.calibration_error)},
          {"difference", std::move(difference)},
          {"calibration", std::move(bins)}};
}

boost::json::object json_of(const WayReport& one) {
  const auto estimate = [&one](Estimator estimator) {
    return with_bounds(one.value.of(estimator).value, one.value.of(estimator).value_interval);
  };
  const Estimate& robust = one.value.of(Estimator::doubly_robust);
  const Judgement& judgement = one.value.judgement;
  boost::json::value more(nullptr);
  if (judgement.more_decisions) more = *judgement.more_decisions;
  return {{"scorer", to_string(one.way.scorer)},
          {"policy", to_string(one.way.policy)},
          {"ips", estimate(Estimator::ips)},
          {"snips", estimate(Estimator::snips)},
          {"doubly_robust", estimate(Estimator::doubly_robust)},
          {"difference", with_bounds(robust.difference, robust.difference_interval)},
          {"conclusion", to_string(judgement.conclusion)},
          {"more_decisions", std::move(more)},
          {"sentence", judgement.sentence}};
}

boost::json::object json_of(const ShadowReport& shadow) {
  const auto share = [](const ShadowShare& one) {
    return boost::json::array{one.images, one.share(), one.interval().low, one.interval().high};
  };
  boost::json::value difference(nullptr);
  if (shadow.difference) difference = with_bounds(*shadow.difference, shadow.difference_interval);
  boost::json::value gain(nullptr);
  if (shadow.foretold_gain) gain = with_bounds(shadow.foretold_gain->mean, shadow.foretold_gain->interval);
  return {{"same", share(shadow.same)},
          {"other", share(shadow.other)},
          {"difference", std::move(difference)},
          {"foretold_gain", std::move(gain)},
          {"sentence", shadow.sentence}};
}

void print_json(const HistoryFindings& findings, const HistoryReport& report) {
  boost::json::array foretold;
  for (const ForetoldReport& one : report.foretold) foretold.push_back(json_of(one));
  boost::json::array ways;
  for (const WayReport& one : report.ways) ways.push_back(json_of(one));
  boost::json::object decisions{{"judged", 0}};
  boost::json::value kept(nullptr);
  if (!report.ways.empty()) {
    decisions["judged"] = report.ways.front().value.decisions;
    kept = report.ways.front().value.logged_value;
  }
  decisions["images"] = report.images;
  decisions["unknown_arms"] = findings.unknown_arms;
  decisions["own_choice"] = findings.own_choice;
  decisions["kept"] = std::move(kept);
  boost::json::value shadow(nullptr);
  if (report.shadow) shadow = json_of(*report.shadow);
  std::cout << boost::json::serialize(boost::json::object{{"records", findings.records},
                                                          {"users", findings.users},
                                                          {"selected", findings.selected},
                                                          {"rejected", findings.rejected},
                                                          {"foretold", std::move(foretold)},
                                                          {"foretold_sentence", report.foretold_sentence},
                                                          {"decisions", std::move(decisions)},
                                                          {"policies", std::move(ways)},
                                                          {"policies_sentence", report.ways_sentence},
                                                          {"shadow", std::move(shadow)}})
            << "\n";
}

std::string decimal(const std::optional<double>& number, const char* format) {
  return number ? decimals(*number, format) : "-";
}

void print_foretold(const HistoryReport& report) {
  std::cout << "\nHow well each foretold what was kept, before it was learned:\n"
            << "            log-loss     AUC  AUC within  calibration   log-loss less\n"
            << "                              checkpoint        error   than mean's by\n";
  for (const ForetoldReport& one : report.foretold) {
    std::cout << std::left << std::setw(10) << one.by << std::right << std::setw(10) << decimal(one.log_loss, "%.4f")
              << std::setw(8) << decimal(one.auc, "%.3f") << std::setw(12) << decimal(one.auc_within, "%.3f")
              << std::setw(13) << decimal(one.calibration_error, "%.3f") << "   ";
    if (one.difference) {
      const auto& [low, high] = one.difference->interval;
      std::cout << with_interval(-one.difference->mean, {-high, -low});
    }
    std::cout << "\n";
  }
  std::cout << report.foretold_sentence << "\n";
}

void print_ways(const HistoryFindings& findings, const HistoryReport& report) {
  std::cout << "\n";
  if (!report.ways.empty()) {
    const OffPolicyReport& first = report.ways.front().value;
    std::cout << "What other ways to choose would have been worth, by "
              << counted(first.decisions, "decision", "decisions") << " with "
              << counted(report.images, "judged image", "judged images") << ", of which "
              << decimals(first.logged_value, "%.3f") << " were kept:\n"
              << "scorer    policy          share kept      difference\n";
  }
  for (const WayReport& one : report.ways) {
    const Estimate& robust = one.value.of(Estimator::doubly_robust);
    const Judgement& judgement = one.value.judgement;
    std::cout << std::left << std::setw(10) << to_string(one.way.scorer) << std::setw(10) << to_string(one.way.policy)
              << std::right;
    if (judgement.conclusion == Conclusion::refused) {
      std::cout << "  too thin to say";
    } else {
      std::cout << std::setw(16) << decimals(robust.value, "%.3f") << "      "
                << with_interval(robust.difference, robust.difference_interval) << "  "
                << to_string(judgement.conclusion);
    }
    if (judgement.more_decisions) std::cout << "; " << about(*judgement.more_decisions) << " more decisions may do";
    std::cout << "\n";
  }
  std::cout << report.ways_sentence << "\n";
  if (findings.own_choice > 0) {
    std::cout << counted(findings.own_choice, "verdict was", "verdicts were")
              << " on a checkpoint that its decision could not have told, and left out.\n";
  }
  if (findings.unknown_arms > 0) {
    std::cout << counted(findings.unknown_arms, "verdict names a decision", "verdicts name decisions")
              << " whose arms are not all known, and was left out.\n";
  }
}

void write_plots(const std::string& path, const HistoryReport& report) {
  const auto& kept = report.foretold.back();
  std::vector<std::string> pictures{
      to_svg(ReliabilityPlot{.title = "How often what was foretold came true", .bins = kept.calibration})};
  BarPlot bars{.title = "Share kept beyond what was chosen", .x_label = "difference, 90% interval", .bars = {}};
  for (const WayReport& one : report.ways) {
    if (one.value.judgement.conclusion == Conclusion::refused) continue;
    const Estimate& robust = one.value.of(Estimator::doubly_robust);
    bars.bars.push_back({std::string(to_string(one.way.scorer)) + " " + std::string(to_string(one.way.policy)),
                         robust.difference, robust.difference_interval});
  }
  if (!bars.bars.empty()) pictures.push_back(to_svg(bars));
  write_svg(path, svg_column(pictures));
}

}  // namespace

int evaluate_history(std::span<const std::string> arguments) {
  Usage usage{
      "Replays one's own records and says which scorer foretold best what was kept, and, where records come from\n"
      "decisions (JUDGE), what other scorers and policies would have been worth, with 90% intervals. It refuses to\n"
      "conclude where records are too few, and says how many more it takes. Nothing is changed. docs/evaluate.md.\n\n"
      "Examples:\n"
      "  penchant evaluate history --user ann\n"
      "  penchant evaluate history ann.json --plot ann.svg\n"
      "  penchant evaluate history --data ./preferences --json\n\n"
      "FILE is what penchant export wrote, - standard input; without it and --data a server is asked for its records\n"
      "of --user (default: default). Of FILE and --data all users are taken, unless one is named.\n\n"
      "Usage: penchant evaluate history [FILE|-] [options]\n",
      po::options_description("Options"),
      {"file..."}};
  // clang-format off: an option a line
  usage.options.add_options()
      ("user", po::value<std::string>(), "whose records")
      ("decay-days", real_number(nullptr), "after so many days a record weighs 1/e; 0: for ever 1; with --data as the"
       " folder has it, else 30, unless told")
      ("seed", whole_number<std::uint64_t>(nullptr, 0, UINT64_MAX), "of the resampling that intervals come from;"
       " the same seed, the same intervals")
      ("plot", po::value<std::string>(), "also draw it into this SVG file");
  // clang-format on
  add_transport_options(usage.options);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  const HistoryFindings findings = replay_history(values);
  const Bootstrap bootstrap{.seed = values.contains("seed") ? values["seed"].as<std::uint64_t>() : 0};
  const auto report = report_on(findings, bootstrap, [](std::size_t count, const auto& work) {
    run_on_all_processors("Judging", count, work);
  });
  if (!report) throw std::runtime_error(report.error().message);
  if (values.contains("plot")) write_plots(values["plot"].as<std::string>(), *report);
  if (values.contains("json")) {
    print_json(findings, *report);
  } else {
    std::cout << counted(findings.records, "record", "records") << " of " << counted(findings.users, "user", "users")
              << ": " << findings.selected << " selected, " << findings.rejected << " rejected.\n";
    print_foretold(*report);
    print_ways(findings, *report);
    if (report->shadow) std::cout << "\nIn shadow: " << report->shadow->sentence << "\n";
  }
  return std::cout.good() ? exit_ok : exit_failure;
}

}  // namespace penchant

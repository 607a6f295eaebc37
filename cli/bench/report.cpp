#include "cli/bench/report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "cli/bench/limit.h"
#include "cli/bench/text.h"

namespace penchant::bench {
namespace {

namespace json = boost::json;

struct Percentile {
  const char* name;
  std::uint32_t of_100_000;
};
constexpr std::array percentiles{Percentile{"p50", 50'000}, Percentile{"p90", 90'000}, Percentile{"p99", 99'000},
                                 Percentile{"p99.9", 99'900}, Percentile{"p99.99", 99'990}};
constexpr std::array<const char*, load_kinds> kind_names = {"RECORD", "RECOMMEND", "REQUEST"};
constexpr std::size_t name_columns = 10;
constexpr std::size_t number_columns = 11;
constexpr std::size_t bar_columns = 50;

double milliseconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e6; }

const char* arrival_name(Arrival arrival) { return arrival == Arrival::poisson ? "poisson" : "fixed"; }

LatencyHistogram all_kinds(const Figures& figures) {
  LatencyHistogram all;
  for (const KindFigures& kind : figures.of_kind) all.add_all(kind.latencies);
  return all;
}

struct Bar {
  std::uint64_t up_to_ns;
  std::uint64_t requests;
};

/// From the first to the last that has any: up to 1, 2, 5, 10, ... microseconds.
std::vector<Bar> bars_of(const LatencyHistogram& latencies) {
  std::vector<Bar> bars;
  std::uint64_t before = 0;
  std::uint64_t decade_ns = 1000;
  for (std::size_t i = 0; before < latencies.count(); ++i) {
    constexpr std::array<std::uint64_t, 3> steps = {1, 2, 5};
    const std::uint64_t up_to_ns = decade_ns * steps[i % 3];
    const std::uint64_t up_to = latencies.count_up_to(up_to_ns);
    if (up_to > 0) bars.push_back({up_to_ns, up_to - before});
    before = up_to;
    if (i % 3 == 2) decade_ns *= 10;
  }
  return bars;
}

void append_latencies(std::string& out, const char* name, const LatencyHistogram& latencies) {
  out += name + std::string(name_columns - std::string_view(name).size(), ' ');
  out += right(with_commas(latencies.count()), number_columns);
  for (const auto& [_, share] : percentiles) {
    out += right(format("%.3f", milliseconds(latencies.percentile_ns(share))), number_columns);
  }
  out += right(format("%.3f", milliseconds(latencies.max_ns())), number_columns) + "\n";
}

void append_bars(std::string& out, const LatencyHistogram& latencies) {
  out += right("up to ms", name_columns) + right("requests", number_columns) + "\n";
  const std::vector<Bar> bars = bars_of(latencies);
  std::uint64_t greatest = 1;
  for (const Bar& bar : bars) greatest = std::max(greatest, bar.requests);
  for (const auto& [up_to_ns, requests] : bars) {
    const double share = static_cast<double>(requests) / static_cast<double>(latencies.count());
    const double length = static_cast<double>(requests) / static_cast<double>(greatest) * bar_columns;
    out += right(format("%g", milliseconds(up_to_ns)), name_columns) + right(with_commas(requests), number_columns) +
           right(format("%.2f%%", share * 100), 9) + "  " + std::string(static_cast<std::size_t>(length + 0.5), '#');
    while (out.ends_with(' ')) out.pop_back();
    out += "\n";
  }
}

std::string loop_of(const Load& load) {
  if (!load.is_open_loop()) return "Closed loop: " + under_way(load) + "; the next ones wait for all answers";
  return "Open loop: " + several(load.rate_per_s, "request") + " a second (" + arrival_name(load.arrival) + "), over " +
         under_way(load) + " at most";
}

json::object json_latencies(const LatencyHistogram& latencies) {
  json::object object;
  for (const auto& [name, share] : percentiles) object[name] = milliseconds(latencies.percentile_ns(share));
  object["max"] = milliseconds(latencies.max_ns());
  return object;
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

}  // namespace

std::string text_report(const Load& load, const Figures& figures, double ping_seconds) {
  std::string out = loop_of(load) + ".\n";
  out += several(figures.answered(), "request") + " in " + format("%.2f", figures.seconds) + " s after " +
         with_commas(load.warm_up_s) + " s of warm-up: " + with_commas(figures.rate_per_s()) + " a second; " +
         several(figures.errors(), "error") + ", " + with_commas(figures.unanswered) + " unanswered.\n";
  if (!figures.first_error.empty()) out += "The first error: " + figures.first_error + "\n";
  if (!figures.ended_early.empty()) out += "Ended early: " + figures.ended_early + ".\n";
  if (figures.right() == 0) return out;

  out += load.is_open_loop() ? "\nms from when it was due\n" : "\nms from when it was sent\n";
  out += std::string(name_columns, ' ') + right("requests", number_columns);
  for (const auto& [name, _] : percentiles) out += right(name, number_columns);
  out += right("max", number_columns) + "\n";
  for (std::size_t kind = 0; kind < load_kinds; ++kind) {
    const LatencyHistogram& latencies = figures.of_kind[kind].latencies;
    if (latencies.count() > 0) append_latencies(out, kind_names[kind], latencies);
  }
  if (load.is_open_loop()) append_latencies(out, "sent late", figures.sent_late);
  out += "\n";
  append_bars(out, all_kinds(figures));
  return out + "\n" + limit_sentence(load, figures, ping_seconds) + "\n";
}

std::string json_report(const Load& load, const Figures& figures, double ping_seconds) {
  json::object out;
  out["loop"] = load.is_open_loop() ? "open" : "closed";
  out["rate_asked"] = load.is_open_loop() ? json::value(load.rate_per_s) : json::value();
  out["arrival"] = load.is_open_loop() ? json::value(arrival_name(load.arrival)) : json::value();
  out["connections"] = load.connections;
  out["pipeline"] = load.pipeline;
  out["seconds"] = figures.seconds;
  out["requests"] = figures.answered();
  out["requests_per_second"] = figures.rate_per_s();
  out["errors"] = figures.errors();
  out["first_error"] = text_or_null(figures.first_error);
  out["unanswered"] = figures.unanswered;
  out["ended_early"] = text_or_null(figures.ended_early);
  json::object kinds;
  for (std::size_t kind = 0; kind < load_kinds; ++kind) {
    const bool is_given = kind == static_cast<std::size_t>(Kind::given);
    if (is_given == load.request.empty()) continue;
    const KindFigures& of_kind = figures.of_kind[kind];
    kinds[kind_names[kind]] = {{"requests", of_kind.latencies.count() + of_kind.errors},
                               {"errors", of_kind.errors},
                               {"latency_ms", json_latencies(of_kind.latencies)}};
  }
  out["kinds"] = std::move(kinds);
  out["sent_late_ms"] = load.is_open_loop() ? json::value(json_latencies(figures.sent_late)) : json::value();
  json::array histogram;
  for (const auto& [up_to_ns, requests] : bars_of(all_kinds(figures))) {
    histogram.push_back(json::array{milliseconds(up_to_ns), requests});
  }
  out["histogram"] = std::move(histogram);
  out["server_cpu_cores"] = figures.server_cpu_cores ? json::value(*figures.server_cpu_cores) : json::value();
  out["client_cpu_cores"] = figures.client_cpu_cores;
  out["ping_ms"] = ping_seconds * 1000;
  out["limited_by"] = limit_name(limit_of(load, figures, ping_seconds));
  return json::serialize(out) + "\n";
}

}  // namespace penchant::bench

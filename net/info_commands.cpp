#include "net/info_commands.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "net/figures.h"
#include "net/lower_case.h"

namespace penchant {
namespace {

/// With so many decimals, as redis-server has them.
std::string decimal(double value, int decimals) {
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return std::string(text.data(), static_cast<std::size_t>(size));
}

/// Calls function(name, figures) for each command that somebody has sent.
template <class Function>
void each_command(const Runtime& runtime, const Function& function) {
  for (const Command& command : all_commands())
    function(lower_case(command.name), command_figures(runtime, place_of(command)));
}

}  // namespace

void write_command_stats(std::string& out, const Runtime& runtime) {
  each_command(runtime, [&out](const std::string& name, const CommandFigures& figures) {
    const std::uint64_t calls = figures.latency.count();
    if (calls + figures.rejected == 0) return;
    const double us = static_cast<double>(figures.latency.total_ns()) / 1e3;
    out += "cmdstat_" + name + ":calls=" + std::to_string(calls) + ",usec=" + decimal(us, 0) +
           ",usec_per_call=" + decimal(calls == 0 ? 0 : us / static_cast<double>(calls), 2) +
           ",rejected_calls=" + std::to_string(figures.rejected) + ",failed_calls=" + std::to_string(figures.failed) +
           "\r\n";
  });
}

void write_latency_stats(std::string& out, const Runtime& runtime) {
  each_command(runtime, [&out](const std::string& name, const CommandFigures& figures) {
    if (figures.latency.count() == 0) return;
    const auto us = [&figures](double share) {
      return decimal(static_cast<double>(figures.latency.quantile_ns(share)) / 1e3, 3);
    };
    out += "latency_percentiles_usec_" + name + ":p50=" + us(0.5) + ",p99=" + us(0.99) + ",p99.9=" + us(0.999) + "\r\n";
  });
}

void write_error_stats(std::string& out, const Runtime& runtime) {
  std::map<std::string, std::uint64_t> counts;
  for (const Shard& shard : runtime.shards) {
    for (const auto& [code, count] : shard.traffic.errors_by_code) counts[code] += count;
  }
  for (const auto& [code, count] : counts) out += "errorstat_" + code + ":count=" + std::to_string(count) + "\r\n";
}

}  // namespace penchant

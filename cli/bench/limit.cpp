#include "cli/bench/limit.h"

#include <algorithm>

#include "cli/bench/text.h"

namespace penchant::bench {
namespace {

constexpr double busy_cores = 0.9;
constexpr double kept_share = 0.99;
constexpr double kept_seconds = 0.02;  // the last answers of a short run come a little after they were due
constexpr double round_trip_share = 0.5;

/// What the connections could carry if none waited for another: each has its round trip, and the work for its requests.
double round_trip_rate(const Load& load, const Figures& figures, double ping_seconds) {
  const double work_seconds =
      (figures.server_cpu_cores.value_or(0) + figures.client_cpu_cores) / std::max(figures.rate_per_s(), 1e-9);
  return load.connections * (load.pipeline / (ping_seconds + load.pipeline * work_seconds));
}

bool kept_up(const Figures& figures) {
  const double allowed = std::max(figures.due_seconds / kept_share, figures.due_seconds + kept_seconds);
  return figures.unanswered == 0 && figures.seconds <= allowed;
}

std::string cores(double busy) { return format("%.0f%%", busy * 100); }

}  // namespace

Limit limit_of(const Load& load, const Figures& figures, double ping_seconds) {
  if (load.is_open_loop() && kept_up(figures)) return Limit::rate;
  const double server = figures.server_cpu_cores.value_or(0);
  const double client = figures.client_cpu_cores;
  if (client >= busy_cores && client >= server / figures.server_threads) return Limit::client_processor;
  if (server >= busy_cores * figures.server_threads) return Limit::server_processor;
  if (figures.shared_cores > 0 && server + client >= busy_cores * figures.shared_cores) return Limit::machine;
  const bool is_explained = figures.rate_per_s() >= round_trip_share * round_trip_rate(load, figures, ping_seconds);
  return is_explained ? Limit::round_trip : Limit::other;
}

const char* limit_name(Limit limit) {
  switch (limit) {
    case Limit::rate: return "rate";
    case Limit::client_processor: return "client_processor";
    case Limit::server_processor: return "server_processor";
    case Limit::machine: return "machine";
    case Limit::round_trip: return "round_trip";
    case Limit::other: break;
  }
  return "other";
}

std::string limit_sentence(const Load& load, const Figures& figures, double ping_seconds) {
  const std::string rate = with_commas(figures.rate_per_s());
  std::string sentence = "Limited by ";
  switch (limit_of(load, figures, ping_seconds)) {
    case Limit::rate:
      sentence += "the rate asked: " + with_commas(load.rate_per_s) + " a second, and " + rate + " were answered";
      break;
    case Limit::client_processor:
      sentence += "this client's processor: several of it at once would ask for more than these " + rate + " a second";
      break;
    case Limit::server_processor: sentence += "the server's processor: " + rate + " a second are what it does"; break;
    case Limit::machine:
      sentence += "this machine's processors, which server and client share: " + rate + " a second are what both do";
      break;
    case Limit::round_trip:
      sentence += "the round trip: with " + under_way(load) + " " + rate +
                  " a second are what there is time for; more of either ask for more";
      break;
    case Limit::other:
      sentence += "neither processor nor the round trip: a disk that is waited for, or other work on a machine";
      break;
  }
  const std::string server = figures.server_cpu_cores ? cores(*figures.server_cpu_cores) : "an unknown share";
  return sentence + ". The server was busy for " + server + " of one processor's time, this client for " +
         cores(figures.client_cpu_cores) + "; an idle PING takes " + format("%.3f", ping_seconds * 1000) + " ms.";
}

}  // namespace penchant::bench

// What `penchant bench` prints: for people, and as JSON (docs/bench.md has its members).
#pragma once

#include <string>

#include "cli/bench/load.h"
#include "cli/bench/run.h"

namespace penchant::bench {

/// `ping_seconds` as in limit.h.
std::string text_report(const Load& load, const Figures& figures, double ping_seconds);
std::string json_report(const Load& load, const Figures& figures, double ping_seconds);

}  // namespace penchant::bench

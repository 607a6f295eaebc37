// What kept a load from being answered faster, from the figures of its run. docs/bench.md has the rules.
#pragma once

#include <string>

#include "cli/bench/load.h"
#include "cli/bench/run.h"

namespace penchant::bench {

enum class Limit { rate, client_processor, server_processor, machine, round_trip, other };

/// `ping_seconds`: of one PING while the server was idle.
Limit limit_of(const Load& load, const Figures& figures, double ping_seconds);

/// As --json has it.
const char* limit_name(Limit limit);

/// One sentence, with the numbers it rests on.
std::string limit_sentence(const Load& load, const Figures& figures, double ping_seconds);

}  // namespace penchant::bench

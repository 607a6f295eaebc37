// teach: the records without which a RECOMMEND has nothing to choose from.
#pragma once

#include <functional>

#include "cli/bench/connection.h"
#include "cli/bench/workload.h"

namespace penchant::bench {

/// Teaches every user every checkpoint. told(done, total) after some of them, and whenever it gives false it stops.
/// Throws std::runtime_error with the server's sentence where it refuses one.
void teach(const Load& load, Workload& workload, Socket& socket,
           const std::function<bool(std::uint64_t, std::uint64_t)>& told);

}  // namespace penchant::bench

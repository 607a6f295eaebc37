// The server's figures in Prometheus' text format, version 0.0.4. docs/metrics.md lists the names.
//
// Threading: all threads of stores rest meanwhile (world_stop.h), about a millisecond; more the first time after a
// start, where decisions are read from their files.
#pragma once

#include <string>

#include "net/command.h"

namespace penchant {

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(Runtime& runtime);

}  // namespace penchant

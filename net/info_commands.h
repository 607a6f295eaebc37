// INFO's sections about commands, as redis-server writes them.
#pragma once

#include <string>

#include "net/command.h"

namespace penchant {

// Of each command that somebody has sent.
void write_command_stats(std::string& out, const Runtime& runtime);
void write_latency_stats(std::string& out, const Runtime& runtime);
// Of each first word of an error that was answered.
void write_error_stats(std::string& out, const Runtime& runtime);

}  // namespace penchant

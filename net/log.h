// The log's four words, so that only log.cpp knows spdlog. For people at the boundary: start, end, what went wrong.
#pragma once

#include <string>
#include <string_view>

namespace penchant {

/// To standard error from now on; `level` is debug, info, warning or error. False where it is none of them.
bool start_log(std::string_view level);

bool is_log_level(std::string_view level);
/// Of those that are one.
void set_log_level(std::string_view level);

void log_info(const std::string& sentence);
void log_warning(const std::string& sentence);
void log_error(const std::string& sentence);

}  // namespace penchant

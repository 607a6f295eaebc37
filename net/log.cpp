#include "net/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace penchant {

bool is_log_level(std::string_view level) { return spdlog::level::from_str(std::string(level)) != spdlog::level::off; }

bool start_log(std::string_view level) {
  if (!is_log_level(level)) return false;
  spdlog::set_default_logger(spdlog::stderr_color_mt("penchant"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  set_log_level(level);
  return true;
}

void set_log_level(std::string_view level) { spdlog::set_level(spdlog::level::from_str(std::string(level))); }

void log_info(const std::string& sentence) { spdlog::info("{}", sentence); }
void log_warning(const std::string& sentence) { spdlog::warn("{}", sentence); }
void log_error(const std::string& sentence) { spdlog::error("{}", sentence); }

}  // namespace penchant

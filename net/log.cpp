#include "net/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace penchant {

bool start_log(std::string_view level) {
  const auto parsed = spdlog::level::from_str(std::string(level));
  if (parsed == spdlog::level::off) return false;
  spdlog::set_default_logger(spdlog::stderr_color_mt("penchant"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  spdlog::set_level(parsed);
  return true;
}

void log_info(const std::string& sentence) { spdlog::info("{}", sentence); }
void log_warning(const std::string& sentence) { spdlog::warn("{}", sentence); }
void log_error(const std::string& sentence) { spdlog::error("{}", sentence); }

}  // namespace penchant

#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>

namespace penchant {
namespace {

constexpr std::size_t bar_columns = 30;
constexpr std::chrono::milliseconds between{200};

}  // namespace

Progress::Progress(std::string_view doing)
    : doing_(doing), is_told_(isatty(STDERR_FILENO) == 1), next_(std::chrono::steady_clock::now() + between) {}

Progress::~Progress() {
  if (has_line_) std::cerr << "\r\x1b[K" << std::flush;
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
  if (!is_told_ || std::chrono::steady_clock::now() < next_) return;
  next_ = std::chrono::steady_clock::now() + between;
  has_line_ = true;
  const double share = total == 0 ? 1 : std::min(static_cast<double>(done) / static_cast<double>(total), 1.0);
  const auto filled = static_cast<std::size_t>(share * bar_columns);
  std::cerr << "\r" << doing_ << " [" << std::string(filled, '#') << std::string(bar_columns - filled, ' ') << "] "
            << static_cast<int>(share * 100) << "%" << std::flush;
}

}  // namespace penchant

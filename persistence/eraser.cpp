#include "persistence/eraser.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "engine/check.h"

namespace penchant {

Eraser::~Eraser() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Eraser::add(Erasure erasure) {
  PENCHANT_CHECK(erasures_.empty() || erasures_.back().sequence < erasure.sequence);
  erasures_.push_back(std::move(erasure));
  failure_.reset();
}

std::uint64_t Eraser::forgotten(std::string_view user) const {
  std::uint64_t sequence = 0;
  for (const Erasure& erasure : erasures_) {
    if (erasure.user == user) sequence = erasure.sequence;
  }
  return sequence;
}

bool Eraser::due(std::int64_t now_ms) const {
  if (erasures_.empty() || running()) return false;
  const bool is_set_back = now_ms < failed_ms_;  // the clock
  return !failure_ || is_set_back || now_ms - failed_ms_ >= erasure_retry_ms;
}

void Eraser::failed(const Failure& failure, std::int64_t now_ms) {
  failure_ = failure;
  failed_ms_ = now_ms;
}

result<void> Eraser::start(std::uint64_t sequence) {
  PENCHANT_CHECK(!running());
  at_work_.clear();
  std::ranges::copy_if(erasures_, std::back_inserter(at_work_),
                       [sequence](const Erasure& erasure) { return erasure.sequence <= sequence; });
  ended_ = false;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    return Failure{std::string("cannot begin a thread for the erasure: ") + error.what()};
  }
  return {};
}

void Eraser::run() {
  try {
    outcome_ = erase_events(files_, directory_, at_work_, stop_);
  } catch (const std::exception& error) {
    outcome_ = Failure{error.what()};
  }
  ended_ = true;
}

std::optional<result<void>> Eraser::poll() {
  if (!running() || !ended_) return std::nullopt;
  thread_.join();
  if (outcome_) {
    const std::uint64_t last = at_work_.back().sequence;
    std::erase_if(erasures_, [last](const Erasure& erasure) { return erasure.sequence <= last; });
  }
  return outcome_;
}

}  // namespace penchant

#include "net/traffic.h"

#include <algorithm>
#include <chrono>

namespace penchant {

std::uint64_t steady_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

void RateMeter::sample(std::uint64_t now_ns, std::uint64_t value) {
  samples_[next_++ % samples_.size()] = {now_ns, value};
}

std::uint64_t RateMeter::per_second() const {
  if (next_ < 2) return 0;
  const Sample& newest = samples_[(next_ - 1) % samples_.size()];
  const Sample& oldest = samples_[next_ < samples_.size() ? 0 : next_ % samples_.size()];
  if (newest.ns <= oldest.ns || newest.value < oldest.value) return 0;
  const double seconds = static_cast<double>(newest.ns - oldest.ns) / 1e9;
  return static_cast<std::uint64_t>(static_cast<double>(newest.value - oldest.value) / seconds + 0.5);
}

void Traffic::note_recommendation(Band band) {
  ++recommendations;
  switch (band) {
    case Band::explore: ++decisions_explore; break;
    case Band::hedge: ++decisions_hedge; break;
    case Band::exploit: ++decisions_exploit; break;
  }
}

void Traffic::note_judged(Verdict verdict, std::uint64_t count) {
  if (verdict == Verdict::neutral) return;  // seen, not judged
  decisions_judged += count;
  if (verdict == Verdict::selected) decisions_kept_verdicts += count;
}

void Traffic::note_error(std::string_view reply) {
  ++errors;
  const std::string_view code = reply.substr(1, std::min(reply.find_first_of(" \r"), reply.size()) - 1);
  const auto known = errors_by_code.find(code);
  if (known != errors_by_code.end()) {
    ++known->second;
  } else if (errors_by_code.size() < error_codes_max) {
    errors_by_code.emplace(code, 1);
  }
}

void Traffic::sample() {
  const std::uint64_t now_ns = steady_ns();
  command_rate.sample(now_ns, commands_processed);
  input_rate.sample(now_ns, input_bytes);
  output_rate.sample(now_ns, output_bytes);
}

void Traffic::reset() {
  const std::size_t count = commands.size();
  *this = Traffic();
  commands.resize(count);
}

}  // namespace penchant

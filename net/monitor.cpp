#include "net/monitor.h"

#include <chrono>
#include <string>
#include <utility>

#include "net/request_shown.h"

namespace penchant {
namespace {

/// Unix seconds, with six decimals.
std::string time_told() {
  using namespace std::chrono;
  const auto us = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
  const std::string decimals = std::to_string(us % 1'000'000);
  return std::to_string(us / 1'000'000) + "." + std::string(6 - decimals.size(), '0') + decimals;
}

}  // namespace

void tell_monitors(Runtime& runtime, const Client& client, const Command& command,
                   std::span<const std::string_view> request) {
  if (command.name == "AUTH" || command.run == commands::monitor || !runtime.tell_monitors) return;
  const Client& asking = client.owner ? *client.owner : client;
  std::string line = "+" + time_told() + " [0 " + asking.address + "]";
  for (const std::string& argument : shown_request(request)) append_quoted(argument, line += ' ');
  line += "\r\n";
  runtime.tell_monitors(line);
}

namespace commands {

void monitor(Call& call) {
  if (!std::exchange(call.client.monitoring, true)) ++call.runtime.monitors;
  call.reply.simple("OK");
}

}  // namespace commands
}  // namespace penchant

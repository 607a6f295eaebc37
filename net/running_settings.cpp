#include "net/running_settings.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "net/log.h"
#include "net/tls.h"

namespace penchant {
namespace {

using Change = Setting::Change;

/// A whole number, which `apply` takes.
template <class Integer, class Apply>
auto number_for(Integer min, std::type_identity_t<Integer> max, Apply apply) {
  return [min, max, apply](std::string_view text) -> result<Change> {
    const auto value = read_setting<Integer>(text, min, max);
    if (!value) return value.error();
    return Change([apply, value = *value] { apply(value); });
  };
}

template <class Apply>
auto seconds_for(std::int64_t min, Apply apply) {
  return number_for<std::int64_t>(min, seconds_most,
                                  [apply](std::int64_t value) { apply(std::chrono::seconds(value)); });
}

template <class Apply>
void each_store(Runtime& runtime, const Apply& apply) {
  for (Shard& shard : runtime.shards) apply(shard.service.store());
}

void add_client_settings(Runtime& runtime, ServerOptions& options) {
  const auto set_clients = [&options, has_tls = runtime.has_tls](std::string_view text) -> result<Change> {
    const auto wanted = read_setting<std::size_t>(text, 1, clients_most);
    if (!wanted) return wanted.error();
    if (const std::size_t most = make_room_for_clients(*wanted, has_tls); most < *wanted) {
      return Failure{"the limit of open files (ulimit -n) leaves room for " + std::to_string(most) + " clients"};
    }
    return Change([&options, clients = *wanted] { options.clients_max = clients; });
  };
  runtime.settings.push_back({"maxclients", std::to_string(options.clients_max), set_clients});
  runtime.settings.push_back({"timeout", std::to_string(options.idle_max.count()),
                              seconds_for(0, [&options](std::chrono::seconds s) { options.idle_max = s; })});
  runtime.settings.push_back({"request-timeout", std::to_string(options.request_max.count()),
                              seconds_for(1, [&options](std::chrono::seconds s) { options.request_max = s; })});
}

void add_decision_settings(Runtime& runtime, ServerOptions& options) {
  const auto set_verdict = [&options](std::string_view text) -> result<Change> {
    const auto verdict = parse_verdict(text);
    if (!verdict && !text.empty()) return Failure{"it must be selected, rejected or neutral, or empty for none"};
    return Change([&options, verdict] { options.default_verdict = verdict; });
  };
  const std::string_view verdict = options.default_verdict ? to_string(*options.default_verdict) : std::string_view{};
  runtime.settings.push_back({"default-verdict", std::string(verdict), set_verdict});
  runtime.settings.push_back(
      {"default-verdict-after", std::to_string(options.default_verdict_after.count()),
       seconds_for(1, [&options](std::chrono::seconds s) { options.default_verdict_after = s; })});
  const auto set_shadow = [&runtime](std::string_view text) -> result<Change> {
    if (text != "yes" && text != "no") return Failure{"it must be yes or no"};
    return Change([&runtime, is_on = text == "yes"] {
      for (Shard& shard : runtime.shards) shard.service.use_shadow(is_on);
    });
  };
  const bool is_shadow = runtime.shards.front().service.is_shadow();
  runtime.settings.push_back({"shadow", is_shadow ? "yes" : "no", set_shadow});
}

void add_store_settings(Runtime& runtime) {
  const StoreOptions& now = runtime.shards.front().service.store().options();
  const auto save_of = [](std::chrono::seconds every) { return std::to_string(every.count()) + " 1"; };
  runtime.settings.push_back({"save", save_of(now.snapshot_every)});
  runtime.settings.push_back({"snapshot-every", std::to_string(now.snapshot_every.count()),
                              seconds_for(0, [&runtime, save_of](std::chrono::seconds every) {
                                each_store(runtime, [every](Store& store) { store.set_snapshot_every(every); });
                                find_setting(runtime, "save")->value = save_of(every);
                              })});
  const auto set_days = [&runtime](std::uint64_t days) {
    each_store(runtime, [days](Store& one) { one.set_history(days, one.options().segments.history_bytes); });
  };
  const auto set_bytes = [&runtime](std::uint64_t bytes) {
    each_store(runtime, [bytes](Store& one) { one.set_history(one.options().segments.history_days, bytes); });
  };
  runtime.settings.push_back({"history-days", std::to_string(now.segments.history_days),
                              number_for<std::uint64_t>(0, history_days_max, set_days)});
  runtime.settings.push_back({"history-bytes", std::to_string(now.segments.history_bytes),
                              number_for<std::uint64_t>(0, UINT64_MAX, set_bytes)});
}

}  // namespace

std::size_t make_room_for_clients(std::size_t clients, bool has_tls) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t each = has_tls ? 3 : 1;  // the client's, and a pair between relay and server
  const rlim_t ours = descriptors_for_ourselves + (has_tls ? tls_handshakes_max : 0);
  const rlim_t wanted = clients * each + ours;
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= wanted) return clients;
  return (limit.rlim_cur - std::min(limit.rlim_cur, ours)) / each;
}

void add_running_settings(Runtime& runtime, ServerOptions& options, const std::string& log_level) {
  add_client_settings(runtime, options);
  add_decision_settings(runtime, options);
  add_store_settings(runtime);
  add_slow_log_settings(runtime);
  runtime.settings.push_back({"log-level", log_level, [](std::string_view text) -> result<Change> {
                                if (!is_log_level(text)) return Failure{"it must be debug, info, warning or error"};
                                return Change([level = std::string(text)] { set_log_level(level); });
                              }});
  std::ranges::sort(runtime.settings, {}, &Setting::name);
}

}  // namespace penchant

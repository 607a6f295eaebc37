// CONFIG: settings are told and, where that is safe, changed.
#include <fnmatch.h>

#include <algorithm>
#include <string>
#include <vector>

#include "net/command.h"
#include "net/setting.h"

namespace penchant {
namespace {

bool is_same(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](char c) { return c | 0x20; }, [](char c) { return c | 0x20; });
}

}  // namespace

Setting* find_setting(Runtime& runtime, std::string_view name) {
  const auto found =
      std::ranges::find_if(runtime.settings, [name](const Setting& one) { return is_same(one.name, name); });
  return found == runtime.settings.end() ? nullptr : &*found;
}

void add_slow_log_settings(Runtime& runtime) {
  const auto set_threshold = [&runtime](std::string_view text) -> result<Setting::Change> {
    const auto us = read_setting<std::int64_t>(text, -1, INT64_MAX / 1000);
    if (!us) return us.error();
    return Setting::Change([&runtime, us = *us] {
      for (Shard& shard : runtime.shards) {
        shard.slow_log.slower_than_ns = us < 0 ? SlowLog::never : static_cast<std::uint64_t>(us) * 1000;
      }
    });
  };
  const auto set_length = [&runtime](std::string_view text) -> result<Setting::Change> {
    const auto length = read_setting<std::uint64_t>(text, 0, slow_entries_most);
    if (!length) return length.error();
    return Setting::Change([&runtime, length = *length] {
      for (Shard& shard : runtime.shards) shard.slow_log.set_max(length);
    });
  };
  runtime.settings.push_back({"slowlog-log-slower-than", "10000", set_threshold});
  runtime.settings.push_back({"slowlog-max-len", "128", set_length});
}

namespace commands {
namespace {

void get_settings(Call& call) {
  std::vector<std::string> patterns;
  while (call.arguments.more()) patterns.emplace_back(call.arguments.text("the pattern"));
  if (patterns.empty()) return call.reply.error("ERR CONFIG GET needs at least one pattern");
  std::vector<const Setting*> matches;
  for (const Setting& setting : call.runtime.settings) {
    const auto is_match = [&setting](const std::string& pattern) {
      return fnmatch(pattern.c_str(), setting.name.c_str(), FNM_CASEFOLD) == 0;
    };
    if (std::ranges::any_of(patterns, is_match)) matches.push_back(&setting);
  }
  call.reply.map(matches.size());
  for (const Setting* setting : matches) {
    call.reply.bulk(setting->name);
    call.reply.bulk(setting->value);
  }
}

/// One of those to be set; nothing has changed yet.
result<Setting::Change> prepare(Setting* setting, std::string_view name, std::string_view value) {
  const auto failure = [name](const std::string& why) {
    return Failure{"CONFIG SET failed, nothing was set: '" + std::string(name.substr(0, 64)) + "': " + why};
  };
  if (!setting) return failure("there is no such setting; CONFIG GET * tells what there is");
  if (!setting->prepare) return failure("it is fixed while the server runs: start penchant serve with another value");
  auto change = setting->prepare(value);
  if (!change) return failure(change.error().message);
  return change;
}

/// All of the pairs, or none.
void set_settings(Call& call) {
  Arguments& arguments = call.arguments;
  if (arguments.left() == 0 || arguments.left() % 2 != 0) {
    return call.reply.error("ERR CONFIG SET needs a name and a value for each setting");
  }
  struct Pair {
    Setting* setting;
    std::string_view value;
    Setting::Change change;
  };
  std::vector<Pair> pairs;
  while (arguments.more()) {
    const std::string_view name = arguments.text("the name");
    const std::string_view value = arguments.text("the value");
    Setting* const setting = find_setting(call.runtime, name);
    auto change = prepare(setting, name, value);
    if (!change) return call.reply.error("ERR " + change.error().message);
    if (std::ranges::find(pairs, setting, &Pair::setting) != pairs.end()) {
      return call.reply.error("ERR CONFIG SET failed, nothing was set: '" + setting->name + "' is given twice");
    }
    pairs.push_back({setting, value, std::move(*change)});
  }
  for (const Pair& pair : pairs) {
    pair.setting->value = pair.value;
    pair.change();
  }
  call.reply.simple("OK");
}

}  // namespace

void config(Call& call) {
  if (call.arguments.option("GET")) return get_settings(call);
  if (call.arguments.option("SET")) return set_settings(call);
  if (call.arguments.option("RESETSTAT")) {
    if (!call.arguments.done()) return call.reply.error(call.arguments.error());
    call.runtime.connections_received = 0;
    call.runtime.connections_refused = 0;
    for (Shard& shard : call.runtime.shards) shard.traffic.reset();
    return call.reply.simple("OK");
  }
  call.reply.error("ERR CONFIG must be followed by GET and patterns, SET and pairs of names and values, or RESETSTAT");
}

}  // namespace commands
}  // namespace penchant

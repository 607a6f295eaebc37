// Setting: what CONFIG GET tells, and CONFIG SET changes where it can be changed while the server runs.
//
// Owner: the runtime's list of them. Threading: changed while all threads rest. docs/protocol.md says which can be.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/result.h"
#include "net/arguments.h"

namespace penchant {

struct Setting {
  /// Makes the change, which cannot fail any more.
  using Change = std::function<void()>;

  std::string name;
  std::string value;
  /// Whether this value can be set, and how; if not, one sentence. Empty where it is fixed while the server runs.
  std::function<result<Change>(std::string_view value)> prepare = {};
};

struct Runtime;

/// A value that is a whole number.
template <class Integer>
result<Integer> read_setting(std::string_view text, Integer min, Integer max) {
  Arguments arguments({&text, 1}, "CONFIG", "SET name value");
  const Integer value = arguments.number<Integer>("the value", min, max);
  if (!arguments.done()) return Failure{std::string(arguments.error().substr(std::string_view("ERR ").size()))};
  return value;
}

/// The setting of this name, in any case; null where there is none.
Setting* find_setting(Runtime& runtime, std::string_view name);

/// slowlog-log-slower-than and slowlog-max-len, of all stores.
void add_slow_log_settings(Runtime& runtime);

}  // namespace penchant

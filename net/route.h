// Where a request runs: users are spread over the stores by their names, and each store has a thread of its own.
// Pure functions of the request, of who asks and of what never changes while the server runs; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/command.h"

namespace penchant {

struct Route {
  /// any: with whatever store is at hand; store: with that one; everywhere: while nobody else runs anything.
  enum class Kind : std::uint8_t { any, store, everywhere };
  Kind kind = Kind::any;
  std::uint32_t store = 0;
  bool is_about_connection = false;  // it reads or changes the client: others of its batch must not run beside it
};

/// Of a request that cannot be run, too: any store says so.
Route route_of(std::span<const std::string_view> request, const Client& client, const Runtime& runtime);

/// The users of a RECORDS, each as often as it names them.
std::vector<std::string> users_of_records(std::span<const std::string_view> request);

/// Of one that this life has told, the store whose ring did; an earlier one may lie in any, for users may have been
/// spread anew since.
Route route_of_decision(std::string_view decision, const Runtime& runtime);

}  // namespace penchant

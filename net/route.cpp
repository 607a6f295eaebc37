#include "net/route.h"

#include <algorithm>

#include "persistence/decision_id.h"
#include "persistence/store_layout.h"

namespace penchant {
namespace {

/// A transaction's requests run together: with the one store that they are for, or where they are for several, alone.
Route route_of_exec(const Client& client, const Runtime& runtime) {
  Route all{.is_about_connection = true};
  if (!client.transaction || client.transaction->failed()) return all;
  Client outside;  // none of them waits in a transaction then
  outside.access = client.access;
  for (const Transaction::Request& request : client.transaction->requests()) {
    const std::vector<std::string_view> views(request.begin(), request.end());
    const Route one = route_of(views, outside, runtime);
    if (one.kind == Route::Kind::any) continue;
    const bool is_other = all.kind == Route::Kind::store && one.store != all.store;
    all.kind = is_other ? Route::Kind::everywhere : one.kind;
    all.store = one.store;
    if (all.kind == Route::Kind::everywhere) return all;
  }
  return all;
}

}  // namespace

Route route_of_decision(std::string_view decision, const Runtime& runtime) {
  const auto id = parse_decision_id(decision);
  if (!id) return {};
  for (std::uint32_t store = 0; store < runtime.shards.size(); ++store) {
    if (runtime.shards[store].service.decisions().start() == id->start) return {Route::Kind::store, store};
  }
  return {Route::Kind::everywhere};
}

std::vector<std::string> users_of_records(std::span<const std::string_view> request) {
  const bool has_user = request.size() == 4 && is_word(request[2], "USER");
  return records_users(request[1], has_user ? request[3] : default_user);
}

/// Where they are of several stores' users all threads rest, for it is all or nothing.
static Route route_of_records(std::span<const std::string_view> request, const Runtime& runtime) {
  Route route;
  for (const std::string& user : users_of_records(request)) {
    const std::uint32_t store = store_of(user, static_cast<std::uint32_t>(runtime.shards.size()));
    if (route.kind == Route::Kind::store && route.store != store) return {Route::Kind::everywhere};
    route = {Route::Kind::store, store};
  }
  return route;
}

Route route_of(std::span<const std::string_view> request, const Client& client, const Runtime& runtime) {
  const Command* const command = find_command(request.front());
  if (!command) return {};
  const auto has = [command](Command::Flag flag) { return (command->flags & flag) != 0; };
  if (client.transaction && !has(Command::immediate)) return {.is_about_connection = true};
  if (refusal_of(*command, request, client.access)) return {};  // it stops nobody else's work
  if (command->run == commands::exec) return route_of_exec(client, runtime);
  const bool is_list = command->run == commands::client && request.size() > 1 &&
                       (is_word(request[1], "LIST") || is_word(request[1], "KILL"));
  if (has(Command::everywhere) || is_list) return {.kind = Route::Kind::everywhere, .is_about_connection = is_list};
  if (has(Command::connection)) return {.is_about_connection = true};
  if (request.size() < 2) return {};
  if (has(Command::by_user)) {
    return {Route::Kind::store, store_of(request[1], static_cast<std::uint32_t>(runtime.shards.size()))};
  }
  if (has(Command::by_decision)) return route_of_decision(request[1], runtime);
  if (has(Command::by_records)) return route_of_records(request, runtime);
  return {};
}

}  // namespace penchant

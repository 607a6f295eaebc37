#include "net/access.h"

#include <algorithm>
#include <array>

#include "net/command.h"
#include "net/route.h"

namespace penchant {
namespace {

bool has_any(const Command& command, int flags) { return (command.flags & flags) != 0; }

/// The command and, where it has some with other rights than it, its subcommand.
struct Asked {
  std::string_view subcommand;
  Role least;  // that may
};

bool is_any_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [word](std::string_view one) { return is_word(word, one); });
}

Asked asked_of_client(std::string_view subcommand) {
  constexpr std::array<std::string_view, 7> own{"ID", "GETNAME", "SETNAME", "SETINFO", "INFO", "NO-EVICT", "NO-TOUCH"};
  return {subcommand, is_any_of(subcommand, own) ? Role::reader : Role::admin};
}

Asked asked_of_pool(std::string_view subcommand) {
  constexpr std::array<std::string_view, 2> questions{"GET", "LIST"};
  return {subcommand, is_any_of(subcommand, questions) ? Role::reader : Role::writer};
}

/// An admin where nothing says that less will do.
Asked read_asked(const Command& command, std::string_view subcommand) {
  if (command.run == commands::client) return asked_of_client(subcommand);
  if (command.run == commands::pool) return asked_of_pool(subcommand);
  if (has_any(command, Command::admin)) return {{}, Role::admin};
  if (has_any(command, Command::write)) return {{}, Role::writer};
  return {{}, has_any(command, Command::read | Command::connection) ? Role::reader : Role::admin};
}

/// Whether the request is about nobody but this user.
bool is_about(std::string_view user, const Command& command, std::span<const std::string_view> request) {
  if (has_any(command, Command::by_user)) return request.size() > 1 && request[1] == user;
  if (has_any(command, Command::by_records)) {
    const auto users = request.size() > 1 ? users_of_records(request) : std::vector<std::string>();
    return std::ranges::all_of(users, [user](const std::string& one) { return one == user; });
  }
  return has_any(command, Command::by_decision | Command::connection | Command::nobodys);
}

}  // namespace

std::optional<std::string> refusal_of(const Command& command, std::span<const std::string_view> request,
                                      const Access& access) {
  if (has_any(command, Command::open) || (access.role == Role::admin && access.user.empty())) return std::nullopt;
  if (access.role == Role::none) return std::string(no_access);
  const auto [subcommand, least] = read_asked(command, request.size() > 1 ? request[1] : std::string_view());
  std::string name(command.name);
  if (!subcommand.empty()) name.append(" ").append(subcommand.substr(0, 64));
  if (access.role < least) {
    return "NOPERM this token has no permissions to run " + name + ": that takes the role " +
           std::string(to_string(least)) + ", and this one is a " + std::string(to_string(access.role)) + "'s";
  }
  if (access.user.empty() || is_about(access.user, command, request)) return std::nullopt;
  const bool is_by_user = has_any(command, Command::by_user | Command::by_records);
  return "NOPERM this token has no permissions to run " + name +
         (is_by_user ? " for another user than its own" : ": it is for one user alone");
}

}  // namespace penchant

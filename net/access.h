// Access: who a client is and what it may do. docs/security.md has the table of roles and commands.
//
//   if (const auto why = refusal_of(*command, request, client.access)) return reply.error(*why);
//
// The one place where rights are looked at, for every wire. Pure functions, any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "persistence/token_file.h"

namespace penchant {

struct Command;

struct Access {
  Role role = Role::none;
  std::string user;   // that it is limited to; empty: all
  std::string name;   // of the token; empty: it came in without
  TokenHash token{};  // its hash, by which it is known after the tokens have changed

  /// Of who has been let in by other means: the files are open to them, or the server has no tokens.
  static Access everything() { return {.role = Role::admin, .user = {}, .name = {}, .token = {}}; }
};

/// Why this client may not run the request, which names this command, as an error reply has it; nothing where it may.
/// What JUDGE judges is for JUDGE to look at: whose decision it is only the ring knows.
std::optional<std::string> refusal_of(const Command& command, std::span<const std::string_view> request,
                                      const Access& access);

inline constexpr std::string_view no_access = "NOAUTH Authentication required.";

}  // namespace penchant

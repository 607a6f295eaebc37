// The token file: who may use a server, and how much of it. docs/security.md tells its format and who it is for.
//
//   auto tokens = read_tokens(files, path);            // none where there is no file
//   auto changed = change_tokens(files, path, [&](std::vector<TokenEntry>& all) { … });
//
// A token itself is nowhere but in make_token()'s answer: what is kept is its hash.
// Pure functions but for the files and OpenSSL's random numbers. Errors: a Failure with a sentence; a damaged
// file's has the number of the line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/limits.h"
#include "engine/result.h"
#include "persistence/file.h"

namespace penchant {

inline constexpr std::size_t tokens_max = 1024;
inline constexpr std::size_t token_name_bytes_max = 64;
inline constexpr std::size_t token_file_bytes_max = std::size_t{1} << 20;
inline constexpr std::string_view token_file_name = "tokens";  // in the data folder, unless it is elsewhere
inline constexpr std::string_view token_prefix = "pct_";
inline constexpr std::size_t token_random_bytes = 32;
inline constexpr std::size_t token_bytes = 47;  // the prefix and 43 digits of base64url

/// Each may do what those before it may.
enum class Role : std::uint8_t { none, reader, writer, admin };
std::string_view to_string(Role role);
/// reader, writer or admin.
std::optional<Role> parse_role(std::string_view text);

using TokenHash = std::array<std::uint8_t, 32>;  // SHA-256
TokenHash hash_of(std::string_view token);

struct TokenEntry {
  std::string name;
  Role role = Role::none;
  std::string user;  // that it is limited to; empty: all
  TokenHash hash{};
  std::int64_t created_ms = 0;

  friend bool operator==(const TokenEntry&, const TokenEntry&) = default;
};

/// Whether it may stand in the file beside others.
result<void> validate(const TokenEntry& entry);

struct Token {
  std::string text;
};
/// A new one, from OpenSSL's random numbers; a Failure where it has none.
result<Token> make_token();

result<std::vector<TokenEntry>> parse_tokens(std::string_view text);
std::string format_tokens(const std::vector<TokenEntry>& entries);

/// Nothing where its folder has no such file.
result<std::optional<std::vector<TokenEntry>>> read_tokens(FileSystem& files, const std::string& path);

/// Reads the file, has `change` change what it holds, and writes it, all or nothing, while nobody else does the same.
result<void> change_tokens(FileSystem& files, const std::string& path,
                           const std::function<result<void>(std::vector<TokenEntry>&)>& change);

}  // namespace penchant

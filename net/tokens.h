// Tokens: who has which, while a server runs; and the addresses that wrong ones come from.
//
//   if (const auto access = runtime.tokens.find(token)) client.access = *access;
//   else if (runtime.wrong_tokens.note(client.address)) …   // too many
//
// Threading: Tokens do not change while requests run: they are taken anew while all threads rest (world_stop.h).
// WrongTokens and TokenWatch say their own.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/access.h"
#include "persistence/token_file.h"

namespace penchant {

class Tokens {
 public:
  /// None, and nobody is asked for one.
  Tokens() = default;

  /// These hold from now on. Where there was one ever, clients are asked for one ever after.
  void take(std::vector<TokenEntry> entries);

  bool are_asked_for() const { return are_asked_for_; }
  /// What its token lets a client do; nothing where there is no such token. The time it takes tells nothing.
  std::optional<Access> find(std::string_view token) const;
  /// The same where a client says its token's name as well; "default" and an empty one are no name.
  std::optional<Access> find(std::string_view name, std::string_view token) const;

  /// What the token of this name lets a client do.
  std::optional<Access> named(std::string_view name) const;

  /// What a client may do that has not said who it is.
  Access at_first() const { return are_asked_for_ ? Access{} : Access::everything(); }
  /// What a client may do now that came in as `access`.
  Access renewed(const Access& access) const;

 private:
  const TokenEntry* entry_of(const TokenHash& hash) const;

  std::vector<TokenEntry> entries_;
  bool are_asked_for_ = false;
};

inline constexpr std::size_t wrong_tokens_max = 10;  // of an address within wrong_tokens_time
inline constexpr std::chrono::seconds wrong_tokens_time{60};
inline constexpr std::size_t wrong_token_addresses_max = 4096;  // counted by themselves; all others count as one
inline constexpr std::string_view too_many_wrong_tokens =
    "ERR too many wrong tokens from this address: a right one is let in, further wrong ones are not looked at for a "
    "minute";

/// Any thread.
class WrongTokens {
 public:
  using Clock = std::chrono::steady_clock;

  /// Counts one from "address:port", says it in the log unless there were too many, and whether there are.
  bool note(std::string_view peer, Clock::time_point now = Clock::now());

 private:
  struct Count {
    std::size_t wrong = 0;
    Clock::time_point since{};
  };

  std::mutex mutex_;
  boost::unordered_flat_map<std::string, Count> counts_;
};

/// Who of an address counts together: the address, of IPv6 its /64.
std::string counted_address(std::string_view peer);

/// A token file that may change. One thread.
class TokenWatch {
 public:
  /// `path` may be empty: then there is nothing to see.
  explicit TokenWatch(std::string path) : path_(std::move(path)) {}

  /// What the file holds, where it has changed since the last look, or `always`; none of it where the file is gone.
  std::optional<result<std::vector<TokenEntry>>> look(bool always);

 private:
  struct Seen {
    std::uint64_t inode = 0;
    std::int64_t size = -1;  // -1: no file
    std::int64_t changed_s = 0;
    std::int64_t changed_ns = 0;
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  const std::string path_;
  std::optional<Seen> seen_;
};

}  // namespace penchant

#include "net/tokens.h"

#include <openssl/crypto.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "net/log.h"

namespace penchant {
namespace {

constexpr std::size_t network_bytes = 8;  // of an IPv6 address, that one who has it chooses the rest of

Access access_of(const TokenEntry& entry) { return {entry.role, entry.user, entry.name, entry.hash}; }

std::string network_of(const boost::asio::ip::address_v6& address) {
  auto bytes = address.to_bytes();
  std::fill(bytes.begin() + network_bytes, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace

void Tokens::take(std::vector<TokenEntry> entries) {
  entries_ = std::move(entries);
  are_asked_for_ = are_asked_for_ || !entries_.empty();
}

const TokenEntry* Tokens::entry_of(const TokenHash& hash) const {
  const TokenEntry* found = nullptr;
  for (const TokenEntry& entry : entries_) {
    if (CRYPTO_memcmp(entry.hash.data(), hash.data(), hash.size()) == 0) found = &entry;
  }
  return found;
}

std::optional<Access> Tokens::find(std::string_view token) const {
  if (token.size() != token_bytes) return std::nullopt;
  const TokenEntry* const entry = entry_of(hash_of(token));
  return entry ? std::optional(access_of(*entry)) : std::nullopt;
}

std::optional<Access> Tokens::find(std::string_view name, std::string_view token) const {
  auto access = find(token);
  const bool is_named = !name.empty() && name != "default";
  return access && is_named && access->name != name ? std::nullopt : access;
}

std::optional<Access> Tokens::named(std::string_view name) const {
  const auto entry = std::ranges::find(entries_, name, &TokenEntry::name);
  return entry == entries_.end() ? std::nullopt : std::optional(access_of(*entry));
}

Access Tokens::renewed(const Access& access) const {
  const TokenEntry* const entry = access.name.empty() ? nullptr : entry_of(access.token);
  if (entry) return access_of(*entry);
  return are_asked_for_ ? Access{} : access;
}

std::string counted_address(std::string_view peer) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(peer.substr(0, peer.rfind(':')), error);
  if (error) return std::string(peer);  // a Unix socket's path, the same for all
  if (address.is_v4()) return address.to_string();
  const auto v6 = address.to_v6();
  if (!v6.is_v4_mapped()) return network_of(v6);
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
}

bool WrongTokens::note(std::string_view peer, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto is_over = [now](const Count& count) { return now - count.since > wrong_tokens_time; };
  std::string address = counted_address(peer);
  if (!counts_.contains(address) && counts_.size() >= wrong_token_addresses_max) {
    boost::unordered::erase_if(counts_, [&](const auto& one) { return is_over(one.second); });
    if (counts_.size() >= wrong_token_addresses_max) address.clear();
  }
  Count& count = counts_[address];
  if (count.wrong == 0 || is_over(count)) count = {.wrong = 0, .since = now};
  ++count.wrong;
  if (count.wrong <= wrong_tokens_max) log_warning("a wrong token from " + std::string(peer));
  if (count.wrong == wrong_tokens_max + 1) {
    log_warning("too many wrong tokens from " + (address.empty() ? "many addresses" : address) +
                ": further ones are not told for a minute");
  }
  return count.wrong > wrong_tokens_max;
}

std::optional<result<std::vector<TokenEntry>>> TokenWatch::look(bool always) {
  if (path_.empty()) return std::nullopt;
  struct stat status {};
  Seen seen;
  if (stat(path_.c_str(), &status) == 0) {
    seen = {status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  }
  if (!always && seen_ == seen) return std::nullopt;
  seen_ = seen;
  PosixFileSystem files;
  auto entries = read_tokens(files, path_);
  if (!entries) return entries.error();
  return std::move(*entries).value_or(std::vector<TokenEntry>());
}

}  // namespace penchant

#include "persistence/token_file.h"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "engine/validate.h"
#include "persistence/timestamp.h"

namespace penchant {
namespace {

constexpr std::string_view first_line = "penchant-tokens 1";
constexpr std::string_view every_user = "*";
constexpr std::string_view aside_suffix = ".tmp";
constexpr std::string_view hex_digits = "0123456789abcdef";     // of a hash
constexpr std::string_view escape_digits = "0123456789ABCDEF";  // behind a %
constexpr std::string_view base64url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t words_of_line = 5;

// The longest line: each byte of a user as %XX; the longest role, a hash, a time.
constexpr std::size_t line_bytes_max = token_name_bytes_max + 3 * user_bytes_max + 6 + 64 + 24 + words_of_line;
static_assert(tokens_max * line_bytes_max + first_line.size() + 1 <= token_file_bytes_max);
static_assert(token_prefix.size() + (token_random_bytes * 8 + 5) / 6 == token_bytes);

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_escaped(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '%' || c == 0x7f; }

std::string escape(std::string_view user) {
  std::string out;
  for (const char c : user) {
    if (!is_escaped(c) && user != every_user) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', escape_digits[byte >> 4], escape_digits[byte & 15]};
  }
  return out;
}

/// Below 16; nothing where it is no digit.
std::optional<std::uint8_t> hex_value(char digit, std::string_view digits) {
  const auto at = digits.find(digit);
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<std::uint8_t>(at));
}

std::optional<std::uint8_t> hex_byte(std::string_view text, std::string_view digits) {
  const auto high = text.size() < 2 ? std::nullopt : hex_value(text[0], digits);
  const auto low = high ? hex_value(text[1], digits) : std::nullopt;
  return low ? std::optional(static_cast<std::uint8_t>(*high << 4 | *low)) : std::nullopt;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string user;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      user += text[i];
      continue;
    }
    const auto byte = hex_byte(text.substr(i + 1), escape_digits);
    if (!byte) return std::nullopt;
    user += static_cast<char>(*byte);
    i += 2;
  }
  return escape(user) == text ? std::optional(user) : std::nullopt;  // one way to write each
}

std::string hex(const TokenHash& hash) {
  std::string text;
  for (const std::uint8_t byte : hash) text += {hex_digits[byte >> 4], hex_digits[byte & 15]};
  return text;
}

std::optional<TokenHash> parse_hash(std::string_view text) {
  TokenHash hash{};
  if (text.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const auto byte = hex_byte(text.substr(2 * i), hex_digits);
    if (!byte) return std::nullopt;
    hash[i] = *byte;
  }
  return hash;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

result<TokenEntry> parse_line(std::string_view line) {
  const auto words = split(line, ' ');
  if (words.size() != words_of_line) return Failure{"a line is name, role, user, SHA-256 and time"};
  const auto role = parse_role(words[1]);
  if (!role) return Failure{"the role is reader, writer or admin"};
  const auto user = words[2] == every_user ? std::string() : unescape(words[2]);
  if (!user || (user->empty() && words[2] != every_user)) return Failure{"the user is * or a name, escaped with %XX"};
  const auto hash = parse_hash(words[3]);
  if (!hash) return Failure{"the SHA-256 is 64 digits of 0123456789abcdef"};
  const auto created_us = parse_timestamp_us(words[4]);
  if (!created_us || timestamp(*created_us / 1000) != words[4]) {
    return Failure{"the time is no such as 2026-01-31T12:00:00.000Z"};
  }
  TokenEntry entry{std::string(words[0]), *role, *user, *hash, *created_us / 1000};
  if (auto valid = validate(entry); !valid) return valid.error();
  return entry;
}

Failure damage(std::size_t line, const std::string& what) {
  return {"line " + std::to_string(line) + ": " + what, true};
}

result<std::vector<char>> read_text(FileSystem& files, const std::string& path) {
  const auto file = files.open_read(path);
  if (!file) return file.error();
  std::vector<char> text(token_file_bytes_max + 1);
  const auto size = (*file)->read_at(0, std::as_writable_bytes(std::span(text)));
  if (!size) return size.error();
  if (*size > token_file_bytes_max) {
    return Failure{"it is larger than " + std::to_string(token_file_bytes_max) + " bytes", true};
  }
  text.resize(*size);
  return text;
}

result<void> write_text(FileSystem& files, File& file, const std::string& unfinished, const std::string& path,
                        std::string_view text) {
  if (auto written = file.append(std::as_bytes(std::span(text))); !written) return written;
  if (auto synced = file.sync(); !synced) return synced;
  if (auto renamed = files.rename(unfinished, path); !renamed) return renamed;
  return files.sync_directory(directory_of(path));
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::reader: return "reader";
    case Role::writer: return "writer";
    case Role::admin: return "admin";
    case Role::none: break;
  }
  return "none";
}

std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::reader, Role::writer, Role::admin}) {
    if (text == to_string(role)) return role;
  }
  return std::nullopt;
}

TokenHash hash_of(std::string_view token) {
  TokenHash hash;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

result<void> validate(const TokenEntry& entry) {
  if (entry.name.empty() || entry.name.size() > token_name_bytes_max ||
      !std::ranges::all_of(entry.name, is_name_character)) {
    return Failure{"a token's name is 1 to " + std::to_string(token_name_bytes_max) +
                   " letters, digits, '.', '_' and '-'"};
  }
  if (entry.name == "default") return Failure{"no token is named default: clients say it where they have no name"};
  if (entry.user.empty()) return {};
  if (entry.role == Role::admin) return Failure{"an admin's token is not limited to one user"};
  return validate_user(entry.user);
}

result<Token> make_token() {
  std::array<unsigned char, token_random_bytes> random;
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return Failure{"the system has no random numbers to give"};
  }
  Token token{std::string(token_prefix)};
  std::uint32_t bits = 0;
  unsigned count = 0;  // of bits
  for (const unsigned char byte : random) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) token.text += base64url_digits[bits >> (count - 6) & 63];
  }
  if (count > 0) token.text += base64url_digits[bits << (6 - count) & 63];
  return token;
}

result<std::vector<TokenEntry>> parse_tokens(std::string_view text) {
  if (text.size() > token_file_bytes_max) return Failure{"it is too large", true};
  if (!text.starts_with(first_line) || text.substr(first_line.size()).substr(0, 1) != "\n") {
    return damage(1, "it is not '" + std::string(first_line) + "'");
  }
  if (text.back() != '\n') return damage(split(text, '\n').size(), "its end is missing");
  text.remove_prefix(first_line.size() + 1);
  std::vector<TokenEntry> entries;
  for (std::size_t number = 2; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto entry = parse_line(text.substr(0, end));
    if (!entry) return damage(number, entry.error().message);
    const auto is_same = [&](const TokenEntry& one) { return one.name == entry->name || one.hash == entry->hash; };
    if (std::ranges::any_of(entries, is_same)) return damage(number, "this name or token is there already");
    if (entries.size() == tokens_max) return damage(number, "at most " + std::to_string(tokens_max) + " tokens");
    entries.push_back(std::move(*entry));
    text.remove_prefix(end + 1);
  }
  return entries;
}

std::string format_tokens(const std::vector<TokenEntry>& entries) {
  std::string text(first_line);
  text += '\n';
  for (const TokenEntry& entry : entries) {
    text.append(entry.name).append(" ").append(to_string(entry.role)).append(" ");
    text.append(entry.user.empty() ? std::string(every_user) : escape(entry.user)).append(" ");
    text.append(hex(entry.hash)).append(" ").append(timestamp(entry.created_ms)).append("\n");
  }
  return text;
}

result<std::optional<std::vector<TokenEntry>>> read_tokens(FileSystem& files, const std::string& path) {
  const auto names = files.list(directory_of(path));
  if (!names) return names.error();
  if (!std::ranges::binary_search(*names, path.substr(path.rfind('/') + 1))) {
    return std::optional<std::vector<TokenEntry>>();
  }
  const auto text = read_text(files, path);
  if (!text) return Failure{path + ": " + text.error().message, text.error().is_damage};
  auto entries = parse_tokens({text->data(), text->size()});
  if (!entries) return Failure{path + ": " + entries.error().message, entries.error().is_damage};
  return std::optional(std::move(*entries));
}

result<void> change_tokens(FileSystem& files, const std::string& path,
                           const std::function<result<void>(std::vector<TokenEntry>&)>& change) {
  const std::string unfinished = path + std::string(aside_suffix);
  // Whoever has this file may change the other one; it is there for a moment.
  const auto file = files.create(unfinished);
  if (!file) {
    return Failure{file.error().message + "; another penchant token is at work, or one was broken off: then remove it"};
  }
  const auto changed = [&]() -> result<void> {
    auto entries = read_tokens(files, path);
    if (!entries) return entries.error();
    std::vector<TokenEntry> all = std::move(*entries).value_or(std::vector<TokenEntry>());
    if (auto done = change(all); !done) return done;
    // What is written is what can be read.
    const std::string text = format_tokens(all);
    if (const auto again = parse_tokens(text); !again) return again.error();
    return write_text(files, **file, unfinished, path, text);
  }();
  if (!changed) (void)files.remove(unfinished);
  return changed;
}

}  // namespace penchant

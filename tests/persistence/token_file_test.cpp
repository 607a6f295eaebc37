// The token file: what is written is read again, and what is not right is refused with its line.
#include "persistence/token_file.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/memory_file_system.h"

namespace penchant::test {
namespace {

constexpr const char* tokens_path = "/data/tokens";
const std::string head = "penchant-tokens 1\n";
const std::string hash(64, 'a');
const std::string time = "2026-01-31T12:00:00.000Z";

TokenEntry entry(const std::string& name, Role role = Role::reader, const std::string& user = "") {
  return {.name = name, .role = role, .user = user, .hash = hash_of(name), .created_ms = 1'750'000'000'123};
}
std::string line(const std::string& name, const std::string& user = "*") {
  return name + " reader " + user + " " + hash + " " + time + "\n";
}
std::string damage_of(const std::string& text) {
  const auto parsed = parse_tokens(text);
  BOOST_TEST((!parsed && parsed.error().is_damage), text);
  return parsed ? "" : parsed.error().message;
}
bool is_read(const std::string& text) { return parse_tokens(text).has_value(); }

struct Folder {
  Folder() { BOOST_TEST(disk.make_directory("/data").has_value()); }
  MemoryFileSystem disk;
  FaultyFileSystem files{disk};

  result<void> add(const TokenEntry& one) {
    return change_tokens(files, tokens_path, [&](std::vector<TokenEntry>& all) -> result<void> {
      all.push_back(one);
      return {};
    });
  }
  std::vector<TokenEntry> kept() { return read_tokens(disk, tokens_path).value().value_or(std::vector<TokenEntry>()); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(token_file, Folder)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
  const std::vector<TokenEntry> all{entry("studio", Role::writer), entry("root.2", Role::admin),
                                    entry("a_-9", Role::reader, "ann"), entry("star", Role::reader, "*"),
                                    entry("odd", Role::writer, " %2A\r\n\x7f*ü")};
  const std::string text = format_tokens(all);
  BOOST_TEST((parse_tokens(text).value() == all));
  BOOST_TEST(text.find("star reader %2A ") != std::string::npos);
  BOOST_TEST(text.find("%20%252A%0D%0A%7F*ü") != std::string::npos);
  BOOST_TEST((parse_tokens(format_tokens({})).value().empty()));
}

BOOST_AUTO_TEST_CASE(a_token_is_random_and_kept_as_its_hash_alone) {
  std::set<std::string> all;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = make_token().value().text;
    BOOST_TEST((token.size() == token_bytes && token.starts_with(token_prefix)));
    BOOST_TEST(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               std::string::npos);
    all.insert(token);
  }
  BOOST_TEST(all.size() == 1000U);
  // SHA-256 of "abc", by FIPS 180-4.
  BOOST_TEST(format_tokens({{"n", Role::reader, "", hash_of("abc"), 0}})
                 .find("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_damaged_line_refuses_the_file_and_says_which) {
  BOOST_TEST(damage_of("").starts_with("line 1: it is not 'penchant-tokens 1'"));
  BOOST_TEST(damage_of("penchant-tokens 1").starts_with("line 1: "));
  BOOST_TEST(damage_of("penchant-tokens 2\n").starts_with("line 1: "));
  BOOST_TEST(damage_of("penchant-tokens 11\n").starts_with("line 1: "));
  const std::string good = head + line("one");
  BOOST_TEST(is_read(good));
  BOOST_TEST(damage_of(good.substr(0, good.size() - 1)) == "line 2: its end is missing");
  BOOST_TEST(damage_of(good + "\n").starts_with("line 3: a line is name, role, user, SHA-256 and time"));
  BOOST_TEST(damage_of(good + line("one")) == "line 3: this name or token is there already");
  BOOST_TEST(damage_of(good + line("other")) == "line 3: this name or token is there already");
  for (const std::string& one :
       {"n king * " + hash + " " + time, "n reader * " + hash.substr(1) + " " + time,
        "n reader * " + hash + "a " + time, "n reader * G" + hash.substr(1) + " " + time,
        "n reader * A" + hash.substr(1) + " " + time, "n reader * " + hash + " noon",
        "n reader * " + hash + " " + time + " ", "n reader * " + hash + " " + time + "\r",
        "n  reader * " + hash + " " + time, "n reader  " + hash + " " + time, "n none * " + hash + " " + time,
        "n admin ann " + hash + " " + time, "default reader * " + hash + " " + time, "n/ reader * " + hash + " " + time,
        " reader * " + hash + " " + time}) {
    BOOST_TEST(damage_of(head + one + "\n").starts_with("line 2: "), one);
  }
  for (const char* user : {"%", "%2", "%2g", "%41", "%2a", "a%zz", "%00", "\xff", "%ff"}) {
    BOOST_TEST(damage_of(head + line("n", user)).starts_with("line 2: "), user);
  }
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_file_is_refused_or_has_fewer_tokens) {
  const std::string text = format_tokens({entry("one"), entry("two", Role::writer, "ann")});
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto parsed = parse_tokens(std::string_view(text).substr(0, size));
    BOOST_TEST((!parsed || (text[size - 1] == '\n' && parsed->size() < 2)), size);
  }
}

BOOST_AUTO_TEST_CASE(names_and_users_have_bounds) {
  const std::string name(token_name_bytes_max, 'n');
  const std::string user(user_bytes_max, ' ');
  BOOST_TEST(validate(entry(name, Role::writer, user)).has_value());
  BOOST_TEST(!validate(entry(name + "n")).has_value());
  BOOST_TEST(!validate(entry("n", Role::writer, user + " ")).has_value());
  BOOST_TEST(!validate(entry("")).has_value());
  BOOST_TEST(!validate(entry("n", Role::admin, "ann")).has_value());
  BOOST_TEST((parse_tokens(format_tokens({entry(name, Role::writer, user)})).value().front().user == user));
}

BOOST_AUTO_TEST_CASE(there_are_so_many_tokens_and_no_more_and_the_largest_file_is_read) {
  std::vector<TokenEntry> all;
  for (std::size_t i = 0; i < tokens_max; ++i) {
    std::string name = std::to_string(i);
    name.insert(0, token_name_bytes_max - name.size(), 'n');
    all.push_back(entry(name, Role::writer, std::string(user_bytes_max, ' ')));
  }
  BOOST_TEST((parse_tokens(format_tokens(all)).value() == all));
  all.push_back(entry("more"));
  BOOST_TEST(damage_of(format_tokens(all)) == "line 1026: at most 1024 tokens");
}

BOOST_AUTO_TEST_CASE(a_larger_file_is_not_read) {
  const auto write = [&](std::size_t bytes) {
    const std::string text(bytes, 'x');
    const auto file = disk.create("/data/" + std::to_string(bytes));
    BOOST_TEST((*file)->append(std::as_bytes(std::span(text))).has_value());
    return read_tokens(files, "/data/" + std::to_string(bytes)).error().message;
  };
  BOOST_TEST(write(token_file_bytes_max).ends_with("line 1: it is not 'penchant-tokens 1'"));
  BOOST_TEST(write(token_file_bytes_max + 1).ends_with(": it is larger than 1048576 bytes"));
  BOOST_TEST(damage_of(std::string(token_file_bytes_max + 1, 'x')) == "it is too large");
}

BOOST_AUTO_TEST_CASE(no_file_is_none_and_a_folder_that_cannot_be_read_is_a_failure) {
  BOOST_TEST(!read_tokens(files, tokens_path).value().has_value());
  PosixFileSystem real;
  BOOST_TEST(!read_tokens(real, "/nonexistent/tokens").has_value());
  files.fail_in(1);
  BOOST_TEST(!read_tokens(files, tokens_path).has_value());
}

BOOST_AUTO_TEST_CASE(a_change_that_fails_at_any_call_leaves_the_file_as_it_was_or_as_it_was_to_be) {
  BOOST_TEST(add(entry("one")).has_value());
  for (std::uint64_t n = 1;; ++n) {
    const auto before = kept();
    files.fail_in(n, n % 2 == 0);
    const auto added = add(entry("n" + std::to_string(n)));
    const bool has_failed = files.failed();
    files.heal();
    if (!has_failed) {
      BOOST_TEST((added.has_value() && kept().size() == before.size() + 1));
      break;
    }
    BOOST_TEST(!added.has_value());
    BOOST_TEST((kept() == before || kept().size() == before.size() + 1));
    BOOST_TEST(disk.list("/data").value().size() == 1U, "nothing else is left after call " << n);
  }
}

BOOST_AUTO_TEST_CASE(a_change_that_is_refused_changes_nothing) {
  BOOST_TEST(add(entry("one")).has_value());
  BOOST_TEST(!add(entry("one")).has_value());
  BOOST_TEST(!add(entry("a/b")).has_value());
  const auto refused =
      change_tokens(files, tokens_path, [](std::vector<TokenEntry>&) -> result<void> { return Failure{"no"}; });
  BOOST_TEST(refused.error().message == "no");
  BOOST_TEST(kept().size() == 1U);
  BOOST_TEST(disk.list("/data").value() == std::vector<std::string>{"tokens"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_changes_at_a_time_exclude_each_other) {
  const auto outer = change_tokens(files, tokens_path, [&](std::vector<TokenEntry>& all) -> result<void> {
    BOOST_TEST(add(entry("inner")).error().message.find("another penchant token is at work") != std::string::npos);
    all.push_back(entry("outer"));
    return {};
  });
  BOOST_TEST(outer.has_value());
  BOOST_TEST((kept() == std::vector<TokenEntry>{entry("outer")}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

// Coming in with a token: AUTH, HELLO, what changes with the tokens, and who tries too many wrong ones.
#include "net/tokens.h"

#include <map>

#include "net/log.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

constexpr std::string_view wrong_pass = "-WRONGPASS invalid username-password pair or user is disabled.";
constexpr std::string_view no_authentication = "-NOAUTH Authentication required.";

struct Guarded : Talk {
  Guarded() {
    add("studio", Role::writer);
    add("ann-phone", Role::writer, "ann");
    add("root", Role::admin);
    renew();
  }

  /// A token by its name.
  std::string token(const std::string& name) const { return texts_.at(name); }
  std::string come_in(const std::string& name) { return say({"AUTH", token(name)}); }
  void add(const std::string& name, Role role, const std::string& user = "") {
    texts_[name] = make_token().value().text;
    entries_.push_back({name, role, user, hash_of(texts_[name]), 0});
  }
  void remove(const std::string& name) {
    std::erase_if(entries_, [&](const TokenEntry& entry) { return entry.name == name; });
  }
  /// The file has changed.
  void take() {
    runtime.tokens.take(entries_);
    Access& access = connection->client().access;
    access = runtime.tokens.renewed(access);
  }
  /// And somebody else comes.
  void renew() {
    runtime.tokens.take(entries_);
    connect();
  }

 private:
  std::vector<TokenEntry> entries_;
  std::map<std::string, std::string> texts_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tokens, Guarded)

BOOST_AUTO_TEST_CASE(without_a_token_nothing_is_answered_but_the_ways_in_and_out) {
  for (const char* line : {"PING", "STATS ann", "RECORD ann selected A p", "COMMAND", "MULTI", "SHUTDOWN", "NONESUCH",
                           "STATS", "EXEC", "CLIENT LIST", "INFO"}) {
    BOOST_TEST(say(line) == no_authentication, line);
  }
  BOOST_TEST(say("HELLO 3").starts_with("-NOAUTH HELLO must be called with the client already authenticated"));
  BOOST_TEST(connection->client().protocol == 2);
  BOOST_TEST(say("RESET") == "RESET");
  BOOST_TEST(say("AUTH").starts_with("-ERR wrong number of arguments for 'AUTH'"));
  BOOST_TEST(!closed());
  BOOST_TEST(say("QUIT") == "OK");
  BOOST_TEST(service->engine().user_count() == 0);
}

BOOST_AUTO_TEST_CASE(a_token_lets_in_by_itself_and_with_its_name) {
  for (const std::vector<std::string>& request :
       std::vector<std::vector<std::string>>{{"AUTH", token("studio")},
                                             {"auth", "studio", token("studio")},
                                             {"AUTH", "default", token("studio")},
                                             {"AUTH", "", token("studio")}}) {
    connect();
    BOOST_TEST(say(request) == "OK");
    BOOST_TEST(say("PING") == "PONG");
    BOOST_TEST(connection->client().access.name == "studio");
  }
  connect();
  BOOST_TEST(say({"HELLO", "3", "SETNAME", "me", "AUTH", "studio", token("studio")}).starts_with("{server: penchant"));
  BOOST_TEST(say("CLIENT GETNAME") == "me");
}

BOOST_AUTO_TEST_CASE(a_wrong_one_changes_nothing) {
  std::string changed = token("studio");
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  for (const std::vector<std::string>& request :
       std::vector<std::vector<std::string>>{{"AUTH", changed},
                                             {"AUTH", ""},
                                             {"AUTH", token("studio") + "x"},
                                             {"AUTH", "root", token("studio")},
                                             {"AUTH", token("studio"), "studio"},
                                             {"HELLO", "3", "AUTH", "default", changed},
                                             {"HELLO", "3", "AUTH", "root", token("studio"), "SETNAME", "me"}}) {
    BOOST_TEST(say(request) == wrong_pass);
    BOOST_TEST(say("PING") == no_authentication);
    BOOST_TEST(connection->client().protocol == 2);
  }
  BOOST_TEST(come_in("studio") == "OK");
  BOOST_TEST(say({"AUTH", changed}) == wrong_pass);
  BOOST_TEST(say("PING") == "PONG");
  BOOST_TEST(connection->client().name == "");
}

BOOST_AUTO_TEST_CASE(a_token_of_one_user_judges_that_one_s_decisions_and_knows_of_no_other) {
  BOOST_TEST(come_in("studio") == "OK");
  kept("ann", "A", "ink");
  kept("bob", "A", "ink");
  const std::string of_ann = field(ask("RECOMMEND ann ink"), "decision").text;
  const std::string of_bob = field(ask("RECOMMEND bob ink"), "decision").text;
  BOOST_TEST(come_in("ann-phone") == "OK");
  BOOST_TEST(say("JUDGE " + of_ann + " selected A") == "2");
  BOOST_TEST(say("JUDGE " + of_bob + " selected A") == say("JUDGE 1-1 selected A"));
  BOOST_TEST(say("STATS bob").starts_with("-NOPERM"));
  BOOST_TEST(come_in("studio") == "OK");
  BOOST_TEST(field(ask("STATS bob"), "records").integer == 1);
  BOOST_TEST(say("JUDGE " + of_bob + " selected A") == "2");
}

BOOST_AUTO_TEST_CASE(a_transaction_looks_at_rights_when_it_is_queued_and_when_it_is_run) {
  BOOST_TEST(come_in("ann-phone") == "OK");
  BOOST_TEST(send("MULTI\r\nRECORD bob selected A ink\r\nRECORD ann selected A ink\r\nEXEC\r\n").find("-NOPERM") !=
             std::string::npos);
  BOOST_TEST(service->engine().user_count() == 0);
  send("MULTI\r\nRECORD ann selected A ink\r\n");
  remove("ann-phone");
  take();
  BOOST_TEST(say("EXEC") == no_authentication);
  BOOST_TEST(service->engine().user_count() == 0);
  connect();
  BOOST_TEST(come_in("studio") == "OK");
  send("MULTI\r\nRECORD bob selected A ink\r\nSTATS bob\r\n");
  connection->client().access.role = Role::reader;
  const Reply replies = ask("EXEC");
  BOOST_TEST(shown(replies.elements.at(0)).starts_with("-NOPERM"));
}

BOOST_AUTO_TEST_CASE(a_change_of_the_tokens_changes_open_connections) {
  BOOST_TEST(come_in("studio") == "OK");
  remove("root");
  take();
  BOOST_TEST(say("PING") == "PONG");
  remove("studio");
  take();
  BOOST_TEST(say("PING") == no_authentication);
  BOOST_TEST(come_in("studio") == wrong_pass);
  add("studio", Role::reader);  // another token of the same name
  take();
  BOOST_TEST(say("PING") == no_authentication);
  BOOST_TEST(come_in("studio") == "OK");
  BOOST_TEST(say("RECORD ann selected A ink").starts_with("-NOPERM"));
}

BOOST_AUTO_TEST_CASE(who_once_had_tokens_asks_for_one_ever_after) {
  for (const char* name : {"studio", "root", "ann-phone"}) remove(name);
  take();
  BOOST_TEST(say("PING") == no_authentication);
  BOOST_TEST(say("AUTH x") == wrong_pass);
  renew();
  BOOST_TEST(say("PING") == no_authentication);
}

BOOST_AUTO_TEST_CASE(RESET_forgets_who_the_client_is) {
  BOOST_TEST(come_in("studio") == "OK");
  BOOST_TEST(say("RESET") == "RESET");
  BOOST_TEST(say("PING") == no_authentication);
}

BOOST_AUTO_TEST_CASE(an_unfinished_request_is_small_until_the_client_is_in) {
  const std::string begun = "*2\r\n$4\r\nAUTH\r\n$100000\r\n";
  BOOST_TEST(send(begun + std::string(nobodys_request_bytes_max - begun.size(), 'x')) == "");
  BOOST_TEST(!closed());
  BOOST_TEST(send("x").starts_with("-NOAUTH"));
  BOOST_TEST(closed());
  connect();
  BOOST_TEST(come_in("studio") == "OK");
  BOOST_TEST(send(begun + std::string(nobodys_request_bytes_max + 1, 'x')) == "");
  BOOST_TEST(!closed());
}

BOOST_AUTO_TEST_CASE(no_answer_has_what_follows_AUTH) {
  const std::string secret = "pct_secret";
  for (const std::vector<std::string>& request :
       std::vector<std::vector<std::string>>{{"AUTH", secret},
                                             {"AUTH", "a", "b", secret},
                                             {"HELLO", "3", "AUTH", "default", secret},
                                             {"HELLO", "3", "AUTH", secret},
                                             {"HELLO", "AUTH", "default", secret},
                                             {"HELLO", "3", "SETNAME", "me", "AUTH", "default", secret, "x"}}) {
    BOOST_TEST(send(test::request(request)).find(secret) == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(too_many_wrong_ones_close_the_connection_and_a_right_one_is_let_in) {
  for (std::size_t i = 0; i < wrong_tokens_max; ++i) BOOST_TEST(say("AUTH x") == wrong_pass);
  BOOST_TEST(!closed());
  BOOST_TEST(say("AUTH x").starts_with("-ERR too many wrong tokens"));
  BOOST_TEST(closed());
  connect();
  BOOST_TEST(come_in("studio") == "OK");
  BOOST_TEST(say("AUTH x").starts_with("-ERR too many wrong tokens"));
  BOOST_TEST(closed());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(wrong_tokens)

BOOST_AUTO_TEST_CASE(they_are_counted_by_address_for_a_minute) {
  WrongTokens wrongs;
  const auto start = WrongTokens::Clock::time_point() + std::chrono::hours(1);
  for (std::size_t i = 0; i < wrong_tokens_max; ++i) {
    BOOST_TEST(!wrongs.note("10.0.0.1:" + std::to_string(i + 1), start));
  }
  BOOST_TEST(!wrongs.note("10.0.0.2:1", start));
  BOOST_TEST(wrongs.note("10.0.0.1:9", start + wrong_tokens_time));
  BOOST_TEST(!wrongs.note("10.0.0.1:9", start + wrong_tokens_time + std::chrono::milliseconds(1)));
}

BOOST_AUTO_TEST_CASE(an_address_is_what_one_who_has_it_cannot_choose) {
  BOOST_TEST(counted_address("10.0.0.1:5000") == "10.0.0.1");
  BOOST_TEST(counted_address("2001:db8::1:5000") == counted_address("2001:db8::ffff:1:2:3:5001"));
  BOOST_TEST(counted_address("2001:db8::1:5000") != counted_address("2001:db8:0:1::1:5000"));
  BOOST_TEST(counted_address("::ffff:10.0.0.1:5000") == "10.0.0.1");
  BOOST_TEST(counted_address("/run/penchant.sock:0") == "/run/penchant.sock:0");
}

BOOST_AUTO_TEST_CASE(addresses_beyond_the_table_count_together_until_others_are_over) {
  BOOST_TEST(start_log("error"));  // thousands of warnings say nothing here
  WrongTokens wrongs;
  const auto start = WrongTokens::Clock::time_point() + std::chrono::hours(1);
  const auto peer = [](std::size_t i) {
    return "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ":1";
  };
  for (std::size_t i = 0; i < wrong_token_addresses_max; ++i) BOOST_TEST(!wrongs.note(peer(i), start));
  for (std::size_t i = 0; i < wrong_tokens_max; ++i) {
    BOOST_TEST(!wrongs.note(peer(wrong_token_addresses_max + i), start));
  }
  BOOST_TEST(wrongs.note(peer(wrong_token_addresses_max + wrong_tokens_max), start));
  BOOST_TEST(!wrongs.note(peer(0), start));
  const auto later = start + wrong_tokens_time + std::chrono::seconds(1);
  for (std::size_t i = 0; i <= wrong_tokens_max; ++i) {
    BOOST_TEST(!wrongs.note(peer(wrong_token_addresses_max + i), later));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

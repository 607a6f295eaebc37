// Who may run what: every command and every subcommand, by role, of every user and of one.
#include "net/access.h"

#include <map>
#include <sstream>

#include "net/command.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

// `+` where it may, in this order: no token; reader, writer, admin; reader of ann about ann, about bob; writer of ann
// about ann, about bob. USER is ann or bob.
constexpr std::string_view rights_table = R"(
AUTH t              + +++ ++ ++
BGSAVE              . ..+ .. ..
CLIENT ID           . +++ ++ ++
CLIENT GETNAME      . +++ ++ ++
CLIENT SETNAME n    . +++ ++ ++
CLIENT SETINFO L v  . +++ ++ ++
CLIENT INFO         . +++ ++ ++
CLIENT NO-EVICT ON  . +++ ++ ++
CLIENT NO-TOUCH ON  . +++ ++ ++
CLIENT LIST         . ..+ .. ..
client list         . ..+ .. ..
CLIENT KILL a:1     . ..+ .. ..
CLIENT NONESUCH     . ..+ .. ..
COMMAND             . +++ ++ ++
CONFIG GET *        . ..+ .. ..
CONFIG SET a b      . ..+ .. ..
DBSIZE              . +++ .. ..
DISCARD             . +++ ++ ++
ECHO m              . +++ ++ ++
EXEC                . +++ ++ ++
EXPLAIN USER p c    . +++ +. +.
EXPORT USER         . +++ +. +.
FORGET USER         . .++ .. +.
HELLO               + +++ ++ ++
HISTORY USER        . +++ +. +.
IMPORT {}           . .++ .. ..
INFO                . +++ .. ..
JUDGE d selected c  . .++ .. ++
KEYWORDS p          . +++ ++ ++
LASTSAVE            . +++ .. ..
LORAS USER p        . +++ +. +.
MATRIX USER         . +++ +. +.
METRICS             . +++ .. ..
MONITOR             . ..+ .. ..
MULTI               . +++ ++ ++
NEGATIVES USER p    . +++ +. +.
PARAMS USER p       . +++ +. +.
PING                . +++ ++ ++
PLAN USER p COUNT 1 . +++ +. +.
POOL GET f draft    . +++ .. ..
pool list           . +++ .. ..
POOL SET f draft c  . .++ .. ..
POOL DEL f draft    . .++ .. ..
POOL NONESUCH       . .++ .. ..
QUIT                + +++ ++ ++
RECOMMEND USER p    . +++ +. +.
RECORD USER x c p   . .++ .. +.
RECORDS 7 user USER . .++ .. +.
REJECTALL USER p 1  . .++ .. +.
RESET               + +++ ++ ++
SAVE                . ..+ .. ..
SCORE USER p 1 c    . +++ +. +.
SCORES USER 1 p     . +++ +. +.
SELECT 0            . +++ ++ ++
SHARE USER ON       . .++ .. +.
SHUTDOWN            . ..+ .. ..
SLOWLOG LEN         . ..+ .. ..
STATS USER          . +++ +. +.
TIME                . +++ ++ ++
USERS               . +++ .. ..
)";

Access access_of(Role role, const std::string& user = "") {
  return {.role = role, .user = user, .name = "it", .token = {}};
}

bool may_run(const Access& who, const std::string& line, const std::string& about) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word == "USER" ? about : word);
  const std::vector<std::string_view> request(words.begin(), words.end());
  const Command* const command = find_command(request.front());
  BOOST_REQUIRE_MESSAGE(command, "there is no " << line);
  return !refusal_of(*command, request, who);
}

std::string rights_row(const std::string& line) {
  const auto shown = [&](const Access& who, const std::string& about) { return may_run(who, line, about) ? "+" : "."; };
  std::string text = std::string(shown({}, "ann")) + " ";
  for (const Role role : {Role::reader, Role::writer, Role::admin}) text += shown(access_of(role), "ann");
  for (const Role role : {Role::reader, Role::writer}) {
    text += std::string(" ") + shown(access_of(role, "ann"), "ann") + shown(access_of(role, "ann"), "bob");
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(access_rights)

BOOST_AUTO_TEST_CASE(every_command_is_allowed_to_exactly_whom_the_table_says) {
  constexpr std::size_t columns_at = 20;
  std::map<std::string_view, int> rows;
  std::istringstream lines{std::string(rights_table)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const std::string request = line.substr(0, columns_at);
    BOOST_TEST(rights_row(request) == line.substr(columns_at), line);
    ++rows[find_command(request.substr(0, request.find(' ')))->name];
  }
  for (const Command& command : all_commands()) BOOST_TEST(rows[command.name] > 0, command.name << " is in no row");
}

BOOST_AUTO_TEST_CASE(a_command_that_says_nothing_of_itself_is_an_admin_s) {
  const Command unheard{"UNHEARD", 0, 0, 0, commands::ping, "", ""};
  const std::vector<std::string_view> request{"UNHEARD"};
  for (const Role role : {Role::none, Role::reader, Role::writer}) {
    BOOST_TEST(refusal_of(unheard, request, access_of(role)).has_value());
    BOOST_TEST(refusal_of(unheard, request, access_of(role, "ann")).has_value());
  }
  BOOST_TEST(!refusal_of(unheard, request, access_of(Role::admin)).has_value());
  BOOST_TEST(refusal_of(unheard, request, access_of(Role::admin, "ann")).has_value());
  for (const auto flags : {Command::read, Command::write, Command::admin, Command::everywhere}) {
    const Command one{"UNHEARD", 0, 0, flags, commands::ping, "", ""};
    BOOST_TEST(refusal_of(one, request, access_of(Role::writer, "ann")).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_it_takes) {
  const auto refusal = [](const Access& who, std::vector<std::string_view> request) {
    return refusal_of(*find_command(request.front()), request, who).value();
  };
  BOOST_TEST(refusal({}, {"PING"}) == "NOAUTH Authentication required.");
  BOOST_TEST(refusal(access_of(Role::reader), {"pool", "SET"}) ==
             "NOPERM this token has no permissions to run POOL SET: that takes the role writer, and this one is a "
             "reader's");
  BOOST_TEST(refusal(access_of(Role::writer, "ann"), {"STATS", "bob"}) ==
             "NOPERM this token has no permissions to run STATS for another user than its own");
  BOOST_TEST(refusal(access_of(Role::writer, "ann"), {"USERS"}) ==
             "NOPERM this token has no permissions to run USERS: it is for one user alone");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

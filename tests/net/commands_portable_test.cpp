// EXPORT and IMPORT over the line protocol.
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

struct Portable : Talk {
  Portable() { say("HELLO 3"); }

  std::string exported(const std::string& user) { return ask({"EXPORT", user}).text; }
  std::string import(const std::string& json) { return say({"IMPORT", json}); }
  static std::string file(const std::string& records) {
    return R"({"format":"penchant-preferences","version":1,"user_id":"ann","preferences":[)" + records + "]}";
  }
  static std::string undated(std::string text) {
    const std::size_t begin = text.find("\"exported_at\"");
    return text.erase(begin, text.find(',', begin) - begin);
  }
};

const std::string good = R"({"checkpoint":"A","action":"selected","prompt":"ink cat"})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commands_portable, Portable)

BOOST_AUTO_TEST_CASE(what_one_exports_another_imports_and_exports_again) {
  ask("RECORD ann selected A 'ink cat <lora:wet:0.5>' NEGATIVE blurry PARAM steps 28 FAMILY sdxl TIER draft NOTE nice");
  rejected("ann", "B", "ink", 3);
  ask("POOL SET sdxl draft A B");
  const std::string text = exported("ann");
  Portable other;
  BOOST_TEST(other.import(text) == "{recorded: 4, duplicates: 0}");
  BOOST_TEST(undated(other.exported("ann")) == undated(text));
  BOOST_TEST(other.say("POOL LIST") == "[[sdxl, draft, A, B]]");
  const std::string question = "SCORE ann 'ink cat' 2 A B";
  BOOST_TEST(other.say(question) == say(question));
  BOOST_TEST(other.import(text) == "{recorded: 0, duplicates: 4}");
  BOOST_TEST(import(text) == "{recorded: 0, duplicates: 4}");
}

BOOST_AUTO_TEST_CASE(pages_have_all_records_newest_first) {
  kept("ann", "A", "ink", 1500);
  const Reply first = ask("EXPORT ann CURSOR 0");
  BOOST_REQUIRE(first.elements.size() == 2U);
  BOOST_TEST(first.elements[1].elements.size() == 1000U);
  const Reply second = ask({"EXPORT", "ann", "CURSOR", first.elements[0].text});
  BOOST_TEST(second.elements[0].text == "0");
  BOOST_TEST(second.elements[1].elements.size() == 500U);
  const std::string whole = exported("ann");
  std::size_t at = whole.size();
  for (const Reply* const page : {&first, &second}) {
    for (const Reply& line : page->elements[1].elements) {
      const std::size_t found = whole.find(line.text);
      BOOST_REQUIRE(found < at);
      at = found;
    }
  }
}

BOOST_AUTO_TEST_CASE(an_export_that_is_too_large_is_refused_and_its_pages_are_not) {
  const std::string note(60'000, 'x');
  for (int i = 0; i < 69; ++i) ask({"RECORD", "ann", "selected", "A", "ink", "NOTE", note});
  BOOST_TEST(exported("ann").size() > export_json_bytes_max - 60'000);
  ask({"RECORD", "ann", "selected", "A", "ink", "NOTE", note});
  BOOST_TEST(say("EXPORT ann") == "-ERR the export is larger than 4194304 bytes: penchant export and "
                                  "GET /api/preferences/export give it whole");
  BOOST_TEST(ask("EXPORT ann CURSOR 0").elements[1].elements.size() == 70U);
}

BOOST_AUTO_TEST_CASE(an_import_of_the_largest_size_is_taken_and_one_byte_more_is_not) {
  std::string text = file(good);
  text.insert(text.size() - 1, import_json_bytes_max - text.size(), ' ');
  BOOST_TEST(import(text) == "{recorded: 1, duplicates: 0}");
  BOOST_TEST(import(text + " ") == "-ERR the JSON is larger than 4194304 bytes: penchant import and "
                                   "POST /api/preferences/import take it whole");
}

BOOST_AUTO_TEST_CASE(a_file_with_a_bad_record_changes_nothing) {
  kept("ann", "A", "ink");
  const std::string before = say("STATS ann");
  BOOST_TEST(import(file(good + R"(,{"checkpoint":"B","action":"liked"},)" + good)) ==
             "-ERR record 2: action must be selected, rejected or neutral");
  BOOST_TEST(import(file(good).substr(0, 90)).starts_with("-ERR the file ends too early"));
  BOOST_TEST(say("STATS ann") == before);
}

BOOST_AUTO_TEST_CASE(a_limit_is_met_before_the_first_record) {
  std::string records;
  for (int i = 0; i < 65'537; ++i) {
    records += (i > 0 ? "," : "") + std::string(R"({"checkpoint":"m)") + std::to_string(i) + R"(","action":"neutral"})";
  }
  BOOST_TEST(import(file(records)).starts_with("-ERR record 65537: together with these records"));
  BOOST_TEST(say("USERS") == "[]");
}

BOOST_AUTO_TEST_CASE(the_servers_word_lists_read_the_prompts) {
  BOOST_TEST(import(file(R"({"checkpoint":"A","action":"selected","prompt":"a masterpiece of an ink cat"})")) ==
             "{recorded: 1, duplicates: 0}");
  BOOST_TEST(exported("ann").find(R"("keywords":["ink","cat"])") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_user_who_is_not_known_has_no_export) {
  BOOST_TEST(say("EXPORT ann") == "-NOSUCH there is no such user; USERS tells them");
  ask("SHARE ann ON");
  BOOST_TEST(exported("ann").find("\"preferences\":[\n]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_is_imported_where_nothing_can_be_recorded) {
  files.fail_in(1);
  BOOST_TEST(import(file(good)).starts_with("-READONLY"));
  BOOST_TEST(import(file(good)).starts_with("-READONLY"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

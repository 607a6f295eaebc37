// Random lives of a few users, told as requests, with corrections, FORGETs and restarts: HISTORY tells what a plain
// list of everything said has left, whatever the filters and however small the pages.
#include <map>
#include <random>

#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

struct Said {
  std::string id;
  std::string verdict;
  std::string checkpoint;
  std::string prompt;
  std::string session;
  std::vector<std::string> words;
  std::optional<std::string> lora;

  std::string line() const { return verdict + ' ' + checkpoint + ' ' + prompt + ' ' + session; }
};

class HistoryLife : public Talk {
 public:
  explicit HistoryLife(unsigned seed) : random_(seed) {}

  void live_one_event() {
    const std::string user = pick({"ann", "bob", "cyd"});
    const unsigned dice = below(60);
    if (dice == 0) return restart();
    if (dice == 1) {
      say({"FORGET", user});
      while (store->erasing()) (void)service->tick(clock_ms());
      said_[user].clear();
      return;
    }
    Said one{.verdict = pick({"selected", "rejected", "neutral"}), .checkpoint = pick({"m1", "m2", "m3"})};
    for (const char* const word : {"ink", "cat", "moon"}) {
      if (below(2) == 0) one.words.emplace_back(word);
    }
    for (const std::string& word : one.words) one.prompt += word + ' ';
    if (below(3) == 0) one.lora = pick({"l1", "l2"});
    if (one.lora) one.prompt += "<lora:" + *one.lora + ":0.5>";
    if (below(2) == 0) one.session = pick({"s1", "s2"});
    if (below(2) == 0) one.id = pick({"1", "2", "3", "4"});
    std::vector<std::string> request{"RECORD", user, one.verdict, one.checkpoint, one.prompt};
    if (!one.session.empty()) request.insert(request.end(), {"SESSION", one.session});
    if (!one.id.empty()) request.insert(request.end(), {"ID", one.id});
    const bool is_new = note(said_[user], one);
    BOOST_TEST_REQUIRE((say(request) != "0") == is_new);
  }

  /// All pages of `limit` records, with filters drawn at random, against the list.
  void compare() {
    const std::string user = pick({"ann", "bob", "cyd"});
    const std::string verdict = below(3) == 0 ? pick({"selected", "rejected", "neutral"}) : "";
    const std::string checkpoint = below(3) == 0 ? pick({"m1", "folder/m2.ckpt"}) : "";
    const std::string keyword = below(3) == 0 ? pick({"ink", "cat"}) : "";
    const std::string lora = below(4) == 0 ? pick({"l1", "l2"}) : "";
    const std::string session = below(4) == 0 ? pick({"s1", "s2"}) : "";
    std::vector<std::string> expected;
    for (const Said& one : said_[user]) {
      const bool fits = (verdict.empty() || one.verdict == verdict) &&
                        (checkpoint.empty() || checkpoint.find(one.checkpoint) != std::string::npos) &&
                        (keyword.empty() || std::ranges::find(one.words, keyword) != one.words.end()) &&
                        (lora.empty() || one.lora == lora) && (session.empty() || one.session == session);
      if (fits) expected.insert(expected.begin(), one.line());
    }
    std::vector<std::string> request{"HISTORY", user, "LIMIT", std::to_string(1 + below(5))};
    const auto add = [&request](const char* option, const std::string& value) {
      if (!value.empty()) request.insert(request.end(), {option, value});
    };
    add("VERDICT", verdict);
    add("CHECKPOINT", checkpoint);
    add("KEYWORD", keyword);
    add("LORA", lora);
    add("SESSION", session);
    BOOST_TEST_REQUIRE(pages(request) == expected, boost::test_tools::per_element());
    compared += expected.size();
  }

  std::size_t compared = 0;

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  std::string pick(std::initializer_list<const char*> values) {
    return values.begin()[below(static_cast<unsigned>(values.size()))];
  }

  /// False for what is known already. A correction is the newest that is told, and the old one is not told any more.
  static bool note(std::vector<Said>& said, const Said& one) {
    const auto known = std::ranges::find_if(said, [&](const Said& s) { return !one.id.empty() && s.id == one.id; });
    if (known != said.end() && known->verdict == one.verdict) return false;
    if (known != said.end()) said.erase(known);
    said.push_back(one);
    return true;
  }

  std::vector<std::string> pages(std::vector<std::string> request) {
    std::vector<std::string> lines;
    request.insert(request.end(), {"CURSOR", "0"});
    do {
      const Reply page = ask(request);
      BOOST_TEST_REQUIRE(page.elements.size() == 2U, shown(page));
      for (const Reply& record : page.elements[1].elements) {
        const Reply session = field(record, "session_id");
        lines.push_back(field(record, "action").text + ' ' + field(record, "checkpoint").text + ' ' +
                        field(record, "prompt").text + ' ' + (session.kind == Reply::Kind::null ? "" : session.text));
      }
      request.back() = page.elements[0].text;
    } while (request.back() != "0");
    return lines;
  }

  std::mt19937 random_;
  std::map<std::string, std::vector<Said>> said_;
};

BOOST_AUTO_TEST_SUITE(oracle_history)

BOOST_AUTO_TEST_CASE(history_tells_what_a_list_of_everything_said_has_left) {
  std::size_t compared = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      HistoryLife life(seed);
      for (int event = 1; event <= 150; ++event) {
        life.live_one_event();
        if (event % 10 == 0) life.compare();
      }
      compared += life.compared;
    }
  }
  BOOST_TEST(compared > 1000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

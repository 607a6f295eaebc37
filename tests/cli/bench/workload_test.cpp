#include "cli/bench/workload.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>

#include "engine/context/context.h"
#include "engine/context/word_lists.h"
#include "net/resp_parser.h"

namespace penchant::bench {
namespace {

using Words = std::vector<std::string>;

Words read_request(const std::string& bytes) {
  RequestParser parser;
  BOOST_REQUIRE(parser.parse(bytes) == RequestParser::Status::request);
  BOOST_TEST(parser.consumed() == bytes.size());
  return {parser.arguments().begin(), parser.arguments().end()};
}

std::vector<Words> requests_of(const Load& load, std::size_t count) {
  Workload workload(load);
  std::vector<Words> all;
  for (std::size_t i = 0; i < count; ++i) {
    std::string bytes;
    const Kind kind = workload.append(bytes);
    all.push_back(read_request(bytes));
    BOOST_TEST(all.back().front() == (kind == Kind::record ? "RECORD" : "RECOMMEND"));
  }
  return all;
}

std::size_t records_in(const std::vector<Words>& requests) {
  return static_cast<std::size_t>(std::ranges::count(requests, "RECORD", [](const Words& words) { return words[0]; }));
}

class PromptFile {
 public:
  explicit PromptFile(std::string_view text) { std::ofstream(path_) << text; }
  PromptFile(const PromptFile&) = delete;
  PromptFile& operator=(const PromptFile&) = delete;
  ~PromptFile() { std::filesystem::remove(path_); }
  Load load() const { return {.prompt_file = path_}; }

 private:
  std::string path_ = std::filesystem::temp_directory_path() / ("penchant-prompts-" + std::to_string(getpid()));
};

BOOST_AUTO_TEST_SUITE(workload)

BOOST_AUTO_TEST_CASE(the_percentage_of_records_is_kept) {
  BOOST_TEST(records_in(requests_of({.records_percent = 0}, 1000)) == 0);
  BOOST_TEST(records_in(requests_of({.records_percent = 100}, 1000)) == 1000);
  const std::size_t of_20_percent = records_in(requests_of({.records_percent = 20}, 10'000));
  BOOST_TEST(of_20_percent > 1800);
  BOOST_TEST(of_20_percent < 2200);
}

BOOST_AUTO_TEST_CASE(users_are_as_frequent_as_zipf_says) {
  std::map<std::string, double> seen;
  for (const Words& request : requests_of({.users = 10, .user_exponent = 1}, 20'000)) seen[request[1]] += 1;
  BOOST_TEST(seen.size() == 10);
  BOOST_TEST(seen["bench-0"] / seen["bench-1"] == 2.0, boost::test_tools::tolerance(0.1));
  BOOST_TEST(seen["bench-0"] / seen["bench-9"] == 10.0, boost::test_tools::tolerance(0.2));
}

BOOST_AUTO_TEST_CASE(with_exponent_0_all_are_alike) {
  std::mt19937_64 random(1);
  const Zipf zipf(4, 0);
  std::array<double, 4> seen{};
  for (int i = 0; i < 40'000; ++i) ++seen[zipf.draw(random)];
  for (const double times : seen) BOOST_TEST(times == 10'000, boost::test_tools::tolerance(0.05));
}

BOOST_AUTO_TEST_CASE(a_single_rank_is_drawn_always) {
  std::mt19937_64 random(1);
  BOOST_TEST(Zipf(1, 2.5).draw(random) == 0);
}

BOOST_AUTO_TEST_CASE(every_word_is_a_keyword_of_its_own) {
  ContextReader reader(WordLists::english());
  Context context;
  std::set<std::string> keywords;
  constexpr std::uint32_t ranks = 20'000;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    reader.read(word_of(rank), {}, context);
    BOOST_REQUIRE_EQUAL(context.keywords().size(), 1);
    keywords.emplace(context.keywords().front().text);
  }
  BOOST_TEST(keywords.size() == ranks);
}

BOOST_AUTO_TEST_CASE(the_last_word_there_can_be_is_another_than_the_first_ones) {
  std::set<std::string> words;
  for (std::uint32_t rank = 0; rank < 100'000; ++rank) words.insert(word_of(rank));
  BOOST_TEST(words.size() == 100'000);
  BOOST_TEST(!words.contains(word_of(words_max - 1)));
}

BOOST_AUTO_TEST_CASE(the_same_options_give_the_same_requests) {
  BOOST_TEST((requests_of({}, 100) == requests_of({}, 100)));
}

BOOST_AUTO_TEST_CASE(a_lesson_has_an_id_so_that_it_is_learned_once) {
  Workload workload({});
  std::string bytes;
  workload.append_lesson(bytes, 7, 3);
  Words words = read_request(bytes);
  BOOST_REQUIRE_EQUAL(words.size(), 7);
  words.erase(words.begin() + 4);  // the prompt
  const Words wanted = {"RECORD", "bench-7", "rejected", "checkpoint-3", "ID", "checkpoint-3"};
  BOOST_TEST(words == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(prompts_come_from_a_file_a_line_each) {
  const PromptFile file("a red fox\n\nan owl, (night:1.2)");
  std::set<std::string> prompts;
  for (const Words& request : requests_of(file.load(), 100)) prompts.insert(request.back());
  BOOST_TEST((prompts == std::set<std::string>{"a red fox", "an owl, (night:1.2)"}));
}

BOOST_AUTO_TEST_CASE(a_file_without_a_prompt_and_one_that_is_not_there_are_refused) {
  const PromptFile file("\n\n");
  BOOST_CHECK_THROW(Workload{file.load()}, std::runtime_error);
  BOOST_CHECK_THROW(Workload({.prompt_file = "/nowhere/at/all"}), std::runtime_error);
  BOOST_CHECK_THROW(Workload({.prompt_file = "/"}), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_file_is_read_up_to_its_bound_and_refused_beyond) {
  std::string text(prompt_file_bytes_max, 'x');
  BOOST_CHECK_NO_THROW(Workload{PromptFile(text).load()});
  text += 'x';
  BOOST_CHECK_THROW(Workload{PromptFile(text).load()}, std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::bench

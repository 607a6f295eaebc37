#include "evaluate/stream.h"

#include <algorithm>
#include <vector>

#include "evaluate/stream_runs.h"
#include "stream_fixture.h"

namespace penchant::test {
namespace {

const std::initializer_list<std::string_view> two_decisions = {"prompt A B", "cat 1,0.75 0,0", "dog 0,0.5 1,1"};

/// Why these lines are refused; empty where they are a stream.
std::string refusal(std::initializer_list<std::string_view> texts) {
  StreamLines read;
  const std::string all = tabbed(texts);
  for (std::size_t begin = 0; begin < all.size(); begin = all.find('\n', begin) + 1) {
    const auto added = read.add(std::string_view(all).substr(begin, all.find('\n', begin) - begin));
    if (!added) return added.error().message;
  }
  const auto stream = read.finish();
  return stream ? "" : stream.error().message;
}

/// The same of a file, without its path.
std::string refusal(const StreamFolder& folder, std::string_view text) {
  const std::string path = folder.put("a.tsv", text);
  const auto stream = read_stream(path);
  if (stream) return "";
  BOOST_TEST(stream.error().message.starts_with(path));
  return stream.error().message.substr(path.size());
}

void expect_two_decisions(const result<Stream>& stream) {
  BOOST_REQUIRE_MESSAGE(stream, stream.error().message);
  BOOST_REQUIRE(stream->size() == 2U);
  BOOST_TEST((stream->arms().size() == 2 && stream->arms()[0] == "A" && stream->arms()[1] == "B"));
  BOOST_TEST((stream->prompt(0) == "cat" && stream->prompt(1) == "dog"));
  BOOST_TEST((stream->outcome(0, 0).is_kept && stream->outcome(0, 0).expected == 0.75F));
  BOOST_TEST((!stream->outcome(0, 1).is_kept && stream->outcome(0, 1).expected == 0));
  BOOST_TEST((!stream->outcome(1, 0).is_kept && stream->outcome(1, 0).expected == 0.5F));
  BOOST_TEST((stream->outcome(1, 1).is_kept && stream->outcome(1, 1).expected == 1));
}

/// The streams found, "name:seeds" each, spaces between; or why none were.
std::string found_in(std::initializer_list<std::string> paths) {
  const std::vector<std::string> all(paths);
  std::string told;
  const auto streams = find_streams(all, [&](const std::string& path) { told += "ignored " + path + " "; });
  if (!streams) return told + streams.error().message;
  for (const NamedStream& one : *streams) {
    told += one.name + ":" + std::to_string(one.seeds.size()) + " ";
    BOOST_TEST(std::ranges::is_sorted(one.seeds));
  }
  return told;
}

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(lines_are_a_header_and_decisions) { expect_two_decisions(stream_of(two_decisions)); }

BOOST_AUTO_TEST_CASE(a_file_is_read_as_it_is_or_compressed) {
  const StreamFolder folder;
  const std::string text = tabbed(two_decisions);
  expect_two_decisions(read_stream(folder.put("a.tsv", text)));
  expect_two_decisions(read_stream(folder.put_compressed("a.tsv.gz", text)));
  expect_two_decisions(read_stream(folder.put("b.tsv", text.substr(0, text.size() - 1))));
  expect_two_decisions(read_stream(folder.put("c.tsv", "prompt\tA\tB\r\ncat\t1,0.75\t0,0\r\ndog\t0,0.5\t1,1\r\n")));
}

BOOST_AUTO_TEST_CASE(a_prompt_may_be_anything_but_a_tab) {
  const StreamFolder folder;
  const std::string_view prompt("a \"cat\", \0 été", 16);
  const auto stream = read_stream(folder.put("a.tsv", "prompt\tA\n" + std::string(prompt) + "\t1,1\n\t0,0"));
  BOOST_REQUIRE_MESSAGE(stream, stream.error().message);
  BOOST_TEST((stream->size() == 2 && stream->prompt(0) == prompt && stream->prompt(1).empty()));
}

BOOST_AUTO_TEST_CASE(a_header_that_is_none_is_refused) {
  const std::string sentence = "the first line must be prompt and the arms, separated by tabs";
  for (const char* const header : {"", "Prompt A", "A B", "prompts A"})
    BOOST_TEST(refusal({header}) == sentence, header);
  BOOST_TEST(refusal({"prompt"}) == "there are no arms");
  BOOST_TEST(refusal({"prompt A B A"}) == "an arm must have a name of its own");
  BOOST_TEST(refusal({"prompt A  B"}) == "an arm must have a name of its own");
  BOOST_TEST(refusal({}) == "it is empty");
}

BOOST_AUTO_TEST_CASE(a_decision_has_one_outcome_an_arm) {
  const std::string sentence = "there must be one outcome for each of the 2 arms";
  for (const char* const line : {"", "cat", "cat 1,1", "cat 1,1 1,1 1,1", "cat 1,1 1,1 1,1 x"}) {
    BOOST_TEST(refusal({"prompt A B", line}) == sentence, line);
  }
}

BOOST_AUTO_TEST_CASE(an_outcome_is_what_came_and_its_probability) {
  for (const char* const outcome : {"0,0", "1,1", "0,1", "1,0.25", "1,1e-3", "0,.5"}) {
    BOOST_TEST(refusal({"prompt A", std::string("cat ") + outcome}) == "", outcome);
  }
  for (const char* const outcome : {"1", "1,", "2,0.5", ",0.5", "01,0.5", "1;0.5", "1,1.0001", "1,-0.1", "1,nan",
                                    "1,inf", "1,0.5x", "1,x", "yes"}) {
    BOOST_TEST(refusal({"prompt A", std::string("cat ") + outcome}) ==
                   "an outcome must be 0 or 1, a comma, and a probability, as in 1,0.8",
               outcome);
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_file_and_the_line) {
  const StreamFolder folder;
  BOOST_TEST(refusal(folder, "prompt\tA\ncat\t1,1\ndog\n") ==
             ", line 3: there must be one outcome for each of the 1 arms");
  BOOST_TEST(refusal(folder, "") == ": it is empty");
  BOOST_TEST(read_stream(folder.at("none")).error().message == folder.at("none") + " cannot be read");
  BOOST_TEST(read_stream(folder.path).error().message.starts_with(folder.path + " cannot be read: "));
}

BOOST_AUTO_TEST_CASE(a_compressed_file_cut_anywhere_is_refused) {
  const StreamFolder folder;
  std::string text = tabbed(two_decisions);
  for (int i = 0; i < 300; ++i) text += std::to_string(i * i) + "\t1,0.5\t0,0\n";
  const std::string path = folder.put_compressed("a.tsv.gz", text);
  const auto size = std::filesystem::file_size(path);
  for (auto cut = size - 1; cut > 1; cut -= cut > 600 ? 97 : 7) {
    std::filesystem::resize_file(path, cut);
    const auto stream = read_stream(path);
    BOOST_REQUIRE_MESSAGE(!stream, "cut at " << cut);
    const std::string& why = stream.error().message;
    BOOST_TEST(why.starts_with(path + " cannot be read: "), why << ", cut at " << cut);
    if (cut < 20) break;
  }
}

BOOST_AUTO_TEST_CASE(a_line_has_a_bound) {
  const StreamFolder folder;
  const std::string header = "prompt\tA\n";
  const std::string longest(stream_line_bytes_max - 4, 'x');
  for (const char* const end : {"", "\n", "\ncat\t1,1\n"}) {
    BOOST_TEST(refusal(folder, header + longest + "\t1,1" + end) == "");
    BOOST_TEST(refusal(folder, header + longest + "x\t1,1" + end) == ", line 2: it is longer than 1048576 bytes");
  }
}

BOOST_AUTO_TEST_CASE(arms_have_a_bound) {
  std::string header = "prompt";
  for (std::size_t i = 0; i < stream_arms_max; ++i) header += " " + std::to_string(i);
  BOOST_TEST(refusal({header}) == "");
  BOOST_TEST(refusal({header + " more"}) == "there are more arms than 4096");
}

BOOST_AUTO_TEST_CASE(decisions_have_a_bound) {
  StreamLines read;
  BOOST_REQUIRE(read.add("prompt\tA"));
  bool all_taken = true;
  for (std::size_t i = 0; i < stream_decisions_max; ++i) all_taken &= read.add("\t1,1").has_value();
  BOOST_TEST(all_taken);
  BOOST_TEST(read.add("\t1,1").error().message == "there are more decisions than 10000000");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(streams_by_name, StreamFolder)

BOOST_AUTO_TEST_CASE(a_folder_of_files_is_a_stream_and_each_a_seed) {
  folder("genai");
  for (const char* const name : {"genai/s2.tsv", "genai/s1.tsv.gz", "genai/s3.tsv"}) put(name, "");
  put("genai/readme.md", "");
  folder("genai/more.tsv");
  BOOST_TEST(found_in({at("genai")}) == "genai:3 ");
  BOOST_TEST(found_in({at("genai/")}) == "genai:3 ");
}

BOOST_AUTO_TEST_CASE(a_folder_of_folders_is_as_many_streams) {
  for (const char* const name : {"all/b", "all/a", "all/deep/c"})
    put(folder(name).substr(path.size() + 1) + "/1.tsv", "");
  BOOST_TEST(found_in({at("all")}) == "a:1 b:1 c:1 ");
}

BOOST_AUTO_TEST_CASE(a_file_is_a_stream_by_itself_and_what_else_there_is_is_told) {
  const std::string stream = put("a.tsv", "");
  const std::string other = put("notes.txt", "");
  BOOST_TEST(found_in({stream, other}) == "ignored " + other + " a.tsv:1 ");
  BOOST_TEST(found_in({other}) == "ignored " + other + " there is no stream among them");
}

BOOST_AUTO_TEST_CASE(where_there_is_none_it_is_refused) {
  BOOST_TEST(found_in({at("none")}) == "there is no " + at("none"));
  BOOST_TEST(found_in({}) == "there is no stream among them");
  const std::string sentence = " holds no stream, which is .tsv or .tsv.gz files";
  BOOST_TEST(found_in({path}) == path + sentence);
  folder("all/empty");
  BOOST_TEST(found_in({at("all")}) == at("all/empty") + sentence);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

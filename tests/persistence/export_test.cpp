// Exports: what stands in them, and that an import of them gives the same again.
#include "engine/recommend.h"
#include "tests/persistence/export_fixture.h"

namespace penchant::test {
namespace {

const std::vector<Keyword> weighted{{"ink", 1.2F}, {"cat", 1}};
const std::vector<Keyword> negative{{"blurry", 1}, {"text", 0.9F}};
const std::vector<LoraTag> wet{{"models/wet.safetensors", 0.8, 0.30000000000000004}};
const std::vector<Parameter> settings{
    {"steps", "28"}, {"cfg", "7.50"}, {"sampler", "euler \"a\"\n"}, {"seed", "18446744073709551615"},
    {"eta", "0.1"},  {"empty", ""},   {"big", "9007199254740993"},  {"e", "1e+22"},
    {"zero", "-0"}};
const std::vector<DecisionArm> decision{{"A", 0.25}, {"B", 0.75}};

/// A record that says everything.
Record whole_record(std::int64_t now_ms) {
  return {.at_ms = now_ms - 86'400'000,
          .weight_ms = now_ms - 10 * 86'400'000,
          .verdict = Verdict::selected,
          .tier = Tier::quality,
          .user = "ann",
          .checkpoint = "models/A:1.safetensors",
          .prompt = "ink \"cat\" \\ ü \x01\t\xf0\x9f\x90\xb1",
          .negative_prompt = "blurry text",
          .family = "sdxl",
          .stage = "upscale",
          .session = "s-1",
          .generation = "g-1",
          .id = "image-1",
          .decision = "d-1",
          .note = "nice\r\n",
          .vision = "a cat",
          .keywords = weighted,
          .negative_keywords = negative,
          .loras = wet,
          .parameters = settings,
          .decision_arms = decision,
          .shadow_checkpoint = "B"};
}

struct Copy : ExportLife {
  /// Another store, with what was exported of this one.
  void copy(std::size_t piece = 1 << 20) {
    first = exported();
    BOOST_TEST(other.imported(first, piece).ends_with(" recorded, 0 known"));
  }
  std::string first;
  ExportLife other;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(exports, Copy)

BOOST_AUTO_TEST_CASE(the_file_is_what_the_page_says) {
  now_ms = 1'769'860'800'250;
  keep({.verdict = Verdict::selected, .checkpoint = "A", .prompt = "ink cat", .id = "1"});
  keep({.verdict = Verdict::rejected, .checkpoint = "A", .prompt = "ink", .id = "2", .loras = wet});
  keep({.verdict = Verdict::neutral, .checkpoint = "B", .prompt = "ink", .id = "3"});
  BOOST_REQUIRE(pool("sdxl", "A B"));
  const std::string nothing =
      R"("model_family":null,"task_type":null,"action":"selected","stage":null,"session_id":null,)"
      R"("generation_id":null,"decision_id":null,"feedback_text":null,"vision_description":null})";
  const std::string text = exported();
  BOOST_TEST(text.starts_with(
      R"({"format":"penchant-preferences","version":1,"user_id":"ann","exported_at":"2026-01-31T12:00:00.250Z",)"
      "\n\"preferences\":[\n"
      R"({"id":"1","timestamp":"2026-01-31T12:00:00.250Z","user_id":"ann","prompt":"ink cat","negative_prompt":null,)"
      R"("keywords":["ink","cat"],"checkpoint":"A","loras":[],"parameters":{},)" +
      nothing + ",\n"));
  BOOST_TEST(text.substr(text.find("\n\"stats\"")) ==
             "\n\"stats\":[\n"
             R"({"type":"keyword_checkpoint","key":"cat:A","selected":1,"total":1,"rate":1},)"
             "\n"
             R"({"type":"keyword_checkpoint","key":"ink:A","selected":1,"total":2,"rate":0.5},)"
             "\n"
             R"({"type":"keyword_lora","key":"ink:models/wet.safetensors","selected":0,"total":1,"rate":0},)"
             "\n"
             R"({"type":"checkpoint_lora","key":"A:models/wet.safetensors","selected":0,"total":1,"rate":0},)"
             "\n"
             R"({"type":"checkpoint","key":"A","selected":1,"total":2,"rate":0.5},)"
             "\n"
             R"({"type":"lora","key":"models/wet.safetensors","selected":0,"total":1,"rate":0})"
             "\n],\n\"pools\":[\n"
             R"({"family":"sdxl","tier":"draft","checkpoints":["A","B"]})"
             "\n]}\n");
}

BOOST_AUTO_TEST_CASE(every_field_of_a_record_comes_back) {
  keep(whole_record(now_ms));
  copy();
  BOOST_TEST(undated(other.exported()) == undated(first));
  BOOST_TEST(other.state() == state());
  const char* const parts[] = {R"("keyword_weights":[1.2,1])",
                               R"("negative_keywords":["blurry","text"])",
                               R"("negative_keyword_weights":[1,0.9])",
                               R"("weight_timestamp":"20)",
                               R"("decision_arms":[{"checkpoint":"A","probability":0.25},)",
                               R"(],"shadow_checkpoint":"B"})",
                               R"("strength_clip":0.30000000000000004)",
                               (R"({"steps":28,"cfg":"7.50","sampler":"euler \"a\"\n","seed":"18446744073709551615",)"
                                R"("eta":0.1,"empty":"","big":"9007199254740993","e":1e+22,"zero":"-0"})")};
  for (const char* const part : parts) BOOST_TEST(first.find(part) != std::string::npos, part << " in " << first);
}

BOOST_AUTO_TEST_CASE(a_file_split_at_every_byte_is_the_same_file) {
  keep(whole_record(now_ms));
  first = exported();
  for (std::size_t piece = 1; piece < first.size(); piece = piece * 2 + 1) {
    ExportLife another;
    BOOST_TEST(another.imported(first, piece) == "1 recorded, 0 known");
    BOOST_TEST(undated(another.exported()) == undated(first));
  }
}

BOOST_AUTO_TEST_CASE(a_copy_gives_the_same_file_and_the_same_recommendations) {
  for (int i = 0; i < 200; ++i) {
    now_ms += 7 * 3'600'000;
    keep({.verdict = i % 3 == 0 ? Verdict::rejected : Verdict::selected,
          .checkpoint = i % 5 == 0 ? "sdxl/A.safetensors" : numbered('m', i % 7),
          .prompt = i % 2 == 0 ? "ink cat" : "wet ink dog",
          .loras = wet});
  }
  other.now_ms = now_ms;
  copy();
  BOOST_TEST(undated(other.exported()) == undated(first));
  for (const char* const prompt : {"ink", "cat dog", "wet ink cat", ""}) {
    const auto told = [&](const Engine& engine) {
      Recommender recommender{Bands{}};
      std::string text;
      const auto keywords = words(prompt);
      const auto answer =
          recommender.recommend(engine, {.user = "ann", .keywords = keywords, .top = 100, .at_ms = now_ms});
      BOOST_REQUIRE(answer);
      for (const ArmAnswer& arm : answer->arms) {
        text.append(arm.checkpoint).append(reinterpret_cast<const char*>(&arm.score), sizeof arm.score);
      }
      return text;
    };
    BOOST_TEST(told(other.store->engine()) == told(store->engine()));
  }
}

BOOST_AUTO_TEST_CASE(imported_twice_a_file_changes_nothing) {
  keep(whole_record(now_ms));
  keep({.prompt = "ink"});
  copy();
  const std::string state = other.state();
  BOOST_TEST(other.imported(first) == "0 recorded, 2 known");
  BOOST_TEST(other.state() == state);
}

BOOST_AUTO_TEST_CASE(records_come_back_to_their_own_store_only_when_they_are_gone) {
  for (int i = 0; i < 3; ++i) keep({.verdict = Verdict::selected, .prompt = "ink"});
  keep({.user = "bob", .prompt = "ink"});
  first = exported();
  BOOST_TEST(imported(first) == "0 recorded, 3 known");
  BOOST_REQUIRE(store->forget("ann", now_ms));
  BOOST_TEST(imported(first) == "3 recorded, 0 known");
  BOOST_TEST(imported(first) == "0 recorded, 3 known");
  std::string another = first;
  replace_once(another, "\"prompt\":\"ink\"", "\"prompt\":\"dog\"");
  BOOST_TEST(imported(another) == "0 recorded, 3 known");  // their names are ids now
}

BOOST_AUTO_TEST_CASE(records_that_were_looked_up_before_they_were_erased_come_back_too) {
  for (int i = 0; i < 6; ++i) keep({.verdict = Verdict::selected, .prompt = numbered('p', i)});
  first = exported();
  const std::size_t end = first.find("\"prompt\":\"p1\"");
  std::string beginning = first.substr(0, first.rfind(",\n{", end)) + "]}";
  BOOST_TEST(imported(beginning) == "0 recorded, 1 known");
  BOOST_REQUIRE(store->forget("ann", now_ms));
  save();
  while (store->erasing()) (void)store->tick(now_ms);
  BOOST_TEST(imported(first) == "6 recorded, 0 known");
}

BOOST_AUTO_TEST_CASE(names_that_lie_far_apart_are_found) {
  options.journal.segment_bytes = 100'000;
  reopen();
  for (int i = 0; i < 10'000; ++i) {
    keep({.verdict = Verdict::selected, .user = i % 4999 == 0 ? "ann" : "bob", .prompt = "ink"});
    if (i % 100 == 0) commit();
  }
  BOOST_TEST(imported(exported()) == "0 recorded, 3 known");
  BOOST_TEST(imported(exported()) == "0 recorded, 3 known");
}

BOOST_AUTO_TEST_CASE(a_read_that_fails_is_told_and_the_next_one_is_well) {
  options.journal.segment_bytes = 300;
  reopen();
  for (int i = 0; i < 6; ++i) keep({.verdict = Verdict::selected, .prompt = numbered('p', i)});
  first = exported();
  for (std::uint64_t n = 1;; ++n) {
    files.fail_in(n);
    const auto told = store->each_record("ann", [](const HistoryRecord&) -> result<void> { return {}; });
    const bool has_failed = files.failed();
    files.heal();
    BOOST_TEST(told.has_value() == !has_failed);
    BOOST_TEST(exported() == first);
    if (!has_failed) break;
  }
}

BOOST_AUTO_TEST_CASE(a_name_counts_for_the_record_that_it_names_alone) {
  keep({.prompt = "ink"});
  first = exported();
  std::string another = first;
  replace_once(another, "\"prompt\":\"ink\"", "\"prompt\":\"dog\"");
  BOOST_TEST(imported(another) == "1 recorded, 0 known");
  BOOST_TEST(imported(first) == "0 recorded, 1 known");
}

BOOST_AUTO_TEST_CASE(a_corrected_record_is_there_once_as_it_stands) {
  keep({.verdict = Verdict::selected, .prompt = "ink", .id = "x"});
  keep({.verdict = Verdict::selected, .prompt = "cat", .id = "y"});
  keep({.verdict = Verdict::rejected, .prompt = "dog", .id = "x"});
  copy();
  BOOST_TEST(other.report.records == 2U);
  BOOST_TEST(first.find("\"prompt\":\"ink\"") == std::string::npos);
  BOOST_TEST(first.find("\"prompt\":\"cat\"") < first.find("\"prompt\":\"dog\""));
}

BOOST_AUTO_TEST_CASE(an_export_goes_through_segments_starts_and_what_is_not_committed) {
  options.journal.segment_bytes = 300;
  reopen();
  for (int i = 1; i <= 12; ++i) {
    keep({.prompt = numbered('p', i)});
    keep({.user = "bob", .prompt = "other"});
    if (i % 3 == 0) commit();
    if (i == 7) commit_and_save();
    if (i == 8) {
      commit();
      reopen();
    }
  }
  first = exported();
  std::size_t at = 0;
  for (int i = 1; i <= 12; ++i) {
    const std::size_t found = first.find("\"prompt\":\"" + numbered('p', i) + "\"");
    BOOST_TEST((found != std::string::npos && found > at));
    at = found;
  }
  BOOST_TEST(first.find("other") == std::string::npos);
  BOOST_TEST(imported(first) == "0 recorded, 12 known");
}

BOOST_AUTO_TEST_CASE(a_forgotten_user_is_in_no_export) {
  keep({.prompt = "ink"});
  keep({.user = "bob", .prompt = "dog"});
  BOOST_REQUIRE(store->forget("ann", now_ms));
  BOOST_TEST(lines() == "");
  keep({.prompt = "cat"});
  BOOST_TEST(lines().find("ink") == std::string::npos);
  BOOST_TEST(lines("").find("\"prompt\":\"cat\"") > lines("").find("\"prompt\":\"dog\""));
}

BOOST_AUTO_TEST_CASE(a_sink_that_fails_ends_the_export) {
  int told = 0;
  keep({.prompt = "ink"});
  keep({.prompt = "cat"});
  const auto ended = store->each_record("ann", [&told](const HistoryRecord&) -> result<void> {
    ++told;
    return Failure{"the disk is full"};
  });
  BOOST_TEST(ended.error().message == "the disk is full");
  BOOST_TEST(told == 1);
}

BOOST_AUTO_TEST_CASE(a_damaged_journal_is_told_with_its_place) {
  keep({.prompt = "ink"});
  commit();
  Bytes bytes = disk.bytes(segment_path(1));
  bytes[segment_header_bytes + frame_header_bytes + 5] ^= std::byte{1};
  disk.put(segment_path(1), bytes);
  const auto told = store->each_record("ann", [](const HistoryRecord&) -> result<void> { return {}; });
  BOOST_TEST(told.error().message.find("at offset 40, event 1, is damaged") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_random_life_is_the_same_after_two_copies) {
  RandomLife life(7);
  for (int i = 0; i < 500; ++i) {
    const auto event = life.next_event();
    if (std::holds_alternative<Record>(event) || std::holds_alternative<PoolSet>(event)) tell(event);
  }
  for (const NamedUser& user : store->engine().users()) {
    const std::string one = exported(user.name);
    ExportLife copied;
    copied.now_ms = store->engine().now_ms();
    copied.imported(one);
    BOOST_TEST(undated(copied.exported(user.name)) == undated(one));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

// RECORD and REJECTALL: what they answer, what they refuse, and their limits.
#include "engine/limits.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

using Arguments = std::vector<std::string>;

struct RecordTalk : Talk {
  /// RECORD ann selected A 'ink' with these options.
  std::string with(const Arguments& options) {
    Arguments all{"RECORD", "ann", "selected", "A", "ink"};
    all.insert(all.end(), options.begin(), options.end());
    return say(all);
  }
  std::uint64_t records() { return static_cast<std::uint64_t>(field(ask("STATS ann"), "records").integer); }
  std::string stat(const std::string& name) { return shown(field(ask("STATS ann"), name)); }
};

const std::string x(std::size_t size) { return std::string(size, 'x'); }

Arguments repeated(const Arguments& option, std::size_t times) {
  Arguments all;
  for (; times > 0; --times) all.insert(all.end(), option.begin(), option.end());
  return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commands_record, RecordTalk)

BOOST_AUTO_TEST_CASE(records_are_numbered_within_their_user) {
  BOOST_TEST(say("RECORD ann selected A ink") == "1");
  BOOST_TEST(say("RECORD bob rejected A ink") == "1");
  BOOST_TEST(say("RECORD ann neutral B ''") == "2");
  BOOST_TEST(runtime.shards.front().traffic.records == 3U);
}

BOOST_AUTO_TEST_CASE(the_answer_is_an_integer_in_both_protocols) {
  BOOST_TEST(send("RECORD ann selected A ink\r\n") == ":1\r\n");
  say("HELLO 3");
  BOOST_TEST(send("RECORD ann selected A ink\r\n") == ":2\r\n");
}

BOOST_AUTO_TEST_CASE(a_known_id_and_verdict_count_once) {
  BOOST_TEST(say("RECORD ann selected A ink ID 1") == "1");
  BOOST_TEST(say("RECORD ann selected A ink ID 1") == "0");
  BOOST_TEST(say("RECORD bob selected A ink ID 1") == "1");
  BOOST_TEST(records() == 1U);
  BOOST_TEST(runtime.shards.front().traffic.records == 2U);
}

BOOST_AUTO_TEST_CASE(a_known_id_with_another_verdict_corrects_the_record) {
  say("RECORD ann selected B ink");
  say("RECORD ann selected A ink ID 1");
  BOOST_TEST(say("RECORD ann rejected A ink ID 1") == "2");
  BOOST_TEST(records() == 2U);
  BOOST_TEST(stat("selected") == "1");
  BOOST_TEST(stat("rejected") == "1");
  BOOST_TEST(say("SCORE ann ink 1 A") == say("SCORE cyd ink 1 A").replace(1, 3, "0.45454545454545453"));
}

BOOST_AUTO_TEST_CASE(options_come_in_any_order_and_case) {
  BOOST_TEST(with({"negative", "blurry", "Lora",          "wash", "0.5",   "PARAM",  "steps",
                   "30",       "family", "sdxl",          "TIER", "draft", "stage",  "upscale",
                   "session",  "s",      "generation",    "g",    "id",    "1",      "decision",
                   "d",        "at",     "1700000000000", "note", "n",     "vision", "v"}) == "1");
  BOOST_TEST(with({"VISION", "v",       "NOTE", "n",          "AT",     "0",        "DECISION",
                   "d",      "ID",      "2",    "GENERATION", "g",      "SESSION",  "s",
                   "STAGE",  "upscale", "TIER", "quality",    "FAMILY", "sdxl",     "PARAM",
                   "steps",  "30",      "LORA", "wash",       "0.5",    "NEGATIVE", "blurry"}) == "2");
  BOOST_TEST(say("record ann selected A ink") == "3");
}

BOOST_AUTO_TEST_CASE(an_option_given_twice_holds_as_given_last) {
  BOOST_TEST(with({"ID", "1", "ID", "2"}) == "1");
  BOOST_TEST(with({"ID", "1"}) == "2");
  BOOST_TEST(with({"ID", "2"}) == "0");
}

BOOST_AUTO_TEST_CASE(a_value_may_read_like_an_option) {
  BOOST_TEST(with({"NOTE", "ID", "ID", "NOTE"}) == "1");
  BOOST_TEST(with({"ID", "NOTE"}) == "0");
}

BOOST_AUTO_TEST_CASE(names_agree_without_folder_and_extension) {
  say("RECORD ann selected sdxl/A.safetensors ink");
  say("RECORD ann selected A.ckpt ink");
  BOOST_TEST(stat("checkpoints") == "1");
  BOOST_TEST(stat("top_checkpoints") == "[[sdxl/A.safetensors, 0.5833333333333334, 2]]");
}

BOOST_AUTO_TEST_CASE(a_lora_counts_once_whether_option_or_tag) {
  say({"RECORD", "ann", "selected", "A", "ink <lora:wash:0.8> <lora:wash:1>", "LORA",
       "loras/wash.safetensors", "0.5"});
  BOOST_TEST(stat("loras") == "1");
  const User& ann = *store->engine().find_user("ann");
  BOOST_TEST(ann.loras()[0].overall.observed == 1.0);
  BOOST_TEST(store->engine().name_text(ann.loras()[0].name) == "loras/wash.safetensors");
}

BOOST_AUTO_TEST_CASE(a_lora_tag_that_names_no_model_is_text) {
  BOOST_TEST(say({"RECORD", "ann", "selected", "A",
                  "ink <lora::1> <lora:" + x(model_name_bytes_max + 1) + ":1>"}) == "1");
  BOOST_TEST(stat("loras") == "0");
}

BOOST_AUTO_TEST_CASE(tags_beyond_the_loras_a_record_may_have_are_left_out) {
  Arguments all{"RECORD", "ann", "selected", "A", "ink <lora:one more:1>"};
  for (std::size_t i = 0; i < record_loras_max; ++i) {
    for (const std::string& part : {std::string("LORA"), "l" + std::to_string(i), std::string("1")})
      all.push_back(part);
  }
  BOOST_TEST(say(all) == "1");
  BOOST_TEST(stat("loras") == "64");
}

BOOST_AUTO_TEST_CASE(a_lora_may_have_a_strength_of_its_own_for_the_text_encoder) {
  BOOST_TEST(say("RECORD ann selected A ink LORA wash 0.8 CLIP 0.5 LORA oil 1") == "1");
  const Reply told = ask("HISTORY ann JSON");
  BOOST_TEST(shown(told).find(R"({"name":"wash","strength_model":0.8,"strength_clip":0.5})") != std::string::npos);
  BOOST_TEST(shown(told).find(R"({"name":"oil","strength_model":1,"strength_clip":1})") != std::string::npos);
  BOOST_TEST(say("RECORD ann selected A ink CLIP 1") == "-ERR CLIP goes behind a LORA");
}

BOOST_AUTO_TEST_CASE(records_of_json_count_together_or_not_at_all) {
  const auto told = [this](const std::string& json) { return say(std::vector<std::string>{"RECORDS", json}); };
  const std::string one = R"({"user_id":"ann","prompt":"ink","checkpoint":"A","action":"selected"})";
  BOOST_TEST(told(one) == "[recorded, 1, duplicates, 0]");
  BOOST_TEST(told("[" + one + "," + one + "]") == "[recorded, 2, duplicates, 0]");
  BOOST_TEST(told("[" + one + R"(,{"checkpoint":"A"}])") == "-ERR record 2: action is missing");
  BOOST_TEST(told("[" + one).starts_with("-ERR it is not JSON: "));
  BOOST_TEST(told("7") == "-ERR it must be an object");
  BOOST_TEST(stat("records") == "3");
  BOOST_TEST(told("[]") == "[recorded, 0, duplicates, 0]");
  BOOST_TEST(told(std::string(import_json_bytes_max + 1, ' ')).starts_with("-ERR the JSON is larger than "));
}

BOOST_AUTO_TEST_CASE(too_few_arguments_are_told_with_the_right_ones) {
  BOOST_TEST(say("RECORD ann selected A") ==
             "-ERR wrong number of arguments for 'RECORD'; it is RECORD user selected|rejected|neutral checkpoint "
             "prompt [NEGATIVE text] [LORA name strength [CLIP strength] ...] [PARAM name value ...] [FAMILY family] "
             "[TIER draft|standard|quality] [STAGE stage] [SESSION id] [GENERATION id] [ID id] [DECISION id] "
             "[AT unix-ms] [NOTE text] [VISION text]");
  BOOST_TEST(
      say("REJECTALL ann ink 1").starts_with("-ERR wrong number of arguments for 'REJECTALL'; it is "));
}

BOOST_AUTO_TEST_CASE(each_wrong_option_has_its_sentence) {
  for (const char* option :
       {"NEGATIVE", "FAMILY", "STAGE", "SESSION", "GENERATION", "ID", "DECISION", "NOTE", "VISION"}) {
    BOOST_TEST(with({option}) == "-ERR a value must follow " + std::string(option));
  }
  BOOST_TEST(with({"ID", ""}) == "-ERR ID is empty");
  BOOST_TEST(with({"TIER"}) == "-ERR TIER must be draft, standard or quality");
  BOOST_TEST(with({"AT"}) == "-ERR AT must be a whole number from 0 to 2305843009213693951");
  BOOST_TEST(with({"LORA"}) == "-ERR the LoRA's name is missing");
  BOOST_TEST(with({"LORA", "wash"}) == "-ERR the LoRA's strength must be a number");
  for (const char* strength : {"", "much", "1x", "inf", "nan", "1e999"}) {
    BOOST_TEST(with({"LORA", "wash", strength}) == "-ERR the LoRA's strength must be a number", strength);
  }
  BOOST_TEST(with({"LORA", "folder/", "1"}) == "-ERR a LoRA has no name");
  BOOST_TEST(with({"PARAM"}) == "-ERR the parameter's name is missing");
  BOOST_TEST(with({"PARAM", "steps"}) == "-ERR the parameter's value is missing");
  BOOST_TEST(with({"PARAM", "", "30"}) == "-ERR a parameter has no name");
  BOOST_TEST(with({"TIER", "best"}) == "-ERR TIER must be draft, standard or quality");
  for (const char* at : {"", "now", "-1", "1.5", "9223372036854775807"}) {
    BOOST_TEST(with({"AT", at}) == "-ERR AT must be a whole number from 0 to 2305843009213693951", at);
  }
  BOOST_TEST(with({"COLOUR", "red"}).starts_with("-ERR unknown option 'COLOUR'; it is "));
  BOOST_TEST(with({x(100)}).starts_with("-ERR unknown option '" + x(64) + "'; it is "));
  BOOST_TEST(store->engine().user_count() == 0U);
}

BOOST_AUTO_TEST_CASE(each_wrong_argument_has_its_sentence) {
  for (const char* verdict : {"loved", "select", ""}) {
    BOOST_TEST(say({"RECORD", "ann", verdict, "A", "ink"}) ==
               "-ERR the verdict must be selected, rejected or neutral");
  }
  BOOST_TEST(say("RECORD '' selected A ink") == "-ERR the user is empty");
  BOOST_TEST(say("RECORD ann selected '' ink") == "-ERR the checkpoint names no model");
  BOOST_TEST(say("RECORD ann selected folder/ ink") == "-ERR the checkpoint names no model");
  BOOST_TEST(store->engine().user_count() == 0U);
}

BOOST_AUTO_TEST_CASE(the_first_thing_that_is_wrong_is_told) {
  BOOST_TEST(say("RECORD ann loved A ink TIER best COLOUR") ==
             "-ERR the verdict must be selected, rejected or neutral");
  BOOST_TEST(with({"TIER", "best", "AT", "now"}) == "-ERR TIER must be draft, standard or quality");
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_refused) {
  for (const char* option :
       {"NEGATIVE", "FAMILY", "STAGE", "SESSION", "GENERATION", "ID", "DECISION", "NOTE", "VISION"}) {
    BOOST_TEST(with({option, "\xff"}) ==
               "-ERR " + std::string(option) + " is not valid UTF-8 text without zero bytes");
    BOOST_TEST(with({option, std::string("a\0b", 3)}) ==
               "-ERR " + std::string(option) + " is not valid UTF-8 text without zero bytes");
  }
  BOOST_TEST(say({"RECORD", "\xff", "selected", "A", "ink"}) ==
             "-ERR the user is not valid UTF-8 text without zero bytes");
  BOOST_TEST(say({"RECORD", "ann", "selected", "\xff", "ink"}) ==
             "-ERR the checkpoint is not valid UTF-8 text without zero bytes");
  BOOST_TEST(say({"RECORD", "ann", "selected", "A", "\xff"}) ==
             "-ERR the prompt is not valid UTF-8 text without zero bytes");
  BOOST_TEST(with({"LORA", "\xff", "1"}) == "-ERR a LoRA's name is not valid UTF-8 text without zero bytes");
  BOOST_TEST(with({"PARAM", "steps", "\xff"}) ==
             "-ERR a parameter is not valid UTF-8 text without zero bytes");
  BOOST_TEST(store->engine().user_count() == 0U);
}

BOOST_AUTO_TEST_CASE(texts_have_bounds) {
  const auto bounded = [this](const std::string& option, std::size_t bound) {
    BOOST_TEST(with({option, x(bound + 1)}) ==
               "-ERR " + option + " is longer than " + std::to_string(bound) + " bytes");
    BOOST_TEST(with({option, x(bound)}) != "0", option);
  };
  bounded("NEGATIVE", prompt_bytes_max);
  for (const char* option : {"FAMILY", "STAGE"}) bounded(option, label_bytes_max);
  for (const char* option : {"SESSION", "GENERATION", "ID", "DECISION"})
    bounded(option, identifier_bytes_max);
  for (const char* option : {"NOTE", "VISION"}) bounded(option, text_bytes_max);
  BOOST_TEST(records() == 9U);
}

BOOST_AUTO_TEST_CASE(names_have_bounds) {
  BOOST_TEST(say({"RECORD", x(user_bytes_max), "selected", x(model_name_bytes_max), x(prompt_bytes_max)}) ==
             "1");
  BOOST_TEST(say({"RECORD", x(user_bytes_max + 1), "selected", "A", ""}) ==
             "-ERR the user is longer than 256 bytes");
  BOOST_TEST(say({"RECORD", "ann", "selected", x(model_name_bytes_max + 1), ""}) ==
             "-ERR the checkpoint is longer than 1024 bytes");
  BOOST_TEST(say({"RECORD", "ann", "selected", "A", x(prompt_bytes_max + 1)}) ==
             "-ERR the prompt is longer than 1048576 bytes");
  BOOST_TEST(with({"LORA", x(model_name_bytes_max), "1"}) == "1");
  BOOST_TEST(with({"LORA", x(model_name_bytes_max + 1), "1"}) ==
             "-ERR a LoRA's name is longer than 1024 bytes");
  BOOST_TEST(with({"PARAM", x(label_bytes_max), x(text_bytes_max)}) == "2");
  BOOST_TEST(with({"PARAM", x(label_bytes_max + 1), "1"}) ==
             "-ERR a parameter's name is longer than 64 bytes");
  BOOST_TEST(with({"PARAM", "p", x(text_bytes_max + 1)}) ==
             "-ERR a parameter's value is longer than 65536 bytes");
}

BOOST_AUTO_TEST_CASE(loras_and_parameters_have_bounds) {
  BOOST_TEST(with(repeated({"LORA", "wash", "1"}, 64)) == "1");
  BOOST_TEST(with(repeated({"LORA", "wash", "1"}, 65)) == "-ERR a record has at most 64 LoRAs");
  BOOST_TEST(with(repeated({"PARAM", "steps", "1"}, 64)) == "2");
  BOOST_TEST(with(repeated({"PARAM", "steps", "1"}, 65)) == "-ERR a record has at most 64 parameters");
}

BOOST_AUTO_TEST_CASE(rejectall_rejects_each_checkpoint) {
  BOOST_TEST(say("REJECTALL ann 'ink cat' 3 A B A") == "3");
  BOOST_TEST(stat("rejected") == "3");
  BOOST_TEST(runtime.shards.front().traffic.records == 3U);
  BOOST_TEST(say("SCORE ann ink 2 A B") == "[0.4166666666666667, 0.45454545454545453]");
}

BOOST_AUTO_TEST_CASE(with_an_id_each_has_its_own) {
  BOOST_TEST(say("REJECTALL ann ink 2 A B ID r TIER draft") == "2");
  BOOST_TEST(say("REJECTALL ann ink 3 A B C ID r") == "1");
  BOOST_TEST(say("RECORD ann rejected B ink ID r:2") == "0");
  BOOST_TEST(say("RECORD ann selected B ink ID r:2") == "2");
}

BOOST_AUTO_TEST_CASE(where_one_of_all_is_not_valid_none_is_recorded) {
  BOOST_TEST(say("REJECTALL ann ink 2 A folder/") == "-ERR the checkpoint names no model");
  BOOST_TEST(say({"REJECTALL", "ann", "ink", "2", "A", "B", "ID", x(255)}) ==
             "-ERR ID is longer than 256 bytes");
  BOOST_TEST(say({"REJECTALL", "ann", "ink", "2", "A", "B", "ID", x(254)}) == "2");
  BOOST_TEST(stat("rejected") == "2");
}

BOOST_AUTO_TEST_CASE(where_not_all_fit_the_users_limits_none_is_recorded) {
  const std::size_t half = arms_per_user_max / 2;
  for (const std::size_t first : {std::size_t{1}, half}) {
    std::vector<std::string> request{"REJECTALL", "ann", "ink", std::to_string(half)};
    for (std::size_t i = first; i < first + half; ++i) request.push_back("m" + std::to_string(i));
    BOOST_TEST(say(request) == std::to_string(half));
  }
  BOOST_TEST(say("REJECTALL ann ink 3 new newer m1") == "-ERR this user has the most checkpoints one may have, 65536");
  BOOST_TEST(stat("rejected") == "65536");
  BOOST_TEST(say("REJECTALL ann ink 3 new new m1") == "3");
}

BOOST_AUTO_TEST_CASE(what_a_rejectall_repeats_has_a_bound) {
  const std::size_t each = 1 << 16;
  const std::size_t count = reject_all_bytes_max / each;
  // A record's user, checkpoint and prompt count too.
  const auto reject = [&](std::size_t note_bytes) {
    std::vector<std::string> request{"REJECTALL", "u", "", std::to_string(count)};
    for (std::size_t i = 0; i < count; ++i) request.emplace_back("A");
    request.insert(request.end(), {"NOTE", std::string(note_bytes, 'x')});
    return say(request);
  };
  BOOST_TEST(reject(each - 1).starts_with("-ERR the texts times the checkpoints are more than 16777216 bytes"));
  BOOST_TEST(store->engine().user_count() == 0U);
  BOOST_TEST(reject(each - 2) == std::to_string(count));
}

BOOST_AUTO_TEST_CASE(rejectall_says_what_is_wrong) {
  const std::string count = "-ERR the number of checkpoints must be a whole number from 1 to 65536";
  for (const char* n : {"0", "-1", "x", "65537"})
    BOOST_TEST(say({"REJECTALL", "ann", "ink", n, "A"}) == count, n);
  BOOST_TEST(say("REJECTALL ann ink 3 A B") == "-ERR the checkpoints are fewer than was said");
  BOOST_TEST(say("REJECTALL ann ink 1 A B").starts_with("-ERR unknown option 'B'; it is "));
  BOOST_TEST(say("REJECTALL '' ink 1 A") == "-ERR the user is empty");
  BOOST_TEST(store->engine().user_count() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

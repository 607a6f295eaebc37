// Imports: what is taken, what is refused in which words, and that a refused file changes nothing.
#include "engine/limits.h"
#include "tests/persistence/export_fixture.h"

namespace penchant::test {
namespace {

const std::string good = R"({"checkpoint":"A","action":"selected","prompt":"ink cat"})";

std::string with(std::string_view fields) {
  return std::string(R"({"checkpoint":"A","action":"selected",)").append(fields).append("}");
}
std::string text_field(std::string_view field, std::size_t bytes) {
  return with("\"" + std::string(field) + "\":\"" + std::string(bytes, 'x') + "\"");
}
std::string many(std::string_view element, std::size_t count) {
  std::string text(element);
  for (std::size_t i = 1; i < count; ++i) text.append(",").append(element);
  return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(imports, ExportLife)

BOOST_AUTO_TEST_CASE(a_record_needs_a_checkpoint_and_a_verdict) {
  BOOST_TEST(imported_record(good) == "1 recorded, 0 known");
  BOOST_TEST(imported_record(R"({"action":"selected"})") == "record 1: checkpoint is missing");
  BOOST_TEST(imported_record(R"({"checkpoint":"A"})") == "record 1: action is missing");
  BOOST_TEST(imported_record(R"({"checkpoint":"A","action":null})") == "record 1: action is missing");
  BOOST_TEST(imported_record("7") == "record 1: it must be an object");
}

BOOST_AUTO_TEST_CASE(fields_that_are_not_known_are_ignored) {
  BOOST_TEST(imported(file(with(R"("colour":{"red":[1]},"prompt":"ink")"), R"(,"notes":["x",{}],"stats":7e3)")) ==
             "stats must be an array");
  BOOST_TEST(imported(file(with(R"("colour":{"red":[1]},"prompt":"ink")"), R"(,"notes":["x",{}],"stats":[7])")) ==
             "1 recorded, 0 known");
}

BOOST_AUTO_TEST_CASE(without_keywords_the_prompt_is_read_and_with_them_it_is_not) {
  imported(file(with(R"("prompt":"the ink cat <lora:wet:0.5>","negative_prompt":"blurry","id":"read")") + "," +
                with(R"("prompt":"a dog <lora:dry:1>","keywords":["Big Dog"],"negative_keywords":[],"id":"kept")")));
  const std::string told = lines();
  BOOST_TEST(told.find(R"("keywords":["ink","cat"],"checkpoint":"A","loras":[{"name":"wet","strength_model":0.5,)") !=
             std::string::npos);
  BOOST_TEST(told.find(R"("negative_keywords":["blurry"])") != std::string::npos);
  BOOST_TEST(told.find(R"("keywords":["Big Dog"],"checkpoint":"A","loras":[],)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(loras_and_ids_come_in_other_forms_too) {
  BOOST_TEST(imported_record(
                 with(R"("id":17,"loras":["ink",{"name":"wet","strength":0.5},{"name":"dry",)"
                      R"("strength_model":2,"strength_clip":1}],"parameters":{"steps":2.50,"vae":true,"x":null})")) ==
             "1 recorded, 0 known");
  const std::string told = lines();
  for (const char* const part :
       {R"("id":"17")", R"({"name":"ink","strength_model":1,"strength_clip":1})",
        R"({"name":"wet","strength_model":0.5,"strength_clip":0.5})",
        R"({"name":"dry","strength_model":2,"strength_clip":1})", R"("parameters":{"steps":"2.50","vae":"true"})"}) {
    BOOST_TEST(told.find(part) != std::string::npos, part << " in " << told);
  }
}

BOOST_AUTO_TEST_CASE(each_bound_holds_and_one_more_is_refused_with_its_field) {
  struct Bound {
    const char* field;
    std::size_t bytes;
  };
  for (const Bound bound : {Bound{"id", identifier_bytes_max}, Bound{"user_id", user_bytes_max},
                            Bound{"prompt", prompt_bytes_max}, Bound{"negative_prompt", prompt_bytes_max},
                            Bound{"model_family", label_bytes_max}, Bound{"stage", label_bytes_max},
                            Bound{"session_id", identifier_bytes_max}, Bound{"generation_id", identifier_bytes_max},
                            Bound{"decision_id", identifier_bytes_max}, Bound{"feedback_text", text_bytes_max},
                            Bound{"vision_description", text_bytes_max}, Bound{"checkpoint", model_name_bytes_max},
                            Bound{"shadow_checkpoint", model_name_bytes_max}}) {
    BOOST_TEST(imported_record(text_field(bound.field, bound.bytes)) == "1 recorded, 0 known", bound.field);
    BOOST_TEST(imported_record(text_field(bound.field, bound.bytes + 1)) ==
               "record 1: " + std::string(bound.field) + " is longer than " + std::to_string(bound.bytes) + " bytes");
  }
  const auto loras = [](std::size_t n) { return with("\"loras\":[" + many("\"x\"", n) + "]"); };
  BOOST_TEST(imported_record(loras(record_loras_max)) == "1 recorded, 0 known");
  BOOST_TEST(imported_record(loras(record_loras_max + 1)) == "record 1: loras has more than 64");
  const auto parameters = [](std::size_t n) { return with("\"parameters\":{" + many("\"x\":1", n) + "}"); };
  BOOST_TEST(imported_record(parameters(record_parameters_max)) == "1 recorded, 0 known");
  BOOST_TEST(imported_record(parameters(record_parameters_max + 1)) == "record 1: parameters has more than 64");
  const auto arms = [](std::size_t n) { return with("\"decision_arms\":[" + many("{}", n) + "]"); };
  BOOST_TEST(imported_record(arms(record_decision_arms_max)) == "1 recorded, 0 known");
  BOOST_TEST(imported_record(arms(record_decision_arms_max + 1)) == "record 1: decision_arms has more than 1024");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_with_the_record_and_the_field) {
  struct Wrong {
    const char* fields;
    const char* sentence;
  };
  for (const Wrong wrong : {
           Wrong{R"("action":"liked")", "action must be selected, rejected or neutral"},
           Wrong{R"("action":1)", "action must be selected, rejected or neutral"},
           Wrong{R"("task_type":"huge")", "task_type must be draft, standard or quality"},
           Wrong{R"("prompt":7)", "prompt must be a text"},
           Wrong{R"("prompt":["x"])", "prompt must be a text"},
           Wrong{R"("prompt":"a\u0000b")", "prompt must be a text without zero bytes"},
           Wrong{R"("timestamp":"noon")", "timestamp must be a time such as 2026-01-31T12:00:00Z"},
           Wrong{R"("timestamp":17)", "timestamp must be a time such as 2026-01-31T12:00:00Z"},
           Wrong{R"("timestamp":"1969-12-31T23:59:59Z")", "timestamp is before 1970"},
           Wrong{R"("keywords":"ink")", "keywords must be an array"},
           Wrong{R"("keywords":[7])", "keywords must be a text"},
           Wrong{R"("keywords":[""])", "keywords has an empty one"},
           Wrong{R"("keywords":["ink"],"keyword_weights":[1,2])", "keyword_weights must be as many as the keywords"},
           Wrong{R"("keywords":["ink"],"keyword_weights":[1e39])",
                 "keyword_weights must be a number within the range of a real one"},
           Wrong{R"("loras":{})", "loras must be an array"},
           Wrong{R"("loras":[7])", "loras must hold objects with a name"},
           Wrong{R"("loras":[{}])", "a LoRA has no name"},
           Wrong{R"("loras":[{"name":"x","strength_model":1e999}])",
                 "strength_model must be a number within the range of a real one"},
           Wrong{R"("parameters":[])", "parameters must be an object"},
           Wrong{R"("parameters":{"x":[]})", "parameters must hold numbers and texts"},
           Wrong{R"("parameters":{"":1})", "a parameter has no name"},
           Wrong{R"("decision_arms":[{"checkpoint":"A","probability":1.5}])", "a probability is not from 0 to 1"},
           Wrong{R"("checkpoint":"folder/")", "the checkpoint names no model"},
           Wrong{R"("shadow_checkpoint":"folder/")", "the shadow's checkpoint names no model"},
           Wrong{R"("shadow_checkpoint":7)", "shadow_checkpoint must be a text"},
       }) {
    const std::string before = state();
    BOOST_TEST(imported(file(good + "," + with(wrong.fields) + "," + good)) ==
               std::string("record 2: ") + wrong.sentence);
    BOOST_TEST(state() == before);
    BOOST_TEST(store->uncommitted_bytes() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(keywords_beyond_the_last_that_counts_do_not) {
  BOOST_TEST(imported_record(with("\"keywords\":[" + many("\"x\"", 65) + "]")) == "1 recorded, 0 known");
  BOOST_TEST(imported_record(with("\"keywords\":[\"" + std::string(129, 'x') + "\"]")) ==
             "record 1: keywords is longer than 128 bytes");
}

BOOST_AUTO_TEST_CASE(other_files_and_versions_are_refused) {
  BOOST_TEST(imported("{}").starts_with("this is no file of preferences"));
  BOOST_TEST(imported(R"({"format":"x","version":1,"preferences":[]})").starts_with("this is no file of preferences"));
  std::string newer = file(good);
  replace_once(newer, "\"version\":1", "\"version\":2");
  BOOST_TEST(imported(newer) == "the file's version is 2, this penchant reads version 1 and the predecessor's 1.0");
  BOOST_TEST(imported(file(good, R"(,"user_id":"")")) == "user_id is empty");
  BOOST_TEST(imported(file(good, R"(,"user_id":{})")) == "user_id must be a text");
}

BOOST_AUTO_TEST_CASE(a_file_cut_anywhere_changes_nothing) {
  const std::string whole = file(good + "," + good);
  const std::string before = state();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    BOOST_TEST(imported(whole.substr(0, size)).starts_with("the file ends too early"));
  }
  BOOST_TEST(state() == before);
}

BOOST_AUTO_TEST_CASE(a_record_without_an_id_is_known_by_all_that_is_said_of_it) {
  BOOST_TEST(imported(file(good + "," + good)) == "1 recorded, 1 known");
  BOOST_TEST(imported(file(with(R"("prompt":"ink cat","timestamp":"2025-01-01T00:00:00.000001Z")") + "," +
                           with(R"("prompt":"ink cat","timestamp":"2025-01-01T00:00:00.000002Z")"))) ==
             "2 recorded, 0 known");
  BOOST_TEST(imported(file(good)) == "0 recorded, 1 known");
  BOOST_TEST(imported(file(with(R"("shadow_checkpoint":"B")") + "," + with(R"("shadow_checkpoint":"C")"))) ==
             "2 recorded, 0 known");
}

BOOST_AUTO_TEST_CASE(a_known_id_with_another_verdict_corrects) {
  BOOST_TEST(imported_record(with(R"("id":"x")")) == "1 recorded, 0 known");
  BOOST_TEST(imported_record(R"({"checkpoint":"A","action":"rejected","id":"x"})") == "1 recorded, 0 known");
  BOOST_TEST(store->engine().find_user("ann")->totals().records == 1U);
  BOOST_TEST(store->engine().find_user("ann")->totals().rejected == 1U);
}

BOOST_AUTO_TEST_CASE(users_are_the_records_or_the_files_or_the_default) {
  imported(file(good + "," + with(R"("user_id":"bob")")));
  imported(R"({"version":"1.0","preferences":[)" + good + R"(],"user_id":null})");
  std::string users;
  for (const NamedUser& user : store->engine().users()) users += user.name + " ";
  BOOST_TEST(users == "ann bob default ");
}

BOOST_AUTO_TEST_CASE(a_pool_is_set_where_there_is_none) {
  BOOST_REQUIRE(pool("sdxl", "B"));
  const char* const pools = R"(,"pools":[{"family":"sdxl","tier":"draft","checkpoints":["A"]},)"
                            R"({"family":"sd15","tier":"quality","checkpoints":["C","D"]}])";
  imported(file(good, pools));
  BOOST_TEST(report.pools == 1U);
  const Pools& set = store->engine().pools();
  BOOST_TEST(store->engine().name_text(set.find("sdxl", Tier::draft)->checkpoints.front().name) == "B");
  BOOST_TEST(set.find("sd15", Tier::quality)->checkpoints.size() == 2U);
  imported(file(good, pools));
  BOOST_TEST(report.pools == 0U);
}

BOOST_AUTO_TEST_CASE(a_wrong_pool_is_told) {
  const auto told = [this](std::string_view pool) {
    return imported(file(good, std::string(",\"pools\":[").append(pool).append("]")));
  };
  BOOST_TEST(told("7") == "pool 1: it must be an object");
  BOOST_TEST(told(R"({"family":"x","checkpoints":["A"]})") == "pool 1: tier is missing");
  BOOST_TEST(told(R"({"family":"x","tier":"huge"})") == "pool 1: tier must be draft, standard or quality");
  BOOST_TEST(told(R"({"family":"x","tier":"draft"})") == "pool 1: checkpoints are missing");
  BOOST_TEST(told(R"({"tier":"draft","checkpoints":["A"]})") == "pool 1: the family is empty");
  BOOST_TEST(told(R"({"family":"x","tier":"draft","checkpoints":[7]})") == "pool 1: the checkpoint is empty");
}

BOOST_AUTO_TEST_CASE(pools_are_bounded_in_number_and_bytes) {
  const auto told = [](std::size_t pools, std::size_t names) {
    const std::string name = "\"" + std::string(model_name_bytes_max, 'x') + "\"";
    const std::string checkpoints = many(names == 0 ? "\"A\"" : name, std::max<std::size_t>(names, 1));
    std::string text = file(good, ",\"pools\":[");
    text.erase(text.find(",\"preferences\""));
    for (std::size_t i = 0; i < pools; ++i) {
      text += (i > 0 ? R"(,{"family":"f)" : R"({"family":"f)") + std::to_string(i) +
              R"(","tier":"draft","checkpoints":[)" + checkpoints + "]}";
    }
    ImportCheck check;
    if (auto fed = check.feed(text + "]}"); !fed) return fed.error().message;
    return check.finish() ? std::string() : "refused";
  };
  const std::string sentence = "the pools are more than 4096, or larger than 67108864 bytes";
  BOOST_TEST(told(pools_max, 0) == "");
  BOOST_TEST(told(pools_max + 1, 0) == sentence);
  const std::size_t names = import_pools_bytes_max / (model_name_bytes_max + sizeof(std::string));
  BOOST_TEST(told(8, names / 8) == "");
  BOOST_TEST(told(8, names / 8 + 1) == sentence);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

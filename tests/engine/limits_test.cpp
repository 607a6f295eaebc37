// The bounds of what an engine holds. Not here: users_max and the cells of a real matrix, which take gigabytes to
// reach; the cells are tried through what User::room_for would have to allocate.
#include "engine/limits.h"

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

struct Full : Taste {
  /// The sentence that refuses the record; empty where nothing does.
  std::string refusal(Record record) {
    record.now_ms = now_ms;
    const auto recorded = engine.record(record);
    return recorded ? "" : recorded.error().message;
  }
};

BOOST_FIXTURE_TEST_SUITE(limits, Full)

BOOST_AUTO_TEST_CASE(a_user_has_at_most_65536_checkpoints_and_goes_on_with_them) {
  for (std::size_t i = 0; i < arms_per_user_max; ++i) tell({.user = "ann", .checkpoint = std::to_string(i)});
  BOOST_TEST(refusal({.user = "ann", .checkpoint = "one more"}) ==
             "this user has the most checkpoints one may have, 65536");
  BOOST_TEST(engine.find_user("ann")->totals().records == arms_per_user_max);
  BOOST_TEST(!engine.find_name("one more"));
  BOOST_TEST(refusal({.user = "ann", .checkpoint = "folder/65535.ckpt"}) == "");
  BOOST_TEST(refusal({.user = "bob", .checkpoint = "one more"}) == "");
}

BOOST_AUTO_TEST_CASE(a_user_has_at_most_65536_loras_and_goes_on_with_them) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= arms_per_user_max; ++i) names.push_back(std::to_string(i));
  std::vector<LoraTag> loras;
  for (const std::string& name : names) loras.push_back({name});
  for (std::size_t i = 0; i < arms_per_user_max; i += record_loras_max) {
    tell({.user = "ann", .checkpoint = "A", .loras = std::span(loras).subspan(i, record_loras_max)});
  }
  const auto last_two = std::span(loras).last(2);
  BOOST_TEST(refusal({.user = "ann", .checkpoint = "A", .loras = last_two}) ==
             "this user has the most LoRAs one may have, 65536");
  BOOST_TEST(refusal({.user = "ann", .checkpoint = "A", .loras = last_two.first(1)}) == "");
  BOOST_TEST(engine.find_user("ann")->loras().size() == arms_per_user_max);
}

BOOST_AUTO_TEST_CASE(a_user_has_at_most_a_million_keywords_and_goes_on_with_them) {
  std::vector<std::string> texts(keywords_max);
  std::vector<Keyword> keywords(keywords_max);
  for (std::size_t i = 0; i < keywords_per_user_max; i += keywords_max) {
    for (std::size_t k = 0; k < keywords_max; ++k) keywords[k].text = texts[k] = std::to_string(i + k);
    const Record record{
        .now_ms = now_ms, .verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .keywords = keywords};
    if (!engine.record(record)) BOOST_FAIL("at keyword " << i);
  }
  const Keyword one_more{"one more"};
  BOOST_TEST(refusal({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .keywords = {&one_more, 1}}) ==
             "this user has the most keywords one may have, 1048576");
  BOOST_TEST(!engine.find_keyword("one more"));
  BOOST_TEST(refusal({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .keywords = keywords}) == "");
}

BOOST_AUTO_TEST_CASE(a_users_tables_have_at_most_four_gibibytes) {
  const std::size_t max = table_bytes_per_user_max;
  BOOST_TEST(User::room_for(1, max, max).has_value());
  BOOST_TEST(User::room_for(1, max + 1, max).error().message ==
             "this user's tables are as large as they may be, 4294967296 bytes");
}

BOOST_AUTO_TEST_CASE(a_user_has_at_most_262144_negative_prompts_and_goes_on_with_them) {
  const auto say = [this](std::size_t i) {
    const std::string words[] = {"x" + std::to_string(i / 1024), "y" + std::to_string(i % 1024)};
    const Keyword negative[] = {{words[0]}, {words[1]}};
    return refusal({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "A", .negative_keywords = negative});
  };
  for (std::size_t i = 0; i < negative_prompts_per_user_max; ++i) BOOST_REQUIRE(say(i).empty());
  BOOST_TEST(say(negative_prompts_per_user_max) == "this user has the most negative prompts one may have, 262144");
  BOOST_TEST(say(7) == "");
}

BOOST_AUTO_TEST_CASE(a_user_has_at_most_131072_parameters) {
  std::vector<std::string> names(record_parameters_max);
  std::vector<Parameter> parameters(record_parameters_max);
  for (std::size_t i = 0; i < parameters_per_user_max; i += record_parameters_max) {
    for (std::size_t k = 0; k < record_parameters_max; ++k) {
      parameters[k] = {names[k] = std::to_string(i + k), "1"};
    }
    BOOST_REQUIRE(refusal({.user = "ann", .checkpoint = "A", .parameters = parameters}).empty());
  }
  const Parameter one_more[] = {{"one more", "1"}};
  BOOST_TEST(refusal({.user = "ann", .checkpoint = "A", .parameters = one_more}) ==
             "this user has the most parameters one may have, 131072");
}

BOOST_AUTO_TEST_CASE(there_are_at_most_4096_pools_and_each_can_still_be_set) {
  const auto set = [this](std::size_t family) {
    const std::string name = std::to_string(family);
    return engine.set_pool({.now_ms = now_ms, .family = name, .tier = Tier::draft});
  };
  for (std::size_t family = 0; family < pools_max; ++family) BOOST_REQUIRE(set(family));
  BOOST_TEST(set(pools_max).error().message == "there are as many pools as there may be, 4096");
  BOOST_TEST(set(0).has_value());
  BOOST_TEST(engine.delete_pool({.now_ms = now_ms, .family = "7", .tier = Tier::draft}));
  BOOST_TEST(set(pools_max).has_value());
}

BOOST_AUTO_TEST_CASE(a_pool_holds_at_most_65536_checkpoints) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= pool_checkpoints_max; ++i) names.push_back(std::to_string(i));
  const std::vector<std::string_view> checkpoints(names.begin(), names.end());
  const auto set = [&](std::size_t count) {
    return engine.set_pool({.family = "sdxl", .checkpoints = std::span(checkpoints).first(count)});
  };
  BOOST_TEST(set(pool_checkpoints_max).has_value());
  BOOST_TEST(set(pool_checkpoints_max + 1).error().message == "a pool holds at most 65536 checkpoints");
  BOOST_TEST(engine.pools().all()[0].checkpoints.size() == pool_checkpoints_max);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

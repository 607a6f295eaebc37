#include "engine/engine.h"

#include <type_traits>

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

using Kind = Recorded::Kind;
static_assert(!std::is_copy_constructible_v<Engine>, "its maps' keys point into its texts");

std::string_view name_of(const Recorded& recorded) {
  switch (recorded.kind) {
    case Kind::counted: return "counted";
    case Kind::corrected: return "corrected";
    case Kind::duplicate: return "duplicate";
  }
  return "";
}

struct Identified : Taste {
  /// What becomes of a verdict on the image `id`: "counted 1".
  std::string judged(std::string_view id, Verdict verdict, std::string_view checkpoint = "A") {
    const Recorded recorded =
        tell({.verdict = verdict, .user = "ann", .checkpoint = checkpoint, .prompt = "ink", .id = id});
    return std::string(name_of(recorded)) + ' ' + std::to_string(recorded.sequence);
  }
};

BOOST_FIXTURE_TEST_SUITE(engine, Identified, *boost::unit_test::tolerance(1e-6))

BOOST_AUTO_TEST_CASE(records_are_numbered_within_their_user_from_1) {
  BOOST_TEST(judged("", Verdict::selected) == "counted 1");
  BOOST_TEST(judged("", Verdict::neutral) == "counted 2");
  BOOST_TEST(tell({.user = "bob", .checkpoint = "A"}).sequence == 1U);
}

BOOST_AUTO_TEST_CASE(without_an_id_every_record_counts) {
  BOOST_TEST(judged("", Verdict::selected) == "counted 1");
  BOOST_TEST(judged("", Verdict::selected) == "counted 2");
  BOOST_TEST(observations("ann", "A", "ink") == 2);
}

BOOST_AUTO_TEST_CASE(the_same_id_and_verdict_count_once) {
  BOOST_TEST(judged("", Verdict::selected) == "counted 1");
  BOOST_TEST(judged("x", Verdict::selected) == "counted 2");
  BOOST_TEST(judged("x", Verdict::selected) == "duplicate 2");
  BOOST_TEST(judged("x", Verdict::selected, "another") == "duplicate 2");
  BOOST_TEST(observations("ann", "A", "ink") == 2);
  BOOST_TEST(engine.find_user("ann")->totals().records == 2U);
}

BOOST_AUTO_TEST_CASE(a_duplicate_changes_nothing_not_even_the_clock) {
  judged("x", Verdict::selected);
  const std::int64_t before = engine.now_ms();
  days_pass(1);
  BOOST_TEST(judged("x", Verdict::selected, "new/B.ckpt") == "duplicate 1");
  BOOST_TEST(engine.now_ms() == before);
  BOOST_TEST(!engine.find_name("B"));
}

BOOST_AUTO_TEST_CASE(another_users_id_is_another_record) {
  judged("x", Verdict::selected);
  BOOST_TEST(name_of(tell({.verdict = Verdict::selected, .user = "bob", .checkpoint = "A", .id = "x"})) == "counted");
}

BOOST_AUTO_TEST_CASE(another_verdict_corrects_under_the_same_number) {
  BOOST_TEST(judged("x", Verdict::selected) == "counted 1");
  BOOST_TEST(judged("y", Verdict::selected) == "counted 2");
  BOOST_TEST(judged("x", Verdict::rejected) == "corrected 1");
  BOOST_TEST(judged("x", Verdict::rejected) == "duplicate 1");
  BOOST_TEST(judged("x", Verdict::neutral) == "corrected 1");
  BOOST_TEST(judged("x", Verdict::selected) == "corrected 1");
  BOOST_TEST(judged("z", Verdict::selected) == "counted 3");
  const Totals& totals = this->engine.find_user("ann")->totals();
  BOOST_TEST(totals.records == 3U);
  BOOST_TEST(totals.selected == 3U);
  BOOST_TEST(totals.rejected + totals.neutral == 0U);
}

BOOST_AUTO_TEST_CASE(a_corrected_record_scores_as_if_the_first_verdict_had_never_been) {
  kept("ann", "A", "ink cat", 3);
  kept("bob", "A", "ink cat", 3);
  tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .prompt = "ink oil", .id = "x"});
  days_pass(100);
  tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "A", .prompt = "ink dog", .id = "x"});
  tell({.verdict = Verdict::rejected, .user = "bob", .checkpoint = "A", .prompt = "ink dog", .id = "x"});
  for (const char* prompt : {"ink", "cat", "oil", "dog", ""}) {
    BOOST_TEST(score("ann", "A", prompt) == score("bob", "A", prompt));
    BOOST_TEST(observations("ann", "A", prompt) == observations("bob", "A", prompt));
  }
}

BOOST_AUTO_TEST_CASE(a_correction_takes_back_the_loras_and_the_checkpoint_of_the_first_verdict) {
  const LoraTag old_loras[] = {{"detail"}};
  const LoraTag new_loras[] = {{"ink_wash"}};
  tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .id = "x", .loras = old_loras});
  tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "B", .id = "x", .loras = new_loras});
  const User& ann = *engine.find_user("ann");
  BOOST_TEST(ann.loras()[0].overall.observed == 0);
  BOOST_TEST(ann.loras()[1].overall.observed > 0);
  BOOST_TEST(ann.loras()[1].overall.selected == 0);
  BOOST_TEST(ann.checkpoints()[0].overall.observed == 0);
  BOOST_TEST(ann.checkpoints()[1].overall.observed > 0);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_only_a_corrected_record_named_is_no_arm_any_more) {
  tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "typo", .prompt = "cat", .id = "1"});
  tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "real", .prompt = "cat", .id = "1"});
  BOOST_TEST(best("ann", "cat") == "real");
  BOOST_TEST(best("ann", "") == "real");
  BOOST_TEST(engine.find_user("ann")->checkpoints().live_count() == 1U);
  kept("ann", "typo", "cat");
  BOOST_TEST(best("ann", "cat") == "typo real");
}

BOOST_AUTO_TEST_CASE(all_taken_back_is_exactly_nothing) {
  for (int age = 1; age <= 40; ++age) {
    const std::string user = numbered('u', age);
    for (const auto& [id, verdict] : {std::pair{"1", Verdict::rejected}, {"2", Verdict::selected}}) {
      tell({.at_ms = now_ms - age * 7'777'777,
            .verdict = verdict,
            .user = user,
            .checkpoint = "A",
            .prompt = "zz",
            .id = id});
    }
    for (const char* id : {"1", "2"}) tell({.user = user, .checkpoint = "A", .prompt = "zz", .id = id});
    BOOST_TEST(observations(user, "A", "zz") == 0);
    BOOST_TEST(observations(user, "A", "") == 0);
    BOOST_TEST(score(user, "A", "zz") == 0.5);
  }
}

BOOST_AUTO_TEST_CASE(a_correction_finds_the_old_weight_after_a_change_of_decay_and_a_long_time) {
  kept("ann", "A", "ink", 10);
  judged("x", Verdict::rejected);
  days_pass(5);
  decay(300);
  days_pass(1000);
  judged("x", Verdict::neutral);
  const double left = std::exp(-5.0 / 30 - 1000.0 / 300);
  BOOST_TEST(observations("ann", "A", "ink") == 10 * left);
  BOOST_TEST(score("ann", "A", "ink") == (10 * left + 5) / (10 * left + 10));
}

BOOST_AUTO_TEST_CASE(the_clock_never_runs_backwards) {
  kept("ann", "A", "ink");
  const std::int64_t latest = engine.now_ms();
  now_ms -= 10 * day_ms;
  kept("ann", "A", "ink");
  pool("sdxl", Tier::standard, "A");
  decay(20);
  BOOST_TEST(engine.now_ms() == latest);
  now_ms = latest;
  BOOST_TEST(observations("ann", "A", "ink") == 2);
}

BOOST_AUTO_TEST_CASE(names_agree_without_folder_and_extension_and_the_first_seen_is_answered) {
  kept("ann", "sdxl/A.safetensors", "ink");
  kept("ann", "A", "ink");
  kept("ann", "C:\\models\\A.CKPT", "ink");
  BOOST_TEST(best("ann", "ink") == "sdxl/A.safetensors");
  BOOST_TEST(observations("ann", "A", "ink") == 3);
  BOOST_TEST(best_among("ann", "ink", "A.pt") == "sdxl/A.safetensors");
  pool("sdxl", Tier::standard, "A.gguf");
  BOOST_TEST(best("ann", "ink", {.family = "sdxl"}) == "sdxl/A.safetensors");
}

BOOST_AUTO_TEST_CASE(a_pools_name_is_the_first_seen_when_the_pool_was_first) {
  pool("sdxl", Tier::standard, "public/A.safetensors");
  kept("ann", "private/A", "ink");
  BOOST_TEST(best("ann", "ink") == "public/A.safetensors");
  BOOST_TEST(best("ann", "ink", {.family = "sdxl"}) == "public/A.safetensors");
  BOOST_TEST(best_among("ann", "ink", "A") == "public/A.safetensors");
}

BOOST_AUTO_TEST_CASE(users_share_nothing) {
  kept("ann", "anns/secret/A.safetensors", "ink", 50);
  rejected("ann", "B", "ink", 50);
  BOOST_TEST(best_among("bob", "ink", "B A") == "B A");
  kept("bob", "A", "oil");
  rejected("bob", "bobs/B", "oil");
  BOOST_TEST(best("bob", "ink") == "A bobs/B");
  BOOST_TEST(score("bob", "A", "ink") == 0.5);
  BOOST_TEST(best("ann", "ink").find("bobs") == std::string::npos);
  BOOST_TEST(engine.user_count() == 2U);
}

BOOST_AUTO_TEST_CASE(users_are_listed_in_order_of_first_record) {
  for (const char* user : {"cyd", "ann", "bob", "ann"}) kept(user, "A", "");
  std::string names;
  for (const NamedUser& named : engine.users()) names += named.name + " ";
  BOOST_TEST(names == "cyd ann bob ");
  BOOST_TEST(!engine.find_user("eve"));
}

BOOST_AUTO_TEST_CASE(a_models_family_is_the_last_one_recorded) {
  tell({.user = "ann", .checkpoint = "A", .family = "sd15"});
  tell({.user = "ann", .checkpoint = "A", .family = "sdxl"});
  tell({.user = "ann", .checkpoint = "A"});
  BOOST_TEST(engine.name_text(engine.find_user("ann")->checkpoints()[0].family) == "sdxl");
}

BOOST_AUTO_TEST_CASE(loras_are_counted_over_all_prompts) {
  const LoraTag loras[] = {{"detail"}, {"folder/ink_wash.safetensors"}};
  tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .loras = loras});
  tell({.verdict = Verdict::rejected, .user = "ann", .checkpoint = "A", .loras = std::span(loras).first(1)});
  const ArmTable& table = engine.find_user("ann")->loras();
  BOOST_TEST(table.size() == 2U);
  BOOST_TEST(table[0].overall.selected * 2 == table[0].overall.observed);
  BOOST_TEST(table[1].overall.selected == table[1].overall.observed);
  BOOST_TEST(engine.name_text(table[1].name) == "folder/ink_wash.safetensors");
}

BOOST_AUTO_TEST_CASE(deleting_a_pool_that_is_not_there_changes_nothing) {
  pool("sdxl", Tier::standard, "A");
  const std::int64_t before = engine.now_ms();
  BOOST_TEST(!engine.delete_pool({.now_ms = before + 1, .family = "sdxl", .tier = Tier::draft}));
  BOOST_TEST(engine.now_ms() == before);
  BOOST_TEST(engine.delete_pool({.now_ms = before + 1, .family = "sdxl", .tier = Tier::standard}));
  BOOST_TEST(engine.pools().all().empty());
}

BOOST_AUTO_TEST_CASE(the_same_events_give_the_same_bits) {
  Taste again;
  for (Taste* taste : {static_cast<Taste*>(this), &again}) {
    for (int i = 0; i < 40; ++i) {
      taste->kept("ann", "A", "ink cat");
      taste->rejected("ann", "B", "ink");
      taste->days_pass(i * 0.7);
      if (i % 10 == 9) taste->decay(10 + i);
    }
  }
  BOOST_CHECK_EQUAL(score("ann", "A", "ink cat oil"), again.score("ann", "A", "ink cat oil"));
  BOOST_CHECK_EQUAL(observations("ann", "B", "ink"), again.observations("ann", "B", "ink"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "engine/recommend.h"

#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(recommend, Taste)

std::string band_of(const Recommendation& answer) { return std::string(to_string(answer.band)); }

BOOST_AUTO_TEST_CASE(bands_change_after_29_and_after_70_observations) {
  kept("ann", "A", "ink", 29);
  BOOST_TEST(band_of(ask("ann", "ink")) == "explore");
  kept("ann", "A", "ink", 1);
  BOOST_TEST(band_of(ask("ann", "ink")) == "hedge");
  BOOST_TEST(ask("ann", "ink").confidence == 0.3);
  kept("ann", "A", "ink", 40);
  BOOST_TEST(band_of(ask("ann", "ink")) == "hedge");
  BOOST_TEST(ask("ann", "ink").confidence == 0.7);
  kept("ann", "A", "ink", 1);
  BOOST_TEST(band_of(ask("ann", "ink")) == "exploit");
  kept("ann", "A", "ink", 100);
  BOOST_TEST(ask("ann", "ink").confidence == 1);
}

BOOST_AUTO_TEST_CASE(bands_do_not_change_with_the_seconds) {
  for (const auto& [records, band] : {std::pair(29, "explore"), {30, "hedge"}, {70, "hedge"}, {71, "exploit"}}) {
    const std::string user = std::to_string(records);
    for (int i = 0; i < records; ++i) {
      kept(user, "A", "ink");
      now_ms += 200;
    }
    now_ms += 5 * second_ms;
    BOOST_TEST(band_of(ask(user, "ink")) == band);
  }
}

BOOST_AUTO_TEST_CASE(observations_are_summed_over_the_words) {
  kept("ann", "A", "ink cat moon", 10);
  BOOST_TEST(ask("ann", "ink cat moon").confidence == 0.3);
  BOOST_TEST(band_of(ask("ann", "ink cat")) == "explore");
}

BOOST_AUTO_TEST_CASE(the_bands_ask_for_three_arms_for_two_and_for_one) {
  for (const char* checkpoint : {"A", "B", "C", "D"}) rejected("ann", checkpoint, "ink", 5);
  kept("ann", "A", "ink", 20);
  BOOST_TEST(best("ann", "ink") == "A B C");
  BOOST_TEST(ask("ann", "ink").arms[2].probability == 1.0 / 3);
  kept("ann", "A", "ink", 20);
  BOOST_TEST(best("ann", "ink") == "A B");
  BOOST_TEST(ask("ann", "ink").arms[1].probability == 0.5);
  kept("ann", "A", "ink", 60);
  BOOST_TEST(best("ann", "ink") == "A");
  BOOST_TEST(ask("ann", "ink").arms[0].probability == 1);
  BOOST_TEST(ask("ann", "ink").arms_in_question == 4U);
}

BOOST_AUTO_TEST_CASE(thresholds_and_widths_are_settings) {
  kept("ann", "A", "ink", 20);
  const auto keywords = words("ink");
  Recommender recommender({.explore_below = 0.1, .exploit_above = 0.19});
  const auto answer = recommender.recommend(engine, {.user = "ann", .keywords = keywords, .at_ms = now_ms});
  BOOST_TEST(band_of(*answer) == "exploit");
}

BOOST_AUTO_TEST_CASE(a_draft_always_explores) {
  for (const char* checkpoint : {"B", "C", "D"}) rejected("ann", checkpoint, "ink");
  kept("ann", "A", "ink", 200);
  BOOST_TEST(best("ann", "ink", {.tier = Tier::standard}) == "A");
  BOOST_TEST(best("ann", "ink", {.tier = Tier::draft}) == "A B C");
  BOOST_TEST(ask("ann", "ink", {.tier = Tier::draft}).confidence == 1);
}

BOOST_AUTO_TEST_CASE(fewer_arms_than_the_band_asks_for_share_the_probability) {
  BOOST_TEST(best_among("ann", "ink", "A B") == "A B");
  const auto among = split("A B");
  BOOST_TEST(ask("ann", "ink", {.among = among}).arms[0].probability == 0.5);
  BOOST_TEST(ask("ann", "ink", {.among = among}).band_arms == 2U);
}

BOOST_AUTO_TEST_CASE(equal_scores_are_in_the_order_of_among) {
  kept("ann", "C", "oil");
  kept("ann", "A", "oil");
  BOOST_TEST(best_among("ann", "ink", "B C A") == "B C A");
  BOOST_TEST(best_among("ann", "ink", "A B C") == "A B C");
}

BOOST_AUTO_TEST_CASE(equal_scores_are_in_the_order_of_the_pool) {
  kept("ann", "C", "oil");
  pool("sdxl", Tier::standard, "B C A");
  BOOST_TEST(best("ann", "ink", {.family = "sdxl"}) == "B C A");
}

BOOST_AUTO_TEST_CASE(equal_scores_are_in_the_order_of_first_record) {
  for (const char* checkpoint : {"C", "A", "B", "A", "C"}) kept("ann", checkpoint, "oil");
  BOOST_TEST(best("ann", "ink") == "C A B");
}

BOOST_AUTO_TEST_CASE(of_equal_scores_the_less_observed_is_first) {
  for (const char* checkpoint : {"A", "B"}) kept("ann", checkpoint, "ink");
  for (const char* checkpoint : {"A", "B"}) rejected("ann", checkpoint, "ink");
  kept("ann", "A", "ink");
  rejected("ann", "A", "ink");
  BOOST_TEST(best_among("ann", "ink", "A B C") == "C B A");
}

BOOST_AUTO_TEST_CASE(seconds_between_verdicts_do_not_break_a_tie) {
  for (const char* checkpoint : {"A", "B", "C"}) {
    kept("ann", checkpoint, "ink");
    now_ms += second_ms;
  }
  BOOST_TEST(best_among("ann", "ink", "B C A") == "B C A");
}

BOOST_AUTO_TEST_CASE(top_shows_the_best_n_and_leaves_the_band_as_it_is) {
  kept("ann", "D", "ink");
  const auto among = split("A B C D E");
  BOOST_TEST(best("ann", "ink", {.among = among, .top = 1}) == "D");
  BOOST_TEST(best("ann", "ink", {.among = among, .top = 4}) == "D A B C");
  BOOST_TEST(best("ann", "ink", {.among = among, .top = 99}) == "D A B C E");
  const Recommendation answer = ask("ann", "ink", {.among = among, .top = 4});
  BOOST_TEST(answer.band_arms == 3U);
  BOOST_TEST(answer.arms[2].probability == 1.0 / 3);
  BOOST_TEST(answer.arms[3].probability == 0);
}

BOOST_AUTO_TEST_CASE(among_goes_before_the_pool_and_the_pool_before_what_was_recorded) {
  tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "mine", .prompt = "ink", .family = "sdxl"});
  BOOST_TEST(best("ann", "ink", {.family = "sdxl"}) == "mine");
  pool("sdxl", Tier::standard, "pooled");
  BOOST_TEST(best("ann", "ink", {.family = "sdxl"}) == "pooled");
  const auto among = split("named");
  BOOST_TEST(best("ann", "ink", {.family = "sdxl", .among = among}) == "named");
  BOOST_TEST(best("ann", "ink") == "mine");
}

BOOST_AUTO_TEST_CASE(a_family_alone_means_all_its_tiers_from_draft_to_quality) {
  pool("sdxl", Tier::quality, "Q S");
  pool("sdxl", Tier::draft, "D");
  pool("sdxl", Tier::standard, "S D");
  pool("sd15", Tier::standard, "X");
  BOOST_TEST(best("ann", "ink", {.family = "sdxl"}) == "D S Q");
  BOOST_TEST(best("ann", "ink", {.family = "sdxl", .tier = Tier::quality}) == "Q S");
}

BOOST_AUTO_TEST_CASE(a_checkpoint_named_twice_is_one_arm) {
  BOOST_TEST(best_among("ann", "ink", "A sdxl/A.safetensors B A") == "A B");
  pool("sdxl", Tier::standard, "x/A.ckpt A B");
  BOOST_TEST(best("ann", "ink", {.family = "sdxl"}) == "x/A.ckpt B");
}

BOOST_AUTO_TEST_CASE(what_is_recorded_in_one_family_is_no_arm_of_another) {
  tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .prompt = "ink", .family = "sdxl"});
  tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "B", .prompt = "ink", .family = "sd15"});
  tell({.verdict = Verdict::selected, .user = "ann", .checkpoint = "C", .prompt = "ink"});
  BOOST_TEST(best("ann", "ink", {.family = "sdxl"}) == "A");
  BOOST_TEST(best("ann", "ink", {.family = "sd15"}) == "B");
  BOOST_TEST(best("ann", "ink") == "A B C");
}

BOOST_AUTO_TEST_CASE(no_arms_is_a_failure_with_one_sentence) {
  const std::string sentence =
      "no checkpoints to choose from: name some with AMONG, set a pool for the family, or record a verdict";
  Recommender recommender{Bands{}};
  BOOST_TEST(recommender.recommend(engine, {.user = "ann"}).error().message == sentence);
  kept("ann", "A", "ink");
  BOOST_TEST(recommender.recommend(engine, {.user = "ann", .family = "sdxl"}).error().message == sentence);
  BOOST_TEST(recommender.recommend(engine, {.user = "bob"}).error().message == sentence);
}

BOOST_AUTO_TEST_CASE(any_arm_in_question_can_be_told_after_the_answer) {
  kept("ann", "A", "ink", 3);
  rejected("ann", "B", "ink", 2);
  const auto keywords = words("ink");
  const auto among = split("C A B");
  Recommender recommender{Bands{}};
  for (const bool is_among : {true, false}) {
    const auto named = std::span(among).first(is_among ? among.size() : 0);
    const auto answer =
        recommender.recommend(engine, {.user = "ann", .keywords = keywords, .among = named, .top = 3, .at_ms = now_ms});
    for (std::uint32_t arm = 0; arm < recommender.arm_count(); ++arm) {
      const ArmAnswer one = recommender.arm_answer(engine, answer->user, arm);
      const auto same = std::ranges::find(answer->arms, one.checkpoint, &ArmAnswer::checkpoint);
      BOOST_REQUIRE(same != answer->arms.end());
      BOOST_TEST(one.score == same->score);
      BOOST_TEST(one.observations == same->observations);
    }
    BOOST_TEST(recommender.arm_answer(engine, answer->user, 0).checkpoint == (is_among ? "C" : "A"));
  }
}

BOOST_AUTO_TEST_CASE(a_plan_shares_images_evenly_and_gives_the_remainder_to_the_best) {
  const auto plan = [](std::uint64_t count, std::size_t arms) {
    std::string shares;
    for (std::size_t arm = 0; arm < arms; ++arm) shares += std::to_string(planned_images(count, arms, arm)) + " ";
    return shares;
  };
  BOOST_TEST(plan(9, 3) == "3 3 3 ");
  BOOST_TEST(plan(11, 3) == "5 3 3 ");
  BOOST_TEST(plan(5, 2) == "3 2 ");
  BOOST_TEST(plan(2, 3) == "2 0 0 ");
  BOOST_TEST(plan(7, 1) == "7 ");
  BOOST_TEST(plan(0, 2) == "0 0 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

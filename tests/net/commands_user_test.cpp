// JUDGE, HISTORY, SHARE, FORGET, and what LORAS, NEGATIVES and PARAMS answer.
#include <boost/test/unit_test.hpp>

#include "tests/net/users_fixture.h"

namespace penchant::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(commands_user, Users)

BOOST_AUTO_TEST_CASE(a_verdict_on_a_decision_counts_in_its_context) {
  kept("ann", "A", "ink cat");
  const std::string id = decision("ann", "ink");
  BOOST_TEST(say("JUDGE " + id + " selected A NOTE late") == "2");
  BOOST_TEST(say("SCORE ann ink 1 A") == "[" + shown(ask("SCORE ann ink 1 A").elements[0]) + "]");
  const std::string history = say("HISTORY ann LIMIT 1");
  BOOST_TEST(history.find("prompt: ink, ") != std::string::npos, history);
  BOOST_TEST(history.find("decision_id: " + id) != std::string::npos, history);
  BOOST_TEST(say("JUDGE nope-1 selected A") ==
             "-NOSUCH there is no such decision: it was never told here, or it has expired");
}

BOOST_AUTO_TEST_CASE(a_verdict_of_ones_own_comes_in_place_of_the_default) {
  kept("ann", "A", "cat");
  const std::string id = decision("ann", "ink");
  service->set_time(service->now_ms());
  BOOST_TEST(service->judge_by_default(Verdict::rejected, -1000) == 1U);
  BOOST_TEST(service->judge_by_default(Verdict::rejected, -1000) == 0U);
  BOOST_TEST(say("STATS ann").starts_with("{records: 2, selected: 1, rejected: 1, neutral: 0"));
  BOOST_TEST(say("JUDGE " + id + " selected A") == "3");
  BOOST_TEST(say("STATS ann").starts_with("{records: 3, selected: 2, rejected: 0, neutral: 1"));
}

BOOST_AUTO_TEST_CASE(a_seed_repeats_a_draw) {
  for (int model = 0; model < 20; ++model) kept("ann", "m" + std::to_string(model), "ink", 1 + model % 3);
  const auto drawn = [this](const std::string& seed) {
    return field(ask("RECOMMEND ann ink POLICY epsilon SEED " + seed), "checkpoint").text;
  };
  for (int seed = 0; seed < 50; ++seed) BOOST_TEST(drawn(std::to_string(seed)) == drawn(std::to_string(seed)));
}

BOOST_AUTO_TEST_CASE(two_who_share_are_no_community_and_three_are) {
  share("ann");
  share("bob");
  BOOST_TEST(say("RECOMMEND eve ink").starts_with("-ERR no checkpoints to choose from"));
  share("cyd");
  BOOST_TEST(field(ask("RECOMMEND eve ink"), "checkpoint").text == "A");
  BOOST_TEST(number(ask("SCORE eve ink 1 A").elements[0]) == 17.0 / 22, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(say("SHARE cyd OFF") == "OK");
  renew();
  BOOST_TEST(say("RECOMMEND eve ink").starts_with("-ERR no checkpoints to choose from"));
}

BOOST_AUTO_TEST_CASE(nothing_of_who_does_not_share_shows_in_an_answer_to_another) {
  for (const char* user : {"ann", "bob", "cyd"}) share(user);
  const std::string before = say("RECOMMEND eve ink TOP 9") + say("LORAS eve ink") + say("NEGATIVES eve ink");
  say("RECORD zoe rejected A ink NEGATIVE blurry LORA wash 0.5");
  say("RECORD zoe selected private/secret.ckpt ink");
  renew();
  const std::string after = say("RECOMMEND eve ink TOP 9") + say("LORAS eve ink") + say("NEGATIVES eve ink");
  BOOST_TEST(after.substr(after.find("checkpoint:")) == before.substr(before.find("checkpoint:")));
}

BOOST_AUTO_TEST_CASE(who_is_forgotten_begins_anew) {
  kept("ann", "A", "ink", 3);
  BOOST_TEST(say("FORGET ann") == "3");
  BOOST_TEST(say("FORGET ann") == "0");
  BOOST_TEST(say("HISTORY ann") == "[0, []]");
  BOOST_TEST(say("USERS") == "[]");
  BOOST_TEST(!service->engine().find_keyword("ink"));
  BOOST_TEST(say("RECORD ann selected A ink") == "1");
}

BOOST_AUTO_TEST_CASE(info_tells_of_decisions_and_the_community) {
  BOOST_TEST(info("decisions_kept:0"));
  BOOST_TEST(info("decisions_oldest_time:0"));
  BOOST_TEST(info("community_age_in_seconds:-1"));
  for (const char* user : {"ann", "bob", "cyd"}) share(user);
  decision("ann", "ink");
  decision("bob", "ink");
  restart();
  renew();
  BOOST_TEST(info("decisions_kept:2"));
  BOOST_TEST(info("decisions_bytes:" + std::to_string(decisions->bytes())));
  BOOST_TEST(decisions->bytes() > 0U);
  BOOST_TEST(info("decisions_oldest_time:" + std::to_string(*decisions->oldest_at_ms() / 1000)));
  BOOST_TEST(std::abs(*decisions->oldest_at_ms() - now_ms) < 60'000);
  BOOST_TEST(info("community_users:3"));
  BOOST_TEST(info("community_cells:1"));
  BOOST_TEST(!info("community_age_in_seconds:-1"));
}

BOOST_AUTO_TEST_CASE(the_community_may_be_made_when_it_is_asked_for) {
  for (const char* user : {"ann", "bob", "cyd"}) {
    kept(user, "A", "ink", 4);
    say(std::string("SHARE ") + user + " ON");
  }
  service->make_community_when_asked([this] { renew(); });
  say("STATS ann");
  kept("ann", "A", "ink");
  BOOST_TEST(!service->community_made_ms());
  BOOST_TEST(number(ask("SCORE eve ink 1 A").elements[0]) == 18.0 / 23, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(service->community_made_ms().has_value());
  kept("ann", "A", "ink");
  BOOST_TEST(number(ask("SCORE eve ink 1 A").elements[0]) == 19.0 / 24, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(loras_tell_the_strength_that_worked_and_leave_out_what_does_not_go) {
  for (const char* strength : {"0.6", "0.8"}) say(std::string("RECORD ann selected A ink LORA wash ") + strength);
  say("RECORD ann rejected A ink LORA wash 2");
  for (int i = 0; i < 3; ++i) say("RECORD ann rejected A ink LORA haze 1");
  BOOST_TEST(ask("LORAS ann ink CHECKPOINT A").elements.size() == 1U);
  const Reply wash = ask("LORAS ann ink CHECKPOINT A").elements[0];
  BOOST_TEST(wash.elements[0].text == "wash");
  BOOST_TEST(number(wash.elements[1]) == 7.0 / 13, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(number(wash.elements[3]) == 0.7, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(number(wash.elements[4]) == 0.1, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(ask("LORAS ann ink").elements.size() == 2U);
  BOOST_TEST(say("LORAS ann ink AMONG 1 other") == "[[other, 0.5, 0, null, null]]");
}

BOOST_AUTO_TEST_CASE(parameters_are_told_by_family_and_seeds_are_not_learned) {
  say("RECORD ann selected A ink FAMILY sdxl PARAM steps 30 PARAM Seed 7 PARAM sampler euler");
  say("RECORD ann selected B ink FAMILY sd15 PARAM steps 20");
  say("RECORD ann rejected A ink FAMILY sdxl PARAM steps 90");
  BOOST_TEST(say("PARAMS ann ink FAMILY sdxl") == "[[steps, 30, 0, 1]]");
  BOOST_TEST(say("PARAMS ann ink CHECKPOINT B") == "[[steps, 20, 0, 2]]");
  BOOST_TEST(number(ask("PARAMS ann ink").elements[0].elements[1]) == 25, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(negatives_that_went_with_kept_images_come_first) {
  for (int i = 0; i < 3; ++i) say("RECORD ann selected A ink NEGATIVE blurry");
  say("RECORD ann rejected A ink NEGATIVE ugly");
  BOOST_TEST(ask("NEGATIVES ann ink").elements[0].elements[0].text == "blurry");
  BOOST_TEST(number(ask("NEGATIVES ann ink").elements[0].elements[1]) == 8.0 / 13, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(ask("NEGATIVES ann ink TOP 1").elements.size() == 1U);
  BOOST_TEST(say("NEGATIVES ann moon") == "[]");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

// In shadow the caller's own first choice is told, and what Penchant would have chosen is logged.
#include <boost/test/unit_test.hpp>

#include "tests/net/users_fixture.h"

namespace penchant::test {
namespace {

constexpr const char* policies[] = {"banded", "greedy", "epsilon", "thompson", "squarecb"};

/// Ann keeps B, and knows C; she has never seen A.
struct Shadow : Users {
  Shadow() {
    kept("ann", "C", "ink");
    kept("ann", "B", "ink", 20);
    service->use_shadow(true);
  }
  Reply recommend(const std::string& options = "") { return ask("RECOMMEND ann ink " + options); }
  std::string told(const std::string& options = "") { return field(recommend(options), "checkpoint").text; }
  static std::string reason(const Reply& answer) { return field(answer, "reason").text; }
  std::string would_be(const std::string& id) {
    const auto found = decisions->find(id);
    return found ? std::string(found->decision.would_be) : "?";
  }
  std::string logged(const std::string& id) {
    std::string arms;
    decisions->find(id)->arms.for_each([&arms](std::string_view name, float probability) {
      arms.append(name).append(" ").append(std::to_string(static_cast<int>(probability * 100))).append(" ");
    });
    return arms;
  }
  std::string last_record() { return ask("HISTORY ann LIMIT 1 JSON").elements[1].elements[0].text; }
  static void says(const std::string& text, const std::string& part) {
    BOOST_TEST(text.find(part) != std::string::npos, part << " is not in " << text);
  }

  const std::string among = "AMONG 3 A B C ";
  const std::string logged_in_record =
      R"("decision_arms":[{"checkpoint":"A","probability":1},{"checkpoint":"B","probability":0},)"
      R"({"checkpoint":"C","probability":0}],"shadow_checkpoint":"B"})";
};

BOOST_FIXTURE_TEST_SUITE(shadow, Shadow)

BOOST_AUTO_TEST_CASE(the_first_of_among_is_told_whatever_is_known_of_it) {
  const Reply answer = recommend(among);
  BOOST_TEST(field(answer, "checkpoint").text == "A");
  BOOST_TEST(number(field(answer, "score")) == 0.5);
  BOOST_TEST(shown(field(answer, "arms")) == "[[A, 0.5, 0, 1]]");
  BOOST_TEST(reason(answer).starts_with(
      "shadow: your first choice; Penchant would have chosen B. 20 of your 20 'ink' images with B were kept: "));
}

BOOST_AUTO_TEST_CASE(else_the_first_of_the_pool_else_what_was_recorded_first) {
  say("POOL SET sdxl standard B A");
  BOOST_TEST(told("FAMILY sdxl") == "B");
  BOOST_TEST(told("FAMILY sdxl AMONG 2 D B") == "D");
  BOOST_TEST(told() == "C");
  BOOST_TEST(reason(recommend("AMONG 2 B A"))
                 .starts_with("shadow: your first choice; Penchant would have chosen it too. 20 of your "));
  BOOST_TEST(say("RECOMMEND bob ink").starts_with("-ERR no checkpoints to choose from"));
}

BOOST_AUTO_TEST_CASE(all_else_is_as_without) {
  for (const char* policy : policies) {
    const Reply in_shadow = recommend(among + "SEED 7 POLICY " + policy);
    service->use_shadow(false);
    const Reply without = recommend(among + "SEED 7 POLICY " + policy);
    service->use_shadow(true);
    for (const char* key : {"confidence", "band", "policy", "scorer"}) {
      BOOST_TEST(shown(field(in_shadow, key)) == shown(field(without, key)), key);
    }
    BOOST_TEST(reason(in_shadow).ends_with(". " + reason(without)));
  }
}

BOOST_AUTO_TEST_CASE(the_decision_has_what_was_told_and_what_would_have_been) {
  for (const char* policy : policies) {
    for (int seed = 0; seed < 20; ++seed) {
      const std::string question = among + "POLICY " + policy + " SEED " + std::to_string(seed);
      const std::string id = field(recommend(question), "decision").text;
      service->use_shadow(false);
      const std::string open_id = field(recommend(question), "decision").text;
      service->use_shadow(true);
      BOOST_TEST(would_be(id) == decisions->find(open_id)->decision.checkpoint);
      BOOST_TEST(decisions->find(id)->decision.checkpoint == "A");
      BOOST_TEST(logged(id) == "A 100 B 0 C 0 ");
      BOOST_TEST(would_be(open_id) == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_plan_gives_all_its_images_to_the_first_choice) {
  for (const char* policy : policies) {
    const Reply plan = ask("PLAN ann ink COUNT 7 " + among + "POLICY " + policy);
    BOOST_TEST(shown(field(plan, "checkpoints")) == "[[A, 7]]", policy);
    BOOST_TEST(logged(field(plan, "decision").text) == "A 100 B 0 C 0 ");
    BOOST_TEST(would_be(field(plan, "decision").text) != "");
  }
}

BOOST_AUTO_TEST_CASE(who_peeks_scores_or_asks_why_is_answered_as_without) {
  const std::vector<std::string> questions = {"RECOMMEND ann ink PEEK AMONG 3 A B C", "SCORE ann ink 2 A B",
                                              "SCORES ann 1 ink AMONG 3 A B C", "EXPLAIN ann ink B"};
  std::vector<std::string> answers;
  for (const std::string& question : questions) answers.push_back(say(question));
  service->use_shadow(false);
  for (std::size_t i = 0; i < questions.size(); ++i) BOOST_TEST(say(questions[i]) == answers[i]);
}

BOOST_AUTO_TEST_CASE(a_verdict_on_it_keeps_both) {
  const std::string id = field(recommend(among), "decision").text;
  BOOST_TEST(say("JUDGE " + id + " rejected A") == "22");
  says(last_record(), logged_in_record);
  says(last_record(), R"("checkpoint":"A",)");
}

BOOST_AUTO_TEST_CASE(without_shadow_a_record_says_nothing_of_it) {
  service->use_shadow(false);
  say("JUDGE " + field(recommend(among), "decision").text + " selected B");
  BOOST_TEST(last_record().find("shadow") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_verdict_after_a_restart_knows_what_would_have_been_chosen) {
  const std::string id = field(recommend(among), "decision").text;
  restart();
  BOOST_TEST(!service->is_shadow());
  say("JUDGE " + id + " selected A");
  says(last_record(), logged_in_record);
}

BOOST_AUTO_TEST_CASE(a_default_verdict_and_its_taking_back_keep_it_too) {
  const std::string id = field(recommend(among), "decision").text;
  BOOST_TEST(service->judge_by_default(Verdict::rejected, -10'000) == 1U);
  says(last_record(), R"("action":"rejected")");
  says(last_record(), R"("shadow_checkpoint":"B")");
  say("JUDGE " + id + " selected A");
  const Reply history = ask("HISTORY ann LIMIT 2 JSON");
  for (const Reply& record : history.elements[1].elements) says(record.text, R"("shadow_checkpoint":"B")");
}

BOOST_AUTO_TEST_CASE(it_comes_back_from_an_export_and_from_json) {
  say("JUDGE " + field(recommend(among), "decision").text + " rejected A");
  const std::string record = last_record();
  const std::string exported = ask("EXPORT ann").text;
  BOOST_TEST(say("FORGET ann") == "22");
  BOOST_TEST(say({"IMPORT", exported}) == "{recorded: 22, duplicates: 0}");
  BOOST_TEST(last_record() == record);
  BOOST_TEST(say({"RECORDS", R"({"checkpoint":"A","action":"neutral","shadow_checkpoint":"Z"})", "USER", "ann"}) ==
             "{recorded: 1, duplicates: 0}");
  says(last_record(), R"("shadow_checkpoint":"Z"})");
}

BOOST_AUTO_TEST_CASE(info_tells_it) {
  BOOST_TEST(info("shadow:1"));
  service->use_shadow(false);
  BOOST_TEST(info("shadow:0"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

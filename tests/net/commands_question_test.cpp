// RECOMMEND, PLAN, SCORE, EXPLAIN, KEYWORDS, MATRIX, STATS, USERS.
#include <cmath>

#include "engine/limits.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

/// Ten kept with A, ten rejected with B, for both words.
struct TwoModels : Talk {
  TwoModels() {
    kept("ann", "A", "ink cat", 10);
    rejected("ann", "B", "ink cat", 10);
  }
  /// RECOMMEND's answer without the decision's name.
  std::string recommend(const std::string& rest) {
    Reply reply = ask("RECOMMEND " + rest);
    if (reply.kind == Reply::Kind::error) return shown(reply);
    BOOST_TEST(field(reply, "decision").text.size() > 2U);
    reply.elements[1].text = "?";
    return shown(reply);
  }
  std::string arms(const std::string& rest) { return shown(field(ask("RECOMMEND " + rest), "arms")); }
  std::string band(const std::string& rest) { return field(ask("RECOMMEND " + rest), "band").text; }
  std::string plan(const std::string& rest) { return shown(field(ask("PLAN " + rest), "checkpoints")); }
};

const std::string why =
    "10 of your 10 'ink' images with A were kept, and 10 of 10 'cat': too few to be sure, so try ";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commands_question, TwoModels)

BOOST_AUTO_TEST_CASE(a_recommendation_is_a_map_with_its_reason) {
  BOOST_TEST(recommend("ann 'ink cat'") ==
             "[decision, ?, checkpoint, A, score, 0.75, confidence, 0.2, band, explore, policy, banded, "
             "arms, [[A, 0.75, 20, 0.5], [B, 0.25, 20, 0.5]], reason, " +
                 why + "2 of 2, scorer, mean, kept, []]");
  say("HELLO 3");
  BOOST_TEST(recommend("ann 'ink cat'") ==
             "{decision: ?, checkpoint: A, score: 0.75, confidence: 0.2, band: explore, policy: banded, "
             "arms: [[A, 0.75, 20, 0.5], [B, 0.25, 20, 0.5]], reason: " +
                 why + "2 of 2, scorer: mean, kept: []}");
  BOOST_TEST(runtime.shards.front().traffic.recommendations == 2U);
}

BOOST_AUTO_TEST_CASE(reals_are_texts_in_resp2_and_doubles_in_resp3) {
  BOOST_TEST(send("SCORE ann ink 1 A\r\n") == "*1\r\n$4\r\n0.75\r\n");
  say("HELLO 3");
  BOOST_TEST(send("SCORE ann ink 1 A\r\n") == "*1\r\n,0.75\r\n");
}

BOOST_AUTO_TEST_CASE(each_decision_has_its_own_name) {
  const std::string first = field(ask("RECOMMEND ann ink"), "decision").text;
  BOOST_TEST(field(ask("RECOMMEND ann ink"), "decision").text != first);
  BOOST_TEST(field(ask("PLAN ann ink COUNT 1"), "decision").text != first);
}

BOOST_AUTO_TEST_CASE(the_band_follows_the_confidence) {
  BOOST_TEST(band("ann ink") == "explore");
  kept("ann", "A", "ink", 20);
  BOOST_TEST(band("ann ink") == "hedge");
  kept("ann", "A", "ink", 41);
  BOOST_TEST(band("ann ink") == "exploit");
  BOOST_TEST(arms("ann ink") == "[[A, 0.9382716049382716, 71, 1]]");
  BOOST_TEST(band("ann ink TIER draft") == "explore");
}

BOOST_AUTO_TEST_CASE(the_best_n_are_shown_with_top) {
  BOOST_TEST(arms("ann 'ink cat' TOP 1") == "[[A, 0.75, 20, 0.5]]");
  BOOST_TEST(arms("ann 'ink cat' TOP 2") == "[[A, 0.75, 20, 0.5], [B, 0.25, 20, 0.5]]");
  BOOST_TEST(arms("ann 'ink cat' TOP 65536") == arms("ann 'ink cat' TOP 2"));
  kept("ann", "A", "ink", 90);
  BOOST_TEST(arms("ann ink TOP 2") == "[[A, 0.9545454545454546, 100, 1], [B, 0.25, 10, 0]]");
}

BOOST_AUTO_TEST_CASE(among_names_the_arms_each_once) {
  BOOST_TEST(arms("ann ink AMONG 3 B Z B") == "[[Z, 0.5, 0, 0.5], [B, 0.25, 10, 0.5]]");
  BOOST_TEST(arms("ann ink AMONG 2 sdxl/A.ckpt A") == "[[A, 0.75, 10, 1]]");
  BOOST_TEST(arms("nobody ink AMONG 1 Z") == "[[Z, 0.5, 0, 1]]");
}

BOOST_AUTO_TEST_CASE(family_and_tier_name_pools) {
  say("POOL SET sdxl draft A C");
  say("POOL SET sdxl quality D");
  BOOST_TEST(arms("ann ink FAMILY sdxl TIER quality") == "[[D, 0.5, 0, 1]]");
  BOOST_TEST(arms("ann ink FAMILY sdxl TOP 5") ==
             "[[A, 0.75, 10, 0.3333333333333333], [C, 0.5, 0, 0.3333333333333333], [D, 0.5, 0, "
             "0.3333333333333333]]");
  BOOST_TEST(arms("nobody ink FAMILY sdxl TIER draft") == "[[A, 0.5, 0, 0.5], [C, 0.5, 0, 0.5]]");
}

BOOST_AUTO_TEST_CASE(where_there_is_nothing_to_choose_from_it_says_what_to_do) {
  const std::string sentence =
      "-ERR no checkpoints to choose from: name some with AMONG, set a pool for the family, or record a "
      "verdict";
  BOOST_TEST(recommend("nobody ink") == sentence);
  BOOST_TEST(recommend("ann ink FAMILY flux") == sentence);
  BOOST_TEST(say("PLAN nobody ink COUNT 3") == sentence);
}

BOOST_AUTO_TEST_CASE(each_wrong_option_has_its_sentence) {
  const auto wrong = [this](const std::string& options) { return say("RECOMMEND ann ink " + options); };
  const std::string count = " must be a whole number from 1 to 65536";
  for (const char* n : {"0", "-1", "65537", "x", "''"}) {
    BOOST_TEST(wrong(std::string("TOP ") + n) == "-ERR TOP" + count, n);
    BOOST_TEST(wrong(std::string("AMONG ") + n) == "-ERR AMONG's number of checkpoints" + count, n);
  }
  BOOST_TEST(wrong("AMONG 2 A") == "-ERR AMONG's checkpoints are fewer than was said");
  BOOST_TEST(wrong("TIER best") == "-ERR TIER must be draft, standard or quality");
  BOOST_TEST(wrong("POLICY luck") == "-ERR POLICY must be banded, greedy, epsilon, thompson or squarecb");
  BOOST_TEST(wrong("AT soon") == "-ERR AT must be a whole number from 0 to 2305843009213693951");
  BOOST_TEST(wrong("FAMILY") == "-ERR a value must follow FAMILY");
  BOOST_TEST(wrong("COLOUR red").starts_with("-ERR unknown option 'COLOUR'; it is "));
  BOOST_TEST(say("RECOMMEND ann")
                 .starts_with("-ERR wrong number of arguments for 'RECOMMEND'; it is RECOMMEND user"));
}

BOOST_AUTO_TEST_CASE(what_a_question_names_is_checked_as_a_records_is) {
  const std::string bad = "ink\xff";
  const std::string not_text = " is not valid UTF-8 text without zero bytes";
  const auto long_by_one = [](std::size_t bytes_max) { return std::string(bytes_max + 1, 'x'); };
  struct Case {
    std::vector<std::string> request;
    std::string sentence;
  };
  const std::vector<Case> cases = {
      {{"RECOMMEND", "", "ink"}, "the user is empty"},
      {{"RECOMMEND", bad, "ink"}, "the user" + not_text},
      {{"RECOMMEND", long_by_one(user_bytes_max), "ink"}, "the user is longer than 256 bytes"},
      {{"RECOMMEND", "ann", bad}, "the prompt" + not_text},
      {{"RECOMMEND", "ann", long_by_one(prompt_bytes_max)}, "the prompt is longer than 1048576 bytes"},
      {{"RECOMMEND", "ann", "ink", "FAMILY", long_by_one(label_bytes_max)}, "FAMILY is longer than 64 bytes"},
      {{"RECOMMEND", "ann", "ink", "AMONG", "1", bad}, "the checkpoint" + not_text},
      {{"RECOMMEND", "ann", "ink", "AMONG", "1", "folder/"}, "the checkpoint names no model"},
      {{"PLAN", "ann", bad, "COUNT", "3"}, "the prompt" + not_text},
      {{"SCORE", "ann", "ink", "1", ""}, "the checkpoint is empty"},
      {{"SCORE", "ann", bad, "1", "A"}, "the prompt" + not_text},
      {{"EXPLAIN", "ann", "ink", long_by_one(model_name_bytes_max)}, "the checkpoint is longer than 1024 bytes"},
      {{"KEYWORDS", bad}, "the prompt" + not_text},
      {{"KEYWORDS", long_by_one(prompt_bytes_max)}, "the prompt is longer than 1048576 bytes"},
      {{"STATS", bad}, "the user" + not_text},
  };
  for (const Case& one : cases) BOOST_TEST(say(one.request) == "-ERR " + one.sentence);
}

BOOST_AUTO_TEST_CASE(what_a_question_names_may_be_as_long_as_its_bound) {
  const auto as_long = [](std::size_t bytes) { return std::string(bytes, 'x'); };
  BOOST_TEST(say({"SCORE", as_long(user_bytes_max), as_long(prompt_bytes_max), "1", as_long(model_name_bytes_max)}) ==
             "[0.5]");
}

BOOST_AUTO_TEST_CASE(a_plans_count_may_come_last_and_words_in_any_case) {
  BOOST_TEST(plan("ann ink TIER DRAFT AMONG 2 A B COUNT 3") == plan("ann ink COUNT 3 AMONG 2 A B TIER draft"));
}

BOOST_AUTO_TEST_CASE(options_come_in_any_order_and_case) {
  BOOST_TEST(
      arms("ann ink policy BANDED top 1 among 2 A B tier draft seed 7 family sdxl at 99999999999999") ==
      arms("ann ink AT 99999999999999 FAMILY sdxl TIER draft AMONG 2 A B TOP 1 POLICY banded SEED 7"));
}

BOOST_AUTO_TEST_CASE(a_question_is_about_the_time_it_asks_about_and_moves_no_clock) {
  Talk fading(30);
  fading.kept("ann", "A", "ink", 10);
  const std::int64_t now_ms = fading.store->engine().now_ms();
  const std::string later = std::to_string(now_ms + std::int64_t{30} * 86'400'000);
  const Reply reply = field(fading.ask("RECOMMEND ann ink AT " + later), "arms");
  BOOST_TEST(std::abs(number(reply.elements[0].elements[2]) - 10 / std::exp(1.0)) < 1e-3);
  BOOST_TEST(fading.store->engine().now_ms() == now_ms);
}

BOOST_AUTO_TEST_CASE(a_plan_spreads_images_over_the_bands_arms) {
  kept("ann", "C", "ink", 5);
  BOOST_TEST(plan("ann ink COUNT 10") == "[[A, 4], [C, 3], [B, 3]]");
  BOOST_TEST(plan("ann ink COUNT 3") == "[[A, 1], [C, 1], [B, 1]]");
  BOOST_TEST(plan("ann ink COUNT 2") == "[[A, 2]]");
  BOOST_TEST(plan("ann ink COUNT 1000000") == "[[A, 333334], [C, 333333], [B, 333333]]");
  BOOST_TEST(plan("ann ink COUNT 9 AMONG 1 B") == "[[B, 9]]");
  BOOST_TEST(runtime.shards.front().traffic.recommendations == 5U);
}

BOOST_AUTO_TEST_CASE(a_plan_is_a_map) {
  Reply reply = ask("PLAN ann ink COUNT 2");
  reply.elements[1].text = "?";
  BOOST_TEST(shown(reply) == "[decision, ?, band, explore, checkpoints, [[A, 1], [B, 1]]]");
  say("HELLO 3");
  reply = ask("PLAN ann ink COUNT 2");
  reply.elements[1].text = "?";
  BOOST_TEST(shown(reply) == "{decision: ?, band: explore, checkpoints: [[A, 1], [B, 1]]}");
}

BOOST_AUTO_TEST_CASE(a_plan_says_what_is_wrong) {
  const std::string count = "-ERR COUNT must be a whole number from 1 to 1000000";
  for (const char* n : {"0", "1000001", "x"}) BOOST_TEST(say({"PLAN", "ann", "ink", "COUNT", n}) == count, n);
  BOOST_TEST(say("PLAN ann ink FAMILY sdxl") == "-ERR PLAN needs COUNT and a number of images");
  BOOST_TEST(say("PLAN ann ink COUNT 1 COLOUR").starts_with("-ERR unknown option 'COLOUR'; it is "));
}

BOOST_AUTO_TEST_CASE(scores_come_in_the_order_asked) {
  BOOST_TEST(say("SCORE ann 'ink cat' 4 B A Z B") == "[0.25, 0.75, 0.5, 0.25]");
  BOOST_TEST(say("SCORE ann 'ink owl' 1 A") == "[0.625]");
  BOOST_TEST(say("SCORE ann '' 1 A") == "[0.75]");
  BOOST_TEST(say("SCORE nobody ink 1 A") == "[0.5]");
  BOOST_TEST(say("SCORE ann ink 2 A") == "-ERR the checkpoints are fewer than was said");
  BOOST_TEST(say("SCORE ann ink 1 A B").starts_with("-ERR unknown option 'B'; it is "));
}

BOOST_AUTO_TEST_CASE(the_scores_of_many_prompts_are_those_that_recommend_gives_each) {
  BOOST_TEST(say("SCORES ann 2 'ink cat' ink TOP 2") ==
             "[[[A, 0.75, 20], [B, 0.25, 20]], [[A, 0.75, 10], [B, 0.25, 10]]]");
  for (const char* const prompt : {"ink", "ink cat owl", "", "owl"}) {
    const Reply scores = ask({"SCORES", "ann", "2", "cat", prompt, "AMONG", "3", "B", "Z", "A", "TOP", "9"});
    const Reply arms = field(ask({"RECOMMEND", "ann", prompt, "AMONG", "3", "B", "Z", "A", "TOP", "9"}), "arms");
    BOOST_REQUIRE(scores.elements[1].elements.size() == arms.elements.size());
    for (std::size_t i = 0; i < arms.elements.size(); ++i) {
      const std::span recommended = std::span(arms.elements[i].elements).first(3);
      BOOST_TEST(std::ranges::equal(scores.elements[1].elements[i].elements, recommended, {}, shown, shown));
    }
  }
}

BOOST_AUTO_TEST_CASE(scores_are_of_what_was_recorded_meanwhile_too) {
  const std::string before = say("SCORES ann 1 ink TOP 2");
  kept("ann", "B", "ink", 40);
  BOOST_TEST(say("SCORES ann 1 ink TOP 2") != before);
}

BOOST_AUTO_TEST_CASE(scores_say_what_is_wrong_and_then_tell_nothing) {
  const std::string prompts = "-ERR the number of prompts must be a whole number from 1 to 1024";
  for (const char* n : {"0", "1025", "x"}) BOOST_TEST(say({"SCORES", "ann", n, "ink"}) == prompts, n);
  BOOST_TEST(say("SCORES ann 2 ink") == "-ERR the prompts are fewer than was said");
  BOOST_TEST(say({"SCORES", "ann", "2", "ink", "\xff"}) ==
             "-ERR the prompt is not valid UTF-8 text without zero bytes");
  BOOST_TEST(say("SCORES nobody 1 ink").starts_with("-ERR no checkpoints to choose from"));
  BOOST_TEST(say("SCORES ann 1 ink COLOUR").starts_with("-ERR unknown option 'COLOUR'; it is "));
}

BOOST_AUTO_TEST_CASE(an_explanation_tells_each_keyword_and_null_where_nothing_is_known) {
  BOOST_TEST(say("EXPLAIN ann 'ink owl' A") ==
             "[score, 0.625, confidence, 0.1, keywords, [[ink, 10, 10, 1], [owl, 0, 0, null]], "
             "reason, 10 of your 10 'ink' images with A were kept, scorer, mean, base, 0, "
             "contributions, [[ink, 1, 0.375], [owl, 1, 0.25]]]");
  say("HELLO 3");
  BOOST_TEST(say("EXPLAIN ann 'ink' B") ==
             "{score: 0.25, confidence: 0.1, keywords: [[ink, 0, 10, 0]], "
             "reason: 0 of your 10 'ink' images with B were kept, scorer: mean, base: 0, "
             "contributions: [[ink, 1, 0.25]]}");
}

BOOST_AUTO_TEST_CASE(of_an_unknown_user_or_checkpoint_nothing_is_known) {
  const std::string nothing =
      "[score, 0.5, confidence, 0, keywords, [[ink, 0, 0, null]], reason, nothing is known of Z for these "
      "words yet, scorer, mean, base, 0, contributions, [[ink, 1, 0.5]]]";
  BOOST_TEST(say("EXPLAIN nobody ink Z") == nothing);
  BOOST_TEST(say("EXPLAIN ann ink Z") == nothing);
  BOOST_TEST(say("EXPLAIN nobody '' Z") ==
             "[score, 0.5, confidence, 0, keywords, [], reason, nothing is known of Z yet, scorer, mean, base, 0.5, "
             "contributions, []]");
}

BOOST_AUTO_TEST_CASE(all_questions_agree_on_a_score) {
  kept("ann", "A", "ink moon", 7);
  rejected("ann", "A", "moon", 3);
  const double score = number(field(ask("RECOMMEND ann 'ink moon owl'"), "score"));
  BOOST_TEST(number(field(ask("RECOMMEND ann 'ink moon owl'"), "arms").elements[0].elements[1]) == score);
  BOOST_TEST(number(ask("SCORE ann 'ink moon owl' 1 A").elements[0]) == score);
  BOOST_TEST(number(field(ask("EXPLAIN ann 'ink moon owl' A"), "score")) == score);
}

BOOST_AUTO_TEST_CASE(a_question_may_name_its_scorer) {
  for (const char* scorer : {"mean", "weighted", "LOGODDS", "auto"}) {
    BOOST_TEST(ask("SCORE ann ink 1 A SCORER " + std::string(scorer)).elements.size() == 1U, scorer);
  }
  BOOST_TEST(field(ask("RECOMMEND ann ink SCORER logodds"), "scorer").text == "logodds");
  BOOST_TEST(field(ask("RECOMMEND ann ink SCORER auto"), "scorer").text == "mean");  // nobody has a learner
  BOOST_TEST(say("PLAN ann ink COUNT 2 SCORER weighted").starts_with("[decision, "));
  BOOST_TEST(say("SCORE ann ink 1 A SCORER best") ==
             "-ERR SCORER must be mean, weighted, logodds, evidence or auto");
  for (const char* question : {"RECOMMEND ann ink", "PLAN ann ink COUNT 1", "SCORE ann ink 1 A", "EXPLAIN ann ink A"}) {
    BOOST_TEST(say(std::string(question) + " SCORER evidence") ==
               "-ERR the scorer evidence learns from each record, and nobody does here: serve with --scorer auto");
  }
}

BOOST_AUTO_TEST_CASE(where_none_is_named_the_servers_scorer_answers) {
  kept("ann", "B", "moon", 4);
  const std::string by_name = say("SCORE ann 'ink moon owl' 1 B SCORER logodds");
  runtime.shards.front().service.use(ScorerKind::logodds);
  BOOST_TEST(say("SCORE ann 'ink moon owl' 1 B") == by_name);
  BOOST_TEST(field(ask("RECOMMEND ann 'ink moon owl'"), "scorer").text == "logodds");
  BOOST_TEST(number(ask("SCORES ann 1 'ink moon owl' AMONG 1 B").elements[0].elements[0].elements[1]) ==
             number(ask("SCORE ann 'ink moon owl' 1 B").elements[0]));
}

BOOST_AUTO_TEST_CASE(what_words_add_comes_to_the_score) {
  kept("ann", "B", "moon", 4);
  for (const char* scorer : {"mean", "weighted", "logodds"}) {
    const Reply told = ask("EXPLAIN ann 'ink moon owl' B SCORER " + std::string(scorer));
    double sum = number(field(told, "base"));
    for (const Reply& one : field(told, "contributions").elements) sum += number(one.elements[2]);
    const double score = number(field(told, "score"));
    BOOST_TEST(std::abs((std::string_view(scorer) == "logodds" ? 1 / (1 + std::exp(-sum)) : sum) - score) < 1e-6);
    BOOST_TEST(std::abs(number(ask("SCORE ann 'ink moon owl' 1 B SCORER " + std::string(scorer)).elements[0]) -
                        score) < 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(keywords_are_those_of_the_prompt) {
  BOOST_TEST(say("KEYWORDS 'photorealistic portrait of a woman'") == "[photorealistic, portrait, woman]");
  BOOST_TEST(say("KEYWORDS 'ink, (ink:1.2), <lora:wash:1>, masterpiece'") == "[ink]");
  BOOST_TEST(say("KEYWORDS ''") == "[]");
  std::string prompt;
  for (int i = 0; i < 65; ++i) prompt += "word" + std::to_string(i) + " ";
  BOOST_TEST(ask({"KEYWORDS", prompt}).elements.size() == 64U);
}

BOOST_AUTO_TEST_CASE(stats_tell_what_is_known) {
  say("RECORD ann neutral A moon LORA wash 1");
  const std::string known =
      "records, 21, selected, 10, rejected, 10, neutral, 1, keywords, 2, checkpoints, 2, loras, 1, sharing, 0, "
      "scorer, mean, log_loss, [], reliability, [], top_checkpoints, [[A, 0.75, 10], [B, 0.25, 10]]";
  BOOST_TEST(say("STATS ann") == "[" + known + "]");
  BOOST_TEST(say("STATS nobody") ==
             "[records, 0, selected, 0, rejected, 0, neutral, 0, keywords, 0, checkpoints, 0, loras, 0, sharing, 0, "
             "scorer, mean, log_loss, [], reliability, [], top_checkpoints, []]");
  say("HELLO 3");
  BOOST_TEST(say("STATS ann").starts_with("{records: 21, selected: 10, "));
  say("SHARE ann ON");
  BOOST_TEST(shown(field(ask("STATS ann"), "sharing")) == "true");
}

BOOST_AUTO_TEST_CASE(stats_tell_how_the_probability_that_an_image_is_kept_came_true) {
  is_learning = true;
  restart();
  kept("ann", "A", "ink");
  const std::string empty = "[0, null, null]";
  const std::string bins = say("STATS ann").substr(say("STATS ann").find("reliability"));
  BOOST_TEST(bins.starts_with("reliability, [" + empty + ", " + empty));
  BOOST_TEST(bins.find("[1, 0.") != std::string::npos);
  rejected("ann", "B", "ink", 20);
  const Reply told = field(ask("STATS ann"), "reliability");
  BOOST_REQUIRE(told.elements.size() == 10U);
  double count = 0;
  for (const Reply& bin : told.elements) count += number(bin.elements[0]);
  BOOST_TEST((count > 20.5 && count < 21));
  BOOST_TEST(number(told.elements[0].elements[2]) == 0);
  BOOST_TEST(shown(field(ask("STATS nobody"), "reliability")) == "[]");
}

BOOST_AUTO_TEST_CASE(who_peeks_leaves_no_decision) {
  say("RECOMMEND ann ink");
  const Reply peeked = ask("RECOMMEND ann ink PEEK SEED 3");
  BOOST_TEST(shown(field(peeked, "decision")) == "null");
  BOOST_TEST(decisions->decisions() == 1U);
  BOOST_TEST(runtime.shards.front().traffic.recommendations == 1U);
  const Reply told = ask("RECOMMEND ann ink SEED 3");
  for (const char* key : {"checkpoint", "score", "band", "arms", "reason"}) {
    BOOST_TEST(shown(field(peeked, key)) == shown(field(told, key)), key);
  }
  BOOST_TEST(say("PLAN ann ink COUNT 3 PEEK").starts_with("-ERR unknown option 'PEEK'"));
}

BOOST_AUTO_TEST_CASE(a_matrix_tells_lines_and_a_picture_of_pairs) {
  kept("bob", "A", "ink", 3);
  rejected("bob", "B", "ink cat");
  const Reply told = ask("MATRIX bob");
  BOOST_TEST(shown(field(told, "keywords")) == "[[ink, 3, 4], [cat, 0, 1]]");
  BOOST_TEST(shown(field(told, "checkpoints")) == "[[A, 3, 3], [B, 0, 1]]");
  BOOST_TEST(field(told, "cells").text == std::string("\xff\x20\x00\x10\x00\x00\x00\x10", 8));
  BOOST_TEST(
      say("MATRIX bob KEYWORDS 1 CHECKPOINTS 1").starts_with("[keywords, [[ink, 3, 4]], checkpoints, [[A, 3, 3]], "));
  BOOST_TEST(say("MATRIX nobody") == "[keywords, [], checkpoints, [], cells, ]");
  BOOST_TEST(!say("MATRIX bob KEYWORDS 5000 CHECKPOINTS 500").starts_with("-"));
  BOOST_TEST(say("MATRIX bob KEYWORDS 5001") == "-ERR KEYWORDS must be a whole number from 1 to 5000");
  BOOST_TEST(say("MATRIX bob CHECKPOINTS 501") == "-ERR CHECKPOINTS must be a whole number from 1 to 500");
  BOOST_TEST(say("MATRIX bob AT noon").starts_with("-ERR AT must be a whole number"));
  BOOST_TEST(say(std::vector<std::string>{"MATRIX", "\xff"}).starts_with("-ERR the user"));
}

BOOST_AUTO_TEST_CASE(stats_tell_the_ten_best) {
  for (int i = 0; i < 11; ++i) kept("ann", "m" + std::to_string(i), "ink");
  BOOST_TEST(field(ask("STATS ann"), "top_checkpoints").elements.size() == 10U);
}

BOOST_AUTO_TEST_CASE(users_come_in_order_of_first_record) {
  kept("bob", "A", "ink");
  kept("ann", "A", "ink");
  BOOST_TEST(say("USERS") == "[ann, bob]");
  BOOST_TEST(say("USERS all") == "-ERR wrong number of arguments for 'USERS'; it is USERS");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

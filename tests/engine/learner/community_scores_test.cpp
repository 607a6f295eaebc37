// What the community adds to the scorers that weigh words.
#include "engine/elementary.h"
#include "tests/engine/taste.h"

namespace penchant::test {
namespace {


/// Three users who share, and keep A where ink is asked for and B where a photo is.
struct SharedTaste : Taste {
  SharedTaste() {
    decay(0);
    engine.change_learning({.now_ms = now_ms, .is_on = true});
    for (const std::string_view user : {"bob", "cyd", "dan"}) {
      BOOST_REQUIRE(engine.share({.now_ms = now_ms, .user = user, .on = true}));
      kept(user, "A", "ink", 20);
      rejected(user, "B", "ink", 20);
      kept(user, "B", "photo", 20);
      rejected(user, "A", "photo", 20);
    }
    shared = community_of(engine);
  }

  double told(ScorerKind kind, std::string_view prompt, std::string_view checkpoint, bool is_shared = true) {
    const std::array among{checkpoint};
    return ask("ann", prompt, {.among = among, .scorer = kind, .community = is_shared ? &shared : nullptr})
        .chosen.score;
  }

  Community shared;
};

BOOST_FIXTURE_TEST_SUITE(scores_beside_a_community, SharedTaste)

BOOST_AUTO_TEST_CASE(who_has_recorded_nothing_is_answered_as_by_mean) {
  for (const ScorerKind kind : word_kinds) {
    for (const std::string_view prompt : {"ink", "photo", "ink photo", ""}) {
      BOOST_TEST(std::abs(told(kind, prompt, "A") - told(ScorerKind::mean, prompt, "A")) < 1e-6, to_string(kind));
    }
    BOOST_TEST(told(kind, "ink", "Z") == 0.5);
  }
}

BOOST_AUTO_TEST_CASE(and_is_recommended_what_the_community_keeps) {
  for (const ScorerKind kind : word_kinds) {
    BOOST_TEST(best("ann", "ink", {.scorer = kind, .community = &shared}) == "A B");
    BOOST_TEST(best("ann", "photo", {.scorer = kind, .community = &shared}) == "B A");
  }
}

BOOST_AUTO_TEST_CASE(ten_own_observations_halve_what_it_adds) {
  kept("ann", "A", "photo", 5);
  rejected("ann", "A", "photo", 5);
  const double community = told(ScorerKind::mean, "photo", "A");
  const double c = 2 * (community - 0.25);  // mean's own answer is half its own rate, 1/2, and half the community's
  for (const ScorerKind kind : {ScorerKind::logodds, ScorerKind::evidence}) {
    const double own = told(kind, "photo", "A", false);
    BOOST_TEST(std::abs(told(kind, "photo", "A") - logistic(log_odds(own) + log_odds(c) / 2)) < 1e-6, to_string(kind));
  }
  const double own = told(ScorerKind::weighted, "photo", "A", false);
  BOOST_TEST(std::abs(told(ScorerKind::weighted, "photo", "A") - (own + (c - 0.5) / 2)) < 1e-6);
}

BOOST_AUTO_TEST_CASE(who_has_recorded_much_is_answered_by_that) {
  kept("ann", "A", "photo", 2000);
  for (const ScorerKind kind : word_kinds) {
    BOOST_TEST(std::abs(told(kind, "photo", "A") - told(kind, "photo", "A", false)) < 0.01, to_string(kind));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "engine/community.h"

#include "engine/asked.h"
#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

struct Sharing : Taste {
  void share(std::string_view users) {
    for (const std::string_view user : split(users)) {
      BOOST_REQUIRE(engine.share({.now_ms = now_ms, .user = user, .on = true}));
    }
  }
  void all_keep(std::string_view users, std::string_view checkpoint, std::string_view prompt) {
    for (const std::string_view user : split(users)) kept(user, checkpoint, prompt);
  }

  /// The prior mean of a word with a checkpoint, of a community made now, asked `days` later.
  double prior(std::string_view word, std::string_view checkpoint, double days = 0) {
    const Community community = community_of(engine);
    Asked asked;
    days_pass(days);
    asked.ask(engine, &community, nullptr, words(word), now_ms);
    days_pass(-days);
    return asked.prior(community.keyword_checkpoints(), asked.shared_row(0), community.checkpoint(checkpoint));
  }
};

BOOST_FIXTURE_TEST_SUITE(community, Sharing, *boost::unit_test::tolerance(1e-6))

BOOST_AUTO_TEST_CASE(a_cell_counts_once_three_stand_behind_it) {
  share("ann bob cyd");
  all_keep("ann bob zoe", "A", "ink");
  BOOST_TEST(prior("ink", "A") == 0.5);
  kept("cyd", "A", "ink");
  BOOST_TEST(prior("ink", "A") == 8.0 / 13);
}

BOOST_AUTO_TEST_CASE(asked_about_the_past_no_record_weighs_more_than_one) {
  share("ann bob cyd");
  all_keep("ann bob cyd", "A", "ink");
  BOOST_TEST(prior("ink", "A", 30) == (3 / std::exp(1.0) + 5) / (3 / std::exp(1.0) + 10));
  BOOST_TEST(prior("ink", "A", -30) == 8.0 / 13);
}

BOOST_AUTO_TEST_CASE(who_has_faded_below_notice_stands_behind_no_cell) {
  share("ann bob cyd");
  all_keep("ann bob cyd", "A", "ink");
  days_pass(500);
  all_keep("ann bob", "A", "ink");
  BOOST_TEST(prior("ink", "A") == 0.5);
  kept("cyd", "A", "ink");
  BOOST_TEST(prior("ink", "A") == 8.0 / 13);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

#include "persistence/decision_ring.h"

#include <set>

#include "tests/persistence/decision_fixture.h"

namespace penchant::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(decision_ring, RingLife)

BOOST_AUTO_TEST_CASE(a_decision_is_found_by_its_id) {
  for (const bool after_restart : {false, true}) {
    open();
    const std::string id = tell({.at_ms = 5,
                                 .user = "ann",
                                 .prompt = "ink cat",
                                 .family = "sdxl",
                                 .policy = "banded",
                                 .checkpoint = "real",
                                 .tier = Tier::quality,
                                 .would_be = "ink"},
                                three_arms, second_arm);
    if (after_restart) reopen();
    const Decision decision = ring->find(id)->decision;
    BOOST_TEST(decision.at_ms == 5);
    BOOST_TEST(decision.user == "ann");
    BOOST_TEST(decision.prompt == "ink cat");
    BOOST_TEST(decision.family == "sdxl");
    BOOST_TEST(decision.policy == "banded");
    BOOST_TEST(decision.checkpoint == "real");
    BOOST_CHECK(decision.tier == Tier::quality);
    BOOST_TEST(decision.would_be == "ink");
    BOOST_TEST(!is_judged(id));
    BOOST_TEST(ring->find(id)->id.view() == id);
  }
}

BOOST_AUTO_TEST_CASE(it_has_the_probability_of_every_arm_listed_or_not) {
  open();
  const auto found = ring->find(tell("cat"));
  std::string arms;
  found->arms.for_each([&](std::string_view name, float probability) {
    arms.append(name).append(" ").append(std::to_string(probability).substr(0, 5)).append(", ");
  });
  BOOST_TEST(arms == "dream 0.125, real 0.750, ink 0.125, ");
  BOOST_TEST(found->arms.size() == 3U);
  BOOST_TEST(*found->arms.probability_of("real") == 0.75F);
  BOOST_TEST(*found->arms.probability_of("ink") == 0.125F);
  BOOST_CHECK(!found->arms.probability_of("in"));
}

BOOST_AUTO_TEST_CASE(one_that_was_no_shadows_has_the_bytes_it_always_had) {
  const auto frame_of = [](std::string_view would_be) {
    const Decision decision{.user = "ann", .checkpoint = "real", .would_be = would_be};
    Bytes frame(decision_frame_bytes(decision, {}));
    encode_decision(decision, {}, {.number = 0, .arm_set_at = 40}, frame);
    return frame;
  };
  const Bytes plain = frame_of("");
  BOOST_TEST(plain.size() == 48U + 3 + 4);
  BOOST_TEST((plain[46] == std::byte{0} && plain[47] == std::byte{0}));
  Bytes in_shadow = frame_of("ink");
  BOOST_TEST(text_of(in_shadow).ends_with("annrealink"));
  BOOST_TEST((in_shadow[46] == std::byte{3} && in_shadow[47] == std::byte{0}));
  BOOST_TEST(is_decision(in_shadow, 0));
  in_shadow[46] = std::byte{2};
  BOOST_TEST(!is_decision(in_shadow, 0));
}

BOOST_AUTO_TEST_CASE(a_decision_may_have_no_texts_no_tier_and_no_arms) {
  open();
  const std::string id = tell(Decision{}, {});
  reopen();
  BOOST_TEST(told(id) == "");
  BOOST_CHECK(!ring->find(id)->decision.tier);
  BOOST_TEST(ring->find(id)->decision.would_be == "");
  BOOST_TEST(ring->find(id)->arms.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_no_id_or_nobodys_is_unknown) {
  open();
  BOOST_TEST(tell("cat") == "z-1");
  for (const std::string_view id : {"", "z-", "z-2", "y-1", "Z-1", "z-01", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzz-1"}) {
    BOOST_TEST(told(id) == "?");
  }
}

BOOST_AUTO_TEST_CASE(arms_are_named_once_in_a_generation) {
  open();
  tell_many(2);
  tell("cat");
  BOOST_TEST(names_asked == 6);  // their sizes, then the names
  tell({.prompt = "dog"}, {"other"});
  tell("cat");
  BOOST_TEST(names_asked == 8);
}

BOOST_AUTO_TEST_CASE(what_was_flushed_outlives_a_crash_and_the_rest_does_not) {
  open();
  const std::string kept = tell("cat");
  write();
  const std::string lost = tell("dog");
  crash();
  BOOST_TEST(told(kept) == "cat");
  BOOST_TEST(told(lost) == "?");
}

BOOST_AUTO_TEST_CASE(an_id_is_never_given_again_even_if_the_clock_is_set_back) {
  std::set<std::string> ids;
  for (const std::int64_t clock : {1000, 1000, 5, -7, 0, 1001}) {
    now_ms = clock;
    open();
    BOOST_TEST(ids.insert(tell("cat")).second);
    crash();
    BOOST_TEST(ids.insert(tell("dog")).second);
  }
}

BOOST_AUTO_TEST_CASE(the_oldest_expire_and_the_rest_stays_within_the_bytes) {
  open();
  const auto ids = tell_many(500);
  std::size_t first = 0;
  while (!knows(ids[first])) ++first;
  for (std::size_t i = first; i < ids.size(); ++i) BOOST_TEST(told(ids[i]) == "prompt " + std::to_string(i));
  BOOST_TEST(ring->decisions() == ids.size() - first);
  BOOST_TEST(ring->bytes() <= options.bytes_max);
  BOOST_TEST(ring->bytes() > options.bytes_max / 2);
  write();
  BOOST_TEST(bytes_on_disk() == ring->bytes());
}

BOOST_AUTO_TEST_CASE(files_of_what_expired_are_removed) {
  open();
  for (int i = 0; i < 20; ++i) {
    tell_many(50);
    write();
    BOOST_TEST(bytes_on_disk() <= options.bytes_max);
  }
  BOOST_TEST(names().size() <= 4U);
}

BOOST_AUTO_TEST_CASE(the_smallest_ring_works) {
  options.bytes_max = decision_ring_bytes_min;
  open();
  for (int i = 0; i < 100; ++i) {
    const std::string id = tell("cat");
    BOOST_TEST(told(id) == "cat");
    ring->mark_judged(id);
    if (i % 7 == 0) reopen();
    if (i % 5 == 0) ring->flush();
  }
}

BOOST_AUTO_TEST_CASE(bytes_out_of_bounds_are_refused) {
  options.bytes_max = decision_ring_bytes_min - 1;
  BOOST_TEST(try_open() == "the decisions' bytes must be from 1024 to 1073741824, not 1023");
  options.bytes_max = decision_ring_bytes_max + 1;
  BOOST_TEST(try_open() == "the decisions' bytes must be from 1024 to 1073741824, not 1073741825");
  options.bytes_max = decision_ring_bytes_max;
  BOOST_TEST(try_open() == "");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_has_an_id_and_pushes_nothing_out) {
  open();
  const std::string before = tell("cat");
  const std::size_t set = 16 + 3 * 4 + 12;  // "dreamrealink"
  const std::size_t most = options.bytes_max / 4 - decision_header_bytes - set - 48 - 8 - 3 - 4;
  BOOST_TEST(tell(std::string(most + 1, 'x')) == "z-2");
  BOOST_TEST(told("z-2") == "?");
  BOOST_TEST(told(before) == "cat");
  BOOST_TEST(ring->decisions() == 1U);
  BOOST_TEST(tell(std::string(most, 'x')) == "z-3");
  BOOST_TEST(told("z-3").size() == most);
  reopen();
  BOOST_TEST(told("z-3").size() == most);
}

BOOST_AUTO_TEST_CASE(texts_are_kept_up_to_the_engines_limits) {
  options.bytes_max = decision_ring_bytes_default;
  open();
  const auto kept = [&](std::size_t user, std::size_t prompt, std::size_t label, std::size_t model,
                        std::size_t would_be = 1024) {
    const std::string longest(prompt, 'x');
    const std::string_view text = longest;
    const Decision decision{.user = text.substr(0, user),
                            .prompt = text,
                            .family = text.substr(0, label),
                            .policy = text.substr(0, label),
                            .checkpoint = text.substr(0, model),
                            .would_be = text.substr(0, would_be)};
    return knows(tell(decision, {std::string(model, 'x')}));
  };
  BOOST_TEST(kept(256, 1 << 20, 64, 1024));
  BOOST_TEST(!kept(257, 1 << 20, 64, 1024));
  BOOST_TEST(!kept(256, (1 << 20) + 1, 64, 1024));
  BOOST_TEST(!kept(256, 1 << 20, 65, 1024));
  BOOST_TEST(!kept(256, 1 << 20, 64, 1025));
  BOOST_TEST(!kept(256, 1 << 20, 64, 1024, 1025));
  BOOST_TEST(!knows(tell(Decision{}, {std::string(1025, 'y')})));
}

BOOST_AUTO_TEST_CASE(arms_are_kept_up_to_65536) {
  options.bytes_max = decision_ring_bytes_default;
  open();
  const std::string id = tell(Decision{}, Texts(decision_arms_max, "model"));
  BOOST_TEST(!knows(tell(Decision{}, Texts(decision_arms_max + 1, "model"))));
  BOOST_TEST(!knows(tell(Decision{}, {}, second_arm)));  // more are listed than there are
  reopen();
  BOOST_TEST(ring->find(id)->arms.size() == decision_arms_max);
}

BOOST_AUTO_TEST_CASE(at_most_256_generations_are_held) {
  options.bytes_max = 1 << 20;
  std::vector<std::string> ids;
  for (int i = 0; i < 262; ++i) {
    reopen();
    ids.push_back(tell("cat"));
  }
  BOOST_TEST(told(ids[5]) == "?");
  BOOST_TEST(told(ids[6]) == "cat");
  write();
  BOOST_TEST(names().size() == decision_generations_max);
}

BOOST_AUTO_TEST_CASE(starts_without_decisions_push_nothing_out_and_change_no_file) {
  open();
  const auto ids = tell_many(500);
  const std::size_t kept = ring->decisions();
  ring.reset();
  const Texts before = names();
  const std::size_t bytes = bytes_on_disk();
  for (int i = 0; i < 300; ++i) {
    reopen();
    write();
  }
  BOOST_TEST(ring->decisions() == kept);
  BOOST_TEST(names() == before);
  for (int i = 0; i < 300; ++i) {
    reopen();
    ring->begin();
    write();
  }
  BOOST_TEST(ring->decisions() == kept);
  BOOST_TEST(names().size() == before.size() + 1);
  ring->mark_judged("z-1");  // which is none
  ring.reset();
  BOOST_REQUIRE(disk.remove(path_in(folder, names().back())));
  reopen();
  BOOST_TEST(names() == before);
  BOOST_TEST(bytes_on_disk() == bytes);
  BOOST_TEST(told(ids.back()) == "prompt 499");
  tell("cat");
  BOOST_TEST(ring->decisions() < kept);  // a generation of its own takes the room of the oldest
  BOOST_TEST(told(ids.back()) == "prompt 499");
}

BOOST_AUTO_TEST_CASE(behind_its_begin_a_decision_does_not_wait_for_the_disk) {
  open();
  ring->begin();
  write();
  const std::uint64_t calls = files.calls();
  const std::string id = tell("cat");
  BOOST_TEST(told(id) == "cat");
  BOOST_TEST(files.calls() == calls);
}

BOOST_AUTO_TEST_CASE(nothing_is_read_before_it_is_asked_for) {
  open();
  const std::string id = tell("cat");
  ring.reset();
  const std::uint64_t calls = files.calls();
  auto opened = DecisionRing::open(files, folder, options, now_ms);
  BOOST_REQUIRE(opened);
  ring = std::move(*opened);
  ring->flush();
  write();
  BOOST_TEST(files.calls() == calls + 1);  // the list
  BOOST_TEST(told(id) == "cat");
}

BOOST_AUTO_TEST_CASE(a_smaller_ring_keeps_the_newest_whole_files) {
  options.bytes_max = 1 << 20;
  open();
  const auto old = tell_many(500);
  reopen();
  const auto newer = tell_many(10);
  options.bytes_max = 8192;
  reopen();
  BOOST_TEST(told(old.back()) == "?");
  BOOST_TEST(told(newer.front()) == "prompt 0");
  tell("cat");
  write();
  BOOST_TEST(bytes_on_disk() <= 8192U);
}

BOOST_AUTO_TEST_CASE(info_counts_what_is_held) {
  open();
  BOOST_TEST(ring->decisions() == 0U);
  BOOST_CHECK(!ring->oldest_at_ms());
  tell("cat", "ann", 7);
  tell("dog", "bob", 8);
  BOOST_TEST(ring->decisions() == 2U);
  BOOST_TEST(*ring->oldest_at_ms() == 7);
  ring->erase_user("ann");
  BOOST_TEST(ring->decisions() == 1U);
  BOOST_TEST(*ring->oldest_at_ms() == 8);
  write();
  BOOST_TEST(ring->bytes() == bytes_on_disk());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(decision_verdicts, RingLife)

BOOST_AUTO_TEST_CASE(a_mark_lasts) {
  open();
  const std::string id = tell("cat");
  ring->mark_judged(id);
  BOOST_TEST(is_judged(id));
  for (int i = 0; i < 3; ++i) {
    reopen();
    BOOST_TEST(is_judged(id));
    BOOST_TEST(next() == "none");
  }
}

BOOST_AUTO_TEST_CASE(a_mark_may_come_after_restarts) {
  open();
  const std::string id = tell("cat");
  reopen();
  ring->mark_judged(id);
  reopen();
  reopen();
  BOOST_TEST(is_judged(id));
}

BOOST_AUTO_TEST_CASE(marks_of_what_is_unknown_or_marked_take_no_room) {
  open();
  ring->mark_judged(tell("cat"));
  const std::size_t bytes = ring->bytes();
  for (const std::string_view id : {"z-1", "z-2", "y-1", "", "cat"}) ring->mark_judged(id);
  BOOST_TEST(ring->bytes() == bytes);
}

BOOST_AUTO_TEST_CASE(marks_alone_may_fill_generations) {
  open();
  const auto ids = tell_many(60);
  for (const std::string& id : ids) ring->mark_judged(id);
  reopen();
  for (const std::string& id : ids) BOOST_TEST((!knows(id) || is_judged(id)));
}

BOOST_AUTO_TEST_CASE(the_unjudged_come_oldest_first_and_once_a_start) {
  open();
  const auto ids = tell_many(4);
  ring->mark_judged(ids[1]);
  for (const std::size_t expected : {0, 2, 3}) BOOST_TEST(next() == ids[expected]);
  BOOST_TEST(next() == "none");
  const std::string later = tell("cat");
  BOOST_TEST(next() == later);
  reopen();
  for (const std::size_t expected : {0, 2, 3}) BOOST_TEST(next() == ids[expected]);
}

BOOST_AUTO_TEST_CASE(one_is_unjudged_only_before_its_time) {
  open();
  const std::string id = tell("cat", "ann", 50);
  BOOST_TEST(next(50) == "none");
  BOOST_TEST(next(51) == id);
}

BOOST_AUTO_TEST_CASE(the_unjudged_go_on_when_the_oldest_expire) {
  open();
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    const std::string told_now = tell("cat");
    if (i % 3 != 0) continue;
    const std::string id = next();
    BOOST_TEST(told(id) == "cat");
    BOOST_TEST(seen.insert(id).second);
  }
}

BOOST_AUTO_TEST_CASE(a_call_passes_over_4096_and_the_next_goes_on) {
  options.bytes_max = 8 << 20;
  open();
  for (const std::string& id : tell_many(unjudged_steps_max)) ring->mark_judged(id);
  const std::string id = tell("cat");
  BOOST_TEST(next() == "none");
  BOOST_TEST(next() == id);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

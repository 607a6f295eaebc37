// A whole life in which each call to the disk fails in turn, or is the last before the process dies or the power goes.
// Behind a start: acknowledged ⊆ recovered ⊆ sent, the state and the records are the oracle's; and the life goes on
// from there to the same end.
#include <iostream>
#include <random>

#include "persistence/folder_check.h"
#include "tests/persistence/strides.h"
#include "tests/persistence/whole_life.h"

namespace penchant::test {
namespace {

enum class Blow : std::uint8_t { fails, fails_half_written, dies, power_cut };

const char* name_of(Blow blow) {
  constexpr const char* names[] = {"it fails", "it fails half-way", "the process dies", "the power is cut"};
  return names[static_cast<std::size_t>(blow)];
}

struct Trial {
  Blow blow = Blow::fails;
  Durability durability = Durability::always;
  bool lets_go = false;
  std::uint64_t stride = stride_of_many;  // from one call to the next
};

void strike(WholeLife& life, Blow blow, std::uint64_t call) {
  switch (blow) {
    case Blow::fails: return life.files.fail_in(call);
    case Blow::fails_half_written: return life.files.fail_in(call, true);
    case Blow::dies: return life.files.lose_power_in(call, true);
    case Blow::power_cut: return life.files.lose_power_in(call);
  }
}

/// The process has ended: what its disk has then.
void bury(WholeLife& life, Blow blow, std::mt19937_64& random) {
  life.end();
  if (blow == Blow::power_cut) life.disk.power_cut({.random = &random});
  life.files.heal();
}

std::string joined(const Texts& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

void check_decisions(WholeLife& life, const std::string& where) {
  for (const auto& [id, prompt] : life.told_decisions) {
    const auto found = life.ring->find(id);
    const bool is_lasting = std::ranges::find(life.lasting_decisions, id) != life.lasting_decisions.end();
    BOOST_TEST((found || !is_lasting), where << ": decision " << id << " is lost");
    if (found) BOOST_TEST(found->decision.prompt == prompt, where);
  }
}

/// The state and the records are those after as many events as there are.
void check_content(WholeLife& life, const Oracle& oracle, const std::string& where) {
  const auto events = static_cast<std::size_t>(life.store->written_sequence());
  BOOST_REQUIRE_MESSAGE(events <= oracle.events(), where);
  BOOST_TEST(answers_of(life.store->engine()) == oracle.answers[events], where);
  // Behind an erasure a replay of everything gives the same answers, not the same numbers (docs/journal_format.md).
  const bool may_differ = life.was_replayed && events >= oracle.after_step[forget_step];
  const bool is_equal = life.state() == oracle.states[events];
  BOOST_TEST((is_equal || may_differ), where << ": not the state after " << events << " events");
  const Texts told = lines_of(*life.store);
  const Texts& due = oracle.records[events];
  const bool is_begun_later = life.options.segments.history_bytes > 0;
  const bool is_suffix = told.size() <= due.size() && std::equal(told.rbegin(), told.rend(), due.rbegin());
  BOOST_TEST((is_begun_later ? is_suffix : told == due), where << ": not the records after " << events << " events:\n"
                                                               << joined(told) << "instead of\n"
                                                               << joined(due));
}

/// Where everything works again: it starts, and lives on to the end.
void check_rest(WholeLife& life, const Oracle& oracle, std::size_t refused_step, const std::string& where) {
  const std::size_t acknowledged = life.acknowledged_events;
  const std::size_t sent = oracle.after_step[std::min(refused_step, life_steps - 1)];
  life.begin_step(refused_step);
  const std::string why = life.start();
  BOOST_REQUIRE_MESSAGE(why.empty(), where << ": " << why);
  const auto recovered = static_cast<std::size_t>(life.store->written_sequence());
  BOOST_TEST(recovered >= acknowledged, where);
  BOOST_TEST(recovered <= sent, where);
  check_content(life, oracle, where);
  check_decisions(life, where);

  const auto [step, skip] = oracle.step_after(recovered);
  BOOST_TEST(life.run(step, skip) == life_steps, where);
  BOOST_TEST(life.store->written_sequence() == oracle.events(), where);
  BOOST_TEST(life.start() == "", where);
  check_content(life, oracle, where + ", at the end");
  life.erase();
  BOOST_TEST(life.tell_decision());  // a torn tail of its files goes when they are next written
  BOOST_TEST(life.content_traces(secrets_and_name()).find("secret") == std::string::npos, where);
  life.end();
  const auto found = check_folder(life.disk, folder, false, [](std::uint64_t, std::uint64_t) {});
  BOOST_REQUIRE(found);
  BOOST_TEST(found->is_sound(), where << ": " << (found->findings.empty() ? "" : found->findings.front().what));
}

/// The life's calls in turn, and one more in the start behind it; how many were struck.
std::uint64_t strike_each_call(const Oracle& oracle, const Trial& trial) {
  std::mt19937_64 random(1);
  std::uint64_t struck = 0;
  for (std::uint64_t call = 1;; call += trial.stride) {
    WholeLife life(false, trial.lets_go);
    life.options.durability = trial.durability;
    strike(life, trial.blow, call);
    const std::size_t step = life.run();
    if (!life.files.failed()) {
      BOOST_TEST(step == life_steps);
      return struck;
    }
    ++struck;
    bury(life, trial.blow, random);
    life.begin_step(step);
    strike(life, trial.blow, 1 + random() % 80);
    (void)life.start();
    bury(life, trial.blow, random);
    check_rest(life, oracle, step, "call " + std::to_string(call) + " in step " + std::to_string(step));
  }
}

void strike_each_call_in_both_lives(const Oracle& oracle, Trial trial) {
  std::uint64_t calls = strike_each_call(oracle, trial);
  trial.lets_go = true;
  trial.stride *= 4;  // most is as in the other life
  calls += strike_each_call(oracle, trial);
  BOOST_TEST(calls > 500 / stride_of_many);
  const char* const durability = trial.durability == Durability::always ? "always" : "os";
  std::cout << "a whole life with " << durability << ": " << calls << " calls struck (" << name_of(trial.blow) << ")"
            << std::endl;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(whole_life_faults, Oracle)

BOOST_AUTO_TEST_CASE(without_a_fault_a_life_ends_in_the_oracles_state) {
  for (const bool lets_go : {false, true}) {
    WholeLife life(false, lets_go);
    BOOST_TEST(life.run() == life_steps);
    check_content(life, *this, "no fault");
    BOOST_TEST(life.segments().find('z') != std::string::npos);
    BOOST_TEST((life.begins_with() > 1) == lets_go);
  }
}

BOOST_AUTO_TEST_CASE(whichever_call_fails_nothing_acknowledged_is_lost_and_nothing_else_appears) {
  for (const Durability durability : {Durability::always, Durability::os}) {
    for (const Blow blow : {Blow::fails, Blow::fails_half_written}) {
      strike_each_call_in_both_lives(*this, {.blow = blow, .durability = durability});
    }
  }
}

BOOST_AUTO_TEST_CASE(at_whichever_call_the_process_dies_nothing_acknowledged_is_lost) {
  for (const Durability durability : {Durability::always, Durability::os}) {
    strike_each_call_in_both_lives(*this, {.blow = Blow::dies, .durability = durability});
  }
}

BOOST_AUTO_TEST_CASE(at_whichever_call_the_power_is_cut_always_loses_nothing_acknowledged) {
  strike_each_call_in_both_lives(*this, {.blow = Blow::power_cut});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

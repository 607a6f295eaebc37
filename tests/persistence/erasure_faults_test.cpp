// FORGET under failing calls and power cuts: what was acknowledged is there, and in the end no file holds a trace.
#include <random>

#include "tests/persistence/erasure_fixture.h"

namespace penchant::test {
namespace {

struct Variant {
  bool power_cut = false;  // at the call; else the call fails and the process goes on
  bool short_write = false;
  bool comes_back = false;  // the victim records again behind the FORGET
  Durability durability = Durability::always;
};

/// A life with a FORGET in its middle, under a fault.
struct ForgetfulLife {
  explicit ForgetfulLife(const Variant& how) : variant(how) { life.options.durability = how.durability; }

  /// Ends where something is refused.
  void run() {
    if (!life.try_open().empty()) return;
    if (!record(4)) return;
    (void)life.store->save(life.now_ms);
    if (!record(3)) return;
    const auto done = life.store->forget(victim, life.now_ms);
    if (!done) return;
    forgotten = true;
    if (variant.comes_back) {
      if (!life.fresh("new") || !life.acknowledged()) return;
      back = true;
    }
    if (!record_other()) return;
    (void)life.erase();
    (void)record_other();
  }
  bool record(int count) {
    for (int i = 0; i < count; ++i) {
      if (!life.secret(secrets_sent++) || !record_other()) return false;
    }
    return true;
  }
  bool record_other() {
    const std::string prompt = numbered('p', static_cast<int>(others.size()) + 1);
    if (!life.other(prompt) || !life.acknowledged()) return false;
    others.push_back(prompt);
    return true;
  }

  /// What must hold when everything works again.
  void check(const std::string& where) {
    if (forgotten) BOOST_TEST(life.told(victim).find("secret") == std::string::npos, where);
    if (!forgotten) life.forget();
    forgotten = true;
    BOOST_TEST(life.erase(), where);
    BOOST_TEST(life.traces(variant.comes_back ? secrets() : secrets_and_name()) == "", where);
    const std::string told = " " + life.told("bob") + " ";
    for (const std::string& prompt : others) {
      BOOST_TEST(told.find(" " + prompt + " ") != std::string::npos, where << " lacks " << prompt);
    }
    if (back) BOOST_TEST(life.told(victim) == "new", where);
  }

  const Variant variant;
  ErasureLife life;
  Texts others;  // acknowledged
  int secrets_sent = 0;
  bool forgotten = false;  // acknowledged, as is:
  bool back = false;
};

/// Each call of such a life in turn fails, or is the last; in the start behind it one more fails.
std::uint64_t fail_each_call_of(const Variant& variant) {
  std::mt19937_64 random(1);
  for (std::uint64_t n = 1;; ++n) {
    ForgetfulLife one(variant);
    ErasureLife& life = one.life;
    variant.power_cut ? life.files.lose_power_in(n) : life.files.fail_in(n, variant.short_write);
    one.run();
    if (!life.files.failed()) return n - 1;
    const std::string where = "call " + std::to_string(n);
    if (variant.power_cut) {
      life.lose_power({.random = &random});
      life.files.lose_power_in(1 + random() % 60);
      if (life.try_open().empty()) (void)life.erase();
      life.lose_power({.random = &random});
    } else {
      life.store.reset();
      life.files.fail_in(1 + random() % 60);
      if (life.try_open().empty()) (void)life.erase();
    }
    life.files.heal();
    life.open();
    one.check(where);
    life.lose_power();
    BOOST_TEST(life.traces(variant.comes_back ? secrets() : secrets_and_name()) == "", where);
    life.open();
    one.check(where + ", started again");
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(erasure_faults)

BOOST_AUTO_TEST_CASE(whatever_call_fails_the_user_is_erased_in_the_end) {
  for (const bool short_write : {false, true}) {
    for (const bool comes_back : {false, true}) {
      BOOST_TEST(fail_each_call_of({.short_write = short_write, .comes_back = comes_back}) > 100U);
    }
  }
  BOOST_TEST(fail_each_call_of({.durability = Durability::os}) > 100U);
}

BOOST_AUTO_TEST_CASE(whenever_the_power_fails_the_user_is_erased_in_the_end) {
  for (const bool comes_back : {false, true}) {
    BOOST_TEST(fail_each_call_of({.power_cut = true, .comes_back = comes_back}) > 100U);
  }
}

BOOST_AUTO_TEST_CASE(a_forget_that_could_not_begin_forgets_nobody) {
  for (std::uint64_t n = 1; n <= 5; ++n) {  // create, append, sync, rename, sync of the folder
    LivedLife life;
    life.files.fail_in(n);
    BOOST_TEST(!life.store->forget(victim, life.now_ms));
    BOOST_TEST(life.read_only() == "");
    BOOST_TEST(life.names("erase-").empty());
    BOOST_REQUIRE(life.fresh("new"));
    life.commit();
    life.reopen();
    BOOST_TEST(life.told(victim).starts_with("new secret-prompt"));
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_withdrawn_makes_the_store_read_only) {
  LivedLife life;
  life.files.lose_power_in(5);
  BOOST_TEST(!life.store->forget(victim, life.now_ms));
  BOOST_TEST(life.read_only() == "cannot sync /data: Input/output error");
  life.files.heal();
  life.reopen();
  BOOST_TEST(life.store->engine().find_user(victim) == nullptr);
  BOOST_TEST(life.erase());
  BOOST_TEST(life.traces() == "");
}

BOOST_AUTO_TEST_CASE(a_forget_whose_write_fails_is_finished_by_the_next_start) {
  for (std::uint64_t n = 6; n <= 7; ++n) {  // the write, the sync
    LivedLife life;
    life.files.fail_in(n, true);
    BOOST_TEST(!life.store->forget(victim, life.now_ms));
    BOOST_TEST(life.read_only() != "");
    life.reopen();
    BOOST_TEST(life.store->engine().find_user(victim) == nullptr);
    BOOST_TEST(life.erase());
    BOOST_TEST(life.traces() == "");
    BOOST_TEST(life.told("bob") == "p8 p7 p6 p5 p4 p3 p2 p1");
  }
}

BOOST_AUTO_TEST_CASE(a_torn_tail_behind_which_the_erasure_lies_gives_it_a_lower_number) {
  LivedLife life;
  life.save();
  BOOST_REQUIRE(life.other("lost"));
  BOOST_REQUIRE(life.secret(1));
  life.commit();  // not synced
  life.files.lose_power_in(6);
  BOOST_TEST(!life.store->forget(victim, life.now_ms));
  BOOST_REQUIRE(life.names("erase-").size() == 1U);
  const std::string before = life.names("erase-").front();
  life.lose_power({.prefix_bytes = 30});
  life.open();
  BOOST_REQUIRE(life.names("erase-").size() == 1U);
  BOOST_TEST(life.names("erase-").front() < before);
  BOOST_TEST(life.erase());
  BOOST_TEST(life.traces() == "");
  BOOST_TEST(life.told("bob") == "p8 p7 p6 p5 p4 p3 p2 p1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

#include <boost/test/unit_test.hpp>

#include "engine/event.h"
#include "engine/interner.h"
#include "engine/known_records.h"
#include "engine/model_name.h"
#include "engine/pools.h"
#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

BOOST_AUTO_TEST_SUITE(model_name)

BOOST_AUTO_TEST_CASE(a_model_is_its_file_without_folder_and_extension) {
  for (const char* name : {"A", "A.safetensors", "A.ckpt", "A.pt", "A.gguf", "sdxl/A", "sdxl\\new\\A.safetensors",
                           "C:\\a/b\\A.CKPT", "/A.SafeTensors", "./A"}) {
    BOOST_TEST(model_key(name) == "A", name);
  }
}

BOOST_AUTO_TEST_CASE(other_endings_and_the_case_belong_to_the_name) {
  for (const char* name : {"a", "A.v2", "A.bin", "A.ptx", "A safetensors", "A.safetensors "}) {
    BOOST_TEST(model_key(name) == name);
  }
  BOOST_TEST(model_key("A.v2.safetensors") == "A.v2");
  BOOST_TEST(model_key("A.pt.ckpt") == "A.pt");  // one extension is taken off
}

BOOST_AUTO_TEST_CASE(a_name_that_is_only_an_extension_is_a_name) {
  BOOST_TEST(model_key(".pt") == ".pt");
  BOOST_TEST(model_key("models/.safetensors") == ".safetensors");
}

BOOST_AUTO_TEST_CASE(a_folder_alone_names_no_model) {
  for (const char* name : {"", "/", "models/", "models\\"}) BOOST_TEST(model_key(name) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(interner)

BOOST_AUTO_TEST_CASE(texts_are_numbered_from_0_in_order_of_first_appearance) {
  Interner interner;
  BOOST_TEST(interner.acquire("ink") == 0U);
  BOOST_TEST(interner.acquire("") == 1U);
  BOOST_TEST(interner.acquire("ink") == 0U);
  BOOST_TEST(interner.acquire("cat") == 2U);
  BOOST_TEST(interner.size() == 3U);
  BOOST_TEST(!interner.find("dog"));
}

BOOST_AUTO_TEST_CASE(a_text_that_nothing_refers_to_is_gone_and_its_number_is_given_again) {
  Interner interner;
  interner.acquire("ink");
  interner.hold(interner.acquire("cat"));
  interner.release(1);
  BOOST_TEST(interner.find("cat").has_value());
  interner.release(1);
  BOOST_TEST(!interner.find("cat"));
  BOOST_TEST(interner.text(1) == "");
  BOOST_TEST(interner.bytes() == 3 + Interner::bytes_per_text);
  BOOST_TEST(interner.acquire("dog") == 1U);
  BOOST_TEST(interner.text(1) == "dog");
}

BOOST_AUTO_TEST_CASE(views_last_while_the_interner_grows_and_moves) {
  Interner interner;
  interner.acquire("ink");
  const std::string_view ink = interner.text(0);
  for (int i = 0; i < 10'000; ++i) interner.acquire(std::to_string(i));
  const Interner moved = std::move(interner);
  BOOST_TEST(ink == "ink");
  BOOST_TEST(static_cast<const void*>(moved.text(0).data()) == static_cast<const void*>(ink.data()));
  for (int i = 0; i < 10'000; ++i) BOOST_REQUIRE_EQUAL(*moved.find(std::to_string(i)), i + 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(known_records)

BOOST_AUTO_TEST_CASE(what_was_put_is_found_in_every_field) {
  KnownRecords known;
  known.put("x", {.sequence = 1ULL << 40,
                  .half_lives = -1.25,
                  .verdict = Verdict::rejected,
                  .checkpoint = 70'000,
                  .keywords = {5, 0xFFFFFFFE},
                  .loras = {9}});
  const Known found = *known.find("x");
  BOOST_TEST(found.sequence == 1ULL << 40);
  BOOST_TEST(found.half_lives == -1.25);
  BOOST_TEST((found.verdict == Verdict::rejected));
  BOOST_TEST(found.checkpoint == 70'000U);
  BOOST_TEST((found.keywords == std::vector<Interner::Id>{5, 0xFFFFFFFE}));
  BOOST_TEST((found.loras == std::vector<std::uint32_t>{9}));
  BOOST_TEST(!known.find("y"));
}

BOOST_AUTO_TEST_CASE(many_are_told_apart_and_the_last_put_holds) {
  KnownRecords known;
  for (std::uint64_t i = 0; i < 20'000; ++i) known.put(std::to_string(i), {.sequence = i});
  for (std::uint64_t i = 0; i < 20'000; i += 3) known.put(std::to_string(i), {.sequence = i + 1});
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    BOOST_REQUIRE_EQUAL(known.find(std::to_string(i))->sequence, i % 3 == 0 ? i + 1 : i);
  }
  BOOST_TEST(known.size() == 20'000U);
}

BOOST_AUTO_TEST_CASE(the_longest_id_and_the_most_keywords_and_loras_fit) {
  KnownRecords known;
  const std::string id(256, 'x');
  known.put(id, {.keywords = std::vector<Interner::Id>(64, 7), .loras = std::vector<std::uint32_t>(64, 8)});
  BOOST_TEST(known.find(id)->keywords.size() == 64U);
  BOOST_TEST(known.find(id)->loras.size() == 64U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(pools, Taste)

std::string listed(const Pools& pools) {
  std::string list;
  for (const Pool& pool : pools.all()) (((list += pool.family) += '/') += to_string(pool.tier)) += ' ';
  return list;
}

BOOST_AUTO_TEST_CASE(pools_are_listed_by_family_in_order_of_first_mention_then_by_tier) {
  pool("sdxl", Tier::quality, "A");
  pool("sd15", Tier::standard, "B");
  pool("sdxl", Tier::draft, "C");
  pool("sd15", Tier::draft, "D");
  pool("sdxl", Tier::standard, "E");
  BOOST_TEST(listed(engine.pools()) == "sdxl/draft sdxl/standard sdxl/quality sd15/draft sd15/standard ");
}

BOOST_AUTO_TEST_CASE(setting_a_pool_again_replaces_it) {
  pool("sdxl", Tier::draft, "A B");
  pool("sdxl", Tier::draft, "C");
  BOOST_TEST(best("ann", "ink", {.family = "sdxl"}) == "C");
  BOOST_TEST(engine.pools().all().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(event)

BOOST_AUTO_TEST_CASE(verdicts_and_tiers_are_read_as_they_are_written_and_not_otherwise) {
  for (const Verdict verdict : {Verdict::selected, Verdict::rejected, Verdict::neutral}) {
    BOOST_TEST((parse_verdict(to_string(verdict)) == verdict));
  }
  for (const Tier tier : {Tier::draft, Tier::standard, Tier::quality}) {
    BOOST_TEST((parse_tier(to_string(tier)) == tier));
  }
  for (const char* other : {"", "Selected", "selecte", "selected ", "kept"}) BOOST_TEST(!parse_verdict(other));
  for (const char* other : {"", "Draft", "drafts", "sdxl"}) BOOST_TEST(!parse_tier(other));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

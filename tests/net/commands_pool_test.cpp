// POOL SET, GET, LIST, DEL.
#include "engine/limits.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {

BOOST_FIXTURE_TEST_SUITE(commands_pool, Talk)

BOOST_AUTO_TEST_CASE(a_pool_is_set_told_replaced_and_deleted) {
  BOOST_TEST(say("POOL SET sdxl draft A B") == "OK");
  BOOST_TEST(say("POOL GET sdxl draft") == "[A, B]");
  BOOST_TEST(say("pool set sdxl draft C") == "OK");
  BOOST_TEST(say("pool get sdxl draft") == "[C]");
  BOOST_TEST(say("POOL DEL sdxl draft") == "1");
  BOOST_TEST(say("POOL DEL sdxl draft") == "0");
  BOOST_TEST(say("POOL GET sdxl draft") == "[]");
}

BOOST_AUTO_TEST_CASE(all_pools_are_listed_by_family_and_tier) {
  BOOST_TEST(say("POOL LIST") == "[]");
  say("POOL SET sdxl quality C");
  say("POOL SET sd15 draft D");
  say("POOL SET sdxl draft A B");
  BOOST_TEST(say("POOL LIST") == "[[sdxl, draft, A, B], [sdxl, quality, C], [sd15, draft, D]]");
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_in_a_pool_once_as_first_named) {
  say("POOL SET sdxl draft models/A.safetensors B A");
  BOOST_TEST(say("POOL GET sdxl draft") == "[models/A.safetensors, B]");
}

BOOST_AUTO_TEST_CASE(pools_survive_a_restart) {
  say("POOL SET sdxl draft A");
  BOOST_TEST(store->written_sequence() == 2U);  // the decay, the pool
  say("POOL DEL sdxl draft");
  say("POOL DEL sdxl draft");
  BOOST_TEST(store->written_sequence() == 3U);
}

BOOST_AUTO_TEST_CASE(each_wrong_request_has_its_sentence) {
  BOOST_TEST(say("POOL") ==
             "-ERR wrong number of arguments for 'POOL'; it is "
             "POOL SET family tier checkpoint ...|GET family tier|LIST|DEL family tier");
  BOOST_TEST(say("POOL FILL sdxl") == "-ERR POOL must be followed by SET, GET, LIST or DEL");
  BOOST_TEST(say("POOL GET") == "-ERR the family is missing");
  BOOST_TEST(say("POOL GET sdxl") == "-ERR the tier must be draft, standard or quality");
  BOOST_TEST(say("POOL GET sdxl best") == "-ERR the tier must be draft, standard or quality");
  BOOST_TEST(say("POOL SET '' draft A") == "-ERR the family is empty");
  BOOST_TEST(say("POOL GET sdxl draft A").starts_with("-ERR unknown option 'A'; it is "));
  BOOST_TEST(say("POOL LIST A").starts_with("-ERR unknown option 'A'; it is "));
  BOOST_TEST(say("POOL DEL sdxl draft A").starts_with("-ERR unknown option 'A'; it is "));
  BOOST_TEST(say("POOL SET sdxl draft") == "-ERR a pool needs at least one checkpoint; POOL DEL removes it");
  BOOST_TEST(say("POOL SET sdxl draft ''") == "-ERR the checkpoint is empty");
  BOOST_TEST(say("POOL SET sdxl draft A folder/") == "-ERR the checkpoint names no model");
  BOOST_TEST(say({"POOL", "SET", "sdxl", "draft", "\xff"}) ==
             "-ERR the checkpoint is not valid UTF-8 text without zero bytes");
  BOOST_TEST(say({"POOL", "SET", "\xff", "draft", "A"}) ==
             "-ERR the family is not valid UTF-8 text without zero bytes");
  BOOST_TEST(say("POOL LIST") == "[]");
}

BOOST_AUTO_TEST_CASE(names_have_bounds) {
  const std::string family(label_bytes_max, 'f');
  const std::string name(model_name_bytes_max, 'm');
  BOOST_TEST(say({"POOL", "SET", family, "draft", name}) == "OK");
  BOOST_TEST(say({"POOL", "GET", family, "draft"}) == "[" + name + "]");
  BOOST_TEST(say({"POOL", "SET", family + "f", "draft", name}) == "-ERR the family is longer than 64 bytes");
  BOOST_TEST(say({"POOL", "SET", family, "draft", name + "m"}) ==
             "-ERR the checkpoint is longer than 1024 bytes");
}

BOOST_AUTO_TEST_CASE(the_number_of_pools_has_a_bound) {
  for (std::size_t i = 0; i < pools_max; ++i)
    send(request({"POOL", "SET", "f" + std::to_string(i), "draft", "A"}));
  BOOST_TEST(store->engine().pools().all().size() == pools_max);
  BOOST_TEST(say("POOL SET f0 draft B") == "OK");
  BOOST_TEST(say("POOL SET f0 quality B") == "-ERR there are as many pools as there may be, 4096");
  BOOST_TEST(store->engine().pools().all().size() == pools_max);
}

BOOST_AUTO_TEST_CASE(as_many_checkpoints_as_a_request_holds_make_a_pool) {
  std::vector<std::string> arguments{"POOL", "SET", "sdxl", "draft"};
  while (arguments.size() < 65'536) arguments.push_back("m" + std::to_string(arguments.size()));
  BOOST_TEST(say(arguments) == "OK");
  BOOST_TEST(ask("POOL GET sdxl draft").elements.size() == 65'532U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

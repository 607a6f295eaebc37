// Where users' newest records lie: moved by records, kept by snapshots, found again by recovery.
#include "persistence/history_heads.h"

#include "tests/persistence/snapshot_fixture.h"

namespace penchant::test {

BOOST_AUTO_TEST_SUITE(history_heads)

BOOST_AUTO_TEST_CASE(the_heads_that_are_read_are_those_that_were_written) {
  SnapshotLife life;
  Taste taste;
  for (const char* user : {"ann", "bob", "cyd"}) taste.kept(user, "A", "ink");
  life.heads.move(0, {1, 40});
  life.heads.move(2, {7, 99});
  life.write(taste.engine);
  HistoryHeads heads;
  BOOST_REQUIRE(read_snapshot(life.disk, life.path(), taste.engine, heads));
  BOOST_TEST((heads.of(0) == EventPlace{1, 40}));
  BOOST_TEST((heads.of(1) == EventPlace{}));
  BOOST_TEST((heads.of(2) == EventPlace{7, 99}));
  BOOST_TEST((heads.of(3) == EventPlace{}));
}

BOOST_AUTO_TEST_CASE(heads_that_contradict_the_state_are_refused) {
  SmallSnapshot life;
  const std::size_t at = life.content().size() - 24;  // the number of heads, a segment, an offset
  for (const auto& [offset, value] : std::initializer_list<std::pair<std::size_t, unsigned>>{{0, 2}, {8, 8}, {8, 0}}) {
    Bytes forged = life.content();
    store_little_endian(forged.data() + at + offset, std::uint64_t{value});
    life.forge(std::move(forged));
    BOOST_TEST(life.refusal() == life.path() + " is damaged: its content contradicts itself");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test

#include "engine/arena.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "engine/packed_rows.h"

namespace penchant::test {
namespace {

using Numbers = Arena<std::uint32_t>;

BOOST_AUTO_TEST_SUITE(arena)

BOOST_AUTO_TEST_CASE(a_place_has_room_for_at_least_what_it_is_for_and_at_most_half_as_much_again) {
  for (std::uint32_t size = 1; size < 1000; ++size) {
    const std::uint32_t room = Numbers::room_for(size);
    BOOST_TEST(room >= size);
    BOOST_TEST(2 * room < 3 * size + 1);
    BOOST_TEST(Numbers::room_for(room) == room);
  }
}

BOOST_AUTO_TEST_CASE(a_place_that_was_given_back_is_taken_again) {
  Numbers numbers;
  const std::uint32_t first = numbers.take(5);
  const std::uint32_t second = numbers.take(6);
  BOOST_TEST(second == first + 6);
  numbers.give_back(first, 5);
  numbers.give_back(second, 6);
  BOOST_TEST(numbers.take(6) == second);
  BOOST_TEST(numbers.take(5) == first);
  BOOST_TEST(numbers.take(5) == second + 6);
}

BOOST_AUTO_TEST_CASE(a_place_of_small_elements_has_room_to_say_where_the_next_free_one_is) {
  Arena<std::uint16_t> numbers;
  BOOST_TEST(Arena<std::uint16_t>::room_for(0) == 0U);
  BOOST_TEST(Arena<std::uint16_t>::room_for(1) == 2U);
  BOOST_TEST(Arena<std::uint16_t>::room_for(3) == 3U);
  const std::uint32_t first = numbers.take(1);
  const std::uint32_t second = numbers.take(2);
  BOOST_TEST(second == first + 2);
  numbers.give_back(first, 1);
  numbers.give_back(second, 2);
  BOOST_TEST(numbers.take(2) == second);
  BOOST_TEST(numbers.take(1) == first);
}

BOOST_AUTO_TEST_CASE(a_row_that_grows_keeps_its_elements_and_moves_when_its_place_is_full) {
  Numbers numbers;
  std::uint32_t begin = 0;
  for (std::uint32_t size = 0; size < 40; ++size) {
    const std::uint32_t had = begin;
    begin = numbers.make_room(begin, size);
    const bool is_full = size == 0 || Numbers::room_for(size) == size;
    BOOST_TEST((is_full || begin == had));
    numbers.data(begin)[size] = size;
    for (std::uint32_t i = 0; i <= size; ++i) BOOST_TEST(numbers.data(begin)[i] == i);
  }
}

BOOST_AUTO_TEST_CASE(memory_grows_by_an_eighth_while_it_is_small_and_by_half_later) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t size = 1; size <= 20'000; ++size) {
    reserve_for(numbers, size);
    numbers.resize(size);
    BOOST_TEST_REQUIRE(numbers.capacity() <= size + size / (size < 8192 ? 8 : 2) + 1);
  }
  BOOST_TEST(numbers.capacity() > 20'000U + 20'000U / 8);
}

BOOST_AUTO_TEST_CASE(packed_rows_hold_what_a_map_holds) {
  std::mt19937 random(3);
  PackedRows<std::uint32_t> rows;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> map;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t row = static_cast<std::uint32_t>(random()) % 50;
    const std::uint32_t column = static_cast<std::uint32_t>(random()) % 200;
    rows.find_or_add(row, column) += 1;
    map[{row, column}] += 1;
  }
  BOOST_TEST(rows.cells() == map.size());
  for (const auto& [at, count] : map) BOOST_TEST(*rows.find(at.first, at.second) == count);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

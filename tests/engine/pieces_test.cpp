#include "engine/pieces.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>

namespace penchant::test {
namespace {

using Numbers = Pieces<std::uint32_t, 8>;

Numbers up_to(std::uint32_t count) {
  Numbers numbers;
  for (std::uint32_t i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

BOOST_AUTO_TEST_SUITE(pieces)

BOOST_AUTO_TEST_CASE(they_hold_what_a_vector_holds) {
  for (std::uint32_t count = 0; count < 67; ++count) {
    Numbers numbers = up_to(count);
    BOOST_TEST(numbers.size() == count);
    BOOST_TEST(numbers.empty() == (count == 0));
    for (std::uint32_t i = 0; i < count; ++i) BOOST_TEST(numbers[i] == i);
    std::uint32_t next = 0;
    numbers.each([&next](std::uint32_t number) { BOOST_TEST(number == next++); });
    BOOST_TEST(next == count);
  }
}

BOOST_AUTO_TEST_CASE(what_is_in_full_pieces_stays_where_it_is) {
  Numbers numbers = up_to(8);
  const std::uint32_t* const first = &numbers[0];
  const std::uint32_t* const last = &numbers[7];
  for (std::uint32_t i = 8; i < 1000; ++i) numbers.push_back(i);
  BOOST_TEST((&numbers[0] == first && &numbers[7] == last));
}

BOOST_AUTO_TEST_CASE(a_copy_is_its_own_and_goes_on) {
  Numbers numbers = up_to(19);
  Numbers copy = numbers;
  numbers[3] = 100;
  for (std::uint32_t i = 19; i < 40; ++i) copy.push_back(i);
  for (std::uint32_t i = 0; i < 40; ++i) BOOST_TEST(copy[i] == i);
  BOOST_TEST(numbers.size() == 19U);
}

BOOST_AUTO_TEST_CASE(few_elements_take_little_and_many_at_most_a_piece_more) {
  BOOST_TEST(Numbers().bytes() == 0U);
  BOOST_TEST(up_to(1).bytes() == 4 * sizeof(std::uint32_t) + sizeof(void*));
  BOOST_TEST(up_to(17).bytes() >= 24 * sizeof(std::uint32_t) + 3 * sizeof(void*));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test

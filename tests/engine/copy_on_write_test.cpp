#include "engine/copy_on_write.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>

namespace penchant::test {

BOOST_AUTO_TEST_SUITE(copy_on_write)

BOOST_AUTO_TEST_CASE(copies_share_a_value_until_one_is_written_to) {
  CopyOnWrite<std::string> one(std::string("ink"));
  const CopyOnWrite<std::string> other = one;
  BOOST_TEST(&*one == &*other);
  one.write() += " cat";
  BOOST_TEST(*one == "ink cat");
  BOOST_TEST(*other == "ink");
}

BOOST_AUTO_TEST_CASE(a_value_that_nobody_shares_is_written_where_it_is) {
  CopyOnWrite<std::string> one(std::string("ink"));
  const std::string* const before = &*one;
  {
    const CopyOnWrite<std::string> other = one;
    BOOST_TEST(one.is_shared());
  }
  BOOST_TEST(!one.is_shared());
  BOOST_TEST(&one.write() == before);
}

BOOST_AUTO_TEST_CASE(a_copy_takes_the_place_of_another_and_of_itself) {
  CopyOnWrite<std::string> one(std::string("ink"));
  CopyOnWrite<std::string> other(std::string("cat"));
  other = one;
  other = *&other;
  BOOST_TEST(*other == "ink");
  one = std::move(other);
  BOOST_TEST(*one == "ink");
}

BOOST_AUTO_TEST_CASE(one_thread_writes_while_another_reads_its_copy_and_drops_it) {
  CopyOnWrite<std::string> one(std::string(1000, 'a'));
  for (int i = 0; i < 200; ++i) {
    std::size_t read = 0;
    std::thread reader([copy = one, &read]() mutable {
      for (const char c : *copy) read += static_cast<std::size_t>(c);
      const CopyOnWrite<std::string> dropped = std::move(copy);
    });
    std::size_t sum = 0;
    for (char& c : one.write()) sum += static_cast<std::size_t>(std::exchange(c, static_cast<char>('a' + i % 20)));
    reader.join();
    BOOST_TEST(read == sum);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test
